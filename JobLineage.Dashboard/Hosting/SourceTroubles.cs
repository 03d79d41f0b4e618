using System.Globalization;
using JobLineage.Core.Alerts;
using JobLineage.Core.Model;
using JobLineage.Dashboard.Live;

namespace JobLineage.Dashboard.Hosting;

/// <summary>
/// Whether the store knows what is in the sources: for those who watch the process, and for digests. Pure. A source that has left the
/// configuration is nobody's to read here any more, and what the store has of it is on /sources. Where none is configured, none has left: all of the store's count.
/// </summary>
internal static class SourceTroubles
{
    /// <summary>A source that was last read before so long is stale: a look comes every few seconds.</summary>
    internal static readonly TimeSpan Stale = TimeSpan.FromMinutes(2);

    /// <summary>Sentences about the sources that are not followed; a first reading that is under way is none.</summary>
    /// <param name="sources">What the store knows.</param>
    /// <param name="configured">The sources of the configuration; none: all of the store's count.</param>
    /// <param name="now">The present, in UTC.</param>
    public static IEnumerable<string> Of(IReadOnlyList<SourceStatus> sources, ConfiguredSources configured, DateTimeOffset now) =>
        Ours(sources, configured).Select(source => Of(source, now)).OfType<string>().Concat(Unknown(sources, configured).Select(Never))
            .Concat(configured.Unfound.Keys.Select(entry => $"Not all schemas of source '{entry}' are known and read: /sources says why."));

    /// <summary>The sources of which failures may not be known, with what stands in the way in the feed's own words.</summary>
    /// <param name="sources">What the store knows.</param>
    /// <param name="configured">The sources of the configuration; none: all of the store's count.</param>
    /// <param name="rules">The pipelines that are expected to finish.</param>
    /// <param name="now">The present, in UTC.</param>
    public static IReadOnlyList<DigestUnread> Unread(IReadOnlyList<SourceStatus> sources, ConfiguredSources configured, IReadOnlyList<OverdueRule> rules, DateTimeOffset now) =>
    [
        .. Ours(sources, configured).Select(source => Problem(source, now) is { } problem ? new DigestUnread(source.Source, source.AsOf, problem) : null).OfType<DigestUnread>(),
        .. Unknown(sources, configured).Select(name => new DigestUnread(name, null, Never(name))),
        .. configured.Unfound.Select(entry => new DigestUnread(entry.Key, null, entry.Value)),
        .. NotThere(rules, configured.Has, sources),
    ];

    /// <summary>
    /// Sources that rules name, and that are none of ours: a schema that an entry would have, and that is not there. Such a rule would be silent for ever. While it is not known which
    /// schemas there are, that is said of the entry, and nothing of its rules.
    /// </summary>
    /// <param name="rules">The pipelines that are expected to finish.</param>
    /// <param name="isOurs">Whether a source is one of ours, or may be.</param>
    /// <param name="sources">What the store knows.</param>
    public static IEnumerable<DigestUnread> NotThere(IReadOnlyList<OverdueRule> rules, Func<string, bool> isOurs, IReadOnlyList<SourceStatus> sources) => rules
        .Select(rule => rule.Source).Distinct(StringComparer.Ordinal).Where(name => !isOurs(name))
        .Select(name => new DigestUnread(name, sources.FirstOrDefault(source => source.Source == name)?.AsOf, "An overdue rule names it, and there is no such source."));

    /// <summary>What is the matter with a source; null when it is followed, or read for the first time.</summary>
    internal static string? Of(SourceStatus source, DateTimeOffset now) => source.State switch
    {
        FeedState.Reconnecting => $"Source '{source.Source}' does not answer: /sources says why.",
        FeedState.Misconfigured => $"Source '{source.Source}' can't be read as it is configured: /sources says why.",
        FeedState.Stopped => $"No replica reads source '{source.Source}'.",
        FeedState.Polling or FeedState.Live when source.AsOf is null => $"How old what is known of source '{source.Source}' is can't be told: /sources says why.",
        FeedState.Polling or FeedState.Live when now - source.AsOf is { } age && age >= Stale =>
            string.Create(CultureInfo.InvariantCulture, $"What is known of source '{source.Source}' is {age.TotalMinutes:0} minutes old."),
        _ => null,
    };

    private static string? Problem(SourceStatus source, DateTimeOffset now) => source.State switch
    {
        FeedState.Starting or FeedState.Backfilling => "Its first reading is not done yet.",
        FeedState.Reconnecting or FeedState.Misconfigured or FeedState.Stopped => source.Message ?? Of(source, now),
        _ => Of(source, now),
    };

    private static IEnumerable<SourceStatus> Ours(IReadOnlyList<SourceStatus> sources, ConfiguredSources configured) =>
        configured.IsEmpty ? sources : sources.Where(source => configured.Has(source.Source));

    private static IEnumerable<string> Unknown(IReadOnlyList<SourceStatus> sources, ConfiguredSources configured) =>
        configured.Names.Except(sources.Select(s => s.Source), StringComparer.Ordinal);

    /// <summary>What the store has never heard of nobody has read.</summary>
    private static string Never(string name) => $"Source '{name}' has not been read yet.";
}
