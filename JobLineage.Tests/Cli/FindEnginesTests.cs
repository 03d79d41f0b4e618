using System.Text.Json;
using JobLineage.Core.Sources;
using JobLineage.Dashboard.Cli;
using JobLineage.Tests.Engines.Conformance;
using JobLineage.Tests.Support;
using Microsoft.Extensions.Configuration;
using Npgsql;

namespace JobLineage.Tests.Cli;

/// <summary><c>doctor --connection …</c> and nothing else: which queues a database has, and what would read them.</summary>
[Takes(30)]
public sealed class FindEnginesTests
{
    [Fact]
    public async Task The_doctor_finds_every_known_queue_of_a_database_and_prints_what_reads_it()
    {
        await using var database = await TestDatabase.CreateAsync();
        // Two tables are called job, and neither is taken for the other.
        foreach (var folder in new[] { "pgboss12", "hangfire", "que", "dbos", "procrastinate", "graphile_worker", "river", "good_job", "solid_queue" })
            await database.ExecuteAsync(EngineCase.Read("engines", folder, "schema.sql"));
        await database.ExecuteAsync(EngineCase.Read("oban", "schema.sql"));
        await database.ExecuteAsync("create schema tenant_b; create table tenant_b.oban_jobs (like public.oban_jobs); create table oban_producers (node text, queue text, started_at timestamp, updated_at timestamp, meta jsonb)");
        await database.ExecuteAsync("insert into river_job (id, kind, max_attempts, args, metadata) values (1, 'Sync', 3, '{}', '{}'), (2, 'Page', 3, '{}', '{\"parent_job_id\": 1}'), (3, 'Page', 3, '{}', '{\"parent_job_id\": 1}')");
        var (output, error) = (new StringWriter(), new StringWriter());
        var exit = await CommandLine.RunAsync(["doctor", "--connection", database.ConnectionString, "--json"], output, error);
        Assert.Equal(("", ExitCodes.Ok), (error.ToString(), exit));
        var found = JsonDocument.Parse(output.ToString()).RootElement.GetProperty("engines").EnumerateArray().ToList();
        Assert.Equal(
            ["dbos dbos", "good_job public", "graphile_worker graphile_worker", "hangfire hangfire", "oban public", "oban tenant_b", "pg_boss pgboss", "procrastinate public", "que public", "river public", "solid_queue public"],
            found.Select(f => $"{f.GetProperty("preset").GetString()} {f.GetProperty("schema").GetString()}").Order(StringComparer.Ordinal));
        var river = found.Single(f => f.GetProperty("preset").GetString() == "river");
        Assert.Equal((2L, 3L), (river.GetProperty("linked").GetInt64(), river.GetProperty("newest").GetInt64()));
        var tenant = found.Single(f => f.GetProperty("schema").GetString() == "tenant_b").GetProperty("configuration").GetString()!;
        // What is printed is what is read.
        using var configuration = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(tenant.Replace("…", "Host=h;Database=d")));
        var read = SourcesConfigurationReader.Read(new ConfigurationBuilder().AddJsonStream(configuration).Build());
        Assert.Empty(read.Errors);
        Assert.Equal(("oban.tenant_b", "tenant_b"), (read.Sources.Single().Name, read.Sources.Single().Mapping.Schema));

        output = new();
        Assert.Equal(ExitCodes.Ok, await CommandLine.RunAsync(["doctor", "--connection", database.ConnectionString], output, error));
        Assert.Contains("River in public.river_job", output.ToString());
        Assert.Contains("66 % of its jobs since yesterday carry a parent.", output.ToString());
    }

    [Fact]
    public async Task A_database_without_any_says_which_are_known_and_a_reader_without_rights_which_it_lacks()
    {
        await using var database = await TestDatabase.CreateAsync();
        var (output, error) = (new StringWriter(), new StringWriter());
        Assert.Equal(ExitCodes.NotFound, await CommandLine.RunAsync(["doctor", "--connection", database.ConnectionString], output, error));
        Assert.StartsWith("No queue that is known by name is in this database (Oban, research_jobs, pg-boss", output.ToString());

        var role = $"jl_reader_{Guid.NewGuid():N}";
        await database.ExecuteAsync(EngineCase.Read("engines", "graphile_worker", "schema.sql"));
        await database.ExecuteAsync($"create role {role} login password 'x'");
        try
        {
            var reader = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Username = role, Password = "x" }.ConnectionString;
            output = new();
            Assert.Equal(ExitCodes.NotFound, await CommandLine.RunAsync(["doctor", "--connection", reader], output, error));
            Assert.Contains($"grant usage on schema \"graphile_worker\" to \"{role}\"", output.ToString());

            await database.ExecuteAsync($"grant usage on schema graphile_worker to {role}; grant select on all tables in schema graphile_worker to {role}");
            output = new();
            await CommandLine.RunAsync(["doctor", "--connection", reader], output, error);
            foreach (var table in new[] { "_private_jobs", "_private_tasks", "_private_job_queues" })
                Assert.Contains($"create policy job_lineage_reads on \"graphile_worker\".\"{table}\" for select to \"{role}\" using (true);", output.ToString());
        }
        finally
        {
            await database.ExecuteAsync($"drop owned by {role}; drop role {role}");
        }
    }
}
