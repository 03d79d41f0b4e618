using JobLineage.Tests.Support;

namespace JobLineage.Tests.Browser;

/// <summary>A dashboard for tests that only look.</summary>
public sealed class SharedDashboard : IAsyncLifetime
{
    internal LiveDashboard Dashboard { get; private set; } = null!;

    public async Task InitializeAsync() => Dashboard = await LiveDashboard.StartAsync(RecordedData.ObanEnd);

    public async Task DisposeAsync() => await Dashboard.DisposeAsync();
}
