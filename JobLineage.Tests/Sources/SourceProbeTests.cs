using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using JobLineage.Tests.Engines;
using JobLineage.Tests.Lineage;
using JobLineage.Tests.Support;
using Npgsql;

namespace JobLineage.Tests.Sources;

public sealed class SourceProbeTests
{
    private static readonly SourceMapping Oban = Presets.Oban("nightly");

    [Fact]
    public async Task Obans_table_is_found_with_its_states_and_row_versions()
    {
        await using var fixture = await LineageFixture.CreateAsync(RecordedData.ObanEnd);
        var (source, _) = await SourceProbe.ProbeAsync(Oban, fixture.Connections);
        Assert.Equal((JobIdKind.BigInt, "bigint", true), (source!.IdKind, source.IdType, source.HasRowVersions));
        Assert.Equal(8, source.StateLabels!.Count);
        Assert.Null(source.ParentIdKind);
    }

    [Fact]
    public async Task A_table_whose_state_is_text_has_no_labels()
    {
        await using var fixture = await LineageFixture.CreateAsync(RecordedData.ResearchMid);
        var (source, problem) = await SourceProbe.ProbeAsync(Presets.ResearchJobs("r"), fixture.Connections);
        Assert.Null(problem);
        Assert.Null(source!.StateLabels);
    }

    [Theory]
    [InlineData("Schema", "there is no schema 'tenant-9'; a table of that name is in public; set its Schema.", SourceProblemKind.NoSchema)]
    [InlineData("Table", "schema 'public' has no table 'oban_job'; set its Schema or Table.", SourceProblemKind.NoTable)]
    [InlineData("Id", "table public.oban_jobs has no column 'key' for the id; set its Id.", SourceProblemKind.BadId)]
    [InlineData("IdType", "column 'meta' of public.oban_jobs is jsonb, which can't be an id; set its Id to an integer, uuid or text column.", SourceProblemKind.BadId)]
    [InlineData("Worker", "Worker `module` does not work on public.oban_jobs: column \"module\" does not exist; set its Worker.", SourceProblemKind.BadExpression)]
    [InlineData("InsertedAt", "InsertedAt `args` does not work on public.oban_jobs: cannot cast type jsonb to timestamp with time zone; set its InsertedAt.", SourceProblemKind.BadExpression)]
    [InlineData("Unfinished", "Unfinished `done = false` does not work on public.oban_jobs: column \"done\" does not exist; set its Unfinished.", SourceProblemKind.BadExpression)]
    public async Task What_is_wrong_with_a_mapping_is_said_in_a_sentence_with_a_next_step(string what, string sentence, SourceProblemKind kind)
    {
        await using var fixture = await LineageFixture.ObanAsync();
        var mapping = what switch
        {
            "Schema" => Oban with { Schema = "tenant-9" },
            "Table" => Oban with { Table = "oban_job" },
            "Id" => Oban with { Id = "key" },
            "IdType" => Oban with { Id = "meta" },
            "Worker" => Oban with { Worker = "module" },
            "InsertedAt" => Oban with { InsertedAt = "args" },
            _ => Oban with { Unfinished = ["done = false"] },
        };
        var (source, problem) = await SourceProbe.ProbeAsync(mapping, fixture.Connections);
        Assert.Null(source);
        Assert.Equal((kind, $"Source 'nightly': {sentence}"), (problem!.Kind, problem.Message));
        Assert.False(problem.IsRetryable);
    }

    [Fact]
    public async Task A_user_who_may_not_read_is_told_what_to_grant()
    {
        await using var fixture = await LineageFixture.ObanAsync();
        var role = fixture.Database.Name + "_reader";
        await fixture.Database.ExecuteAsync($"create role {role} login");
        try
        {
            await using var reader = NpgsqlDataSource.Create(
                new NpgsqlConnectionStringBuilder(fixture.Database.ConnectionString) { Options = $"-c role={role}", Pooling = false });
            var (_, problem) = await SourceProbe.ProbeAsync(Oban, reader);
            Assert.Equal(SourceProblemKind.NoPrivilege, problem!.Kind);
            Assert.Contains($"may not read public.oban_jobs (permission denied for table oban_jobs)", problem.Message);
            Assert.Contains($"grant select on \"public\".\"oban_jobs\" to \"{role}\"", problem.Message);
            await fixture.Database.ExecuteAsync($"grant select on oban_jobs to {role}");
            Assert.Null((await SourceProbe.ProbeAsync(Oban, reader)).Problem);
        }
        finally
        {
            await fixture.Database.ExecuteAsync($"drop owned by {role}; drop role {role}");
        }
    }

    [Fact]
    public async Task A_database_that_does_not_answer_is_worth_another_try()
    {
        await using var nowhere = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Timeout=2;Username=x;Database=x");
        var (_, problem) = await SourceProbe.ProbeAsync(Oban, nowhere);
        Assert.True(problem!.IsRetryable);
        Assert.StartsWith("The database of source 'nightly' can't be reached: ", problem.Message);
        Assert.DoesNotContain('\n', problem.Message);
    }

    [Fact]
    public async Task A_database_that_does_not_exist_is_not_worth_another_try()
    {
        await using var fixture = await LineageFixture.CreateAsync();
        await using var other = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(fixture.Database.ConnectionString) { Database = "jl_no_such_database" });
        var (_, problem) = await SourceProbe.ProbeAsync(Oban, other);
        Assert.Equal(SourceProblemKind.Refused, problem!.Kind);
        Assert.Contains("jl_no_such_database", problem.Message);
    }

    [Fact]
    public async Task A_reader_needs_no_more_than_select()
    {
        await using var fixture = await LineageFixture.ObanAsync((1, null, "A", "completed"));
        var role = fixture.Database.Name + "_reader";
        await fixture.Database.ExecuteAsync($"create role {role} login; grant select on oban_jobs to {role}");
        try
        {
            await using var reader = NpgsqlDataSource.Create(
                new NpgsqlConnectionStringBuilder(fixture.Database.ConnectionString) { Options = $"-c role={role}", Pooling = false });
            var (source, _) = await SourceProbe.ProbeAsync(Oban, reader);
            Assert.Equal(1, (await new Core.Lineage.LineageQueries(source!, reader).GetPipelineStatsAsync("1"))!.Run.Total);
        }
        finally
        {
            await fixture.Database.ExecuteAsync($"drop owned by {role}; drop role {role}");
        }
    }

    [Fact]
    public async Task A_view_may_read_tables_that_its_reader_may_not_even_name()
    {
        await using var fixture = await LineageFixture.CreateAsync();
        var role = fixture.Database.Name + "_reader";
        await fixture.Database.ExecuteAsync($"""
            create schema hidden;
            create table hidden.steps (job bigint, state text) partition by list (state);
            create table hidden.steps_a partition of hidden.steps for values in ('a');
            create table tasks (id bigint primary key, status text, kind text);
            create view seen as select * from hidden.steps;
            create role {role} login; grant select on tasks, seen to {role}
            """);
        try
        {
            await using var reader = NpgsqlDataSource.Create(
                new NpgsqlConnectionStringBuilder(fixture.Database.ConnectionString) { Options = $"-c role={role}", Pooling = false });
            var (source, problem) = await SourceProbe.ProbeAsync(TasksTable.Mapping with { LastError = "(select max(s.state) from seen s where s.job = job.id)" }, reader);
            Assert.Null(problem?.Message);
            Assert.Equal(["\"hidden\".\"steps\""], source!.Unannounced);
        }
        finally
        {
            await fixture.Database.ExecuteAsync($"drop owned by {role}; drop role {role}");
        }
    }

    [Fact]
    public async Task What_a_plan_names_need_be_no_name()
    {
        await using var fixture = await LineageFixture.CreateAsync();
        await fixture.Database.ExecuteAsync("create table parted (n int) partition by list (n); create table \"a\"\"part\" partition of parted for values in (1)");
        await using var connection = await fixture.Connections.OpenConnectionAsync();
        Assert.Equal(
            ["\"public\".\"parted\"", "(public.a) INNER JOIN (public.b)"],
            (await SourceReach.RootsAsync(connection, 15, ["(public.a) INNER JOIN (public.b)", "\"public\".\"a\"\"part\"", "\"public\".\"parted\""], default)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Row_level_security_of_what_is_joined_hides_as_much_as_that_of_the_jobs()
    {
        await using var fixture = await LineageFixture.CreateAsync();
        var role = fixture.Database.Name + "_reader";
        await fixture.Database.ExecuteAsync($"""
            create schema other;
            create table tasks (id bigint primary key, status text, kind text);
            create table notes (job bigint, note text);
            create table other.words (job bigint, word text);
            create table plain (job bigint);
            alter table tasks enable row level security;
            alter table notes enable row level security;
            alter table other.words enable row level security;
            create role {role} login;
            create policy every on tasks for select to {role} using (true);
            create policy job_lineage_reads on other.words for select to current_user using (true);
            grant usage on schema other to {role}; grant select on tasks, notes, other.words, plain to {role}
            """);
        try
        {
            await using var reader = NpgsqlDataSource.Create(
                new NpgsqlConnectionStringBuilder(fixture.Database.ConnectionString) { Options = $"-c role={role}", Pooling = false });
            var mapping = TasksTable.Mapping with
            {
                Joins = "left join notes on notes.job = job.id left join other.words on words.job = job.id left join plain on plain.job = job.id",
                Changes = [new("notes", "job"), new("words", "job", "other"), new("plain", "job")],
            };
            Assert.True((await SourceProbe.ProbeAsync(mapping, reader)).Source!.HidesRows);
            var line = Assert.Single(await TasksTable.DoctorAsync(reader, mapping), line => line.StartsWith("Advice row security:", StringComparison.Ordinal));
            Assert.StartsWith("Advice row security: Row level security of \"public\".\"notes\", \"other\".\"words\" may hide rows from this user", line);
            // The name that is taken is not proposed again; what is proposed mends it.
            foreach (var proposed in new[] { $"create policy job_lineage_reads on \"public\".\"notes\" for select to \"{role}\" using (true);", $"create policy job_lineage_reads_{role} on \"other\".\"words\" for select to \"{role}\" using (true);" })
            {
                Assert.Contains(proposed, line);
                await fixture.Database.ExecuteAsync(proposed);
            }

            Assert.False((await SourceProbe.ProbeAsync(mapping, reader)).Source!.HidesRows);
            await fixture.Database.ExecuteAsync($"create policy but on notes as restrictive for select to {role} using (note <> 'secret')");
            line = Assert.Single(await TasksTable.DoctorAsync(reader, mapping), line => line.StartsWith("Advice row security:", StringComparison.Ordinal));
            Assert.Contains("a restrictive policy of \"public\".\"notes\" takes rows away, which no other policy gives back: read as a role with BYPASSRLS", line);
            Assert.DoesNotContain("create policy", line);
        }
        finally
        {
            await fixture.Database.ExecuteAsync($"drop owned by {role}; drop role {role}");
        }
    }
}
