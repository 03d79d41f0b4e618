using System.Security.Cryptography;
using System.Text;

namespace JobLineage.Core.Engines;

/// <summary>
/// A short text that is another one when rows are read in another way: another expression, table, state word or zone. What only changes
/// how jobs are shown (links, names of targets) is not in it. Pure.
/// </summary>
public static class MappingFingerprint
{
    /// <summary>Counts up when the same mapping reads rows in another way than before.</summary>
    private const int Version = 1;

    /// <summary>The fingerprint: sixteen hexadecimal digits.</summary>
    public static string Of(SourceMapping mapping)
    {
        ArgumentNullException.ThrowIfNull(mapping);
        var text = new StringBuilder();
        void Add(string name, string? value) => text.Append(name).Append('=').Append(value?.Length ?? -1).Append(':').Append(value).Append('\n');
        Add("version", Version.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Add("table", mapping.QualifiedTable);
        Add("id", mapping.Id);
        Add("zone", mapping.TimeZone);
        // What was read without them keeps its fingerprint: nothing is read anew because of a new version of the program.
        if (mapping.Joins is { } joins)
            Add("joins", joins);
        foreach (var (member, expression, _) in Members.Of(mapping).OrderBy(m => m.Member, StringComparer.Ordinal))
            Add(member, expression);
        foreach (var (word, state) in mapping.States.OrderBy(s => s.Key, StringComparer.Ordinal))
            Add("state " + word, state.ToString());
        foreach (var step in mapping.Steps)
            Add("step", step);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..16];
    }
}
