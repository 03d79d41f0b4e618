namespace JobLineage.Core.Store;

/// <summary>How far a store of an earlier version has been brought up to date.</summary>
/// <param name="Step">The migration that runs, from 1.</param>
/// <param name="Steps">How many there are to run.</param>
/// <param name="Name">What it is about, in words.</param>
public sealed record MigrationProgress(int Step, int Steps, string Name)
{
    /// <summary>As in <c>step 2 of 5 (source keys)</c>.</summary>
    public override string ToString() => FormattableString.Invariant($"step {Step} of {Steps} ({Name})");
}
