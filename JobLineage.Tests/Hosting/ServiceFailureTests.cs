using JobLineage.Core.Store;
using JobLineage.Dashboard.Cli;
using JobLineage.Dashboard.Hosting;
using JobLineage.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace JobLineage.Tests.Hosting;

/// <summary>A part that runs in the background and fails.</summary>
public sealed class ServiceFailureTests
{
    [Fact]
    public async Task It_ends_the_program_with_a_sentence_and_an_exit_code()
    {
        var failure = await EndAsync(new InvalidOperationException("the works are stuck\nmore"));

        Assert.Equal(ExitCodes.Failed, failure.ExitCode);
        Assert.Equal("Failing failed, and the program ended: the works are stuck (The log tells more.)", Assert.Single(failure.Sentences));
    }

    [Fact]
    public async Task A_store_of_a_newer_program_is_a_matter_of_configuration()
    {
        var failure = await EndAsync(new StoreException("Run the newer program."));

        Assert.Equal(ExitCodes.Usage, failure.ExitCode);
        Assert.Equal("Run the newer program.", Assert.Single(failure.Sentences));
    }

    [Fact]
    public async Task A_database_is_told_from_a_mistake() =>
        Assert.Equal(ExitCodes.Unreachable, (await EndAsync(new NpgsqlException("gone"))).ExitCode);

    private static async Task<Failure> EndAsync(Exception reason)
    {
        using var folder = new TempFolder();
        await using var app = TestDashboard.Build(
            folder, "http://127.0.0.1:0", [], more: setup => setup.Builder.Services.AddHostedService(_ => new Failing(reason)));
        return Failure.Of(await Assert.ThrowsAsync<ServiceFailedException>(() => DashboardRun.ServeAsync(app, TextWriter.Null, default)));
    }

    private sealed class Failing(Exception reason) : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            await Task.Yield();
            throw reason;
        }
    }
}
