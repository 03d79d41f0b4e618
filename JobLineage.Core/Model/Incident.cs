namespace JobLineage.Core.Model;

/// <summary>What is wrong across runs: the findings of all runs that have the same cause.</summary>
/// <param name="Key">What it is known by as long as it lasts, whatever its numbers are and whichever runs suffer from it.</param>
/// <param name="Source">The source's name.</param>
/// <param name="Kind">The kind of its findings.</param>
/// <param name="Headline">What stopped, failed or is missing, in a few words and without a full stop.</param>
public sealed record Incident(string Key, string Source, FindingKind Kind, string Headline)
{
    /// <summary>Since when, in UTC; null when unknown.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Jobs that wait, or are under way for too long.</summary>
    public long Waiting { get; init; }

    /// <summary>Jobs that failed: by themselves, or probably because of it.</summary>
    public long Failed { get; init; }

    /// <summary>Jobs that were never created.</summary>
    public long Missing { get; init; }

    /// <summary>The runs that suffer, the one that suffers most first.</summary>
    public IReadOnlyList<IncidentRun> Runs { get; init; } = [];

    /// <summary>What to do, as a sentence; null where there is nothing to be done.</summary>
    public string? Advice { get; init; }

    /// <summary>How many jobs it affects.</summary>
    public long Affected => Waiting + Failed + Missing;

    /// <summary>Whether it shows the same as another.</summary>
    public bool LooksLike(Incident other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return this with { Runs = other.Runs } == other && Runs.SequenceEqual(other.Runs);
    }
}

/// <summary>A run that suffers from an incident.</summary>
/// <param name="RootId">The id of its root.</param>
/// <param name="Worker">The full worker name of its root.</param>
/// <param name="Finding">The <see cref="Finding.Id"/> of what was found in it.</param>
/// <param name="Stage">The path of the stage that it was found in; null when it is about the run.</param>
/// <param name="Affected">How many of its jobs are affected.</param>
public sealed record IncidentRun(string RootId, string Worker, string Finding, string? Stage, long Affected)
{
    /// <summary>How many of them by the finding itself, and not only by what probably follows from it.</summary>
    public long Own { get; init; }
}

/// <summary>Of what incidents are asked for.</summary>
/// <param name="Source">Only of this source; null for all.</param>
/// <param name="Worker">Only in runs of this pipeline: the full or short name of the root's worker; null for all.</param>
public sealed record IncidentsQuery(string? Source = null, string? Worker = null);

/// <summary>What is wrong now, and how many of the runs that go on are in which condition: a run can be in several.</summary>
/// <param name="AsOf">The moment of the reading, in UTC.</param>
/// <param name="Items">The incidents, that which affects most jobs first.</param>
public sealed record IncidentsView(DateTimeOffset AsOf, IReadOnlyList<Incident> Items)
{
    /// <summary>Runs that go on.</summary>
    public int Running { get; init; }

    /// <summary>Of these, runs in which something is stuck.</summary>
    public int Stuck { get; init; }

    /// <summary>Of these, runs in which jobs have failed.</summary>
    public int Failing { get; init; }

    /// <summary>Whether there are more runs that go on than were looked at.</summary>
    public bool IsAtLeast { get; init; }

    /// <summary>Whether it shows the same as another: the moment of the reading aside.</summary>
    public bool LooksLike(IncidentsView other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return (Running, Stuck, Failing, IsAtLeast) == (other.Running, other.Stuck, other.Failing, other.IsAtLeast)
            && Items.Count == other.Items.Count && Items.Zip(other.Items).All(pair => pair.First.LooksLike(pair.Second));
    }
}
