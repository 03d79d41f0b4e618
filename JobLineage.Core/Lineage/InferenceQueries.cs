using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using JobLineage.Core.Contract;
using JobLineage.Core.Engines.Sql;
using JobLineage.Core.Lineage.Inference;
using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using Npgsql;

namespace JobLineage.Core.Lineage;

/// <summary>
/// Lineage of jobs that carry no parent, inferred from arguments and times. Reads only; every statement is bounded by its
/// number of rows and by a time limit. Errors of the database pass through as <see cref="NpgsqlException"/>.
/// </summary>
/// <param name="source">What was found out about the table; see <see cref="SourceProbe"/>.</param>
/// <param name="database">Connections to the source's database.</param>
/// <param name="redaction">Takes secrets out of arguments before they are looked at or shown.</param>
/// <param name="timeoutSeconds">Time limit of one statement.</param>
public sealed class InferenceQueries(
    ProbedSource source, NpgsqlDataSource database, Redaction redaction, int timeoutSeconds = 15)
{
    /// <summary>Jobs of a window that are looked at, unless told otherwise.</summary>
    public const int DefaultLimit = 10_000;

    private const int Before = 500;
    private const int Newest = 5_000;

    /// <summary>Rows that can't be read and are named.</summary>
    private const int MostNamed = 5;
    private const long RowsToReadWhole = 500_000;

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly LineageReader reader = new(source, database, timeoutSeconds, redaction);
    private readonly SourceIndexes indexes = new(source, database, timeoutSeconds);
    private readonly SourceReader ids = new(source, database, redaction, timeoutSeconds);

    /// <summary>The descendants of a job, as far as they can be inferred; null when there is no such job.</summary>
    /// <param name="id">The root.</param>
    /// <param name="key">The key of the arguments that the run's jobs share, as <see cref="ArgsPath"/> writes it; null for the one that fits best.</param>
    /// <param name="window">How long after the root a descendant may have been inserted.</param>
    /// <param name="limit">Jobs of the window that are looked at.</param>
    /// <param name="kept">The root as it is known elsewhere, for when the queue has pruned it; null where it is not.</param>
    /// <param name="cancellation">Stops the queries.</param>
    /// <exception cref="InferenceException">The table can't be read within bounds.</exception>
    public async Task<InferredRun?> InferAsync(
        string id, string? key = null, TimeSpan? window = null, int limit = DefaultLimit, Job? kept = null, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        if (JobIds.Normalize(source.IdKind, id) is not { } start)
            return null;
        var length = window ?? WindowText.Usual;
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(length, TimeSpan.Zero, nameof(window));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, WindowText.Longest, nameof(window));
        var (found, moment) = await AskAsync(InferenceSql.One, Row, cancellation, ids.IdValue(start));
        var isPruned = found.Count == 0 && kept is { IsMissing: false };
        if (isPruned)
            found.Add((Row(kept!), kept!.Args));
        if (found.FirstOrDefault() is not { Row: { } root })
            return null;
        var input = new InferenceInput
        {
            Source = source,
            RootId = start,
            Rows = [],
            Key = key,
            Window = length,
            AsOf = moment.Shown,
            Known = await KnownAsync(cancellation),
        };
        input = source.IdKind == JobIdKind.BigInt
            ? await ByIdsAsync(input, root, limit, cancellation)
            : await ByTimeAsync(input, root, limit, cancellation);
        if (isPruned)
            input = input with { Rows = [found[0], .. input.Rows] };
        var run = await Task.Run(() => new LineageInference(input).Infer(), cancellation);
        string[] pruned = isPruned ? [$"Job {start} is not in the queue any more: what was kept of it is used, and those of its descendants that are gone too are not found."] : [];
        return run is null ? null : run with { Notes = [.. pruned, .. run.Notes, .. Notes(moment)] };
    }

    private async Task<InferenceInput> ByIdsAsync(InferenceInput input, LineageRow root, int limit, CancellationToken cancellation)
    {
        var end = long.MaxValue;
        if (source.Mapping.InsertedAt is not null && root.InsertedAt is { } at)
            end = await EndAsync(input.RootId, at + input.Window, cancellation);
        var rows = await ReadAsync(from => InferenceSql.ByIds(from, Before, limit + 1), cancellation, ids.IdValue(input.RootId), end);
        var within = rows.Where(r => JobIds.Compare(JobIdKind.BigInt, r.Row.Id, input.RootId) > 0).ToList();
        if (within.Count <= limit)
            return input with { Rows = rows };
        // More than can be looked at: of the rest at least those that have the key's value, where an index may find them.
        rows.RemoveAll(r => r.Row.Id == within[^1].Row.Id);
        input = input with { Rows = rows, IsCut = true };
        if (source.Mapping.Args is null || input.Rows.All(r => r.Row.Id != input.RootId) || new LineageInference(input).Infer() is not { Key: { } key } first || Holding(rows, input.RootId, key) is not { } holding)
            return input;
        try
        {
            var (more, _) = await reader.ReadAsync(
                InferenceSql.ByIdsHolding(source, limit), ParentLookup.Expression, Row,
                [ids.IdValue(within[^2].Row.Id), end, holding], cancellation);
            rows.AddRange(more);
        }
        catch (Exception e) when (RowFaults.IsOfRows(e)
            || e is PostgresException { SqlState: PostgresErrorCodes.QueryCanceled } && !cancellation.IsCancellationRequested)
        {
            // Arguments that are not all JSON, or that no index serves: what was read is what there is, and is said to be cut.
        }

        return input with { Rows = rows };
    }

    private async Task<InferenceInput> ByTimeAsync(InferenceInput input, LineageRow root, int limit, CancellationToken cancellation)
    {
        if (source.Mapping.InsertedAt is null || root.InsertedAt is not { } at)
            throw new InferenceException($"Source '{source.Mapping.Name}' does not say when job {input.RootId} was inserted, and its ids do not grow with time: nothing can be inferred. Set its InsertedAt.");
        if (!await indexes.IsServedAsync(InferenceSql.AskTime(source), cancellation) && await ids.EstimateRowsAsync(cancellation) > RowsToReadWhole)
        {
            throw new InferenceException(
                $"Source '{source.Mapping.Name}' has no index on the time of insertion and its ids do not grow with time: to infer, its whole table would be read. Add one: create index concurrently on {source.Mapping.QualifiedTable} (({SqlText.WithoutAlias(source.Mapping.InsertedAt)})).");
        }

        var rows = await ReadAsync(
            from => InferenceSql.ByTime(from, Before, limit + 1), cancellation, ids.IdValue(input.RootId), at, at + input.Window);
        var within = rows.Where(r => r.Row.InsertedAt >= at && r.Row.Id != input.RootId).ToList();
        if (within.Count > limit)
            rows.RemoveAll(r => r.Row.Id == within[^1].Row.Id);
        return input with { Rows = rows, IsCut = within.Count > limit };
    }

    private async Task<long> EndAsync(string from, DateTimeOffset until, CancellationToken cancellation) =>
        (await AskAsync(InferenceSql.End, row => row.GetInt64(0), cancellation, ids.IdValue(from), until)).Rows[0];

    private async Task<List<(LineageRow Row, string? Args)>> ReadAsync(
        Func<ProbedSource, string> sql, CancellationToken cancellation, params SqlValue[] parameters) => (await AskAsync(sql, Row, cancellation, parameters)).Rows;

    /// <summary>Asks, and is answered for the rest where some row of the table makes the statement fail.</summary>
    private async Task<(List<T> Rows, SourceMoment Moment)> AskAsync<T>(
        Func<ProbedSource, string> sql, Func<NpgsqlDataReader, T> row, CancellationToken cancellation, params SqlValue[] parameters)
    {
        try
        {
            return await reader.ReadAsync(sql(source), ParentLookup.Expression, row, parameters, cancellation);
        }
        catch (Exception e) when (RowFaults.IsOfRows(e))
        {
            if (await reader.WithoutBadRowsAsync(withArgs: true, cancellation) is not { } rest)
                throw;
            // No index serves a table some of whose rows are left out.
            return await reader.ReadAsync(sql(rest), ParentLookup.Scan, row, parameters, cancellation);
        }
    }

    private (LineageRow Row, string? Args) Row(NpgsqlDataReader row) => (Known(reader.Row(row)), redaction.Json(row.TextAt(14)).Text);

    /// <summary>A job that is known elsewhere, as the queue's row would have been.</summary>
    private LineageRow Row(Job job) => Known(new LineageRow
    {
        Id = job.Id,
        Parent = job.ParentId,
        StateWord = source.Mapping.States.FirstOrDefault(word => word.Value == job.State).Key ?? job.State.Name(),
        Worker = job.Worker,
        Queue = job.Queue,
        Step = job.Step,
        RunKey = job.RunKey,
        InsertedAt = job.InsertedAt,
        ScheduledAt = job.ScheduledAt,
        AttemptedAt = job.AttemptedAt,
        FinishedAt = job.FinishedAt,
        Attempt = job.Attempt,
        MaxAttempts = job.MaxAttempts,
        Parents = job.Parents,
    });

    /// <summary>What to know of the table before believing what was inferred.</summary>
    private IEnumerable<string> Notes(SourceMoment moment)
    {
        if (moment.Sentence(source.Mapping.Name) is { } sentence)
            yield return sentence;
        var bad = reader.BadRows;
        foreach (var row in bad.Take(MostNamed))
            yield return $"{row.Sentence} It is left out.";
        if (bad.Count > MostNamed)
            yield return $"{Format.Count(bad.Count - MostNamed)} more rows can't be read and are left out.";
    }

    /// <summary>The row with times that can be reckoned with: 'infinity', years before Christ and those beyond the calendar are unknown.</summary>
    private static LineageRow Known(LineageRow row) => row with
    {
        InsertedAt = Known(row.InsertedAt),
        ScheduledAt = Known(row.ScheduledAt),
        AttemptedAt = Known(row.AttemptedAt),
        FinishedAt = Known(row.FinishedAt),
    };

    private static DateTimeOffset? Known(DateTimeOffset? time) => time is { Year: > 1 and < 9_990 } ? time : null;

    private async Task<IReadOnlyList<KnownSpawn>> KnownAsync(CancellationToken cancellation)
    {
        if (source.Mapping.ParentId is null || source.Mapping.RunKey is not null || source.IdKind != JobIdKind.BigInt)
            return [];
        var (known, _) = await AskAsync(
            from => InferenceSql.Known(from, Newest), row => new KnownSpawn(row.GetString(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3)), cancellation);
        return known;
    }

    /// <summary>The JSON object that holds the root's value of a key and nothing else; null when the root has none.</summary>
    private static string? Holding(IReadOnlyList<(LineageRow Row, string? Args)> rows, string rootId, string key)
    {
        if (ArgsPath.Parse(key) is not { } keys || ArgsValues.Of(rows.First(r => r.Row.Id == rootId).Args).FirstOrDefault(v => v.Path == key) is not { } value)
            return null;
        JsonNode node = value.IsNumber ? JsonNode.Parse(value.Text)! : JsonValue.Create(value.Text);
        foreach (var name in keys.Reverse())
            node = new JsonObject { [name] = node };
        return node.ToJsonString(Relaxed);
    }
}

/// <summary>Nothing can be inferred from a source as it is.</summary>
/// <param name="message">A sentence with a next step.</param>
public sealed class InferenceException(string message) : Exception(message);
