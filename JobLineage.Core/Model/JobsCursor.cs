using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace JobLineage.Core.Model;

/// <summary>
/// The place of a job in a list. A list goes on behind it even when the job itself has gone elsewhere, and without
/// counting what lies before it.
/// </summary>
/// <param name="Sort">The order of the list.</param>
/// <param name="Rank">The rank of the job's state, where the order has ranks; 0 elsewhere.</param>
/// <param name="At">The time by which it stands there, in UTC; null for those without a time, which come last.</param>
/// <param name="Id">The job's id.</param>
public sealed record JobsCursor(JobSort Sort, int Rank, DateTime? At, string Id)
{
    private const string ByErrors = "e";

    /// <summary>Whether the list is in the order of its errors, by the times at which jobs failed: the same sort is then another order.</summary>
    public bool IsByErrors { get; init; }

    /// <summary>As it stands in an address: letters, digits, '-', '_' and '.'.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{(int)Sort}{(IsByErrors ? ByErrors : "")}.{Rank}.{At?.Ticks.ToString(CultureInfo.InvariantCulture) ?? "n"}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(Id))}");

    /// <summary>Reads what <see cref="ToString"/> wrote; null when it is something else.</summary>
    public static JobsCursor? Parse(string? text)
    {
        if (text?.Split('.') is not [var sort, var rank, var at, var id])
            return null;
        var isByErrors = sort.EndsWith(ByErrors, StringComparison.Ordinal);
        if (!int.TryParse(sort.AsSpan(0, sort.Length - (isByErrors ? 1 : 0)), NumberStyles.None, CultureInfo.InvariantCulture, out var sortNumber) || !Enum.IsDefined((JobSort)sortNumber)
            || !int.TryParse(rank, NumberStyles.None, CultureInfo.InvariantCulture, out var rankNumber)
            || !Base64Url.IsValid(id))
            return null;
        DateTime? time = null;
        if (at != "n")
        {
            if (!long.TryParse(at, NumberStyles.None, CultureInfo.InvariantCulture, out var ticks) || ticks > DateTime.MaxValue.Ticks)
                return null;
            time = new(ticks, DateTimeKind.Utc);
        }

        // A NUL is text to us and to no database.
        return Encoding.UTF8.GetString(Base64Url.DecodeFromChars(id)) is { Length: > 0 } name && !name.Contains('\0')
            ? new((JobSort)sortNumber, rankNumber, time, name) { IsByErrors = isByErrors }
            : null;
    }
}
