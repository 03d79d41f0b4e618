using System.Runtime.CompilerServices;
using JobLineage.Core.Model;
using JobLineage.Dashboard.Components.Shared;

namespace JobLineage.Dashboard.Components.Runs;

/// <summary>The arguments of the roots on a list, what tells runs of one pipeline apart first: made once for all who look.</summary>
internal static class RunArgs
{
    private const int Length = 80;

    private static readonly ConditionalWeakTable<IReadOnlyList<RunSummary>, Dictionary<(string Source, string RootId), string>> Known = [];

    /// <summary>By run; those without arguments are left out.</summary>
    public static IReadOnlyDictionary<(string Source, string RootId), string> Of(IReadOnlyList<RunSummary> runs) => Known.GetValue(runs, Read);

    private static Dictionary<(string, string), string> Read(IReadOnlyList<RunSummary> runs)
    {
        var all = new Dictionary<(string, string), string>();
        foreach (var pipeline in runs.GroupBy(run => (run.Source, run.Worker)))
        {
            var members = pipeline.ToList();
            var texts = TellingArgs.Of([.. members.Select(run => run.RootArgs)]);
            foreach (var (run, text) in members.Zip(texts))
            {
                if (text.Length > 0 && text != "{}")
                    all[(run.Source, run.RootId)] = Format.Short(text, Length);
            }
        }

        return all;
    }
}
