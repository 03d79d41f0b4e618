using JobLineage.Core.Model;

namespace JobLineage.Core.Alerts;

/// <summary>
/// How a digest writes types of jobs. A name with slashes is what the engine calls it, source and type
/// (<c>apple/refresh_catalog</c>), and stands as it is; a dotted one stands by its last part, or by as many as tell it from another of
/// the same digest. Pure.
/// </summary>
public sealed class DigestNames
{
    private readonly IReadOnlyDictionary<string, string> names;

    /// <param name="workers">The workers of the digest, in full.</param>
    public DigestNames(IEnumerable<string> workers) => names = Workers.ShortNames(workers.Where(w => !IsWhole(w)));

    /// <summary>How a worker is written.</summary>
    public string Of(string worker) => IsWhole(worker) ? worker : names.GetValueOrDefault(worker) ?? Alone(worker);

    /// <summary>How a worker is written where it is the only one.</summary>
    public static string Alone(string worker) => IsWhole(worker) ? worker : Workers.ShortName(worker);

    private static bool IsWhole(string worker) => worker.Contains('/');
}
