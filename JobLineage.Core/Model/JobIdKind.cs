using System.Globalization;

namespace JobLineage.Core.Model;

/// <summary>The type of a source's id column.</summary>
public enum JobIdKind
{
    /// <summary>smallint, integer or bigint.</summary>
    BigInt,

    /// <summary>uuid.</summary>
    Uuid,

    /// <summary>text or varchar.</summary>
    Text,
}

/// <summary>Ids as text: what is one, and which comes first.</summary>
public static class JobIds
{
    /// <summary>
    /// The canonical text of an id, or null when <paramref name="text"/> can't be an id of this kind. A parent link is
    /// followed when it is the id's own text: "7" names job 7, "07", "7.0" and "manual" name nobody.
    /// </summary>
    public static string? Normalize(JobIdKind kind, string? text) => text switch
    {
        null or "" => null,
        _ => kind switch
        {
            JobIdKind.BigInt => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                && number.ToString(CultureInfo.InvariantCulture) == text ? text : null,
            JobIdKind.Uuid => text.Length == 36 && Guid.TryParseExact(text, "D", out var guid) ? guid.ToString("D") : null,
            _ => text,
        },
    };

    /// <summary>
    /// The order of ids: by number for bigint, by bytes otherwise (which for uuid is Postgres' order too). Earlier jobs of an id
    /// come behind its newest, by their time.
    /// </summary>
    public static int Compare(JobIdKind kind, string a, string b) =>
        kind == JobIdKind.BigInt
            ? TryParse(a, out var x) && TryParse(b, out var y) ? x.CompareTo(y) : Odd(a, b)
            : string.CompareOrdinal(a, b);

    private static bool TryParse(string id, out long number) =>
        long.TryParse(id, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);

    /// <summary>One of them is no number: it may be an earlier job's key, which begins with one.</summary>
    private static int Odd(string a, string b) =>
        TryParse(JobKeys.Newest(a), out var x) && TryParse(JobKeys.Newest(b), out var y) && x != y
            ? x.CompareTo(y)
            : string.CompareOrdinal(a, b);
}
