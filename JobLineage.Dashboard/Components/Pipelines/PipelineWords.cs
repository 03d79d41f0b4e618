using System.Globalization;
using JobLineage.Core.Model;
using JobLineage.Dashboard.Components.Shared;

namespace JobLineage.Dashboard.Components.Pipelines;

/// <summary>What is said of the runs of a pipeline. Pure.</summary>
public static class PipelineWords
{
    /// <summary>A value beside what is usual: <c>usually 8 min 00 s · 1.5×</c>; null where nothing is usual.</summary>
    /// <param name="value">The value; null when unknown.</param>
    /// <param name="usual">What is usual; null when unknown.</param>
    /// <param name="text">How such a value is written.</param>
    public static string? Beside(double? value, double? usual, Func<double, string> text)
    {
        if (usual is not { } known)
            return null;
        var ratio = value is { } here && known > 0 ? here / known : (double?)null;
        // What differs by less than a fifth is as usual.
        return ratio is null or (> 0.8 and < 1.25)
            ? $"usually {text(known)}"
            : $"usually {text(known)} · {ratio.Value.ToString(ratio < 9.95 ? "0.0" : "0", CultureInfo.InvariantCulture)}×";
    }

    /// <summary>What is new in a run, in a few words; empty when nothing is.</summary>
    public static string News(PipelineRun run) => string.Join(" · ", new[]
    {
        Several(run.NewErrors.Count, "new error"),
        Several(run.NewStages.Count, "new stage"),
        run.LostStages.Count == 0 ? null : $"{Several(run.LostStages.Count, "stage")} gone",
    }.OfType<string>());

    private static string? Several(int count, string what) => count == 0 ? null : Format.Count(count, what);
}
