namespace JobLineage.Core.Model;

/// <summary>Among which jobs a filter chooses.</summary>
public enum JobFilterScope
{
    /// <summary>The jobs of one run.</summary>
    Run,

    /// <summary>The jobs of all runs, of which those are found that have one.</summary>
    AllRuns,
}
