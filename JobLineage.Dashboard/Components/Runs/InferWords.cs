using JobLineage.Core.Lineage.Inference;
using JobLineage.Dashboard.Components.Shared;

namespace JobLineage.Dashboard.Components.Runs;

/// <summary>What is said of an inferred run.</summary>
internal static class InferWords
{
    /// <summary>A certainty in a word.</summary>
    public static string Of(Certainty certainty) => certainty.ToString().ToLowerInvariant();

    /// <summary>A sign for a certainty, so that colour is not needed.</summary>
    public static string Sign(Certainty certainty) => certainty switch
    {
        Certainty.Sure => "●",
        Certainty.Likely => "◐",
        _ => "○",
    };

    /// <summary>What was looked at.</summary>
    public static string Looked(InferredRun run)
    {
        var window = run.Window is { From: { } from, Until: { } until }
            ? $" inserted from {Format.Time(from)} to {Format.Time(until)}{(run.Window.NextRoot is { } next ? $", where the next root is: {next}" : "")}"
            : "";
        var by = run is { Key: { } key, KeyValue: { } value }
            ? $" Held together by {key} = {Format.Short(value, 60)}{(run.KeyIsSuggested ? ", the best-fitting key" : "")}."
            : "";
        return $"Looked at {Format.Jobs(run.Window.Examined)}{window}.{by}";
    }

    /// <summary>Why a key is suggested.</summary>
    public static string Title(KeySuggestion key) =>
        $"{Format.Short(key.Value, 60)}: {Format.Jobs(key.Jobs)} in the window, {Format.Count(key.Outside)} before it; score {key.Score:0.00}"
        + key.Separates switch { true => "; other roots have others", false => "; other roots have it too", null => "" };
}
