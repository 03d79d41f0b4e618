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
        new("available", Icons.Circle, "state-available"),
        new("scheduled", Icons.Clock, "state-scheduled"),
        new("suspended", Icons.Pause, "state-suspended"),
        new("executing", Icons.Play, "state-executing"),
        new("retryable", Icons.Retry, "state-retryable"),
        new("completed", Icons.Check, "state-completed"),
        new("discarded", Icons.Cross, "state-discarded"),
        new("cancelled", Icons.Slashed, "state-cancelled"),
    ];

    /// <summary>The looks of all job states, in the order in which states are shown.</summary>
    public static IReadOnlyList<StateLook> Jobs => JobLooks;

    /// <summary>The look of a job's state.</summary>
    public static StateLook Of(JobState state) => JobLooks[(int)state];

    /// <summary>The look of a run's state; borrows the colours of the job states.</summary>
    public static StateLook Of(RunState state) => state switch
    {
        RunState.Running => new("running", Icons.Play, "state-executing"),
        RunState.Stuck => new("stuck", Icons.Hourglass, "state-retryable"),
        RunState.Failing => new("failing", Icons.Warning, "state-discarded"),
        RunState.Failed => new("failed", Icons.Cross, "state-discarded"),
        RunState.Finished => new("finished", Icons.Check, "state-completed"),
        _ => throw new ArgumentOutOfRangeException(nameof(state)),
    };

    /// <summary>The look of a finding.</summary>
    public static StateLook Of(FindingKind kind) => kind switch
    {
        FindingKind.Failing => new("failing", Icons.Cross, "state-discarded"),
        FindingKind.Stuck => new("stuck", Icons.Hourglass, "state-retryable"),
        FindingKind.Childless => new("childless", Icons.Childless, "state-available"),
        FindingKind.Missing => new("missing", Icons.Missing, "state-available"),
        FindingKind.Waiting => new("waiting", Icons.Clock, "state-scheduled"),
        FindingKind.Orphaned => new("orphaned", Icons.Broken, "state-suspended"),
        FindingKind.Cycle => new("cycle", Icons.Retry, "state-suspended"),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    /// <summary>The look of a digest's state.</summary>
    public static StateLook Of(DeliveryState state) => state switch
    {
        DeliveryState.Pending => new("pending", Icons.Clock, "state-scheduled"),
        DeliveryState.Sending => new("sending", Icons.Play, "state-executing"),
        DeliveryState.Accepted => new("accepted", Icons.Check, "state-completed"),
        DeliveryState.Unknown => new("unknown", Icons.Hourglass, "state-retryable"),
        DeliveryState.Failed => new("failed", Icons.Cross, "state-discarded"),
        DeliveryState.GivenUp => new("given up", Icons.Slashed, "state-discarded"),
        _ => throw new ArgumentOutOfRangeException(nameof(state)),
    };

    /// <summary>The look of a feed's state.</summary>
    public static StateLook Of(FeedState state) => state switch
    {
        FeedState.Starting => new("starting", Icons.Clock, "state-scheduled"),
        FeedState.Backfilling => new("first reading", Icons.Play, "state-executing"),
        FeedState.Polling => new("polling", Icons.Retry, "state-completed"),
        FeedState.Live => new("live", Icons.Check, "state-completed"),
        FeedState.Reconnecting => new("reconnecting", Icons.Retry, "state-retryable"),
        FeedState.Misconfigured => new("misconfigured", Icons.Warning, "state-discarded"),
        FeedState.Stopped => new("stopped", Icons.Pause, "state-discarded"),
        _ => throw new ArgumentOutOfRangeException(nameof(state)),
    };
}
