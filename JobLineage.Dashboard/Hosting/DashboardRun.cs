using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;

namespace JobLineage.Dashboard.Hosting;

/// <summary>Runs a dashboard to its end.</summary>
public static class DashboardRun
{
    /// <summary>Starts, says where it is, and waits for SIGTERM, Ctrl+C or <paramref name="cancellation"/>.</summary>
    public static async Task ServeAsync(WebApplication app, TextWriter output, CancellationToken cancellation)
    {
        await app.StartAsync(cancellation);
        foreach (var address in Addresses(app))
            await output.WriteLineAsync($"Job Lineage is at {Displayed(address)}");
        await output.FlushAsync(CancellationToken.None);
        await app.WaitForShutdownAsync(cancellation);
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
