using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using JobLineage.Core.Store.Ingest;
using Npgsql;

namespace JobLineage.Core.Store;

/// <summary>What the store remembers of a source: its number, how far the feed has got, and what it last said.</summary>
/// <param name="store">Connections to the store.</param>
/// <param name="id">The source's number.</param>
/// <param name="name">Its name.</param>
/// <param name="epoch">Which of the leaders that have fed it this one is.</param>
public sealed partial class SourceRecord(NpgsqlDataSource store, short id, string name, long epoch)
{
    /// <summary>The source's number in the store.</summary>
    public short Id => id;

    /// <summary>The source's name.</summary>
    public string Name => name;

    /// <summary>
    /// The number of this leader's turn. A leader that was cut off while it wrote is refused once another has begun:
    /// its older reading must not stand over a newer one.
    /// </summary>
    public long Epoch => epoch;

    /// <summary>Finds or adds the source, and begins a leader's turn at it.</summary>
    public static async Task<SourceRecord> OpenAsync(NpgsqlDataSource store, string name, CancellationToken cancellation)
    {
        await using var command = store.CreateCommand(
            """
            insert into job_lineage.source as s (name) values ($1)
            on conflict (name) do update set epoch = s.epoch + 1
            returning id, epoch
            """).With(name);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return new(store, reader.GetInt16(0), name, reader.GetInt64(1));
    }

    /// <summary>
    /// Finds or adds the source, and begins the turn of whoever holds its lease. A session of a former holder that is
    /// stopped or cut off in mid-batch is ended: it would keep the source locked for as long as the server waits for it.
    /// </summary>
    /// <param name="store">Connections to the store.</param>
    /// <param name="name">The source's name.</param>
    /// <param name="holder">Who holds the lease <see cref="SourceLease.NameOf"/>.</param>
    /// <param name="time">For waiting.</param>
    /// <param name="cancellation">Stops.</param>
    /// <exception cref="LeadLostException">Somebody else holds it.</exception>
    public static Task<SourceRecord> OpenAsync(
        NpgsqlDataSource store, string name, Guid holder, TimeProvider time, CancellationToken cancellation) =>
        StalledSessions.PastAsync(
            store,
            async (connection, token) =>
            {
                // With the lease's row locked: nobody takes it between the look at it and the new turn.
                await using var command = new NpgsqlCommand(
                    """
                    with mine as (select from job_lineage.lease where name = $2 and holder = $3 for update)
                    insert into job_lineage.source as s (name) select $1 from mine
                    on conflict (name) do update set epoch = s.epoch + 1
                    returning id, epoch
                    """, connection).With(name, SourceLease.NameOf(name), holder);
                await using var reader = await command.ExecuteReaderAsync(token);
                return await reader.ReadAsync(token)
                    ? new SourceRecord(store, reader.GetInt16(0), name, reader.GetInt64(1))
                    : throw new LeadLostException($"Another replica reads source '{name}' now.");
            },
            time, cancellation);

    /// <summary>Where the feed stopped.</summary>
    public async Task<FeedPosition> PositionAsync(CancellationToken cancellation)
    {
        await using var command = store.CreateCommand(
            "select backfilled, backfill_after, high_id, rows_done, images_lost_at from job_lineage.source where id = $1").With(id);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return new(
            reader.GetBoolean(0), reader.IsDBNull(1) ? null : reader.GetString(1), reader.IsDBNull(2) ? null : reader.GetString(2), reader.GetInt64(3))
        {
            ImagesLostAt = reader.TimeAt(4),
        };
    }

    /// <summary>Remembers what the trigger is made of. Where that is something else than last time, deletions up to now may have left no image.</summary>
    /// <param name="stamp">Another text when anything of it was taken away, emptied or made anew.</param>
    /// <param name="cancellation">Stops the writing.</param>
    public async Task SeeTriggerAsync(string? stamp, CancellationToken cancellation)
    {
        await using var command = store.CreateCommand(
            """
            update job_lineage.source
            set trigger_stamp = $3, images_lost_at = case when trigger_stamp <> $3 then now() else images_lost_at end
            where id = $1 and epoch = $2 and trigger_stamp is distinct from $3
            """).With(id, epoch, stamp);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Notes that deletions up to now may have left no image.</summary>
    public async Task NoteImagesLostAsync(CancellationToken cancellation)
    {
        await using var command = store.CreateCommand("update job_lineage.source set images_lost_at = now() where id = $1 and epoch = $2").With(id, epoch);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>The ids of the jobs that the store takes for unfinished, as the source has them, and of rows that are put aside.</summary>
    public async Task<IReadOnlyList<string>> UnfinishedAsync(CancellationToken cancellation)
    {
        await using var command = store.CreateCommand(
            $"""
            select coalesce(native_id, id) from job_lineage.job where source_id = $1 and {JobIs.Unfinished("")}
            union
            select native_id from job_lineage.put_aside where source_id = $1 and native_id <> ''
            """).With(id);
        return await command.TextsAsync(cancellation);
    }

    /// <summary>The rows that are put aside, where somebody has asked that they be tried again; it is asked for once.</summary>
    public async Task<IReadOnlyList<string>> TakeRetryAsync(CancellationToken cancellation)
    {
        await using var command = store.CreateCommand(
            """
            with asked as (update job_lineage.source set retry_put_aside = false where id = $1 and retry_put_aside and epoch = $2 returning id)
            select distinct p.native_id from asked join job_lineage.put_aside p on p.source_id = asked.id
            """).With(id, epoch);
        return await command.TextsAsync(cancellation);
    }

    /// <summary>The ids of rows that are put aside, as the source has them.</summary>
    public async Task<IReadOnlyList<string>> PutAsideIdsAsync(CancellationToken cancellation)
    {
        await using var command = store.CreateCommand("select distinct native_id from job_lineage.put_aside where source_id = $1").With(id);
        return await command.TextsAsync(cancellation);
    }

    /// <summary>
    /// The later of two moments, as two hands of one feed report them. A clock that was set back is believed: a moment that
    /// lies in the future would call the source fresh until that moment has come.
    /// </summary>
    internal static string Later(string known, string reported) =>
        $"case when {known} > {reported} + interval '1 minute' then {reported} else greatest({known}, {reported}) end";

    /// <summary>Says what the feed is doing, to every replica.</summary>
    /// <param name="state">What it is doing.</param>
    /// <param name="message">A sentence for a person; null for nothing.</param>
    /// <param name="asOf">The moment up to which the store knows the source; null: unchanged.</param>
    /// <param name="cancellation">Stops the writing.</param>
    /// <exception cref="LeadLostException">Another leader's turn has begun: it says what it is doing.</exception>
    public async Task SayAsync(FeedState state, string? message, DateTimeOffset? asOf, CancellationToken cancellation)
    {
        await using var command = store.CreateCommand(
            $"""
            with said as (
                update job_lineage.source s
                set state = $2, message = $3, as_of = {Later("s.as_of", "$4")}, heartbeat_at = now(),
                    looks = s.looks + ($2 in ({(short)FeedState.Live}, {(short)FeedState.Polling}))::int
                from job_lineage.source old
                where s.id = $1 and s.epoch = $5 and old.id = s.id
                returning (old.state, old.message) is distinct from (s.state, s.message) as changed)
            select count(*), count(case when changed then pg_notify('{RunSignal.SourcesChannel}', '') end) from said
            """).With(id, (short)state, message, asOf, epoch);
        if ((long)(await command.ExecuteScalarAsync(cancellation))! == 0)
            throw new LeadLostException($"Another replica reads source '{name}' now.");
    }

    /// <summary>Begins or ends a backfill.</summary>
    public async Task BackfillAsync(bool done, long? rowsTotal, CancellationToken cancellation)
    {
        await using var command = store.CreateCommand(
            "update job_lineage.source set backfilled = $2, rows_total = coalesce($3, rows_total), rereading = rereading and not $2 where id = $1 and epoch = $4").With(id, done, rowsTotal, epoch);
        if (await command.ExecuteNonQueryAsync(cancellation) == 0)
            throw new LeadLostException($"Another replica reads source '{name}' now.");
        if (done)
        {
            // Fresh statistics: nothing was known of these tables when the first plans were made.
            await using var analyze = store.CreateCommand("analyze job_lineage.job; analyze job_lineage.run; analyze job_lineage.stage");
            await analyze.ExecuteNonQueryAsync(cancellation);
        }
    }

    /// <summary>
    /// Begins to read everything anew, as under a mapping that has changed: the next backfill goes over the whole table, and until
    /// its end an insertion time that differs from the stored one is a correction of the same job's, not another job.
    /// </summary>
    public async Task RereadAsync(CancellationToken cancellation)
    {
        await using var command = store.CreateCommand(
            "update job_lineage.source set rereading = true, backfilled = false, backfill_after = null, rows_done = 0 where id = $1 and epoch = $2").With(id, epoch);
        if (await command.ExecuteNonQueryAsync(cancellation) == 0)
            throw new LeadLostException($"Another replica reads source '{name}' now.");
    }

    /// <summary>
    /// Says by which mapping the source is read from now on. When it is another one than the stored jobs were read by, everything is read
    /// anew (see <see cref="RereadAsync"/>), and jobs stay the jobs they are.
    /// </summary>
    /// <param name="fingerprint">See <see cref="MappingFingerprint"/>.</param>
    /// <param name="cancellation">Stops.</param>
    /// <returns>Whether everything has to be read anew.</returns>
    public async Task<bool> AdoptMappingAsync(string fingerprint, CancellationToken cancellation)
    {
        // A table that nothing was read of yet is read anyway.
        await using var command = store.CreateCommand(
            """
            update job_lineage.source s
            set mapping = $2, rereading = old.rereading or old.had_jobs, backfilled = false, backfill_after = null, rows_done = 0
            from (select *, backfilled or backfill_after is not null as had_jobs from job_lineage.source where id = $1) old
            where s.id = $1 and s.epoch = $3 and s.mapping is distinct from $2
            returning s.rereading
            """).With(id, fingerprint, epoch);
        return await command.ExecuteScalarAsync(cancellation) is true;
    }

    /// <summary>Says that somebody is at work, and nothing else.</summary>
    public async Task BeatAsync(CancellationToken cancellation)
    {
        await using var command = store.CreateCommand("update job_lineage.source set heartbeat_at = now() where id = $1 and epoch = $2");
        command.With(id, epoch).CommandTimeout = 5;
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>
    /// Compares all that the source has with all that the store believes it has, and returns the ids that differ in
    /// being there, in state, in attempt, in their link or in the time at which they were inserted.
    /// </summary>
    /// <param name="rows">The source's rows, in chunks.</param>
    /// <param name="keepsParent">See <see cref="SourceMapping.KeepsParent"/>.</param>
    /// <param name="cancellation">Stops the comparison.</param>
    public Task<IReadOnlyList<string>> DifferencesAsync(IAsyncEnumerable<IReadOnlyList<RowState>> rows, bool keepsParent, CancellationToken cancellation) =>
        SourceDifferences.FindAsync(store, id, rows, keepsParent, cancellation);
}

/// <summary>Where a feed stopped.</summary>
/// <param name="IsBackfilled">Whether the table was once read to its end.</param>
/// <param name="BackfillAfter">The last id of the last whole chunk of a backfill that was stopped; null for none.</param>
/// <param name="HighId">The highest id read; null when there is none.</param>
/// <param name="RowsDone">Rows read by the backfill.</param>
public sealed record FeedPosition(bool IsBackfilled, string? BackfillAfter, string? HighId, long RowsDone)
{
    /// <summary>Until when images of deleted rows may be missing, by the store's clock; null where none are, or none are kept.</summary>
    public DateTimeOffset? ImagesLostAt { get; init; }
}
