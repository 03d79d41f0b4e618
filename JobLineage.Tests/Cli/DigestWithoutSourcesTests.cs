using JobLineage.Dashboard.Cli;
using JobLineage.Dashboard.Hosting;
using JobLineage.Tests.Alerts;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Cli;

/// <summary><c>digest</c> where no source is configured: it reads nothing, and never says that nothing failed.</summary>
public sealed class DigestWithoutSourcesTests
{
    private const string Missing = "set JobLineage:Sources:<name>.";
    private const string LastRead = "update job_lineage.source set as_of = '2026-03-01 12:00Z'";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task None_of_those_that_the_store_has_is_taken_for_read(bool isDryRun)
    {
        await using var fixture = await DigestFixture.CreateAsync();
        using var folder = new TempFolder();
        await fixture.Store.SqlAsync(LastRead);

        var quiet = await RunAsync(fixture.Store.Database, folder, isDryRun);
        Assert.Equal(ExitCodes.Unreachable, quiet.ExitCode);
        Assert.Equal("There is nothing to report in what could be read.\n", quiet.Output);
        Assert.Equal($"Source 'oban' was last read at 2026-03-01 12:00:00 UTC; what failed there since is not reported. It is not configured here: {Missing}\n", quiet.Error);

        // What the store knows is told all the same.
        await fixture.FailAsync(1);
        await fixture.Store.SqlAsync(LastRead);
        var told = await RunAsync(fixture.Store.Database, folder, isDryRun);
        Assert.Equal(ExitCodes.Unreachable, told.ExitCode);
        Assert.Contains("1 job failed: ", told.Output);
        var message = isDryRun ? told.Output : (await fixture.Reader.FindAsync((await fixture.OnlyAsync()).Id, default))!.Text;
        Assert.Contains("Source oban could not be read in full: what failed there after 2026-03-01 12:00:00 UTC is not in this message. It is not configured here", message);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Where_the_store_has_none_either_the_configuration_is_what_is_missing(bool isDryRun)
    {
        await using var store = await TestDatabase.CreateStoreAsync();
        using var folder = new TempFolder();

        var ran = await RunAsync(store, folder, isDryRun);

        Assert.Equal(
            (ExitCodes.Usage, "There is nothing to report in what could be read.\n", $"No source is configured, and the store knows none, so nothing was read: {Missing}\n"), ran);
    }

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(TestDatabase store, TempFolder folder, bool isDryRun)
    {
        var arguments = new DashboardArguments
        {
            CurrentDirectory = folder.Path,
            Settings = new Dictionary<string, string?>
            {
                [DashboardData.StoreKey] = store.ConnectionString,
                ["JobLineage:Digest:Channel"] = "File",
                ["JobLineage:Digest:File:Directory"] = folder.Path,
                ["JobLineage:Digest:BaseUrl"] = DigestFixture.BaseUrl,
            },
        };
        var (output, error) = (new StringWriter { NewLine = "\n" }, new StringWriter { NewLine = "\n" });
        var exitCode = await DigestCommand.RunAsync(arguments, isDryRun, output, error, default);
        return (exitCode, output.ToString(), error.ToString());
    }
}
