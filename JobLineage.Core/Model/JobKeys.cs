using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace JobLineage.Core.Model;

/// <summary>
/// The key under which a job is kept. It is the job's id while the queue's table has that id or had it last. When the id comes
/// back with another insertion time, the earlier job's key becomes <c>id~time</c>, which is its address from then on. Pure.
/// </summary>
public static class JobKeys
{
    /// <summary>What stands between an id and the time at which its job was inserted. Needs no escape in an address.</summary>
    public const char Mark = '~';

    private const string Format = "yyyyMMdd'T'HHmmss'.'ffffff'Z'";

    /// <summary>Characters of a time.</summary>
    private const int TimeLength = 23;

    /// <summary>
    /// The key of the newest job of an id: the id itself, but where it is too long for an index or could be read as the key of an
    /// earlier job.
    /// </summary>
    [return: NotNullIfNotNull(nameof(id))]
    public static string? Of(string? id) =>
        id is null ? null : TryRead(id, out _, out _) ? ShortText.Hashed(id) : ShortText.Of(id);

    /// <summary>The key of an earlier job: its address for good.</summary>
    /// <param name="key">The key of the id.</param>
    /// <param name="inserted">When the job was inserted; microseconds count.</param>
    public static string Earlier(string key, DateTimeOffset inserted) =>
        key + Mark + inserted.UtcDateTime.ToString(Format, CultureInfo.InvariantCulture);

    /// <summary>Takes the key of an earlier job apart.</summary>
    /// <param name="key">Any key.</param>
    /// <param name="newest">The key that the newest job of the same id has.</param>
    /// <param name="inserted">When the earlier job was inserted.</param>
    /// <returns>Whether it is one.</returns>
    public static bool TryRead(string key, out string newest, out DateTimeOffset inserted)
    {
        (newest, inserted) = (key, default);
        var at = key.Length - TimeLength - 1;
        if (at < 0 || key[at] != Mark || key[^1] != 'Z'
            || !DateTimeOffset.TryParseExact(
                key.AsSpan(at + 1), Format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out inserted))
            return false;
        newest = key[..at];
        return true;
    }

    /// <summary>The key of the newest job of the id that this key's job has: a job's name among its table's rows.</summary>
    public static string Newest(string key)
    {
        TryRead(key, out var newest, out _);
        return newest;
    }

    /// <summary>Whether two insertion times are the same to Postgres, which keeps microseconds.</summary>
    public static bool IsSameTime(DateTimeOffset a, DateTimeOffset b) =>
        a.UtcTicks / TimeSpan.TicksPerMicrosecond == b.UtcTicks / TimeSpan.TicksPerMicrosecond;
}
