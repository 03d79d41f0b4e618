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
/// <param name="inTheWay">Rows that are known to make a look fail; null for none.</param>
/// <param name="searchesAtOnce">
/// Whether a look itself searches for rows that make it fail, which reads the whole table; otherwise it throws <see cref="RowsInTheWayException"/>, and
/// whoever counts turns calls <see cref="SearchAsync"/> in a long one.
/// </param>
public sealed class SourceScanner(
    SourceReader reader, NpgsqlDataSource database, int timeoutSeconds = 30, IReadOnlyCollection<string>? inTheWay = null, bool searchesAtOnce = true)
{
    private readonly ProbedSource source = reader.Source;
    private readonly SourceMapping mapping = reader.Source.Mapping;
    private readonly HashSet<string> except = new(inTheWay ?? [], StringComparer.Ordinal);

    /// <summary>Rows of which a comparison can know nothing, each with the version that it was found so in.</summary>
    private readonly Dictionary<string, long> unstated = new(StringComparer.Ordinal);

    /// <summary>Whether the source may have rows without an id, which no look and no comparison sees.</summary>
    public bool MayLackIds => source.MayLackIds;

    /// <summary>See <see cref="SourceMapping.KeepsParent"/>.</summary>
    public bool KeepsParent => source.Mapping.KeepsParent;

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
            if (!searchesAtOnce)
                throw new RowsInTheWayException(this, e);
            if (!await SearchAsync(cancellation))
                throw;
            return await LookAsync(above, within, followed, cancellation);
        }
    }

    /// <summary>The rows that looks pass by, since they make them fail.</summary>
    public IReadOnlyCollection<string> InTheWay => [.. except];

    /// <summary>Asks these rows again what they could not answer: they have been read since.</summary>
    public void Trust(IEnumerable<string> ids) => except.ExceptWith(ids);

    /// <summary>Looks over the whole table for rows that make a look fail; looks pass them by from then on.</summary>
    /// <returns>Whether there were any that were not known.</returns>
    public async Task<bool> SearchAsync(CancellationToken cancellation)
    {
        var found = await reader.FindAsync(ScanSql.Bear(source), null, except, Search(), cancellation);
        except.UnionWith(found.Keys);
        return found.Count > 0;
    }

    private RowSearch Search() => new(mapping.Name, reader.Redaction, reader.Known);

    private async Task<SourceScan> LookAsync(
        string? above, TimeSpan? within, IReadOnlyCollection<string> followed, CancellationToken cancellation)
    {
        await using var command = await SourceCommand.OpenAsync(database, mapping, timeoutSeconds, cancellation);
        int? Add(SqlValue? parameter)
        {
            if (parameter is not { } value)
                return null;
            command.Add(value);
            return command.ParameterCount;
        }

        command.Sql = ScanSql.Scan(
            except.Count == 0 ? source : source with { Mapping = mapping with { Except = new(except, source.HasRowVersions) } },
            Add(above is null ? (SqlValue?)null : reader.IdValue(above)),
            Add(within is null || mapping.InsertedAt is null ? null : within.Value),
            Add(followed.Count == 0 ? (SqlValue?)null : reader.IdArray(followed)),
            Add(except.Count == 0 ? (SqlValue?)null : reader.IdArray(except)));
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
        await ForgetChangedAsync(cancellation);
        string? after = null;
        while (true)
        {
            var started = System.Diagnostics.Stopwatch.GetTimestamp();
            var (rows, read, last) = await StatesAsync(after, chunk, cancellation);
            if (rows.Count > 0)
                yield return rows;
            if (read < chunk)
                break;
            after = last;
            await Task.Delay(System.Diagnostics.Stopwatch.GetElapsedTime(started), cancellation);
        }

        // There, and nothing is known of them: each is put aside when it is read, and no difference.
        if (unstated.Count > 0)
            yield return [.. unstated.Keys.Select(id => new RowState(id, null, 0, null))];
    }

    /// <summary>Rows that have changed since they could not answer are asked again, and so is each that has no version.</summary>
    private async Task ForgetChangedAsync(CancellationToken cancellation)
    {
        if (unstated.Count == 0)
            return;
        var versions = source.HasRowVersions ? await VersionsAsync(unstated.Keys, cancellation) : [];
        foreach (var (id, version) in unstated)
        {
            if (!versions.TryGetValue(id, out var now) || now != version)
                unstated.Remove(id);
        }
    }

    private async Task<Dictionary<string, long>> VersionsAsync(IEnumerable<string> ids, CancellationToken cancellation)
    {
        await using var command = await SourceCommand.OpenAsync(database, mapping, timeoutSeconds, cancellation);
        command.Sql = ScanSql.Versions(source);
        command.Add(reader.IdArray(ids));
        var versions = new Dictionary<string, long>(StringComparer.Ordinal);
        await using var row = await command.ReadAsync(CommandBehavior.Default, cancellation);
        while (await row.ReadAsync(cancellation))
            versions[row.GetString(0)] = row.GetInt64(1);
        return versions;
    }

    private async Task<(List<RowState> Rows, int Read, string? Last)> StatesAsync(string? after, int chunk, CancellationToken cancellation)
    {
        var rows = new List<RowState>(chunk);
        try
        {
            List<SqlValue> parameters = after is null ? [] : [reader.IdValue(after)];
            if (unstated.Count > 0)
                parameters.Add(reader.IdArray(unstated.Keys));
            await StatesAsync(rows, ScanSql.States(source, after is not null, chunk, unstated.Count > 0 ? parameters.Count : null), parameters, cancellation);
            return (rows, rows.Count, rows.Count > 0 ? rows[^1].Id : null);
        }
        catch (Exception e) when (RowFaults.IsOfRows(e))
        {
            rows.Clear();
            var ids = await reader.IdsAsync(after, chunk, cancellation);
            await Search().RunAsync(
                [.. ids.Where(id => !unstated.ContainsKey(id))],
                async some =>
                {
                    var found = new List<RowState>(some.Count);
                    await StatesAsync(found, ScanSql.StatesByIds(source), [reader.IdArray(some)], cancellation);
                    rows.AddRange(found);
                },
                async (id, _) =>
                {
                    // Its version before it is asked once more: what changes between is not missed.
                    var version = source.HasRowVersions ? (await VersionsAsync([id], cancellation)).GetValueOrDefault(id) : 0;
                    try
                    {
                        await StatesAsync(rows, ScanSql.StatesByIds(source), [reader.IdArray([id])], cancellation);
                    }
                    catch (Exception again) when (RowFaults.IsOfRows(again))
                    {
                        unstated[id] = version;
                    }
                },
                cancellation);
            return (rows, ids.Count, ids.Count > 0 ? ids[^1] : null);
        }
    }

    private async Task StatesAsync(List<RowState> rows, string sql, List<SqlValue> parameters, CancellationToken cancellation)
    {
        await using var command = await SourceCommand.OpenAsync(database, mapping, timeoutSeconds, cancellation);
        command.Sql = sql;
        foreach (var parameter in parameters)
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

/// <summary>Rows somewhere in the table make looks over a source fail.</summary>
/// <param name="scanner">Finds them, and passes them by from then on.</param>
/// <param name="inner">What a look failed with.</param>
public sealed class RowsInTheWayException(SourceScanner scanner, Exception inner) : Exception("Rows of the table make a look over it fail.", inner)
{
    /// <summary>Finds them.</summary>
    public SourceScanner Scanner => scanner;
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
/// <param name="Link">The parent's id or the run's key, whichever holds the source's runs together; null also where a parent is found by way of other rows, which a comparison does not do.</param>
public readonly record struct RowState(string Id, JobState? State, int Attempt, string? Link)
{
    /// <summary>When it was inserted; null where the source does not say. Another time makes it another job.</summary>
    public DateTimeOffset? InsertedAt { get; init; }

    /// <summary>Whether <see cref="Link"/> is a run's key.</summary>
    public bool IsKey { get; init; }
}
