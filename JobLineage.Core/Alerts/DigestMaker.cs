using System.Text.Json;
using JobLineage.Core.Store;
using Npgsql;

namespace JobLineage.Core.Alerts;

/// <summary>
/// Makes digests: one transaction takes every failure that no digest has told of, sets aside what is muted, adds what is
/// overdue, writes the message, and puts it into the outbox. Several replicas may try; one does at a time, and what it took is taken.
/// </summary>
/// <param name="store">Connections to the store.</param>
/// <param name="baseUrl">Where the dashboard is; links in messages begin with it.</param>
/// <param name="since">The starting line; null: when the first digest was due to be made.</param>
public sealed class DigestMaker(NpgsqlDataSource store, string baseUrl, DateTimeOffset? since)
{
    private const int TimeoutSeconds = 600;

    /// <summary>Pipelines that are expected to finish again and again.</summary>
    public IReadOnlyList<OverdueRule> Overdue { get; init; } = [];

    /// <summary>
    /// The names of the sources of the configuration: rows of others that can't be read are named once, and then say no more that something is
    /// not known. Null: none is configured, and all that the store has count. An empty list is of entries of which no source is found yet.
    /// </summary>
    public IReadOnlyCollection<string>? Sources { get; init; }

    /// <summary>Draws the starting line when there is none yet. Idempotent.</summary>
    /// <returns>When the schedule was last served: at first, now.</returns>
    public async Task<DateTimeOffset> BeginAsync(CancellationToken cancellation)
    {
        await using var connection = await store.OpenConnectionAsync(cancellation);
        return await DrawLineAsync(connection, cancellation);
    }

    private static async Task<DateTimeOffset> DrawLineAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            insert into job_lineage.digest_line as l (since) values (now())
            on conflict (only_one) do update set since = l.since
            returning fired_at
            """, connection);
        return new((DateTime)(await command.ExecuteScalarAsync(cancellation))!, TimeSpan.Zero);
    }

    /// <summary>Whether the last digest was not delivered, so that what it told waits: the channel refused it, or never answered.</summary>
    public async Task<bool> HasReturnedAsync(CancellationToken cancellation)
    {
        await using var command = store.CreateCommand(
            $"""
            select coalesce((select state from job_lineage.digest order by id desc limit 1) in ({(short)DeliveryState.Failed}, {(short)DeliveryState.GivenUp}), false)
            """);
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>Makes the digest that is due; see <see cref="RunAsync"/>.</summary>
    /// <returns>It; null when there is nothing to tell.</returns>
    public async Task<DigestMessage?> MakeAsync(DateTimeOffset? firedAt, bool keep, CancellationToken cancellation) =>
        (await RunAsync(firedAt, keep, [], cancellation)).Message;

    /// <summary>Makes the digest that is due.</summary>
    /// <param name="firedAt">The time of the schedule; a time that another replica has served makes none. Null: somebody asks for it.</param>
    /// <param name="keep">False: it is only looked at, and everything is as before.</param>
    /// <param name="unread">Sources that could not be read: the message says so. They alone make none.</param>
    /// <param name="cancellation">Rolls back.</param>
    public async Task<DigestMade> RunAsync(DateTimeOffset? firedAt, bool keep, IReadOnlyList<DigestUnread> unread, CancellationToken cancellation)
    {
        await using var connection = await store.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await DigestLock.TakeAsync(connection, TimeoutSeconds, cancellation);
        await DrawLineAsync(connection, cancellation);
        if (firedAt is { } fired && !await ServeAsync(connection, fired, cancellation))
            return new(null, 0);
        await GiveBackAsync(connection, cancellation);
        var older = await PassOldAsync(connection, cancellation);
        var rowsAside = await PutAsideLines.CountAsync(connection, Sources, cancellation);
        var message = await WriteAsync(connection, await TakeAsync(connection, cancellation), new(older, unread, rowsAside), cancellation);
        if (keep)
            await transaction.CommitAsync(cancellation);
        return new(message, older) { IsWhole = unread.Count == 0 && rowsAside == 0 };
    }

    /// <summary>
    /// Whether this time of the schedule is served here. A replica whose clock is far ahead does not serve the times to come:
    /// minutes of it are believed, which is more than clocks of one schedule differ.
    /// </summary>
    private static async Task<bool> ServeAsync(NpgsqlConnection connection, DateTimeOffset fired, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "update job_lineage.digest_line set fired_at = least($1, now() + interval '5 minutes') where fired_at < $1", connection).With(fired);
        return await command.ExecuteNonQueryAsync(cancellation) > 0;
    }

    /// <summary>
    /// A starting line that was moved back gives back what was passed over by a later one: nobody was told of it. Asked only when it
    /// was moved, since there may be very many.
    /// </summary>
    private async Task GiveBackAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var moved = new NpgsqlCommand(
            """
            with old as (select passed from job_lineage.digest_line)
            update job_lineage.digest_line l set passed = coalesce($1, 'infinity') from old
            returning coalesce($1 < old.passed, false)
            """, connection).With(since);
        if (!(bool)(await moved.ExecuteScalarAsync(cancellation))!)
            return;
        await using var command = new NpgsqlCommand(
            $"""
            update job_lineage.failure f
            set digest_id = null
            from job_lineage.source s, job_lineage.digest_line l
            where f.digest_id = 0 and not f.swept and s.id = f.source_id and not {LedgerSql.IsOld}
            """, connection)
        { CommandTimeout = TimeoutSeconds }.With(since);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>What had failed before the starting line is told to nobody.</summary>
    /// <returns>How many failures.</returns>
    private async Task<int> PassOldAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"""
            update job_lineage.failure f
            set digest_id = 0
            from job_lineage.source s, job_lineage.digest_line l
            where f.digest_id is null and s.id = f.source_id and {LedgerSql.IsOld}
            """, connection)
        { CommandTimeout = TimeoutSeconds }.With(since);
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Assigns all that is not told to a new digest.</summary>
    private static async Task<Taken> TakeAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("insert into job_lineage.digest (failures) values (0) returning id, key, made_at", connection);
        long id;
        Guid key;
        DateTimeOffset madeAt;
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            await reader.ReadAsync(cancellation);
            (id, key, madeAt) = (reader.GetInt64(0), reader.GetGuid(1), new(reader.GetDateTime(2), TimeSpan.Zero));
        }

        await using var assign = new NpgsqlCommand("update job_lineage.failure set digest_id = $1 where digest_id is null", connection)
        { CommandTimeout = TimeoutSeconds }.With(id);
        await assign.ExecuteNonQueryAsync(cancellation);
        return new(id, key, madeAt);
    }

    /// <summary>Writes the message; null, and there is no such digest, when nothing is left to tell.</summary>
    private async Task<DigestMessage?> WriteAsync(
        NpgsqlConnection connection, Taken digest, Untold untold, CancellationToken cancellation)
    {
        await MuteLines.HoldBackAsync(connection, digest.Id, cancellation);
        var check = new OverdueCheck(connection, Overdue);
        var overdue = await check.UntoldAsync(cancellation);
        var muted = await MuteLines.UntoldAsync(connection, cancellation);
        var aside = await PutAsideLines.UntoldAsync(connection, cancellation);
        var content = await new DigestCollector(connection, digest.Id).CollectAsync(digest.Key, digest.MadeAt, baseUrl, cancellation)
            with
        {
            Overdue = [.. overdue.Select(OverdueCheck.Line)],
            Muted = muted,
            PutAside = [.. aside.Select(rows => rows.Line)],
            Older = untold.Older,
            Unread = untold.Unread,
            RowsAside = untold.RowsAside,
        };
        if (content.Failures == 0 && overdue.Count == 0 && muted.Count == 0 && aside.Count == 0)
        {
            await using var remove = new NpgsqlCommand("delete from job_lineage.digest where id = $1", connection).With(digest.Id);
            await remove.ExecuteNonQueryAsync(cancellation);
            return null;
        }

        var message = DigestRenderer.Render(content);
        content = message.Content;
        // What did not fit is not told: the next digest names it.
        await check.TellAsync(overdue.Where(state => content.Overdue.Contains(OverdueCheck.Line(state))), digest.Id, cancellation);
        await MuteLines.TellAsync(connection, digest.Id, content.Muted, cancellation);
        await PutAsideLines.TellAsync(connection, digest.Id, aside.Where(rows => content.PutAside.Any(line => line.Source == rows.Line.Source)), cancellation);
        await using var command = new NpgsqlCommand(
            """
            update job_lineage.digest
            set failures = $2, runs = $3, subject = $4, body_text = $5, body_html = $6, content = $7
            where id = $1
            """, connection).With(
            digest.Id, content.Failures, content.RunCount, message.Subject, message.Text, message.Html,
            JsonSerializer.Serialize(content, StoredJson.Options));
        await command.ExecuteNonQueryAsync(cancellation);
        return message;
    }

    private sealed record Taken(long Id, Guid Key, DateTimeOffset MadeAt);

    /// <summary>What a digest can't tell.</summary>
    private sealed record Untold(int Older, IReadOnlyList<DigestUnread> Unread, long RowsAside);
}

/// <summary>What came of making a digest.</summary>
/// <param name="Message">The digest; null when there is nothing to tell.</param>
/// <param name="Older">Failures from before the starting line that were passed over, and are told to nobody.</param>
public sealed record DigestMade(DigestMessage? Message, int Older)
{
    /// <summary>Whether everything was read, so that what is not told did not happen.</summary>
    public bool IsWhole { get; init; } = true;

    /// <summary>A sentence about them; null when there are none.</summary>
    public string? OlderSentence => Older == 0 ? null : DigestNotes.Older(Older);
}
