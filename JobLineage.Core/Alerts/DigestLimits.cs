namespace JobLineage.Core.Alerts;

/// <summary>How much a digest lists. All of it holds for the whole message: no section has a limit of its own.</summary>
internal static class DigestLimits
{
    /// <summary>Jobs that are listed at most; and so also groups and runs, each of which lists one.</summary>
    public const int Jobs = 200;

    /// <summary>While no more failed, each is listed, however much alike they are.</summary>
    public const int Few = 50;

    /// <summary>Of more, so many are listed of those that failed alike.</summary>
    public const int JobsPerGroup = 20;

    /// <summary>Bytes of the HTML, and of the text: Gmail shows the first 102 KB of a message.</summary>
    public const int Bytes = 100_000;

    /// <summary>Of pipelines that are overdue, of mutes, and of sources with rows that can't be read; what is over is told by the next digest.</summary>
    public const int Lines = 50;

    /// <summary>How many of so many failures are listed of one group at most.</summary>
    public static int OfGroup(long failures) => failures <= Few ? Few : JobsPerGroup;
}
