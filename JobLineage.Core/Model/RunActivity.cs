namespace JobLineage.Core.Model;

/// <summary>What happened in a run over time, in equal steps, all read at one moment. Times are in UTC.</summary>
/// <param name="From">When the first step begins.</param>
/// <param name="To">When the last step ends.</param>
/// <param name="Jobs">How many jobs were looked at: all, or the newest.</param>
/// <param name="IsWhole">Whether that is the whole run; otherwise the time that the newest of them cover.</param>
/// <param name="Stages">The stages in which something happened.</param>
public sealed record RunActivity(DateTimeOffset From, DateTimeOffset To, long Jobs, bool IsWhole, IReadOnlyList<StageActivity> Stages)
{
    /// <summary>Steps of it.</summary>
    public const int Steps = 80;

    /// <summary>When a step begins.</summary>
    public DateTimeOffset At(int step) => From + (To - From) / Steps * step;

    /// <summary>The step that a moment falls into.</summary>
    public int StepOf(DateTimeOffset at) => To <= From ? 0 : Math.Clamp((int)((at - From) / ((To - From) / Steps)), 0, Steps - 1);
}

/// <summary>What happened in a stage, step by step.</summary>
/// <param name="Stage">The stage's path.</param>
/// <param name="Started">Last attempts that began.</param>
/// <param name="Finished">Jobs that completed or were cancelled.</param>
/// <param name="Failed">Jobs that failed for good.</param>
public sealed record StageActivity(string Stage, IReadOnlyList<int> Started, IReadOnlyList<int> Finished, IReadOnlyList<int> Failed)
{
    /// <summary>Whether anything happened in it between two steps, both of them included.</summary>
    public bool IsActive(int first, int last)
    {
        for (var step = first; step <= last; step++)
        {
            if (Started[step] + Finished[step] + Failed[step] > 0)
                return true;
        }

        return false;
    }
}
