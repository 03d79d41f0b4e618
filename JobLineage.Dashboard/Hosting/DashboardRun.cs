using JobLineage.Core.Feed;
using JobLineage.Core.Postgres;
using JobLineage.Core.Store;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Npgsql;

namespace JobLineage.Dashboard.Hosting;

/// <summary>Runs a dashboard to its end.</summary>
public static class DashboardRun
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Starts, says where it is, and waits for SIGTERM, Ctrl+C or <paramref name="cancellation"/>.</summary>
    /// <exception cref="ServiceFailedException">It ended because a part of it failed.</exception>
    public static async Task ServeAsync(WebApplication app, TextWriter output, CancellationToken cancellation)
    {
        var leader = app.Services.GetService<Leader>();
        if (leader is not null)
            leader.Refused += app.Lifetime.StopApplication;
        await CheckStoreAsync(app, cancellation);
        try
        {
            await app.StartAsync(cancellation);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // A part that fails while others still start ends the start, which looks as if somebody had asked for it.
            ThrowIfFailed(app, leader);
            throw;
        }

        foreach (var address in Addresses(app))
            await output.WriteLineAsync($"Job Lineage is at {Displayed(address)}");
        await output.FlushAsync(CancellationToken.None);
        await app.WaitForShutdownAsync(cancellation);
        ThrowIfFailed(app, leader);
    }

    private static void ThrowIfFailed(WebApplication app, Leader? leader)
    {
        if (leader?.Refusal is { } refusal)
            throw refusal;
        ServiceFailures.ThrowIfAny(app.Services, app.Logger);
    }

    /// <summary>A store that can't be used is refused before anybody is let in; one that does not answer yet is waited for later.</summary>
    private static async Task CheckStoreAsync(WebApplication app, CancellationToken cancellation)
    {
        if (app.Services.GetService<NpgsqlDataSource>() is not { } store)
            return;
        using var patience = new CancellationTokenSource(Patience, app.Services.GetRequiredService<TimeProvider>());
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        try
        {
            await StoreGate.CheckAsync(store, either.Token);
        }
        catch (Exception e) when (DatabaseFailure.Is(e)
            || (e is OperationCanceledException && patience.IsCancellationRequested && !cancellation.IsCancellationRequested))
        {
        }
    }

    /// <summary>Where a started dashboard listens, with the ports that the system chose.</summary>
    public static IReadOnlyCollection<string> Addresses(WebApplication app) =>
        [.. app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses];

    /// <summary>An address that a browser here can open: "all addresses" is none.</summary>
    internal static string Displayed(string address)
    {
        foreach (var any in (ReadOnlySpan<string>)["://0.0.0.0", "://[::]", "://*", "://+"])
        {
            if (address.Contains(any, StringComparison.Ordinal))
                return address.Replace(any, "://localhost", StringComparison.Ordinal) + " (on all addresses of this machine)";
        }

        return address;
    }
}
