using System.Security.Cryptography;
using System.Text;

namespace JobLineage.Core.Alerts;

/// <summary>A digest as it is sent: what was frozen, and what holds for this copy.</summary>
/// <param name="Subject">One line.</param>
/// <param name="Text">The plain text.</param>
/// <param name="Html">The same as HTML.</param>
/// <param name="Content">What both were made of.</param>
/// <param name="IsPossibleDuplicate">An earlier copy was sent, and nobody knows whether that arrived.</param>
public sealed record DigestMessage(string Subject, string Text, string Html, DigestContent Content, bool IsPossibleDuplicate)
{
    /// <summary>Runs that a message refers to: mail clients follow the last ones, and header lines have their limits.</summary>
    private const int Threads = 10;

    /// <summary>The header that names the digest.</summary>
    public const string IdHeader = "X-Job-Lineage-Digest";

    /// <summary>The header of a copy that may be a second one.</summary>
    public const string DuplicateHeader = "X-Job-Lineage-Possible-Duplicate";

    /// <summary>The digest's key as it is written everywhere.</summary>
    public string Key => Content.Key.ToString("D");

    /// <summary>The mail's id, the same for every copy of the digest.</summary>
    public string MessageId => $"<digest.{Key}@{Host}>";

    /// <summary>
    /// One id for each run, the same in every digest that tells of it: clients that thread by <c>References</c> put the
    /// messages about a run together.
    /// </summary>
    public IReadOnlyList<string> References =>
        [.. Content.Runs.Take(Threads).Select(r => $"<run.{Hash($"{r.Source}\0{r.RootId}")}@{Host}>")];

    private string Host => Uri.TryCreate(Content.BaseUrl, UriKind.Absolute, out var url) && url.HostNameType is UriHostNameType.Dns
        ? url.IdnHost
        : "joblineage.invalid";

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 12));
}
