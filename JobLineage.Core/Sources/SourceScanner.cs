using System.Data;
using System.Runtime.CompilerServices;
using JobLineage.Core.Engines.Sql;
using JobLineage.Core.Model;
using Npgsql;

namespace JobLineage.Core.Sources;

/// <summary>
/// Looks over a source without reading its jobs: which rows are not finished, which are new, and a number for each that
/// changes when the row does. What it costs grows with the unfinished rows (an index on the state serves) and with the
/// new ones, not with the table.
/// </summary>
/// <param name="reader">The source.</param>
/// <param name="database">Connections to its database.</param>
/// <param name="timeoutSeconds">Time limit of one statement.</param>
public sealed class SourceScanner(SourceReader reader, NpgsqlDataSource database, int timeoutSeconds = 30)
{
    private readonly ProbedSource source = reader.Source;
    private readonly SourceMapping mapping = reader.Source.Mapping;
    private readonly HashSet<string> except = new(StringComparer.Ordinal);

    /// <summary>Rows found when ids are looked over for those that can't bear it.</summary>
    private const int SearchChunk = 20_000;

    /// <summary>The moment that the source's data was of when <see cref="StatesAsync(int, CancellationToken)"/> last began; null before, or where it is not known.</summary>
    public DateTimeOffset? ComparedFrom { get; private set; }

    /// <summary>Looks over the source in one statement.</summary>
    /// <param name="above">Rows with a higher id are looked at, finished or not; null for none. Only for ids that are numbers.</param>
    /// <param name="within">
    /// Rows inserted within this time, by the source's own clock, are looked at, finished or not; null for none. For ids that
    /// are not numbers.
    /// </param>
    /// <param name="followed">Rows looked at by id.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public async Task<SourceScan> ScanAsync(
        string? above, TimeSpan? within, IReadOnlyCollection<string> followed, CancellationToken cancellation)
    {
        try
        {
            return await LookAsync(above, within, followed, cancellation);
        }
        catch (Exception e) when (RowFaults.IsOfRows(e))
        {
            // Some row, wherever it is in the table, can't bear being asked for its state.
            if (!await SearchAsync(cancellation))
                throw;
            return await LookAsync(above, within, followed, cancellation);
        }
    }

    /// <summary>Asks these rows again what they could not answer: they have been read since.</summary>
    public void Trust(IEnumerable<string> ids) => except.ExceptWith(ids);

    private async Task<bool> SearchAsync(CancellationToken cancellation)
    {
        var before = except.Count;
        var search = new RowSearch(mapping.Name);
        string? after = null;
        while (true)
        {
            var ids = await reader.IdsAsync(after, SearchChunk, cancellation);
            await search.RunAsync(
                [.. ids.Where(id => !except.Contains(id))],
                async some =>
                {
                    await using var command = await SourceCommand.OpenAsync(database, mapping, timeoutSeconds, cancellation);
                    command.Sql = ScanSql.Bear(source);
                    command.Add(reader.IdArray(some));
                    await using var result = await command.ReadAsync(CommandBehavior.Default, cancellation);
                    while (await result.ReadAsync(cancellation))
                    {
                    }
                },
                (id, _) =>
                {
                    except.Add(id);
                    return Task.CompletedTask;
                },
                cancellation);
            if (ids.Count < SearchChunk)
                return except.Count > before;
            after = ids[^1];
        }
    }

    private async Task<SourceScan> LookAsync(
        string? above, TimeSpan? within, IReadOnlyCollection<string> followed, CancellationToken cancellation)
    {
        await using var command = await SourceCommand.OpenAsync(database, mapping, timeoutSeconds, cancellation);
        int? Add(NpgsqlParameter? parameter)
        {
            if (parameter is null)
                return null;
            command.Add(parameter);
            return command.ParameterCount;
        }

        command.Sql = ScanSql.Scan(
            except.Count == 0 ? source : source with { Mapping = mapping with { Except = new(except, source.HasRowVersions) } },
            Add(above is null ? null : reader.IdValue(above)),
            Add(within is null || mapping.InsertedAt is null ? null : new NpgsqlParameter<TimeSpan> { TypedValue = within.Value }),
            Add(followed.Count == 0 ? null : reader.IdArray(followed)),
            Add(except.Count == 0 ? null : reader.IdArray(except)));
        var rows = new Dictionary<string, RowMark>(StringComparer.Ordinal);
        var (oldest, next) = (0L, 0L);
        string? high = null;
        await using var result = await command.ReadAsync(CommandBehavior.Default, cancellation);
        while (await result.ReadAsync(cancellation))
        {
            if (result.IsDBNull(0))
            {
                (oldest, next) = (result.GetInt64(1), result.GetInt64(2));
                continue;
            }

            var id = result.GetString(0);
            rows[id] = new(result.GetInt64(1), result.GetBoolean(3) || rows.GetValueOrDefault(id).IsUnfinished);
            if (high is null || JobIds.Compare(source.IdKind, id, high) > 0)
                high = id;
        }

        return new(rows, high, oldest, next, command.Moment!);
    }

    /// <summary>The highest id of the table; null when it is empty or ids are not numbers.</summary>
    public async Task<string?> HighestIdAsync(CancellationToken cancellation)
    {
        if (source.IdKind != JobIdKind.BigInt)
            return null;
        await using var command = await SourceCommand.OpenAsync(database, mapping, timeoutSeconds, cancellation);
        command.Sql = ScanSql.Highest(source);
        return await command.ScalarAsync(cancellation) as string;
    }

    /// <summary>
    /// Id, state, attempt and link of every row, in the order of ids and in chunks that are statements of their own. Between
    /// two chunks it rests as long as the last one took: a reconciliation never takes more than half of one connection.
    /// </summary>
    public async IAsyncEnumerable<IReadOnlyList<RowState>> StatesAsync(int chunk, [EnumeratorCancellation] CancellationToken cancellation)
    {
        ComparedFrom = null;
        string? after = null;
        while (true)
        {
            var started = System.Diagnostics.Stopwatch.GetTimestamp();
            var (rows, read, last) = await StatesAsync(after, chunk, cancellation);
            if (rows.Count > 0)
                yield return rows;
            if (read < chunk)
                yield break;
            after = last;
            await Task.Delay(System.Diagnostics.Stopwatch.GetElapsedTime(started), cancellation);
        }
    }

    private async Task<(List<RowState> Rows, int Read, string? Last)> StatesAsync(string? after, int chunk, CancellationToken cancellation)
    {
        var rows = new List<RowState>(chunk);
        try
        {
            await StatesAsync(rows, ScanSql.States(source, after is not null, chunk), after is null ? null : reader.IdValue(after), cancellation);
            return (rows, rows.Count, rows.Count > 0 ? rows[^1].Id : null);
        }
        catch (Exception e) when (RowFaults.IsOfRows(e))
        {
            rows.Clear();
            var ids = await reader.IdsAsync(after, chunk, cancellation);
            await new RowSearch(mapping.Name).RunAsync(
                ids,
                async some =>
                {
                    var found = new List<RowState>(some.Count);
                    await StatesAsync(found, ScanSql.StatesByIds(source), reader.IdArray(some), cancellation);
                    rows.AddRange(found);
                },
                (id, _) =>
                {
                    // There, and nothing is known of it: it is put aside when it is read, and no difference.
                    rows.Add(new(id, null, 0, null));
                    return Task.CompletedTask;
                },
                cancellation);
            return (rows, ids.Count, ids.Count > 0 ? ids[^1] : null);
        }
    }

    private async Task StatesAsync(List<RowState> rows, string sql, NpgsqlParameter? parameter, CancellationToken cancellation)
    {
        await using var command = await SourceCommand.OpenAsync(database, mapping, timeoutSeconds, cancellation);
        command.Sql = sql;
        if (parameter is not null)
            command.Add(parameter);
        await using var result = await command.ReadAsync(CommandBehavior.Default, cancellation);
        ComparedFrom ??= command.Moment?.AsOf;
        while (await result.ReadAsync(cancellation))
        {
            JobState? state = !result.IsDBNull(1) && mapping.States.TryGetValue(result.GetString(1), out var known) ? known : null;
            var link = result.IsDBNull(3) ? null : result.GetString(3);
            rows.Add(new(
                result.GetString(0), state, (int)Math.Clamp(result.GetInt64(2), int.MinValue, int.MaxValue),
                mapping.RunKey is null ? JobIds.Normalize(source.IdKind, link) : link)
            {
                InsertedAt = result.TimeAt(4),
                IsKey = mapping.RunKey is not null,
            });
        }
    }
}

/// <summary>What a look over a source found.</summary>
/// <param name="Rows">The rows looked at, by id.</param>
/// <param name="HighId">The highest id among them; null without any.</param>
/// <param name="OldestRunning">The oldest transaction that was still running (64 bit).</param>
/// <param name="NextTransaction">The transaction that would have begun next (64 bit).</param>
/// <param name="Moment">When, by the source's clock; null where nobody asked.</param>
public sealed record SourceScan(
    IReadOnlyDictionary<string, RowMark> Rows, string? HighId, long OldestRunning, long NextTransaction, SourceMoment? Moment = null);

/// <summary>A row as seen from afar.</summary>
/// <param name="Version">Changes when the row does.</param>
/// <param name="IsUnfinished">Whether the source counts it among the unfinished.</param>
public readonly record struct RowMark(long Version, bool IsUnfinished);

/// <summary>A row for reconciliation.</summary>
/// <param name="Id">Its id.</param>
/// <param name="State">Its state; null when the mapping does not know it.</param>
/// <param name="Attempt">Attempts begun.</param>
/// <param name="Link">The parent's id or the run's key, whichever holds the source's runs together.</param>
public readonly record struct RowState(string Id, JobState? State, int Attempt, string? Link)
{
    /// <summary>When it was inserted; null where the source does not say. Another time makes it another job.</summary>
    public DateTimeOffset? InsertedAt { get; init; }

    /// <summary>Whether <see cref="Link"/> is a run's key.</summary>
    public bool IsKey { get; init; }
}
