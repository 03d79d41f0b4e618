using JobLineage.Tests.Lineage;
using Npgsql;

namespace JobLineage.Tests.Engines;

/// <summary>What stands in the way is called by its name.</summary>
public sealed class FaultSentenceTests
{
    private const string Tables = "create table tasks (id bigserial primary key, status text, kind text); create table side (job bigint, state text); create schema vault; create table vault.side (job bigint, state text)";

    private static readonly SourceMapping Beside = TasksTable.Mapping with { State = "(select s.state from side s where s.job = job.id)" };

    [Fact]
    public async Task A_side_table_that_may_not_be_read_is_what_is_to_be_granted()
    {
        await using var fixture = await TasksTable.CreateAsync(Tables);
        var role = fixture.Database.Name + "_reader";
        await fixture.Database.ExecuteAsync($"create role {role} login; grant select on tasks to {role}");
        try
        {
            await using var reader = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(fixture.Database.ConnectionString) { Options = $"-c role={role}", Pooling = false });
            var table = await fixture.ProblemAsync(Beside, reader);
            Assert.Equal(SourceProblemKind.NoPrivilege, table.Kind);
            Assert.Contains($"grant select on \"side\" to \"{role}\"", table.Message);
            Assert.DoesNotContain("\"tasks\"", table.Message);
            var schema = await fixture.ProblemAsync(Beside with { State = "(select s.state from vault.side s where s.job = job.id)" }, reader);
            Assert.Contains($"grant usage on schema \"vault\" to \"{role}\"", schema.Message);
        }
        finally
        {
            await fixture.Database.ExecuteAsync($"drop owned by {role}; drop role {role}");
        }
    }

    [Fact]
    public async Task A_missing_connect_is_what_is_to_be_granted()
    {
        await using var fixture = await TasksTable.CreateAsync(Tables);
        var role = fixture.Database.Name + "_guest";
        await fixture.Database.ExecuteAsync($"create role {role} login password 'x'; revoke connect on database {fixture.Database.Name} from public; grant select on tasks to {role}");
        try
        {
            await using var guest = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(fixture.Database.ConnectionString) { Username = role, Password = "x", Pooling = false });
            var problem = await fixture.ProblemAsync(TasksTable.Mapping, guest);
            Assert.Equal(SourceProblemKind.NoPrivilege, problem.Kind);
            Assert.Contains($"grant connect on database \"{fixture.Database.Name}\"", problem.Message);
            Assert.DoesNotContain("SELECT", problem.Message);
        }
        finally
        {
            await fixture.Database.ExecuteAsync($"drop owned by {role}; drop role {role}");
        }
    }

    [Fact]
    public async Task A_table_that_a_migration_holds_is_no_wrong_mapping()
    {
        await using var fixture = await TasksTable.CreateAsync(Tables);
        await using var migration = await fixture.Database.OpenAsync();
        await using var transaction = await migration.BeginTransactionAsync();
        await using (var held = new NpgsqlCommand("lock table tasks in access exclusive mode", migration))
            await held.ExecuteNonQueryAsync();

        var problem = await fixture.ProblemAsync(TasksTable.Mapping);

        Assert.True(problem.IsRetryable);
        Assert.StartsWith("Somebody else holds the table in the database of source 'tasks' (a migration's ALTER TABLE, say)", problem.Message);
    }

    [Theory]
    [InlineData("57014", true)]
    [InlineData("55P03", true)]
    [InlineData("57P05", true)]
    [InlineData("53100", true)]
    [InlineData("53300", true)]
    [InlineData("57P03", true)]
    [InlineData("08006", true)]
    [InlineData("XX001", true)]
    [InlineData("40001", true)]
    [InlineData("28P01", false)]
    [InlineData("3D000", false)]
    [InlineData("42703", false)]
    [InlineData("22P02", false)]
    public void Only_what_does_not_pass_by_itself_asks_for_another_mapping_or_user(string state, bool passes) =>
        Assert.Equal(passes, SourceFaults.Explain("q", new PostgresException("what Postgres said", "ERROR", "ERROR", state), said => said).IsRetryable);
}
