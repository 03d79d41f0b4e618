using JobLineage.Core.Model;
using Npgsql;

namespace JobLineage.Core.Store.Reading;

/// <summary>
/// Finds runs by what one of their jobs is. What stages count (states, workers, kinds of error, queues) rules out most runs without a look at a job, and
/// for states and workers decides. For the rest the jobs of the stages that are left are looked at, for as long as one page may take: each statement
/// has what is left of that as its time limit, and whoever asks is told where the time was up.
/// </summary>
internal sealed class RunJobsFilter
{
    /// <summary>Jobs that one statement looks at, unless a run has more.</summary>
    private const int Piece = 20_000;

    /// <summary>What a piece may take however little is left: a little, so that the first of a page is done whatever came before it.</summary>
    private static readonly TimeSpan PieceAtLeast = TimeSpan.FromMilliseconds(100);

    /// <summary>Jobs of a stage whose arguments are looked at here, first and, where none of these has them, then.</summary>
    private static readonly int[] Samples = [50, 50_000];

    private readonly NpgsqlConnection connection;
    private readonly JobConditions conditions;
    private readonly TimeLimit limit;
    private readonly NamedJobs named;
    private bool isBegun;

    private RunJobsFilter(NpgsqlConnection connection, JobConditions conditions, TimeLimit limit, NamedJobs named) =>
        (this.connection, this.conditions, this.limit, this.named) = (connection, conditions, limit, named);

    private JobFilter Filter => conditions.Filter;

    /// <summary>The runs of the jobs that the filter names; null where it names none.</summary>
    public IReadOnlyCollection<long>? Only => named.Runs;

    /// <summary>Runs whose jobs could not all be looked at: whether they match is not known.</summary>
    public long PassedOver { get; private set; }

    /// <summary>Looks up what the filter's names stand for; the time runs from when jobs are looked at for it.</summary>
    public static async Task<RunJobsFilter> ReadAsync(
        NpgsqlConnection connection, JobFilter filter, DateTimeOffset now, TimeLimit limit, CancellationToken cancellation)
    {
        var conditions = await JobConditions.ReadAsync(connection, filter, now, cancellation);
        limit.Begin();
        return new(connection, conditions, limit, await NamedJobs.ReadAsync(connection, filter, limit, cancellation));
    }

    /// <summary>Those of these runs that have such a job; and the first that could not be looked at, for the time was up. Null: all were.</summary>
    public async Task<(HashSet<long> Found, long? Undecided)> LookAsync(IReadOnlyList<RunPlace> places, CancellationToken cancellation)
    {
        var found = new HashSet<long>();
        if (places.Count == 0)
        {
            // Whoever asks got on by what something else ruled out.
            isBegun = true;
            return (found, null);
        }

        var runs = await RunStageFilter.ReadAsync(connection, places, conditions, cancellation);
        var open = new List<StagesOfRun>();
        foreach (var run in places.Select(place => runs.GetValueOrDefault(place.Id)).OfType<StagesOfRun>())
        {
            if (IsDecidedByStages(run))
                found.Add(run.Id);
            else
                open.Add(run);
        }

        for (var at = 0; at < open.Count;)
        {
            var piece = Next(open, at);
            var isLooked = await LookAsync(piece, found, cancellation);
            if (!isLooked && isBegun)
                return (Before(places, open[at].Id, found), open[at].Id);
            if (!isLooked && piece.Count > 1)
            {
                // All of the time went by over these, and which of them took it is not known: the page gets on by one of them at least.
                piece = [piece[0]];
                isLooked = found.Contains(piece[0].Id) || await LookAsync(piece, found, cancellation);
            }

            // All of the time went by over this one: the next page must not begin with it again.
            if (!isLooked)
                PassedOver++;
            at += piece.Count;
            isBegun = true;
        }

        isBegun = true;
        return (found, null);
    }

    // Stages have the jobs of a worker counted by state. Where jobs share a key a stage may have several workers.
    private bool IsDecidedByStages(StagesOfRun run) =>
        !Filter.HasError && Filter.Queue is null && Filter.Older is null && Filter.Newer is null && Filter.Args.Count == 0 && Only is null
        && (Filter.Worker is null || !run.IsKeyed);

    private static List<StagesOfRun> Next(List<StagesOfRun> runs, int from)
    {
        var piece = new List<StagesOfRun>();
        var jobs = 0L;
        foreach (var run in runs.Skip(from))
        {
            jobs += run.Jobs;
            if (piece.Count > 0 && jobs > Piece)
                break;
            piece.Add(run);
        }

        return piece;
    }

    // What stands behind the place at which the time was up is for the next page.
    private static HashSet<long> Before(IReadOnlyList<RunPlace> places, long undecided, HashSet<long> found) =>
        [.. places.TakeWhile(place => place.Id != undecided).Select(place => place.Id).Where(found.Contains)];

    /// <summary>Looks at the jobs of some runs; false when the time was up.</summary>
    private async Task<bool> LookAsync(IReadOnlyList<StagesOfRun> runs, HashSet<long> found, CancellationToken cancellation)
    {
        var unsure = runs;
        foreach (var sample in conditions.NeedsArgs ? Samples : [1])
        {
            if (unsure.Count == 0)
                return true;
            if (await StepAsync(unsure, sample, found, cancellation) is not { } more)
                return false;
            unsure = conditions.NeedsArgs ? more : [];
        }

        // So many jobs may have the arguments, and none of those that were looked at has; or so many are below another that not all were followed.
        var unknown = unsure.Select(run => run.Id).ToHashSet();
        PassedOver += runs.Count(run => !found.Contains(run.Id) && (unknown.Contains(run.Id) || named.IsTruncated(run.Id)));
        return true;
    }

    /// <summary>Looks at so many jobs a stage that may match; those runs of which there are more, and none matched. Null when the time was up.</summary>
    private async Task<IReadOnlyList<StagesOfRun>?> StepAsync(IReadOnlyList<StagesOfRun> runs, int sample, HashSet<long> found, CancellationToken cancellation)
    {
        if (limit.Left == TimeSpan.Zero && isBegun)
            return null;
        await using var command = new NpgsqlCommand { Connection = connection, CommandTimeout = ViewsReader.TimeoutSeconds };
        string Parameter(SqlValue parameter)
        {
            command.With(parameter);
            return $"${command.Parameters.Count}";
        }

        var stages = runs.SelectMany(run => run.Stages.Select(stage => (run.Source, Stage: stage, Run: run.Id))).ToList();
        var wanted = conditions.Sql(Parameter).Prepend(JobIs.Counted()).Concat(named.Sql(Parameter));
        command.CommandText =
            $"""
            select u.run, j.args
            from unnest({Parameter(Parameters.Shorts(stages.Select(s => s.Source)))}, {Parameter(Parameters.Longs(stages.Select(s => s.Stage)))}, {Parameter(Parameters.Longs(stages.Select(s => s.Run)))})
                u (source_id, stage, run)
            cross join lateral (
                select {(conditions.NeedsArgs ? JobSql.Args() : "null::text")} as args from job_lineage.job j
                where j.source_id = u.source_id and j.stage_id = u.stage and {string.Join(" and ", wanted)} limit {sample + (conditions.NeedsArgs ? 1 : 0)}) j
            """;
        var seen = new Dictionary<long, int>();
        var atLeast = runs.Count == 1 && !isBegun ? limit.Alone : PieceAtLeast;
        var isLooked = await limit.TryAsync(connection, atLeast, async () =>
        {
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                var run = reader.GetInt64(0);
                seen[run] = seen.GetValueOrDefault(run) + 1;
                if (!found.Contains(run) && conditions.ArgsHold(reader.TextAt(1)))
                    found.Add(run);
            }
        }, cancellation);
        if (!isLooked)
            return null;
        return [.. runs.Where(run => !found.Contains(run.Id) && seen.GetValueOrDefault(run.Id) > sample)];
    }
}
