using Bunit;
using JobLineage.Core.Lineage;
using JobLineage.Core.Runs;
using JobLineage.Dashboard.Live;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace JobLineage.Tests.Support;

/// <summary>Renders components as a circuit would, over a store in memory.</summary>
public abstract class PageContext : BunitContext, IAsyncLifetime
{
    protected PageContext()
        : this(TimeProvider.System)
    {
    }

    /// <param name="time">The clock of the pages; hubs have their own.</param>
    protected PageContext(TimeProvider time)
    {
        Hub = new(Reader, Signal, TimeProvider.System, NullLogger<RunHub>.Instance);
        Services.AddSingleton(time);
        Services.AddSingleton<IRunReader>(Reader);
        Services.AddSingleton(Hub);
        Services.AddSingleton<IUntrackedLineage>(Untracked);
        Configured = new(ConfiguredNames);
        Services.AddPageParts(Views, Comparisons, Digests, Configured);
        // What MudBlazor asks of the browser is answered by nothing.
        JSInterop.Mode = JSRuntimeMode.Loose;
        SetRendererInfo(new RendererInfo("Server", true));
    }

    internal FakeRunReader Reader { get; } = new();

    internal FakeEdges Edges => Views.Edges;

    internal FakeRunSignal Signal { get; } = new();

    internal RunHub Hub { get; }

    internal FakeRunViews Views { get; } = new();

    internal FakeComparisons Comparisons { get; } = new();

    internal FakeDigests Digests { get; } = new();

    /// <summary>What is configured by its name; nothing unless a test adds something before it renders.</summary>
    internal List<string> ConfiguredNames { get; } = [];

    internal ConfiguredSources Configured { get; }

    internal FakeUntracked Untracked { get; } = new();

    public Task InitializeAsync() => Task.CompletedTask;

    // Some of MudBlazor's services can be disposed of in this way alone.
    async Task IAsyncLifetime.DisposeAsync() => await DisposeAsync();

    /// <summary>Disposes the components, then makes sure that nobody is still subscribed.</summary>
    internal async Task AssertNothingLeaksAsync()
    {
        await DisposeComponentsAsync();
        Assert.Equal(0, Hub.Viewers);
    }
}
