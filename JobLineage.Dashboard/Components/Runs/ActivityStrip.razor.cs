using System.Globalization;
using System.Text.Json;
using JobLineage.Core.Model;
using JobLineage.Core.Runs;
using JobLineage.Dashboard.Components.Shared;
using JobLineage.Dashboard.Live;
using Microsoft.AspNetCore.Components;

namespace JobLineage.Dashboard.Components.Runs;

/// <summary>
/// What happened in a run over time, in which a span can be chosen that the list of jobs, and the picture of the stages, then go by. Its height is there from the first HTML
/// on; what is in it is read when the page lives, and then every few seconds at most: it takes one look at the newest jobs.
/// </summary>
public sealed partial class ActivityStrip
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private readonly LiveWatch<RunActivity> _activity;
    private RunActivity? _counted;
    private int[] _started = [];
    private int[] _finished = [];
    private int[] _failed = [];
    private (RunActivity?, string, bool, int) _drawn = (null, "", false, -1);

    /// <summary>Creates it.</summary>
    public ActivityStrip() => _activity = Watch<RunActivity>();

    [Inject]
    private NavigationManager Nav { get; set; } = null!;

    private RunActivity? Activity => _activity.Value;

    private int Top => Math.Max(1, Enumerable.Range(0, RunActivity.Steps).Max(step => Math.Max(_started[step], _finished[step] + _failed[step])));

    private string Summary => Activity is null ? "" : string.Create(CultureInfo.InvariantCulture,
        $"{Format.Count(_started.Sum())} attempts began, {Format.Count(_finished.Sum())} jobs finished and {Format.Count(_failed.Sum())} failed for good");

    /// <summary>The stages in which something happened in the chosen span, for js/run.js; null where none is chosen.</summary>
    private string? Active => Activity is { } activity && Address.Within is { } within
        ? JsonSerializer.Serialize(activity.Stages.Where(stage => stage.IsActive(activity.StepOf(within.From), activity.StepOf(within.To))).Select(stage => stage.Stage))
        : null;

    private IEnumerable<(string Label, DateTimeOffset At, string Glyph, string Css)> Marks
    {
        get
        {
            if (Activity is not { } activity)
                return [];
            var marks = new List<(string Label, DateTimeOffset At, string Glyph, string Css)>();
            var failing = Run.Findings.Where(finding => finding.Kind == FindingKind.Failing)
                .Select(finding => (finding.Evidence.GetValueOrDefault("first") as IReadOnlyDictionary<string, object?>)?.GetValueOrDefault("at") as DateTimeOffset?).Min();
            if (failing is { } first)
                marks.Add(("First failure", first, Glyphs.Cross, "state-discarded"));
            foreach (var stuck in Run.Findings.Where(finding => finding.Kind == FindingKind.Stuck && finding.Stage is not null))
            {
                if (stuck.Evidence.GetValueOrDefault("queueLastAttemptedAt") is DateTimeOffset last)
                    marks.Add(($"{StagePath.NameOf(stuck.Stage!)}: last start", last, Glyphs.Pause, "state-retryable"));
            }

            return marks.Where(mark => mark.At >= activity.From && mark.At <= activity.To).DistinctBy(mark => mark.Label).Take(6);
        }
    }

    /// <inheritdoc />
    protected override async Task WatchAsync()
    {
        if (!IsInteractive)
            return;
        var (source, root) = (Run.Source, Run.RootId);
        var subject = new RunKey(source, root);
        object stamp = Run.Counts.Unfinished > 0 ? Run.AsOf.UtcTicks / Pause.Ticks : Run.Version;
        await _activity.SetAsync(subject, () => Hub.SubscribeView(subject, "activity", stamp, token => Views.FindActivityAsync(source, root, token)));
        Hub.Seen<RunActivity>(subject, "activity", stamp);
    }

    /// <inheritdoc />
    protected override void OnUpdated()
    {
        if (Activity is not { } activity || ReferenceEquals(activity, _counted))
            return;
        _counted = activity;
        (_started, _finished, _failed) = (Sum(stage => stage.Started), Sum(stage => stage.Finished), Sum(stage => stage.Failed));

        int[] Sum(Func<StageActivity, IReadOnlyList<int>> of) => [.. Enumerable.Range(0, RunActivity.Steps).Select(step => activity.Stages.Sum(stage => of(stage)[step]))];
    }

    /// <inheritdoc />
    protected override bool ShouldRender()
    {
        var now = (Activity, Address.ToString(), _activity.Update.IsUnknown, Run.Findings.Count);
        if (now == _drawn)
            return false;
        _drawn = now;
        return true;
    }

    private void Choose(ChangeEventArgs change)
    {
        if ((change.Value as string)?.Split(' ') is not [var from, var to]
            || !long.TryParse(from, NumberStyles.None, CultureInfo.InvariantCulture, out var first) || !long.TryParse(to, NumberStyles.None, CultureInfo.InvariantCulture, out var last)
            || Activity is not { } activity)
        {
            Nav.NavigateTo((Address with { Within = null, Page = null }).ToString());
            return;
        }

        var window = JobsWindow.Around(Within(first), Within(last));
        Nav.NavigateTo((Address with { Within = window, Page = null }).ToString());

        DateTimeOffset Within(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(
            Math.Clamp(milliseconds, activity.From.ToUnixTimeMilliseconds(), activity.To.ToUnixTimeMilliseconds()));
    }

    private string Words(JobsWindow within)
    {
        var span = $"{Clock.TimeOfDay(within.From)} – {Clock.TimeOfDay(within.To)}";
        if (Activity is not { } activity)
            return span;
        var (first, last) = (activity.StepOf(within.From), activity.StepOf(within.To));
        int In(int[] steps) => steps[first..(last + 1)].Sum();
        return $"{span}: {Format.Count(In(_started))} started, {Format.Count(In(_finished))} finished, {Format.Count(In(_failed))} failed";
    }

    private string Percent(DateTimeOffset at)
    {
        var activity = Activity!;
        var share = Math.Clamp((at - activity.From) / (activity.To - activity.From), 0, 1);
        return string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.##}%");
    }

    private string Bars(int[] values, int[] below)
    {
        var bars = new System.Text.StringBuilder();
        var unit = 56.0 / Top;
        for (var step = 0; step < values.Length; step++)
        {
            if (values[step] > 0)
                bars.Append(CultureInfo.InvariantCulture, $"M{step * 10 + 1} {Show.Px(60 - (below.Length > 0 ? below[step] : 0) * unit)}v-{Show.Px(Math.Max(1, values[step] * unit))}h8v{Show.Px(Math.Max(1, values[step] * unit))}z");
        }

        return bars.ToString();
    }

    private string Line(int[] values)
    {
        var unit = 56.0 / Top;
        return "M0 60" + string.Concat(values.Select((value, step) => string.Create(CultureInfo.InvariantCulture, $"L{step * 10 + 5} {Show.Px(60 - value * unit)}")));
    }
}
