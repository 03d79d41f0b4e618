namespace JobLineage.Core.Model;

/// <summary>How worker names are shortened for the screen.</summary>
public static class Workers
{
    /// <summary>What stands for the worker of a job that was never seen.</summary>
    public const string Unknown = "?";

    /// <summary>
    /// The last segment of a dotted module name or of a slashed one: <c>App.Jobs.SyncJob</c> → <c>SyncJob</c>,
    /// <c>apple/rebuild_index</c> → <c>rebuild_index</c>. A version is no name by itself (<c>sync.v1</c>, <c>send@1.2.3</c> stay whole), and what
    /// stands in brackets is shortened for itself (<c>App.Handle&lt;My.Dto.Order&gt;</c> → <c>Handle&lt;Order&gt;</c>).
    /// The whole name when there is nothing after the last separator. Slashes become dots.
    /// </summary>
    public static string ShortName(string worker) => worker.Length == 0 ? Unknown : WorkerSegments.Of(worker).Name(1);

    /// <summary>
    /// Short names that stay distinct: of workers that would be called alike each gets as many more of its last segments as tell it apart. They
    /// depend on the workers alone, not on their order.
    /// </summary>
    /// <param name="workers">Full names: those of a run, a pipeline or a list.</param>
    public static IReadOnlyDictionary<string, string> ShortNames(IEnumerable<string> workers)
    {
        var all = workers.Distinct(StringComparer.Ordinal).ToDictionary(w => w, w => w.Length == 0 ? null : WorkerSegments.Of(w), StringComparer.Ordinal);
        var lengths = all.ToDictionary(w => w.Key, _ => 1, StringComparer.Ordinal);
        var names = all.ToDictionary(w => w.Key, w => w.Value?.Name(1) ?? Unknown, StringComparer.Ordinal);
        while (true)
        {
            var grown = false;
            foreach (var alike in Alike(names))
            {
                foreach (var worker in alike.Where(w => all[w] is { } segments && lengths[w] < segments.Count))
                {
                    names[worker] = all[worker]!.Name(++lengths[worker]);
                    grown = true;
                }
            }

            if (!grown)
                break;
        }

        // Whole names may still be alike once their slashes are gone.
        foreach (var alike in Alike(names))
        {
            var number = 1;
            foreach (var worker in alike.Order(StringComparer.Ordinal))
                names[worker] += $"~{number++}";
        }

        return names;
    }

    /// <summary>
    /// Whether a worker is meant by a name that somebody configured: its full name, its last segments (<c>SyncJob</c> and <c>Jobs.SyncJob</c> are
    /// <c>App.Jobs.SyncJob</c>), or as it is shown (<c>Handle&lt;Order&gt;</c>). A dot and a slash are one.
    /// </summary>
    public static bool IsNamed(string worker, string name)
    {
        var (whole, wanted) = (worker.Replace('/', '.'), name.Replace('/', '.'));
        return whole == wanted || whole.Length > wanted.Length && whole.EndsWith(wanted, StringComparison.Ordinal) && whole[^(wanted.Length + 1)] == '.'
            || ShortName(worker) == wanted;
    }

    private static List<string[]> Alike(Dictionary<string, string> names) =>
        [.. names.GroupBy(n => n.Value, n => n.Key, StringComparer.Ordinal).Select(g => g.ToArray()).Where(g => g.Length > 1)];
}
