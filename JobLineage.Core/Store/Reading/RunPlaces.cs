using JobLineage.Core.Model;
using Npgsql;

namespace JobLineage.Core.Store.Reading;

/// <summary>
/// Where runs stand in a list. What has come to rest is read from the index of its order, a stretch for each source or
/// pipeline; what goes on is taken whole and put in between.
/// </summary>
/// <param name="connection">In the caller's snapshot.</param>
/// <param name="query">What is asked for.</param>
/// <param name="pipelines">The pipelines that it is about.</param>
/// <param name="now">The moment of the reading.</param>
internal sealed class RunPlaces(
    NpgsqlConnection connection, RunsQuery query, IReadOnlyList<StoredPipeline> pipelines, DateTimeOffset now)
{
    /// <summary>What postgres counts microseconds from.</summary>
    private static readonly DateTimeOffset Epoch = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private const string Unfinished = "r.available + r.scheduled + r.suspended + r.executing + r.retryable";
    /// <summary>A run that goes on, as the indexes say it.</summary>
    public const string Open = Unfinished + " > 0";

    /// <summary>A run that has come to rest, as the indexes say it.</summary>
    public const string Closed = "r.rows > 0 and " + Unfinished + " = 0";

    /// <summary>By what runs stand in the order of their start, as the indexes say it.</summary>
    public const string Start = "coalesce(r.started_at, '-infinity'::timestamptz)";

    /// <summary>By what runs stand in the order of their last activity, as the indexes say it.</summary>
    public const string Activity = "coalesce(r.last_activity_at, '-infinity'::timestamptz)";

    private readonly RunsCursor? after = query.After is { } cursor && cursor.Sort == query.Sort && cursor.Ascending == query.Ascending ? cursor : null;

    /// <summary>
    /// The moment to which what goes on is measured, in microseconds: a list is of one moment, however long somebody reads on.
    /// </summary>
    private long At => after is { At: not 0 } cursor ? cursor.At : (now - Epoch).Ticks / TimeSpan.TicksPerMicrosecond;

    private bool IsTime => query.Sort is RunSort.Activity or RunSort.Started;

    /// <summary>The first runs behind the place that is asked for.</summary>
    /// <param name="from">Behind this; null: where the query begins.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="only">Of these alone; null for all.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public async Task<List<RunPlace>> ReadAsync(RunPlace? from, int limit, IReadOnlyCollection<long>? only, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand { Connection = connection, CommandTimeout = ViewsReader.TimeoutSeconds };
        command.CommandText = Sql(command, from is { } place ? (place.Value, place.Id) : after is null ? null : (after.Value, after.Id), limit, only);
        var places = new List<RunPlace>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            places.Add(new(reader.GetInt64(0), reader.GetFieldValue<long>(1), reader.GetInt64(2), reader.GetInt16(3)));
        return places;
    }

    /// <summary>How many there are, counted as far as <paramref name="most"/> and one more.</summary>
    public async Task<long> CountAsync(int most, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand { Connection = connection, CommandTimeout = ViewsReader.TimeoutSeconds };
        var places = new RunPlaces(connection, query with { Sort = RunSort.Activity, After = null }, pipelines, now);
        command.CommandText = $"select count(*) from ({places.Sql(command, null, most + 1, null)}) n";
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>The place behind which a page goes on; null: before all of them.</summary>
    public RunsCursor Cursor(RunPlace? place)
    {
        var at = query.Sort == RunSort.Duration ? At : 0;
        return place is { } last ? new(query.Sort, query.Ascending, last.Value, last.Id, at) : RunsCursor.Start(query.Sort, query.Ascending, at);
    }

    private string Sql(NpgsqlCommand command, (long Value, long Id)? behind, int limit, IReadOnlyCollection<long>? only)
    {
        var direction = query.Ascending ? "asc" : "desc";
        var condition = Condition(command, only);
        var place = behind is { } at ? $"{Add(command, KeyOf(at.Value))}, {Add(command, at.Id)}" : null;
        var parts = new List<string>();
        if (query.State is not (RunState.Failed or RunState.Finished))
            parts.Add(Stretch(BySource(command), OpenKey(command), Open + OfWorkers(command)));
        if (!query.IsExamined)
        {
            // Only what is read most often has an order that goes across the pipelines of a source.
            var all = query is { Sort: RunSort.Activity, Worker: null or "" };
            parts.Add(Stretch(all ? BySource(command) : ByPipeline(command), ClosedKey, Closed + Ended));
        }

        return $"select p.id, p.key, p.version, p.source_id from ({string.Join(" union all ", parts)}) p order by p.key {direction}, p.id {direction} limit {limit}";

        string Stretch((string From, string Where) each, string key, string which) =>
            $"""
            (select s.id, s.key, s.version, s.source_id
            from {each.From} cross join lateral (
                select r.id, {key} as key, r.version, r.source_id from job_lineage.run r
                where {each.Where} and {which}{condition}{(place is null ? "" : $" and ({key}, r.id) {(query.Ascending ? '>' : '<')} ({place})")}
                order by {key} {direction}, r.id {direction} limit {limit}) s)
            """;
    }

    private string Ended => query.State switch
    {
        RunState.Failed => " and r.discarded > 0",
        RunState.Finished => " and r.discarded = 0",
        _ => "",
    };

    private string ClosedKey => query.Sort switch
    {
        RunSort.Started => Start,
        RunSort.Duration => "job_lineage.run_span(r.started_at, r.last_activity_at)",
        RunSort.Jobs => "(r.completed + r.discarded + r.cancelled)",
        RunSort.Failures => "r.discarded",
        _ => Activity,
    };

    private string OpenKey(NpgsqlCommand command) => query.Sort switch
    {
        RunSort.Duration => $"job_lineage.run_span(r.started_at, {Add(command, Parameters.Time(At))})",
        RunSort.Jobs => $"({Unfinished} + r.completed + r.discarded + r.cancelled)",
        _ => ClosedKey,
    };

    private string Condition(NpgsqlCommand command, IReadOnlyCollection<long>? only)
    {
        var sql = "";
        if (query.Last is { } last)
            sql += $" and {Activity} >= {Add(command, (now - last))}";
        if (query.Filter.From is { } within)
            sql += $" and {Activity} >= {Add(command, (now - within))}";
        if (query.From is { } from)
            sql += $" and {Activity} >= {Add(command, from)}";
        if (query.To is { } to)
            sql += $" and {Activity} < {Add(command, to)}";
        if (only is not null)
            sql += $" and r.id = any({Add(command, Parameters.Longs(only))})";
        return sql;
    }

    private (string From, string Where) BySource(NpgsqlCommand command) => (
        $"unnest({Add(command, Parameters.Shorts(pipelines.Select(p => p.SourceId).Distinct()))}) f (source_id)",
        "r.source_id = f.source_id");

    private (string From, string Where) ByPipeline(NpgsqlCommand command) => (
        $"unnest({Add(command, Parameters.Shorts(pipelines.Select(p => p.SourceId)))}, {Add(command, Parameters.Ints(pipelines.Select(p => p.WorkerId)))}) f (source_id, worker)",
        "r.source_id = f.source_id and r.worker = f.worker");

    private string OfWorkers(NpgsqlCommand command) => query.Worker is not { Length: > 0 }
        ? ""
        : $" and r.worker = any({Add(command, Parameters.Ints(pipelines.Select(p => p.WorkerId).Distinct()))})";

    private SqlValue KeyOf(long value) => IsTime ? Parameters.Time(value) : value;

    private static string Add(NpgsqlCommand command, SqlValue parameter)
    {
        command.With(parameter);
        return "$" + command.Parameters.Count.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }
}

/// <summary>The place of a run in a list.</summary>
/// <param name="Id">Its number in the store.</param>
/// <param name="Value">What it stands there by.</param>
/// <param name="Version">Its version.</param>
/// <param name="SourceId">The source's number.</param>
internal readonly record struct RunPlace(long Id, long Value, long Version, short SourceId)
{
    /// <summary>
    /// The sources of some runs, for <c>= any(…)</c> beside the numbers of the runs, which no two sources share. Pairs of both would be joined by two
    /// columns of which the planner knows nothing: it expects one row of hundreds, and walks all errors for each run.
    /// </summary>
    public static SqlValue Sources(IEnumerable<RunPlace> places) => Parameters.Shorts(places.Select(place => place.SourceId).Distinct());
}
