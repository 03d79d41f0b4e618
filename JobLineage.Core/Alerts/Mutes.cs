using JobLineage.Core.Sources;
using Npgsql;

namespace JobLineage.Core.Alerts;

/// <summary>A pipeline of which digests say nothing for a while.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Source">The source's name.</param>
/// <param name="Pipeline">The worker of the pipeline's root, in full.</param>
/// <param name="Reason">Why.</param>
/// <param name="By">Who said so; null when nobody gave a name.</param>
/// <param name="From">Since when.</param>
/// <param name="Until">Until when, as it was asked for.</param>
/// <param name="EndedAt">When it was ended by hand; null when it was not.</param>
/// <param name="EndedBy">By whom; null when nobody gave a name.</param>
/// <param name="IsActive">Whether it is in force.</param>
/// <param name="Failures">How many failures it has held back; those that no digest has sorted yet are among them.</param>
/// <param name="ToldIn">The digest that says how many; null: none yet.</param>
public sealed record Mute(
    long Id, string Source, string Pipeline, string Reason, string? By, DateTimeOffset From, DateTimeOffset Until, DateTimeOffset? EndedAt,
    string? EndedBy, bool IsActive, long Failures, long? ToldIn)
{
    /// <summary>When it ended, or is to end.</summary>
    public DateTimeOffset End => EndedAt ?? Until;
}

/// <summary>A pipeline that the store knows.</summary>
/// <param name="Source">The source's name.</param>
/// <param name="Worker">The worker of its root, in full.</param>
public sealed record KnownPipeline(string Source, string Worker);

/// <summary>What became of a wish to mute.</summary>
public enum MuteAnswer
{
    /// <summary>It is muted.</summary>
    Muted,

    /// <summary>It is muted already: that one must end first.</summary>
    IsMutedAlready,

    /// <summary>The source has no such pipeline.</summary>
    UnknownPipeline,
}

/// <summary>Mutes pipelines, and tells which are.</summary>
public interface IMutes
{
    /// <summary>Mutes a pipeline from now on.</summary>
    /// <param name="pipeline">Which.</param>
    /// <param name="until">Until when; in the future.</param>
    /// <param name="reason">Why; not blank, at most <see cref="Mutes.ReasonLimit"/> characters.</param>
    /// <param name="by">Who says so; null or at most <see cref="Mutes.NameLimit"/> characters.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="ArgumentException">A text is too long or missing.</exception>
    Task<MuteAnswer> MuteAsync(KnownPipeline pipeline, DateTimeOffset until, string reason, string? by, CancellationToken cancellation);

    /// <summary>Ends a mute now. False: there is none of this number in force.</summary>
    Task<bool> EndAsync(long id, string? by, CancellationToken cancellation);

    /// <summary>Mutes in force, then the last of those that were, at most <paramref name="most"/>.</summary>
    Task<IReadOnlyList<Mute>> ListAsync(int most, CancellationToken cancellation);

    /// <summary>One mute; null: there is none of this number.</summary>
    Task<Mute?> FindAsync(long id, CancellationToken cancellation);

    /// <summary>All pipelines, by source and name.</summary>
    Task<IReadOnlyList<KnownPipeline>> PipelinesAsync(CancellationToken cancellation);
}

/// <summary>The mutes of the store. All times are the database's.</summary>
/// <param name="store">Connections to the store.</param>
public sealed class Mutes(NpgsqlDataSource store) : IMutes
{
    /// <summary>Characters of a reason.</summary>
    public const int ReasonLimit = 500;

    /// <summary>Characters of a name.</summary>
    public const int NameLimit = 100;

    private const int TimeoutSeconds = 60;

    private const string IsActive = "(m.from_at <= clock_timestamp() and clock_timestamp() < coalesce(m.ended_at, m.until_at))";

    private static readonly string Select =
        $"""
        select m.id, s.name, l.text, m.reason, m.muted_by, m.from_at, m.until_at, m.ended_at, m.ended_by, {IsActive},
            (select count(*) from job_lineage.failure f where f.mute_id = m.id)
                + case when {LedgerSql.IsUntold} then (
                    select count(*) from job_lineage.failure f where f.digest_id is null and {LedgerSql.IsHeldBack}) else 0 end,
            case when not {LedgerSql.IsUntold} then m.told_in end
        from job_lineage.mute m
        join job_lineage.source s on s.id = m.source_id
        join job_lineage.label l on l.id = m.worker
        """;

    /// <inheritdoc />
    public async Task<MuteAnswer> MuteAsync(KnownPipeline pipeline, DateTimeOffset until, string reason, string? by, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        reason = Clean(reason, ReasonLimit, nameof(reason));
        by = Name(by);
        await using var connection = await store.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await DigestLock.TakeAsync(connection, TimeoutSeconds, cancellation);
        await using var command = new NpgsqlCommand(
            $"""
            with pipeline as (
                select s.id as source_id, l.id as worker from job_lineage.source s, job_lineage.label l where s.name = $1 and l.text = $2),
            muted as (
                insert into job_lineage.mute (source_id, worker, until_at, reason, muted_by)
                select p.source_id, p.worker, $3, $4, $5 from pipeline p
                where not exists (select from job_lineage.mute m where m.source_id = p.source_id and m.worker = p.worker and {IsActive})
                returning 1)
            select (select count(*) from pipeline), (select count(*) from muted)
            """, connection).With(pipeline.Source, pipeline.Worker, until, reason, by);
        long known, muted;
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            await reader.ReadAsync(cancellation);
            (known, muted) = (reader.GetInt64(0), reader.GetInt64(1));
        }

        await transaction.CommitAsync(cancellation);
        return muted > 0 ? MuteAnswer.Muted : known > 0 ? MuteAnswer.IsMutedAlready : MuteAnswer.UnknownPipeline;
    }

    /// <inheritdoc />
    public async Task<bool> EndAsync(long id, string? by, CancellationToken cancellation)
    {
        by = Name(by);
        await using var connection = await store.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await DigestLock.TakeAsync(connection, TimeoutSeconds, cancellation);
        await using var command = new NpgsqlCommand(
            $"update job_lineage.mute m set ended_at = clock_timestamp(), ended_by = $2 where m.id = $1 and {IsActive}", connection).With(id, by);
        var ended = await command.ExecuteNonQueryAsync(cancellation) > 0;
        await transaction.CommitAsync(cancellation);
        return ended;
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<Mute>> ListAsync(int most, CancellationToken cancellation)
    {
        await using var command = store.CreateCommand($"{Select} order by {IsActive} desc, m.id desc limit $1").With(most);
        return await ReadAsync(command, cancellation);
    }

    /// <inheritdoc />
    public async Task<Mute?> FindAsync(long id, CancellationToken cancellation)
    {
        await using var command = store.CreateCommand($"{Select} where m.id = $1").With(id);
        return (await ReadAsync(command, cancellation)).FirstOrDefault();
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<KnownPipeline>> PipelinesAsync(CancellationToken cancellation)
    {
        // Of each pipeline one entry of the index is touched, however many runs it has.
        await using var command = store.CreateCommand(
            """
            with recursive pipeline (source_id, worker) as (
                (select source_id, worker from job_lineage.run order by source_id, worker limit 1)
                union all
                select n.source_id, n.worker from pipeline p
                cross join lateral (
                    select r.source_id, r.worker from job_lineage.run r
                    where (r.source_id, r.worker) > (p.source_id, p.worker)
                    order by r.source_id, r.worker limit 1) n)
            select s.name, l.text
            from (select source_id, worker from pipeline union select source_id, worker from job_lineage.single) p
            join job_lineage.source s on s.id = p.source_id
            join job_lineage.label l on l.id = p.worker
            order by s.name, l.text
            """);
        var pipelines = new List<KnownPipeline>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            pipelines.Add(new(reader.GetString(0), reader.GetString(1)));
        return pipelines;
    }

    private static async Task<IReadOnlyList<Mute>> ReadAsync(NpgsqlCommand command, CancellationToken cancellation)
    {
        var mutes = new List<Mute>();
        await using var row = new RowCursor(await command.ExecuteReaderAsync(cancellation));
        while (await row.NextAsync(cancellation))
        {
            mutes.Add(new(
                row.Long(), row.Text(), row.Text(), row.Text(), row.TextOrNull(), row.Time()!.Value, row.Time()!.Value,
                row.Time(), row.TextOrNull(), row.Bool(), row.Long(), row.LongOrNull()));
        }

        return mutes;
    }

    private static string? Name(string? by) => string.IsNullOrWhiteSpace(by) ? null : Clean(by, NameLimit, nameof(by));

    /// <summary>One line that Postgres can keep.</summary>
    private static string Clean(string text, int limit, string parameter) => text.Trim().Length <= limit
        ? DigestText.Flat(text.Trim(), limit)
        : throw new ArgumentException($"It has more than {limit} characters.", parameter);
}
