using System.Runtime.Versioning;
using System.Security.Cryptography;

namespace JobLineage.Core.Embedded;

/// <summary>A file with one secret in it that its owner alone can read.</summary>
internal static class SecretFile
{
    private const int SecretLength = 40;

    public static string NewSecret() => RandomNumberGenerator.GetHexString(SecretLength, lowercase: true);

    /// <summary>Writes it so that at no moment others can read it.</summary>
    [UnsupportedOSPlatform("windows")]
    public static void Write(string path, string secret)
    {
        File.Delete(path);
        using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.None,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        using var writer = new StreamWriter(file);
        writer.Write(secret);
        writer.Write('\n');
    }
}
