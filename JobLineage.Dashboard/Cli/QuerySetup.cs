namespace JobLineage.Dashboard.Cli;

/// <summary>What the query verbs get from outside.</summary>
public sealed record QuerySetup
{
    /// <summary>Builds the configuration; called only when a verb needs it, and not when the command line says all.</summary>
    public required Func<IConfiguration> Configuration { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Reads an environment variable: PGHOST and its like fill in what a connection string leaves out.</summary>
    public Func<string, string?> Environment { get; init; } = System.Environment.GetEnvironmentVariable;

    /// <summary>The terminal that is drawn on; null where the output goes elsewhere.</summary>
    public Func<LiveTerminal?> Terminal { get; init; } = LiveTerminal.Own;
}
