using System.Text.Json;
using JobLineage.Core.Model;
using JobLineage.Core.Sources;

namespace JobLineage.Tests.Differential;

/// <summary>A random table whose jobs share keys and stand for steps.</summary>
public sealed class KeyForest(Random random, JobIdKind kind) : RandomTable(random, kind, "keys")
{
    public static readonly string[] KnownSteps = ["albums", "songs", "artists"];

    private static readonly string?[] Steps = [.. KnownSteps, "rebuild/index", "publish", null];
    private static readonly string[] Workers = ["apple/refresh", "apple/rebuild", "Mail"];

    /// <summary>Lower ids than any that were drawn: rows that were inserted out of their order.</summary>
    private int before = -1;

    public override IReadOnlyList<string> Ways { get; } = [""];

    protected override SourceMapping Mapping(SourceMapping plain) =>
        plain with { RunKey = "meta->>'key'", RunKeyIndexed = Random.Next(2) == 0 ? "meta->>'key'" : null, Step = "meta->>'step'", Steps = KnownSteps };

    protected override ILineageOracle Oracle(IEnumerable<OracleJob> jobs) => new KeyOracle(jobs, Order);

    protected override void Change(Dictionary<string, OracleJob?> changed)
    {
        switch (Random.Next(8))
        {
            case 0 or 1:
                var key = Key();
                foreach (var step in KnownSteps[..Random.Next(1, 4)])
                    Insert(changed, NewId(), key, step);
                break;
            case 2:
                for (var i = Random.Next(1, 30); i > 0; i--)
                    Insert(changed, NewId(), Key(), Step());
                break;
            case 3 when Kind == JobIdKind.BigInt:
                Insert(changed, before--.ToString(), Key(), Step());
                break;
            case 3 or 4:
                foreach (var row in Some(20))
                    changed[row.Id] = row with { State = State() };
                break;
            case 5:
                foreach (var row in Some(5))
                    changed[row.Id] = row with { Key = Key() };
                break;
            case 6:
                foreach (var row in Some(4).Where(IsFollowed))
                    changed[row.Id] = row with { Step = Step(), Worker = Worker() };
                break;
            case 7 when Deletes:
                foreach (var row in Some(8))
                    changed[row.Id] = null;
                break;
        }
    }

    protected override string? Meta(OracleJob row) => row is { Key: null, Step: null } && Random.Next(2) == 0
        ? null
        : JsonSerializer.Serialize(new Dictionary<string, string?> { ["key"] = row.Key, ["step"] = row.Step });

    private void Insert(Dictionary<string, OracleJob?> changed, string id, string? key, string? step)
    {
        if (!Rows.ContainsKey(id))
            changed[id] = new(id, null, Worker(), State()) { Key = key, Step = step };
    }

    private string? Key() => Random.Next(9) switch
    {
        0 => null,
        1 => "'quoted\" / é",
        var n => $"2026-03-0{n}",
    };

    private string? Step() => Steps[Random.Next(Steps.Length)];

    private string Worker() => Workers[Random.Next(Workers.Length)];
}
