using System.Security.Cryptography;
using System.Text.Json;

namespace JobLineage.Dashboard.Api;

/// <summary>Names of answers.</summary>
internal static class ETags
{
    /// <summary>
    /// Names what the answer says of a run, except for when it was read. The version alone would not do: a finding may appear as
    /// time goes by without anything changing. Weak, because the answer is compressed on its way.
    /// </summary>
    public static string Of(RunAnswer run)
    {
        var hash = SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(run with { AsOf = default }, ContractJson.Api));
        return $"W/\"{run.Version}-{Convert.ToHexStringLower(hash.AsSpan(0, 6))}\"";
    }
}
