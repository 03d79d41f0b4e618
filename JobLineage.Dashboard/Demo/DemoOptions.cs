namespace JobLineage.Dashboard.Demo;

/// <summary>How the demonstration's pipelines run.</summary>
public sealed record DemoOptions
{
    /// <summary>How many times faster than the story's own time everything goes. More than 0; 1 takes about six minutes a run.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not more than 0, or not a number.</exception>
    public double Speed
    {
        get;
        init => field = value > 0 && double.IsFinite(value)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Speed), value, "The speed must be more than 0.");
    } = 1;

    /// <summary>Makes the random choices repeatable; null for different ones at each start.</summary>
    public int? Seed { get; init; }

    /// <summary>How long an incident that has come to rest is left to be looked at before it heals. Real time: <see cref="Speed"/> does not shorten it.</summary>
    public TimeSpan Rest { get; init; } = TimeSpan.FromMinutes(4);

    /// <summary>How long all is well before the next run begins; real time too.</summary>
    public TimeSpan Calm { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// How long the pruner leaves completed jobs, in the story's time. Oban's default: parents are gone before their
    /// children have finished.
    /// </summary>
    public TimeSpan CompletedMaxAge { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long the pruner leaves discarded and cancelled jobs, in real time: long enough to look at the incident.</summary>
    public TimeSpan FailedMaxAge { get; init; } = TimeSpan.FromHours(2);
}
