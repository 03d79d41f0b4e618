namespace JobLineage.Core.Lineage.Inference;

/// <summary>A job that may be the parent of another.</summary>
internal sealed class Candidate
{
    /// <summary>The parent it would be.</summary>
    public required InferenceJob Parent { get; init; }

    /// <summary>The logarithm of how probable the moment is.</summary>
    public required double LogTime { get; init; }

    /// <summary>What that stands on.</summary>
    public required TimingKind Timing { get; init; }

    /// <summary>What workers of these two have in common.</summary>
    public required WorkerPair Pair { get; init; }

    /// <summary>The ways of the pair in which both jobs' arguments agree, a bit each.</summary>
    public uint Agree { get; set; }

    /// <summary>The ways for which both jobs have a value, a bit each.</summary>
    public uint Present { get; set; }

    /// <summary>How rare the agreeing values are: for each bit of <see cref="Agree"/> in turn the logarithm of the share of jobs that have the value.</summary>
    public double[] LogRarity { get; set; } = [];

    /// <summary>What the arguments say, as a logarithm of odds.</summary>
    public double Values { get; set; }

    /// <summary>The share of the child that it gets, 0 to 1.</summary>
    public double Share { get; set; }
}

/// <summary>What is learnt of the children that jobs of one worker have among those of another.</summary>
/// <param name="parent">The number of the parent's worker.</param>
/// <param name="child">The number of the child's worker.</param>
internal sealed class WorkerPair(int parent, int child)
{
    /// <summary>Ways that are followed at most: one bit each.</summary>
    public const int MostWays = 24;

    private readonly List<ValueWay> ways = [];

    /// <summary>The number of the parent's worker.</summary>
    public int Parent => parent;

    /// <summary>The number of the child's worker.</summary>
    public int Child => child;

    /// <summary>How many children one job of the parent's worker has.</summary>
    public double Rate { get; set; }

    /// <summary>Links that are recorded, here or elsewhere.</summary>
    public long Recorded { get; set; }

    /// <summary>How many parents these have.</summary>
    public long RecordedParents { get; set; }

    /// <summary>Children of the worker that may have a parent of this worker, by time.</summary>
    public int Covered { get; set; }

    /// <summary>How believable it is that jobs of these workers are parent and child at all, before anything is learnt, 0 to 1.</summary>
    public double Prior { get; set; } = 1;

    /// <summary>The share that it has of all children of the worker, 0 to 1.</summary>
    public double Habit { get; set; }

    /// <summary>The ways in which values of parents are found in their children.</summary>
    public IReadOnlyList<ValueWay> Ways => ways;

    /// <summary>The number of a way, which is made on the first call; -1 when there are too many.</summary>
    public int WayOf(string from, string to)
    {
        for (var way = 0; way < ways.Count; way++)
        {
            if (ways[way].From == from && ways[way].To == to)
                return way;
        }

        if (ways.Count == MostWays)
            return -1;
        ways.Add(new(from, to) { Agreement = from == to ? 0.5 : 0.2 });
        return ways.Count - 1;
    }
}

/// <summary>A value of the parent's arguments that the child's have too.</summary>
/// <param name="From">Where it stands in the parent's.</param>
/// <param name="To">Where it stands in the child's.</param>
internal sealed record ValueWay(string From, string To)
{
    private double agreement;

    /// <summary>How often the values of a parent and its child agree, 0 to 1.</summary>
    public double Agreement
    {
        get => agreement;
        set => (agreement, LogAgree, LogDiffer) = (value, Math.Log(value), Math.Log(Math.Max(1 - value, 0.001)));
    }

    /// <summary>The logarithm of that.</summary>
    public double LogAgree { get; private set; }

    /// <summary>The logarithm of how often they differ.</summary>
    public double LogDiffer { get; private set; }

    /// <summary>Agreements so far, by share.</summary>
    public double Agreed { get; set; }

    /// <summary>Chances to agree so far, by share.</summary>
    public double Met { get; set; }
}
