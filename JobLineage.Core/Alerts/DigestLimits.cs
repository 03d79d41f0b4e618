namespace JobLineage.Core.Alerts;

/// <summary>
/// How much a digest lists: a message of some 70 KB at most. Gmail shows the first 102 KB of a message.
/// </summary>
internal static class DigestLimits
{
    public const int Runs = 20;

    public const int GroupsPerRun = 8;

    public const int Groups = 40;

    public const int JobsPerGroup = 20;

    public const int Jobs = 100;

    /// <summary>Of pipelines that are overdue, and of mutes; what is over is told by the next digest.</summary>
    public const int Lines = 50;
}
