using JobLineage.Core.Model;

namespace JobLineage.Core.Alerts;

/// <summary>
/// How a digest writes types of jobs. A name with slashes is what the engine calls it, source and type
/// (<c>apple/refresh_catalog</c>), and stands as it is; a dotted one stands by its last part, unless another of the same digest
/// would be called the same. Pure.
/// </summary>
public sealed class DigestNames
{
    private readonly Dictionary<string, string> names;

    /// <param name="workers">The workers of the digest, in full.</param>
    public DigestNames(IEnumerable<string> workers) => names = workers.Distinct(StringComparer.Ordinal)
        .GroupBy(Alone, StringComparer.Ordinal)
        .SelectMany(alike => alike.Count() == 1 ? alike.Select(w => (w, alike.Key)) : alike.Select(w => (w, w)))
        .ToDictionary(StringComparer.Ordinal);

    /// <summary>How a worker is written.</summary>
    public string Of(string worker) => names.GetValueOrDefault(worker) ?? Alone(worker);

    /// <summary>How a worker is written where it is the only one.</summary>
    public static string Alone(string worker) => worker.Contains('/') ? worker : Workers.ShortName(worker);
}
