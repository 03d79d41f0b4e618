using JobLineage.Core.Embedded;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace JobLineage.Tests.Support;

/// <summary>
/// The one server that all tests of this process share: that of JOBLINEAGE_TEST_POSTGRES when it holds a connection string
/// (of a user who may create databases), else a private one that starts with the first test that asks for it.
/// </summary>
public static class PostgresFixture
{
    private const string Variable = "JOBLINEAGE_TEST_POSTGRES";
    private const int Places = 20;

    private static readonly SemaphoreSlim Gate = new(1);
    private static EmbeddedPostgres? _embedded;
    private static string? _connectionString;

    /// <summary>The connection string to the server's <c>postgres</c> database (or the one that was given).</summary>
    public static async Task<string> ConnectionStringAsync()
    {
        await Gate.WaitAsync();
        try
        {
            return _connectionString ??= Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given ? given : await StartAsync();
        }
        finally
        {
            Gate.Release();
        }
    }

    /// <summary>Stops the private server, if it was started.</summary>
    public static async Task StopAsync()
    {
        await Gate.WaitAsync();
        try
        {
            NpgsqlConnection.ClearAllPools();
            if (_embedded is not null)
                await _embedded.DisposeAsync();
            (_embedded, _connectionString) = (null, null);
        }
        finally
        {
            Gate.Release();
        }
    }

    // The first place that no other test process holds, so that what a killed run left running is found and stopped by the next.
    private static async Task<string> StartAsync()
    {
        for (var place = 0; ; place++)
        {
            var folder = Path.Combine(Path.GetTempPath(), $"joblineage-tests-{Environment.UserName}-{place}");
            try
            {
                _embedded = await StartInAsync(folder);
                var connectionString = _embedded.ConnectionStringTo("postgres");
                await TestDatabase.DropLeftoversAsync(connectionString);
                return connectionString;
            }
            catch (EmbeddedPostgresException e) when (e.Failure == EmbeddedPostgresFailure.InUse && place < Places)
            {
            }
        }
    }

    private static async Task<EmbeddedPostgres> StartInAsync(string folder)
    {
        var options = new EmbeddedPostgresOptions
        {
            DataDirectory = folder,
            Settings = new Dictionary<string, string>
            {
                ["fsync"] = "off",
                ["synchronous_commit"] = "off",
                ["full_page_writes"] = "off",
                ["max_connections"] = "400",
            },
        };
        try
        {
            return await EmbeddedPostgres.StartAsync(options, NullLogger.Instance, CancellationToken.None);
        }
        catch (EmbeddedPostgresException e) when (e.Failure is EmbeddedPostgresFailure.ServerFailed or EmbeddedPostgresFailure.VersionMismatch && Directory.Exists(folder))
        {
            // A cluster without fsync does not survive a machine that stopped: it holds nothing of worth.
            Directory.Delete(folder, recursive: true);
            return await EmbeddedPostgres.StartAsync(options, NullLogger.Instance, CancellationToken.None);
        }
    }
}
