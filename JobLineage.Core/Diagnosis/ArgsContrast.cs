using System.Text.Json;
using JobLineage.Core.Model;

namespace JobLineage.Core.Diagnosis;

/// <summary>
/// Finds what the arguments of failed jobs have that those of succeeded ones have not: the values (or the absence) of
/// top-level keys. Says nothing rather than something that chance may have made. Pure.
/// </summary>
public static class ArgsContrast
{
    /// <summary>Fewer than this of either kind say nothing.</summary>
    public const int LeastJobs = 20;

    /// <summary>Fewer failed jobs than this with a value are no pattern.</summary>
    private const int LeastSupport = 10;

    /// <summary>What fewer of the failed have explains too little of them.</summary>
    private const double LeastShare = 0.3;

    /// <summary>How many times more often the failed must have it.</summary>
    private const double LeastLift = 2;

    private const int MostDifferences = 3;
    private const int MostKeys = 50;
    private const int LongestValue = 120;

    /// <summary>Compares samples of arguments, each a JSON text; what is no whole JSON object is left out of the count.</summary>
    /// <returns>Null when there are too few of either to compare.</returns>
    public static ArgsContrastResult? Of(IEnumerable<string?> failed, IEnumerable<string?> succeeded)
    {
        var bad = failed.Select(Read).OfType<Dictionary<string, string?>>().ToList();
        var good = succeeded.Select(Read).OfType<Dictionary<string, string?>>().ToList();
        if (bad.Count < LeastJobs || good.Count < LeastJobs)
            return null;

        var keys = bad.Concat(good).SelectMany(job => job.Keys).ToHashSet(StringComparer.Ordinal);
        var (inBad, inGood) = (Tally(bad, keys), Tally(good, keys));
        // The more values are compared, the more of them differ by chance: the bar is raised with their number.
        var bar = 2 + Math.Sqrt(2 * Math.Log(Math.Max(2, inBad.Count)));
        var found = inBad
            .Select(entry => (entry.Key, Bad: entry.Value, Good: inGood.GetValueOrDefault(entry.Key)))
            .Where(candidate => candidate.Bad >= LeastSupport && IsTelling(candidate.Bad, bad.Count, candidate.Good, good.Count, bar))
            .Select(candidate => new ArgsDifference(
                candidate.Key.Name, candidate.Key.Value, (double)candidate.Bad / bad.Count, (double)candidate.Good / good.Count))
            .OrderByDescending(difference => difference.FailedShare - difference.SucceededShare)
            .ThenBy(difference => difference.Key, StringComparer.Ordinal)
            .DistinctBy(difference => difference.Key)
            .Take(MostDifferences);
        return new(bad.Count, good.Count, [.. found]);
    }

    private static bool IsTelling(int bad, int allBad, int good, int allGood, double bar)
    {
        var share = (double)bad / allBad;
        // As if one more of the succeeded had it: that none of a small sample has it does not make it rare.
        var other = (good + 1.0) / (allGood + 2);
        var both = (double)(bad + good) / (allBad + allGood);
        var error = Math.Sqrt(both * (1 - both) * (1.0 / allBad + 1.0 / allGood));
        return share >= LeastShare && share >= LeastLift * other && error > 0 && (share - (double)good / allGood) / error >= bar;
    }

    private static Dictionary<(string Name, string? Value), int> Tally(List<Dictionary<string, string?>> jobs, HashSet<string> keys)
    {
        var tally = new Dictionary<(string, string?), int>();
        foreach (var job in jobs)
        {
            foreach (var key in keys)
            {
                if (!job.TryGetValue(key, out var value))
                    tally[(key, null)] = tally.GetValueOrDefault((key, null)) + 1;
                else if (value is not null)
                    tally[(key, value)] = tally.GetValueOrDefault((key, value)) + 1;
            }
        }

        return tally;
    }

    /// <summary>The top-level values as text; null for a key whose value can't be compared.</summary>
    private static Dictionary<string, string?>? Read(string? args)
    {
        if (args is null)
            return null;
        try
        {
            using var document = JsonDocument.Parse(args);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                return null;
            var values = new Dictionary<string, string?>(StringComparer.Ordinal);
            foreach (var property in document.RootElement.EnumerateObject().Take(MostKeys))
                values[property.Name] = Scalar(property.Value);
            return values;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Scalar(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object or JsonValueKind.Array => null,
        JsonValueKind.String => value.GetString() is { Length: <= LongestValue } text ? text : null,
        _ => value.GetRawText() is { Length: <= LongestValue } text ? text : null,
    };
}
