using JobLineage.Core.Sources;
using JobLineage.Core.Store;

namespace JobLineage.Core.Feed;

/// <content>What a feed tells people.</content>
public sealed partial class SourceFeed
{
    /// <summary>Clocks that differ by more than this are said to.</summary>
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan ImagesNews = TimeSpan.FromDays(1);

    /// <summary>Whether the queue deletes jobs when they end, whether their last images are read, and whether they could be.</summary>
    private bool deletes, keepsImages, canKeepImages;

    private DateTimeOffset? imagesLostAt;

    /// <summary>What holds for as long as the table and the mapping are what they are; null for nothing.</summary>
    private string? standing;

    /// <summary>What is special about a source that follows from its table and its mapping.</summary>
    private string? Standing(ProbedSource probed)
    {
        var sentences = new List<string>();
        if (probed.Reach is { } reach)
        {
            sentences.Add(string.Create(
                System.Globalization.CultureInfo.InvariantCulture,
                $"Source '{source.Name}' is followed by polling, since {reach}; everything is compared every {options.OutsideInterval.TotalSeconds:0} s, and the time shown is that of the last comparison."));
        }

        if (probed.HidesRows)
            sentences.Add($"Row level security may hide rows of source '{source.Name}' from its user, by {string.Join(", ", probed.HidingTables.Select(t => t.Name))}: what is hidden is not counted.");
        return sentences.Count == 0 ? null : string.Join(' ', sentences);
    }

    /// <summary>Finds out what can't be known of jobs whose rows are deleted when they end.</summary>
    /// <param name="record">What the store remembers of the source.</param>
    /// <param name="probed">The source.</param>
    /// <param name="isByTrigger">Whether the trigger's log is read, which keeps the last images.</param>
    /// <param name="cancellation">Stops.</param>
    private async Task SeeDeletedAsync(SourceRecord record, ProbedSource probed, bool isByTrigger, CancellationToken cancellation)
    {
        deletes = probed.Mapping.Deleted is not null;
        keepsImages = isByTrigger;
        canKeepImages = probed.Reach is null;
        if (!deletes)
            return;
        // What is deleted from here on, until a trigger's log is read, leaves nothing behind.
        if (!isByTrigger)
            await record.NoteImagesLostAsync(cancellation);
        imagesLostAt = (await record.PositionAsync(cancellation)).ImagesLostAt;
    }

    private string? DeletedMessage()
    {
        if (!deletes)
            return null;
        if (!keepsImages)
            return $"The queue of source '{source.Name}' deletes jobs when they end: polling does not see one that comes and goes between two looks, and can't tell how one ended that is gone; {(canKeepImages ? $"a trigger keeps the last image of each (`joblineage install --source {source.Name}`)." : "nor can a trigger here.")}";
        // For as long as such jobs are news.
        return imagesLostAt is { } lost && time.GetUtcNow() - lost < ImagesNews
            ? $"Of jobs that were deleted before {lost:u} the log of source '{source.Name}' may lack the last image: how those ended that were not seen to finish is not known."
            : null;
    }

    private string? Message() =>
        string.Join(' ', new[] { fallback, standing, DeletedMessage(), MomentMessage(), UnknownStateMessage() }.Where(m => m is not null)) is { Length: > 0 } message ? message : null;

    /// <summary>What is to be said about the time that the data is of; the time itself is on the page.</summary>
    private string? MomentMessage()
    {
        if (moment is not { } read)
            return null;
        if (read.Sentence(source.Name) is { } sentence)
            return sentence;
        return (read.Clock - read.At).Duration() > Skew
            ? string.Create(
                System.Globalization.CultureInfo.InvariantCulture,
                $"The clock of source '{source.Name}' is {(read.Clock - read.At).Duration().TotalMinutes:0.#} minutes {(read.Clock > read.At ? "ahead of" : "behind")} this program's: one of them is wrong. Times shown are the source's.")
            : null;
    }

    private string? UnknownStateMessage() => unknownStates.IsEmpty
        ? null
        : $"Rows in a state that this version does not know are passed over: {string.Join(", ", unknownStates.Keys.Order(StringComparer.Ordinal).Select(w => $"'{w}'"))}.";

    /// <summary>An error as it may be logged: what the server says of a row's value holds the value, and the sentence says as much of it as may be said.</summary>
    private static Exception? Logged(Exception e) => RowFaults.IsOfRows(e) ? null : e;

    private string Sentence(Exception e) => e switch
    {
        SourceProblemException => e.Message,
        _ when StoreSide.Is(e) => $"What was read from source '{source.Name}' can't be stored. {SqlStateSentences.Of(e, SqlStateSubject.Store).Message}",
        _ when DatabaseFailure.Is(e) => SourceFaults.Explain(source.Name, e, source.Redaction.Line).Message,
        _ => $"Source '{source.Name}' could not be read ({e.GetType().Name}); the log says more.",
    };
}
