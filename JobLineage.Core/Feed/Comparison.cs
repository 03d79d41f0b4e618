using JobLineage.Core.Sources;
using JobLineage.Core.Store;

namespace JobLineage.Core.Feed;

/// <summary>Compares all that a source has with all that the store believes.</summary>
internal static class Comparison
{
    /// <summary>The ids that are to be read again.</summary>
    /// <param name="record">What the store remembers of the source.</param>
    /// <param name="scanner">Reads the source.</param>
    /// <param name="chunk">Rows at a time.</param>
    /// <param name="cancellation">Stops.</param>
    public static async Task<IReadOnlyList<string>> FindAsync(SourceRecord record, SourceScanner scanner, int chunk, CancellationToken cancellation)
    {
        var different = await record.DifferencesAsync(scanner.StatesAsync(chunk, cancellation), scanner.KeepsParent, cancellation);
        // Rows without an id can't be compared; they are counted anew.
        return scanner.MayLackIds ? [.. different, ""] : different;
    }
}
