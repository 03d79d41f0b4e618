namespace JobLineage.Bench.Lineage;

/// <summary>
/// The shape of a data set: runs as the incident's (a sync, its pages, and below each page details and showtimes), and
/// singles. A run of 1,363 jobs has 1, 108, 143 and 1,111 of them; other sizes keep these proportions.
/// </summary>
/// <param name="Name">As the command line has it.</param>
/// <param name="Runs">How many runs.</param>
/// <param name="JobsPerRun">Jobs in each, the root included.</param>
/// <param name="Singles">Jobs that belong to nobody, after the last run.</param>
internal sealed record LineageShape(string Name, int Runs, int JobsPerRun, int Singles = 0)
{
    /// <summary>1,000,000 rows, among them the run that is asked for.</summary>
    public static readonly LineageShape Million = new("million", 733, 1_363, 921);

    /// <summary>The same with the partial index on the parent's id that <c>doctor</c> advises.</summary>
    public static readonly LineageShape Advised = Million with { Name = "advised" };

    /// <summary>One run of 1,000,000 jobs.</summary>
    public static readonly LineageShape OneRun = new("one-run", 1, 1_000_000);

    /// <summary>One run of 1,000 jobs, alone in its table.</summary>
    public static readonly LineageShape Thousand = new("thousand", 1, 1_000);

    public static readonly IReadOnlyList<LineageShape> All = [Million, OneRun, Thousand];

    /// <summary>The schema that holds it.</summary>
    public string Schema => "bench_" + Name.Replace('-', '_');

    public long Rows => ((long)Runs * JobsPerRun) + Singles;

    public int Pages => Math.Max(1, (int)((long)JobsPerRun * 108 / 1_363));

    public int Details => (int)((long)JobsPerRun * 143 / 1_363);

    /// <summary>The id of the root of a run, from 0.</summary>
    public long Root(int run) => 1 + ((long)run * JobsPerRun);

    /// <summary>The root that is asked for: in the middle of the table, neither the oldest rows nor the newest.</summary>
    public long MiddleRoot => Root(Runs / 2);
}
