using System.Security.Cryptography;
using System.Text;

namespace JobLineage.Core.Model;

/// <summary>How the path of a stage, such as <c>SyncJob/MoviePageJob</c>, is taken apart. Names hold no slash.</summary>
public static class StagePath
{
    /// <summary>
    /// Compares paths, character by character. It hashes their ends alone: the path of a deep stage is thousands of
    /// characters long, and what is looked up by path is looked up often.
    /// </summary>
    public static IEqualityComparer<string> Comparer { get; } = new ByEnd();

    /// <summary>Longer paths begin anew: they stand in addresses, and of 2,000 nested stages they would be 20 million characters.</summary>
    public const int Longest = 400;

    private const int MarkLength = 12;

    /// <summary>
    /// The path of a stage below another: <c>above/name</c>. Where that is too long, what is above is written as <c>…</c> with a number
    /// made from it, the same in every run, and the path goes on behind it; <see cref="Above"/> then knows nothing of the stage above, which the stage itself
    /// names.
    /// </summary>
    public static string Of(string above, string name) => above.Length + name.Length < Longest
        ? $"{above}/{name}"
        : $"…{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(above)))[..MarkLength]}/{name}";

    /// <summary>The last part: what the stage itself is called.</summary>
    public static string NameOf(string path) => path[(path.LastIndexOf('/') + 1)..];

    /// <summary>The path of the stage above; null for the root's.</summary>
    public static string? Above(string path) => path.LastIndexOf('/') is var cut and > 0 ? path[..cut] : null;

    private sealed class ByEnd : IEqualityComparer<string>
    {
        private const int Length = 64;

        public bool Equals(string? x, string? y) => string.Equals(x, y, StringComparison.Ordinal);

        public int GetHashCode(string path) => string.GetHashCode(path.AsSpan(Math.Max(0, path.Length - Length)));
    }
}
