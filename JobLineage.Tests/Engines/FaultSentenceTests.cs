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
        Assert.StartsWith("Another transaction holds the table of source 'tasks' for itself, as a migration does", problem.Message);
    }

    [Theory]
    [InlineData("57014", true, "ran into its time limit")]
    [InlineData("55P03", true, "as a migration does")]
    [InlineData("57P05", true, "idle_session_timeout")]
    [InlineData("53100", true, "disk of the database of source 'q' is full")]
    [InlineData("53300", true, "no connection left")]
    [InlineData("57P03", true, "starting, stopping or restarting")]
    [InlineData("08006", true, "was lost")]
    [InlineData("XX001", true, "fault of its own")]
    [InlineData("40001", true, "standby")]
    [InlineData("28P01", false, "check user and password")]
    [InlineData("3D000", false, "no such database")]
    [InlineData("42703", false, "can't be read")]
    [InlineData("22P02", false, "mend the row, or the expression")]
    public void Every_class_has_its_own_sentence(string state, bool passes, string part)
    {
        var problem = SourceProbe.Explain("q", new PostgresException("what Postgres said", "ERROR", "ERROR", state));
        Assert.Equal(passes, problem.IsRetryable);
        Assert.Contains(part, problem.Message);
        Assert.Contains("what Postgres said", problem.Message);
    }
}
