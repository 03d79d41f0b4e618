using JobLineage.Core.Embedded;
using JobLineage.Dashboard.Demo;
using JobLineage.Dashboard.Demo.Research;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace JobLineage.Tests.Support;

/// <summary>
/// Programs so small that tests can end them in every way a program ends: <c>dotnet exec JobLineage.Tests.dll DIR</c> holds a
/// private Postgres, prints the connection string, or the sentence that says why not, and waits for the end of its input.
/// With <c>work</c> or <c>reap</c> and a connection string it is a worker or the janitor of research_jobs.
/// </summary>
public static class ProgramOfTests
{
    internal const string Work = "work";

    internal const string Reap = "reap";

    public static async Task<int> Main(string[] args)
    {
        switch (args)
        {
            case [var folder]:
                if (!await HoldAsync(folder))
                    return 1;
                break;
            case [Work, var connection]:
                await WorkAsync(connection);
                break;
            case [Reap, var connection]:
                await ReapAsync(connection);
                break;
            default:
                await Console.Error.WriteLineAsync("Run the tests with `dotnet test`.");
                return 2;
        }

        await Console.In.ReadToEndAsync();
        return 0;
    }

    private static async Task<bool> HoldAsync(string folder)
    {
        try
        {
            // Not disposed on purpose: what is watched is how the end of the process treats the server.
            var postgres = await EmbeddedPostgres.StartAsync(
                new EmbeddedPostgresOptions { DataDirectory = folder }, NullLogger.Instance, CancellationToken.None);
            Console.WriteLine(postgres.ConnectionString);
            return true;
        }
        catch (EmbeddedPostgresException e)
        {
            Console.WriteLine(e.Message);
            return false;
        }
    }

    /// <summary>Claims a row by the recorded worker's statement, and then works on it.</summary>
    private static async Task WorkAsync(string connection)
    {
        await using var database = NpgsqlDataSource.Create(connection);
        var job = await ResearchStatements.ClaimAsync(database, Clock, "apple", "rebuild_index", $"research-1:{Environment.ProcessId}:apple.rebuild_index", default);
        Console.WriteLine(job is null ? "none" : $"{job.Id} {job.Attempts}/{job.MaxAttempts}");
    }

    /// <summary>Goes round by the recorded janitor's statements. The time after which he gives a row up is over at once.</summary>
    private static async Task ReapAsync(string connection)
    {
        await using var database = NpgsqlDataSource.Create(connection);
        await ResearchStatements.ReapAsync(database, Clock, TimeSpan.Zero, default);
        Console.WriteLine("reaped");
    }

    private static DemoClock Clock => new(TimeProvider.System, 1);
}
