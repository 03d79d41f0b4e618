using System.Security.Cryptography;
using System.Text;

namespace JobLineage.Dashboard.Security;

/// <summary>A password or token that can be compared but not read back, neither by a log nor by a page.</summary>
public sealed class Secret(string value)
{
    private readonly byte[] hash = Hash(value);

    /// <summary>
    /// Names the secret without telling it: kept in a session, so that a changed password ends the sessions of the old one.
    /// </summary>
    public string Stamp { get; } = Convert.ToHexStringLower(Hash("session of " + value))[..32];

    /// <summary>Compares in a time that does not depend on where the two differ, nor on their lengths.</summary>
    public bool Is(string? candidate) => CryptographicOperations.FixedTimeEquals(hash, Hash(candidate ?? ""));

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
