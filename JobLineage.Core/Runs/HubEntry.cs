namespace JobLineage.Core.Runs;

/// <summary>What tells readings apart: what is read, and of what.</summary>
/// <param name="Reads">The type that is read.</param>
/// <param name="What">Of what: a run, a query, a view.</param>
internal readonly record struct HubKey(Type Reads, object What)
{
    /// <summary>The key of a reading of <typeparamref name="T"/>.</summary>
    public static HubKey Of<T>(object what) => new(typeof(T), what);
}

/// <summary>A view of a run or a job.</summary>
/// <param name="Subject">The run or the job.</param>
/// <param name="What">The view and its filter.</param>
internal sealed record ViewKey(RunKey Subject, object What);

/// <summary>A reading that the hub keeps, and what makes it due.</summary>
/// <param name="reading">The reading.</param>
internal sealed class HubEntry(IRunHubReading reading)
{
    /// <summary>The reading.</summary>
    public IRunHubReading Reading => reading;

    /// <summary>Whether who looks at it looks at a source, by name: such a source is read more often.</summary>
    public Func<string, bool> IsOf { get; init; } = _ => false;

    /// <summary>Whether a change of some runs changes it.</summary>
    public Func<IReadOnlySet<RunKey>, bool> IsChangedBy { get; init; } = _ => false;

    /// <summary>Whether it changes by the passing of time alone, so that it is read now and then without a signal.</summary>
    public bool Ages { get; init; }

    /// <summary>Of a view, what it is a view of: it is due when that was seen in another version, and never else. Null for all other readings.</summary>
    public RunKey? Subject { get; init; }

    /// <summary>Of a view, the version that its subject was last seen in.</summary>
    public object? Stamp { get; set; }

    /// <summary>Says in which version a view's subject was seen.</summary>
    public void Seen(object stamp)
    {
        if (stamp.Equals(Stamp))
            return;
        Stamp = stamp;
        reading.Changed();
    }
}
