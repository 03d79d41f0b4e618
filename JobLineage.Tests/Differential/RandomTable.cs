using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using Npgsql;
using NpgsqlTypes;

namespace JobLineage.Tests.Differential;

/// <summary>
/// A queue table that is changed at random: what a queue does to its rows in months happens here in a second. Keeps
/// beside the table what stands in it, and what somebody knows who looked now and then.
/// </summary>
public abstract class RandomTable(Random random, JobIdKind kind, string name)
{
    private readonly Dictionary<string, OracleJob> seen = [];
    // A row that comes back is the same job here, as from a restored dump: with the time at which it was first inserted. What an id means
    // that comes back with another time is for the tests of identity, and the trials of reused ids.
    private readonly Dictionary<string, DateTimeOffset> inserted = [];
    private long next = 1;

    /// <summary>Whether rows are deleted.</summary>
    public bool Deletes { get; } = random.Next(2) == 0;

    public string Table => $"{name}_{kind.ToString().ToLowerInvariant()}";

    /// <summary>The table; bigint is Oban's own shape with its meta, the others are mapped by configuration.</summary>
    public string CreateSql => kind == JobIdKind.BigInt
        ? $"create table {Table} (id bigint primary key, state text not null, worker text not null, meta jsonb); create index {Table}_meta on {Table} using gin (meta)"
        : $"create table {Table} (id {(kind == JobIdKind.Uuid ? "uuid" : "text collate \"C\"")} primary key, state text not null, worker text not null, meta jsonb, inserted_at timestamptz not null)";

    public ProbedSource Probed => new(
        Mapping(new()
        {
            Name = "forest",
            Table = Table,
            State = "state",
            States = JobStates.All.ToDictionary(s => s.Name()),
            Worker = "worker",
            InsertedAt = kind == JobIdKind.BigInt ? null : "inserted_at",
            // By what stands in the row, so that every change of it shows here, too.
            Queue = "'q' || length(worker) % 3",
            ScheduledAt = "timestamptz '2026-01-01 00:00:00Z' + length(id::text) * interval '1.2345678 s'",
            AttemptedAt = "case when state not in ('available', 'scheduled', 'suspended') then timestamptz '2026-01-01 00:01:00Z' + length(worker) * interval '1.1111111 s' end",
            FinishedAt = "case when state in ('completed', 'discarded', 'cancelled') then timestamptz '2026-01-01 00:01:10Z' + length(id::text) * interval '1.7654321 s' end",
            AttemptedBy = "case when state not in ('available', 'scheduled', 'suspended') then 'node' || length(worker) % 2 end",
            ExpectedChildren = "nullif(length(worker) % 4, 0)",
        }),
        kind, kind switch { JobIdKind.BigInt => "bigint", JobIdKind.Uuid => "uuid", _ => "text" }, null, HasRowVersions: true);

    /// <summary>When a row is inserted; only where the table says so.</summary>
    public Func<DateTimeOffset> Clock { get; init; } = TimeProvider.System.GetUtcNow;

    /// <summary>What makes each of the ways in which related jobs are found be taken.</summary>
    public abstract IReadOnlyList<string> Ways { get; }

    protected Dictionary<string, OracleJob> Rows { get; } = [];

    protected List<string> EverUsed { get; } = [];

    protected Random Random => random;

    protected JobIdKind Kind => kind;

    protected Comparison<string> Order => kind == JobIdKind.BigInt
        ? (a, b) => long.Parse(a).CompareTo(long.Parse(b))
        : string.CompareOrdinal;

    /// <summary>Changes the table a little, as one of the things that queues and people do.</summary>
    public async Task ChangeAsync(NpgsqlConnection connection)
    {
        var changed = new Dictionary<string, OracleJob?>();
        Change(changed);
        await WriteAsync(connection, changed);
        foreach (var (id, row) in changed)
        {
            if (row is null)
                Rows.Remove(id);
            else
                Rows[id] = row;
        }
    }

    /// <summary>Looks at the table at the same moment as the feed.</summary>
    public void Look()
    {
        foreach (var (id, job) in seen)
        {
            // A finished job that was pruned stays as it was; one that was not finished is no longer counted.
            if (!Rows.ContainsKey(id) && !job.State.IsFinished())
                seen[id] = job with { IsVanished = true };
        }

        foreach (var (id, row) in Rows)
            seen[id] = row;
        var oracle = Seen();
        foreach (var id in seen.Values.Where(j => j.IsVanished && oracle.IsAlone(j.Id)).Select(j => j.Id).ToList())
            seen.Remove(id);
    }

    /// <summary>What is known from looking.</summary>
    public ILineageOracle Seen() => Oracle(seen.Values);

    /// <summary>What stands in the table now.</summary>
    public ILineageOracle Now() => Oracle(Rows.Values);

    protected abstract SourceMapping Mapping(SourceMapping plain);

    protected abstract ILineageOracle Oracle(IEnumerable<OracleJob> jobs);

    protected abstract void Change(Dictionary<string, OracleJob?> changed);

    protected abstract string? Meta(OracleJob row);

    /// <summary>
    /// Whether the feed is sure to read the row again: a change of what a finished job was, hidden by two changes of its
    /// state between two looks, is what no queue does and no reconciliation finds.
    /// </summary>
    protected bool IsFollowed(OracleJob row) =>
        !row.State.IsFinished() && !(seen.TryGetValue(row.Id, out var known) && known.State.IsFinished());

    protected JobState State() => (JobState)random.Next(8);

    protected IReadOnlyList<OracleJob> Some(int most) =>
        Rows.Count == 0 ? [] : [.. Enumerable.Range(0, random.Next(1, most + 1)).Select(_ => Rows.ElementAt(random.Next(Rows.Count)).Value).DistinctBy(r => r.Id)];

    /// <summary>Mostly a new id; sometimes one that was used before: named as a parent, deleted, or drawn out of turn.</summary>
    protected string NewId()
    {
        if (EverUsed.Count > 0 && random.Next(12) == 0)
            return EverUsed[random.Next(EverUsed.Count)];
        var bytes = new byte[16];
        random.NextBytes(bytes);
        var id = kind switch
        {
            JobIdKind.BigInt => (next += random.Next(1, 3)).ToString(),
            JobIdKind.Uuid => new Guid(bytes).ToString("D"),
            _ => $"job/{next += 1}'\"é",
        };
        EverUsed.Add(id);
        return id;
    }

    private async Task WriteAsync(NpgsqlConnection connection, Dictionary<string, OracleJob?> changed)
    {
        if (changed.Count == 0)
            return;
        var cast = kind switch { JobIdKind.BigInt => "::bigint", JobIdKind.Uuid => "::uuid", _ => "" };
        await using var batch = new NpgsqlBatch(connection);
        var delete = new NpgsqlBatchCommand($"delete from {Table} where id in (select x{cast} from unnest($1) x)");
        delete.Parameters.Add(Texts(changed.Where(c => c.Value is null).Select(c => c.Key)));
        batch.BatchCommands.Add(delete);
        var rows = changed.Values.OfType<OracleJob>().ToList();
        foreach (var row in rows)
            inserted.TryAdd(row.Id, Clock());
        var time = kind == JobIdKind.BigInt ? "" : ", inserted_at";
        var upsert = new NpgsqlBatchCommand(
            $"""
            insert into {Table} (id, state, worker, meta{time})
            select id{cast}, state, worker, meta::jsonb{time} from unnest($1, $2, $3, $4, $5::timestamptz[]) r (id, state, worker, meta, inserted_at)
            on conflict (id) do update set state = excluded.state, worker = excluded.worker, meta = excluded.meta
            """);
        upsert.Parameters.Add(Texts(rows.Select(r => r.Id)));
        upsert.Parameters.Add(Texts(rows.Select(r => r.State.Name())));
        upsert.Parameters.Add(Texts(rows.Select(r => r.Worker)));
        upsert.Parameters.Add(Texts(rows.Select(Meta)));
        upsert.Parameters.Add(new NpgsqlParameter<DateTime[]> { TypedValue = [.. rows.Select(r => inserted[r.Id].UtcDateTime)], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz });
        batch.BatchCommands.Add(upsert);
        await batch.ExecuteNonQueryAsync();
    }

    private static NpgsqlParameter Texts(IEnumerable<string?> values) =>
        new NpgsqlParameter<string?[]> { TypedValue = [.. values], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text };
}
