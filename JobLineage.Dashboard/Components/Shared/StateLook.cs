using JobLineage.Core.Alerts;
using JobLineage.Core.Model;

namespace JobLineage.Dashboard.Components.Shared;

/// <summary>
/// How a state looks everywhere: an icon and a label beside every colour. The colour itself is the property
/// <c>--{Css}</c> in app.css, in light and dark.
/// </summary>
/// <param name="Label">What it is called on screen.</param>
/// <param name="Icon">Path data of a 16 × 16 line drawing.</param>
/// <param name="Css">The class, and the name of the colour property.</param>
public sealed record StateLook(string Label, string Icon, string Css)
{
    private static readonly StateLook[] JobLooks =
    [
        new("available", Glyphs.Circle, "state-available"),
        new("scheduled", Glyphs.Clock, "state-scheduled"),
        new("suspended", Glyphs.Pause, "state-suspended"),
        new("executing", Glyphs.Play, "state-executing"),
        new("retryable", Glyphs.Retry, "state-retryable"),
        new("completed", Glyphs.Check, "state-completed"),
        new("discarded", Glyphs.Cross, "state-discarded"),
        new("cancelled", Glyphs.Slashed, "state-cancelled"),
    ];

    /// <summary>The looks of all job states, in the order in which states are shown.</summary>
    public static IReadOnlyList<StateLook> Jobs => JobLooks;

    /// <summary>The look of a job's state.</summary>
    public static StateLook Of(JobState state) => JobLooks[(int)state];

    /// <summary>The look of a run's state; borrows the colours of the job states.</summary>
    public static StateLook Of(RunState state) => state switch
    {
        RunState.Running => new("running", Glyphs.Play, "state-executing"),
        RunState.Stuck => new("stuck", Glyphs.Hourglass, "state-retryable"),
        RunState.Failing => new("failing", Glyphs.Warning, "state-discarded"),
        RunState.Failed => new("failed", Glyphs.Cross, "state-discarded"),
        RunState.Finished => new("finished", Glyphs.Check, "state-completed"),
        _ => throw new ArgumentOutOfRangeException(nameof(state)),
    };

    /// <summary>The look of a finding.</summary>
    public static StateLook Of(FindingKind kind) => kind switch
    {
        FindingKind.Failing => new("failing", Glyphs.Cross, "state-discarded"),
        FindingKind.Stuck => new("stuck", Glyphs.Hourglass, "state-retryable"),
        FindingKind.Childless => new("childless", Glyphs.Childless, "state-available"),
        FindingKind.Missing => new("missing", Glyphs.Missing, "state-available"),
        FindingKind.Waiting => new("waiting", Glyphs.Clock, "state-scheduled"),
        FindingKind.Orphaned => new("orphaned", Glyphs.Broken, "state-suspended"),
        FindingKind.Cycle => new("cycle", Glyphs.Retry, "state-suspended"),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    /// <summary>The look of a digest's state.</summary>
    public static StateLook Of(DeliveryState state) => state switch
    {
        DeliveryState.Pending => new("pending", Glyphs.Clock, "state-scheduled"),
        DeliveryState.Sending => new("sending", Glyphs.Play, "state-executing"),
        DeliveryState.Accepted => new("accepted", Glyphs.Check, "state-completed"),
        DeliveryState.Unknown => new("unknown", Glyphs.Hourglass, "state-retryable"),
        DeliveryState.Failed => new("failed", Glyphs.Cross, "state-discarded"),
        DeliveryState.GivenUp => new("given up", Glyphs.Slashed, "state-discarded"),
        _ => throw new ArgumentOutOfRangeException(nameof(state)),
    };

    /// <summary>The look of a feed's state.</summary>
    public static StateLook Of(FeedState state) => state switch
    {
        FeedState.Starting => new("starting", Glyphs.Clock, "state-scheduled"),
        FeedState.Backfilling => new("first reading", Glyphs.Play, "state-executing"),
        FeedState.Polling => new("polling", Glyphs.Retry, "state-completed"),
        FeedState.Live => new("live", Glyphs.Check, "state-completed"),
        FeedState.Reconnecting => new("reconnecting", Glyphs.Retry, "state-retryable"),
        FeedState.Misconfigured => new("misconfigured", Glyphs.Warning, "state-discarded"),
        FeedState.Stopped => new("stopped", Glyphs.Pause, "state-discarded"),
        _ => throw new ArgumentOutOfRangeException(nameof(state)),
    };
}
