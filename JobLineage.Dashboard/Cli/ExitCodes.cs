namespace JobLineage.Dashboard.Cli;

/// <summary>What the process ends with.</summary>
public static class ExitCodes
{
    /// <summary>All went well.</summary>
    public const int Ok = 0;

    /// <summary>What was asked for does not exist, or there are findings.</summary>
    public const int NotFound = 1;

    /// <summary>The command line or the configuration can't be used.</summary>
    public const int Usage = 2;

    /// <summary>A database can't be reached.</summary>
    public const int Unreachable = 3;

    /// <summary>A part of the program failed, and the program with it: start it again, and read its log.</summary>
    public const int Failed = 4;

    /// <summary>It was stopped before it was done, as by Ctrl+C; what a shell says of that.</summary>
    public const int Stopped = 130;

    /// <summary>A source can't be used: now, or as it is configured.</summary>
    public static int Of(bool isRetryable) => isRetryable ? Unreachable : Usage;
}
