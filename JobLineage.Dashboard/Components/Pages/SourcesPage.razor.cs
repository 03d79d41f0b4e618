using JobLineage.Core.Model;
using JobLineage.Dashboard.Live;

namespace JobLineage.Dashboard.Components.Pages;

/// <summary>The sources, and how each is read.</summary>
public sealed partial class SourcesPage
{
    private readonly LiveWatch<IReadOnlyList<SourceStatus>> _sources;

    private Said? _said;

    /// <summary>Creates the page.</summary>
    public SourcesPage() => _sources = Watch<IReadOnlyList<SourceStatus>>(pauses: false);

    private static string? Follows(FeedState state) => state switch
    {
        FeedState.Live => "by triggers",
        FeedState.Polling => "SELECT only",
        _ => null,
    };

    /// <inheritdoc />
    protected override Task WatchAsync() => _sources.SetAsync("sources", Hub.SubscribeSources);
}
