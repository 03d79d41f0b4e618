using JobLineage.Core.Alerts;
using JobLineage.Core.Model;
using JobLineage.Dashboard.Components.Shared;

namespace JobLineage.Dashboard.Components.Digests;

/// <summary>Sentences about digests. Plain text: Razor escapes it.</summary>
internal static class DigestWords
{
    /// <summary>A state as it stands in addresses: <c>given-up</c>.</summary>
    public static string Name(DeliveryState state) => StateLook.Of(state).Label.Replace(' ', '-');

    /// <summary>The state of a name; null when there is none of it.</summary>
    public static DeliveryState? State(string? name)
    {
        foreach (var state in Enum.GetValues<DeliveryState>())
        {
            if (Name(state).Equals(name, StringComparison.OrdinalIgnoreCase))
                return state;
        }

        return null;
    }

    /// <summary>What a digest's state means for who waits for it.</summary>
    public static string Meaning(DigestSummary digest) => digest.State switch
    {
        DeliveryState.Pending when digest.Attempts > 0 => "It could not be sent yet and will be retried.",
        DeliveryState.Pending => "It is about to be sent.",
        DeliveryState.Sending => "It is being sent.",
        DeliveryState.Accepted when digest.PossibleDuplicate => "The channel accepted it; it may have arrived twice (possible duplicate).",
        DeliveryState.Accepted => "The channel accepted it.",
        DeliveryState.Unknown when digest.NextAttemptAt is not null => "Delivery is uncertain. It will be resent, marked as a possible duplicate.",
        DeliveryState.Unknown => "Delivery is uncertain. It is not resent, because duplicates are to be avoided.",
        DeliveryState.Failed => "The channel refused it. Its content goes into a later digest.",
        DeliveryState.GivenUp => "Delivery was uncertain twice. Its content goes into a later digest, marked as possibly reported before.",
        _ => throw new ArgumentOutOfRangeException(nameof(digest)),
    };

    /// <summary>What is wrong with the channel, and where to look; null when nothing is known to be.</summary>
    public static string? Trouble(DigestOverview overview, DigestPlan plan)
    {
        if (!overview.IsFailing || plan.Channel is null)
            return null;
        var last = overview.LastEnded!;
        var said = last.Detail is { } detail ? $": {detail.TrimEnd('.')}." : ".";
        return last.State switch
        {
            DeliveryState.Failed => $"{last.Channel ?? $"{plan.Channel}"} refused the last digest{said} Look at {Listed(plan.Keys)}. "
                + "Its content goes into the next one; a restart retries at once.",
            _ => $"Delivery of the last digest is uncertain{said}",
        };
    }

    /// <summary>When the next digest is due, and what would be in it.</summary>
    public static string Next(DigestOverview overview, DigestPlan plan, DateTimeOffset now)
    {
        var failures = overview.Untold switch
        {
            0 => "no failure waits for it",
            1 => "1 failure waits for it",
            _ => $"{Format.Count(overview.Untold)} failures wait for it",
        };
        var due = plan.NextAfter(now) is { } next ? $"The next one is due {Format.Ago(next, now)}" : "Its schedule has no next one";
        var rows = overview.UntoldRows switch
        {
            0 => "",
            1 => ", and 1 row that can't be read",
            _ => $", and {Format.Count(overview.UntoldRows)} rows that can't be read",
        };
        return $"{due}; {failures}{rows}{(overview is { Untold: 0, UntoldRows: 0 } && overview.Overdue.All(IsFine) ? ", and without any no digest is sent" : "")}.";
    }

    /// <summary>How a pipeline stands that is expected to finish.</summary>
    public static string Describe(OverdueState state, DateTimeOffset now)
    {
        if (!state.IsJudged)
            return "not judged yet: its source has not been followed for long enough";
        var last = state.LastAt is { } at ? $"last success {Format.Past(at, now)}" : "no success is known";
        return !state.IsOverdue ? $"in time, {last}"
            : state.IsMuted ? $"overdue and muted, {last}"
            : state.ToldIn is null ? $"overdue, {last}; the next digest says so"
            : $"overdue, {last}";
    }

    /// <summary>How long a mute holds, or held.</summary>
    public static string Describe(Mute mute, DateTimeOffset now) => mute.EndedAt is { } ended
        ? $"ended by hand {Format.Past(ended, now)}{(mute.EndedBy is { } by ? $" by {by}" : "")}"
        : mute.IsActive ? $"ends {Format.Ago(mute.Until, now)}" : $"ended {Format.Past(mute.Until, now)}";

    /// <summary>A pipeline as people call it.</summary>
    public static string Pipeline(string worker) => Format.Short(Workers.ShortName(worker), 60);

    private static bool IsFine(OverdueState state) => !state.IsOverdue || state.IsMuted || state.ToldIn is not null;

    private static string Listed(IReadOnlyList<string> keys) =>
        keys.Count == 1 ? keys[0] : $"{string.Join(", ", keys.SkipLast(1))} and {keys[^1]}";
}
