using System.Collections.Concurrent;
using JobLineage.Bench.Running;
using JobLineage.Tests.Feed;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Hosting;

/// <summary>The program as it is run, on a store that a newer one has migrated.</summary>
public sealed class NewerStoreTests
{
    private const string Migrate = "insert into job_lineage.migration (version, name) values (999, 'later')";
    private const string Sentence = "is at version 999, and this program knows versions up to";

    [Fact]
    public async Task An_older_program_does_not_start_on_a_newer_store_and_says_why_once()
    {
        await using var store = await TestDatabase.CreateStoreAsync();
        await store.ExecuteAsync(Migrate);
        var said = new ConcurrentQueue<string>();
        await using var program = new DashboardProcess(DashboardProcess.Beside, store.ConnectionString, "oban", store.ConnectionString, said.Enqueue);

        program.Serve("http://127.0.0.1:0");

        await EndsAsync(program, said);
        Assert.DoesNotContain(said, line => line.Contains("Job Lineage is at", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_older_program_ends_with_a_sentence_when_the_store_is_migrated_while_it_runs()
    {
        await using var store = await TestDatabase.CreateStoreAsync();
        var said = new ConcurrentQueue<string>();
        await using var program = new DashboardProcess(DashboardProcess.Beside, store.ConnectionString, "oban", store.ConnectionString, said.Enqueue);
        program.Serve("http://127.0.0.1:0");
        await Soon.IsTrueAsync(async () => await store.ScalarAsync<long>("select count(*) from job_lineage.member") == 1);
        Assert.False(program.Server.HasExited);

        await store.ExecuteAsync(Migrate);

        await EndsAsync(program, said);
        // It has left in order: nobody waits for it.
        Assert.Equal(0, await store.ScalarAsync<long>("select count(*) from job_lineage.member"));
    }

    private static async Task EndsAsync(DashboardProcess program, ConcurrentQueue<string> said)
    {
        await program.Server.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(2));
        Assert.Equal(2, program.Server.ExitCode);
        Assert.Single(said, line => line.Contains(Sentence, StringComparison.Ordinal));
        Assert.DoesNotContain(said, line => line.TrimStart().StartsWith("at ", StringComparison.Ordinal));
    }
}
