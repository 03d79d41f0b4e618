using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace JobLineage.Core.Sources;

/// <summary>Reads <c>MaxConnections</c>: how many connections to one database are used at most.</summary>
public static class MaxConnectionsReader
{
    /// <summary>The key, everywhere.</summary>
    public const string Key = "MaxConnections";

    private const int Most = 1_000;

    /// <summary>What a section says; null when it says nothing.</summary>
    /// <param name="section">The section.</param>
    /// <param name="errors">Gets a sentence when it says something else than such a number.</param>
    public static int? Read(IConfigurationSection section, List<string> errors)
    {
        if (section[Key] is not { } text)
            return null;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= DatabasePools.LeastLimit and <= Most)
            return number;
        errors.Add($"{section.Path}:{Key} is '{text}'; write a number of connections from {DatabasePools.LeastLimit} (one listens, one reads at length, one looks) to {Most}.");
        return null;
    }
}
