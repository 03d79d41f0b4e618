using System.Globalization;
using Npgsql;
using NpgsqlTypes;

namespace JobLineage.Core.Feed.Trigger;

/// <summary>
/// The reading side of a change log: what is in it, that it was read, and that somebody is there. The order of commits
/// does not matter: a row is seen when it is committed, and removed by its address and not by its number. An address alone
/// is not enough: when the log is rewritten (VACUUM FULL) or emptied meanwhile, another row stands there.
/// </summary>
/// <param name="database">Connections to the source's database.</param>
/// <param name="names">The names of what is installed.</param>
/// <param name="reader">Who reads, such as a store; null: somebody else than all others.</param>
/// <param name="isWide">Whether the log holds more than ids of jobs, as <see cref="TriggerSql.IsWide"/> says of a mapping.</param>
public sealed class TriggerConsumer(NpgsqlDataSource database, TriggerNames names, Guid? reader = null, bool isWide = false)
{
    /// <summary>Bytes of images, as they are stored, that are read at a time, roughly: what is there beyond them is read next time.</summary>
    private const long LargestRead = 4L << 20;

    private readonly Guid reader = reader ?? Guid.NewGuid();

    private const int TimeoutSeconds = 30;

    /// <summary>The names of what is installed.</summary>
    public TriggerNames Names => names;

    /// <summary>Whether the log holds more than ids of jobs.</summary>
    public bool IsWide => isWide;

    /// <summary>
    /// Reads what is in the log and leaves it there until the caller says that it has arrived. No transaction is held
    /// open meanwhile: a slow store must not keep the source's database from cleaning up.
    /// </summary>
    /// <param name="limit">Rows at most.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public async Task<DrainedChanges> DrainAsync(int limit, CancellationToken cancellation)
    {
        await using var command = database.CreateBatch();
        command.Timeout = TimeoutSeconds;
        // The moment comes first: what was committed by then is in the log that is read after it.
        command.BatchCommands.Add(new("select clock_timestamp()"));
        // Images are cut off by the server: what is sent and not read would be sent again with the next drain.
        command.BatchCommands.Add(new(!isWide
            ? $"select ctid, xmin, id from {names.Change} limit {limit}"
            : $"""
                select place, writer, id, via, image::text, total
                from (
                    select *, coalesce(sum(coalesce(pg_column_size(image), 0)) over (rows between unbounded preceding and 1 preceding), 0) as before, count(*) over () as total
                    from (select ctid as place, xmin as writer, id, via, image from {names.Change} limit {limit}) log) measured
                where before < {LargestRead}
                """));
        var rows = new List<LoggedRow>();
        var ids = new HashSet<string>(StringComparer.Ordinal);
        var said = new HashSet<ChangeElsewhere>();
        var images = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        var everything = false;
        var total = 0L;
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        var at = new DateTimeOffset(reader.GetDateTime(0), TimeSpan.Zero);
        await reader.NextResultAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var id = await reader.IsDBNullAsync(2, cancellation) ? null : reader.GetString(2);
            short? via = isWide && !await reader.IsDBNullAsync(3, cancellation) ? reader.GetInt16(3) : null;
            var image = isWide && !await reader.IsDBNullAsync(4, cancellation) ? reader.GetString(4) : null;
            total = isWide ? reader.GetInt64(5) : rows.Count + 1;
            rows.Add(new(reader.GetFieldValue<NpgsqlTid>(0), reader.GetFieldValue<uint>(1), id, via, image is not null));
            if (id is null)
                everything = true;
            else if (via is { } table)
                said.Add(new(table, id));
            else
                ids.Add(id);
            if (id is null || image is null)
                continue;
            if (images.TryGetValue(id, out var known))
                known.Add(image);
            else
                images[id] = [image];
        }

        return new(this, rows, [.. ids], everything, rows.Count < total || total == limit, at)
        {
            Elsewhere = [.. said],
            Images = images.ToDictionary(i => i.Key, i => (IReadOnlyList<string>)i.Value, StringComparer.Ordinal),
        };
    }

    /// <summary>Who reads.</summary>
    public Guid Reader => reader;

    /// <summary>
    /// Says that this one reads: others keep off for a while, by the clock of the source, and triggers go on logging for a day.
    /// </summary>
    /// <returns>False when another reads.</returns>
    public async Task<bool> BeatAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand($"""
            update {TriggerNames.Feed} set consumed_at = now(), reader = $2, reader_until = clock_timestamp() + interval '90 seconds'
            where key = $1 and (reader is null or reader = $2 or reader_until is null or reader_until < clock_timestamp())
            """).With(names.Key, reader);
        return await command.ExecuteNonQueryAsync(cancellation) > 0;
    }

    /// <summary>Says that this one has stopped reading: another need not wait.</summary>
    internal async Task LeaveAsync()
    {
        try
        {
            await using var command = database.CreateCommand($"update {TriggerNames.Feed} set reader_until = null where key = $1 and reader = $2");
            command.With(names.Key, reader).CommandTimeout = 5;
            await command.ExecuteNonQueryAsync(CancellationToken.None);
        }
        catch (Exception e) when (DatabaseFailure.Is(e) || e is ObjectDisposedException)
        {
            // Its time runs out by itself.
        }
    }

    /// <summary>Whether the triggers have stopped logging: then only a comparison of everything helps.</summary>
    public async Task<bool> IsAsleepAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand($"select last_value from {names.Gate}");
        return (long)(await command.ExecuteScalarAsync(cancellation))! == TriggerNames.Asleep;
    }

    /// <summary>
    /// Makes triggers log again, and empties the log. What was written before must be found by comparing; so must what
    /// transactions wrote that saw the triggers asleep, however long they stay open.
    /// </summary>
    /// <returns>The number that the next transaction will get: when all below it have ended, everything must be compared once more.</returns>
    public async Task<long> WakeAsync(CancellationToken cancellation)
    {
        await BeatAsync(cancellation);
        await EmptyAsync(cancellation);
        await using var wake = database.CreateCommand($"select setval('{names.Gate}', 1)");
        await wake.ExecuteNonQueryAsync(cancellation);
        await using var next = database.CreateCommand("select txid_snapshot_xmax(txid_current_snapshot())");
        return (long)(await next.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>The oldest transaction that is still running; the next one's number when there is none.</summary>
    public async Task<long> OldestTransactionAsync(CancellationToken cancellation)
    {
        await using var oldest = database.CreateCommand("select txid_snapshot_xmin(txid_current_snapshot())");
        return (long)(await oldest.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>Opens a connection of its own that listens; see <see cref="TriggerListener"/>.</summary>
    /// <returns>Null when another reader listens already: two would take each other's changes.</returns>
    public Task<TriggerListener?> ListenAsync(TimeProvider time, CancellationToken cancellation) =>
        TriggerListener.OpenAsync(database, this, new(time), null, cancellation);

    /// <summary>Listens on a connection that others share, in a turn that the caller holds; see <see cref="TriggerListener"/>.</summary>
    /// <inheritdoc cref="ListenAsync(TimeProvider,CancellationToken)"/>
    public Task<TriggerListener?> ListenAsync(DatabasePool pool, CancellationToken cancellation) =>
        TriggerListener.OpenAsync(database, this, pool.Ear, pool, cancellation);

    /// <summary>
    /// TRUNCATE gives the room back at once, and with it what the triggers measure before they log. It needs the table for
    /// itself; where somebody still writes it, rows are deleted, and the room comes back with the next vacuum.
    /// </summary>
    private async Task EmptyAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        try
        {
            await using var truncate = new NpgsqlBatch(connection) { Timeout = TimeoutSeconds };
            truncate.BatchCommands.Add(new("select set_config('lock_timeout', '2s', true)"));
            truncate.BatchCommands.Add(new($"truncate {names.Change}"));
            await truncate.ExecuteNonQueryAsync(cancellation);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            await using var delete = new NpgsqlCommand($"delete from {names.Change}", connection) { CommandTimeout = 600 };
            await delete.ExecuteNonQueryAsync(cancellation);
        }
    }

    internal async Task RemoveAsync(IReadOnlyCollection<LoggedRow> rows, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var batch = new NpgsqlBatch(connection) { Timeout = TimeoutSeconds };
        // By address: reading the log once more, and joining it with 5,000 addresses, is what the planner prefers.
        batch.BatchCommands.Add(new("select set_config('enable_seqscan', 'off', true)"));
        // A row of the same transaction that says the same says nothing that the one that was read did not say.
        var delete = new NpgsqlBatchCommand($"""
            delete from {names.Change} c using unnest($1::text[]::tid[], $2::text[]::xid[], $3::text[]{(isWide ? ", $4::text[]::smallint[], $5::text[]::boolean[]" : "")}) as done (place, writer, id{(isWide ? ", via, has_image" : "")})
            where c.ctid = done.place and c.xmin = done.writer and c.id is not distinct from done.id{(isWide ? " and c.via is not distinct from done.via and (c.image is not null) = done.has_image" : "")}
            """);
        // As text: the driver reads addresses, and does not write them.
        List<SqlValue> done =
        [
            Parameters.Texts(rows.Select(r => r.Place.ToString())), Parameters.Texts(rows.Select(r => r.Writer.ToString(CultureInfo.InvariantCulture))),
            Parameters.Texts(rows.Select(r => r.Id)),
        ];
        if (isWide)
            done.AddRange([Parameters.Texts(rows.Select(r => r.Via?.ToString(CultureInfo.InvariantCulture))), Parameters.Texts(rows.Select(r => r.HasImage ? "true" : "false"))]);
        delete.With([.. done]);
        batch.BatchCommands.Add(delete);
        await batch.ExecuteNonQueryAsync(cancellation);
    }
}

/// <summary>A row of a change log.</summary>
/// <param name="Place">Where it stood.</param>
/// <param name="Writer">The transaction that wrote it.</param>
/// <param name="Id">The id that changed; null: everything.</param>
/// <param name="Via">The table that said it, as in <see cref="ChangeElsewhere"/>; null: that of the jobs.</param>
/// <param name="HasImage">Whether it holds the image of a deleted row.</param>
internal readonly record struct LoggedRow(NpgsqlTid Place, uint Writer, string? Id, short? Via, bool HasImage);

/// <summary>What was read from a change log; it stays there until <see cref="CommitAsync"/>.</summary>
public sealed class DrainedChanges
{
    private readonly TriggerConsumer consumer;
    private readonly IReadOnlyCollection<LoggedRow> rows;

    internal DrainedChanges(TriggerConsumer consumer, IReadOnlyCollection<LoggedRow> rows, IReadOnlyList<string> ids, bool everything, bool hasMore, DateTimeOffset at)
    {
        (this.consumer, this.rows) = (consumer, rows);
        (Ids, Everything, HasMore, At) = (ids, everything, hasMore, at);
    }

    /// <summary>The ids that changed, each once.</summary>
    public IReadOnlyList<string> Ids { get; }

    /// <summary>What other tables said of jobs, each once.</summary>
    public IReadOnlyList<ChangeElsewhere> Elsewhere { get; internal init; } = [];

    /// <summary>The last images of rows that were deleted, as JSON, by their ids: more than one where an id came back and was deleted again.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Images { get; internal init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>Whether the table was truncated: all rows must be compared.</summary>
    public bool Everything { get; }

    /// <summary>Whether the limit was met: there is more to read.</summary>
    public bool HasMore { get; }

    /// <summary>When it was read, by the source's clock.</summary>
    public DateTimeOffset At { get; }

    /// <summary>Whether there was nothing.</summary>
    public bool IsEmpty => rows.Count == 0;

    /// <summary>Removes what was read from the log: it has arrived. Without this it is read again.</summary>
    public Task CommitAsync(CancellationToken cancellation) => IsEmpty ? Task.CompletedTask : consumer.RemoveAsync(rows, cancellation);
}
