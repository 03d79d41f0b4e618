using System.Text.Json;
using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using Npgsql;
using NpgsqlTypes;

namespace JobLineage.Tests.Differential;

/// <summary>
/// A queue table that is changed at random: what a queue does to its rows in months happens here in a second. Keeps
/// beside the table what stands in it.
/// </summary>
public sealed class Forest(Random random, JobIdKind kind)
{
    private static readonly string[] Workers =
        ["App.SyncJob", "App.PageJob", "App.DetailJob", "Other.DetailJob", "App.Jobs.ShowtimeJob", "Notify", "App.EnrichJob", "App.Deep.er.GeoJob"];

    private readonly List<string> everUsed = [];
    private long next = 1;

    public Dictionary<string, OracleJob> Rows { get; } = [];

    public Comparison<string> Order => kind == JobIdKind.BigInt
        ? (a, b) => long.Parse(a).CompareTo(long.Parse(b))
        : string.CompareOrdinal;

    public string Table => $"forest_{kind.ToString().ToLowerInvariant()}";

    /// <summary>The table; bigint is Oban's own shape with its meta, the others are mapped by configuration.</summary>
    public string CreateSql => kind == JobIdKind.BigInt
        ? $"create table {Table} (id bigint primary key, state text not null, worker text not null, meta jsonb); create index on {Table} using gin (meta)"
        : $"create table {Table} (id {(kind == JobIdKind.Uuid ? "uuid" : "text collate \"C\"")} primary key, state text not null, worker text not null, meta jsonb, inserted_at timestamptz default now())";

    public SourceMapping Mapping => new()
    {
        Name = "forest",
        Table = Table,
        State = "state",
        States = JobStates.All.ToDictionary(s => s.Name()),
        Worker = "worker",
        ParentId = "meta->>'parent_job_id'",
        ParentKey = new("meta", "parent_job_id"),
        InsertedAt = kind == JobIdKind.BigInt ? null : "inserted_at",
    };

    public ProbedSource Probed => new(
        Mapping, kind, kind switch { JobIdKind.BigInt => "bigint", JobIdKind.Uuid => "uuid", _ => "text" }, null, HasRowVersions: true);

    /// <summary>Changes the table a little, as one of the things that queues and people do.</summary>
    public async Task ChangeAsync(NpgsqlConnection connection)
    {
        var changed = new Dictionary<string, OracleJob?>();
        switch (random.Next(12))
        {
            case 0:
                Chain(changed, random.Next(2, 60));
                break;
            case 1 when random.Next(8) == 0:
                Fan(changed, random.Next(200, 2_000));
                break;
            case 1 or 2:
                Fan(changed, random.Next(1, 40));
                break;
            case 3 or 4:
                for (var i = random.Next(1, 20); i > 0; i--)
                    Insert(changed, NewId(), Parent());
                break;
            case 5 or 6 or 7:
                foreach (var row in Some(30))
                    changed[row.Id] = row with { State = State() };
                break;
            case 8:
                foreach (var row in Some(6))
                    changed[row.Id] = row with { Parent = Parent() };
                break;
            case 9:
                Circle(changed);
                break;
            case 10:
                foreach (var row in Some(8))
                    changed[row.Id] = null;
                break;
            case 11:
                // No queue changes the worker of a job that is done, and a reconciliation does not look for it.
                foreach (var row in Some(2).Where(r => !r.State.IsFinished()))
                    changed[row.Id] = row with { Worker = Worker() };
                break;
        }

        await WriteAsync(connection, changed);
        foreach (var (id, row) in changed)
        {
            if (row is null)
                Rows.Remove(id);
            else
                Rows[id] = row;
        }
    }

    private void Chain(Dictionary<string, OracleJob?> changed, int length)
    {
        var ids = Enumerable.Range(0, length).Select(_ => NewId()).ToList();
        // Now and then the children come first.
        if (random.Next(3) == 0)
            ids.Reverse();
        var parent = Parent();
        var pages = Worker();
        foreach (var id in ids)
        {
            Insert(changed, id, parent, random.Next(3) == 0 ? pages : null);
            parent = id;
        }
    }

    private void Fan(Dictionary<string, OracleJob?> changed, int width)
    {
        var parent = NewId();
        if (random.Next(4) != 0)
            Insert(changed, parent, Parent());
        for (var i = 0; i < width; i++)
            Insert(changed, NewId(), parent);
    }

    private void Circle(Dictionary<string, OracleJob?> changed)
    {
        var members = Some(random.Next(1, 5)).ToList();
        for (var i = 0; i < members.Count; i++)
            changed[members[i].Id] = members[i] with { Parent = members[(i + 1) % members.Count].Id };
    }

    private void Insert(Dictionary<string, OracleJob?> changed, string id, string? parent, string? worker = null)
    {
        if (!Rows.ContainsKey(id))
            changed[id] = new(id, parent, worker ?? Worker(), State());
    }

    private string? Parent() => random.Next(10) switch
    {
        0 or 1 => null,
        2 => NewId(),
        _ when everUsed.Count > 0 => everUsed[random.Next(everUsed.Count)],
        _ => null,
    };

    private string Worker() => Workers[random.Next(Workers.Length)];

    private JobState State() => (JobState)random.Next(8);

    private IEnumerable<OracleJob> Some(int most) =>
        Rows.Count == 0 ? [] : Enumerable.Range(0, random.Next(1, most + 1)).Select(_ => Rows.ElementAt(random.Next(Rows.Count)).Value).DistinctBy(r => r.Id).ToList();

    /// <summary>Mostly a new id; sometimes one that was used before: named as a parent, deleted, or drawn out of turn.</summary>
    private string NewId()
    {
        if (everUsed.Count > 0 && random.Next(12) == 0)
            return everUsed[random.Next(everUsed.Count)];
        var bytes = new byte[16];
        random.NextBytes(bytes);
        var id = kind switch
        {
            JobIdKind.BigInt => (next += random.Next(1, 3)).ToString(),
            JobIdKind.Uuid => new Guid(bytes).ToString("D"),
            _ => $"job/{next += 1}'\"é",
        };
        everUsed.Add(id);
        return id;
    }

    /// <summary>As a number or as a string of digits; other ids only as a string.</summary>
    private string? Meta(string? parent)
    {
        if (parent is null)
        {
            return random.Next(5) switch
            {
                0 => null,
                1 => """{"parent_job_id": null}""",
                // Names nobody, whatever ids there are.
                2 when kind == JobIdKind.BigInt => """{"parent_job_id": "manual"}""",
                3 when kind == JobIdKind.BigInt && everUsed.Count > 0 => $$"""{"parent_job_id": "0{{everUsed[0]}}"}""",
                _ => "{}",
            };
        }

        return kind == JobIdKind.BigInt && random.Next(3) != 0
            ? $$"""{"other": 1, "parent_job_id": {{parent}}}"""
            : $$"""{"parent_job_id": {{JsonSerializer.Serialize(parent)}}}""";
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
        var upsert = new NpgsqlBatchCommand(
            $"""
            insert into {Table} (id, state, worker, meta)
            select id{cast}, state, worker, meta::jsonb from unnest($1, $2, $3, $4) r (id, state, worker, meta)
            on conflict (id) do update set state = excluded.state, worker = excluded.worker, meta = excluded.meta
            """);
        upsert.Parameters.Add(Texts(rows.Select(r => r.Id)));
        upsert.Parameters.Add(Texts(rows.Select(r => r.State.Name())));
        upsert.Parameters.Add(Texts(rows.Select(r => r.Worker)));
        upsert.Parameters.Add(Texts(rows.Select(r => Meta(r.Parent))));
        batch.BatchCommands.Add(upsert);
        await batch.ExecuteNonQueryAsync();
    }

    private static NpgsqlParameter Texts(IEnumerable<string?> values) =>
        new NpgsqlParameter<string?[]> { TypedValue = [.. values], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text };
}
