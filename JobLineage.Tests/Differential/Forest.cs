using System.Text.Json;
using JobLineage.Core.Model;
using JobLineage.Core.Sources;

namespace JobLineage.Tests.Differential;

/// <summary>A random table whose jobs name their parents.</summary>
public sealed class Forest(Random random, JobIdKind kind) : RandomTable(random, kind, "forest")
{
    private static readonly string[] Workers =
        ["App.SyncJob", "App.PageJob", "App.DetailJob", "Other.DetailJob", "App.Jobs.ShowtimeJob", "Notify", "App.EnrichJob", "App.Deep.er.GeoJob"];

    public override IReadOnlyList<string> Ways
    {
        get
        {
            var none = $"drop index if exists {Table}_meta; drop index if exists {Table}_parent";
            var expression = $"{none}; create index {Table}_parent on {Table} ((meta->>'parent_job_id'))";
            return Kind == JobIdKind.Text ? [none, expression] : [none, expression, $"{none}; create index {Table}_meta on {Table} using gin (meta)"];
        }
    }

    protected override SourceMapping Mapping(SourceMapping plain) =>
        plain with { ParentId = "meta->>'parent_job_id'", ParentKey = new("meta", "parent_job_id") };

    protected override ILineageOracle Oracle(IEnumerable<OracleJob> jobs) => new Oracle(jobs, Order);

    protected override void Change(Dictionary<string, OracleJob?> changed)
    {
        switch (Random.Next(12))
        {
            case 0:
                Chain(changed, Random.Next(2, 60));
                break;
            case 1 when Random.Next(8) == 0:
                Fan(changed, Random.Next(200, 2_000));
                break;
            case 1 or 2:
                Fan(changed, Random.Next(1, 40));
                break;
            case 3 or 4:
                for (var i = Random.Next(1, 20); i > 0; i--)
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
            case 10 when Deletes:
                foreach (var row in Some(8))
                    changed[row.Id] = null;
                break;
            case 11:
                foreach (var row in Some(2).Where(IsFollowed))
                    changed[row.Id] = row with { Worker = Worker() };
                break;
        }
    }

    private void Chain(Dictionary<string, OracleJob?> changed, int length)
    {
        var ids = Enumerable.Range(0, length).Select(_ => NewId()).ToList();
        // Now and then the children come first.
        if (Random.Next(3) == 0)
            ids.Reverse();
        var parent = Parent();
        var pages = Worker();
        foreach (var id in ids)
        {
            Insert(changed, id, parent, Random.Next(3) == 0 ? pages : null);
            parent = id;
        }
    }

    private void Fan(Dictionary<string, OracleJob?> changed, int width)
    {
        var parent = NewId();
        if (Random.Next(4) != 0)
            Insert(changed, parent, Parent());
        for (var i = 0; i < width; i++)
            Insert(changed, NewId(), parent);
    }

    private void Circle(Dictionary<string, OracleJob?> changed)
    {
        var members = Some(Random.Next(1, 5)).ToList();
        for (var i = 0; i < members.Count; i++)
            changed[members[i].Id] = members[i] with { Parent = members[(i + 1) % members.Count].Id };
    }

    private void Insert(Dictionary<string, OracleJob?> changed, string id, string? parent, string? worker = null)
    {
        if (!Rows.ContainsKey(id))
            changed[id] = new(id, parent, worker ?? Worker(), State());
    }

    private string? Parent() => Random.Next(10) switch
    {
        0 or 1 => null,
        2 => NewId(),
        _ when EverUsed.Count > 0 => EverUsed[Random.Next(EverUsed.Count)],
        _ => null,
    };

    private string Worker() => Workers[Random.Next(Workers.Length)];

    /// <summary>As a number or as a string of digits; other ids only as a string.</summary>
    protected override string? Meta(OracleJob row)
    {
        var parent = row.Parent;
        if (parent is null)
        {
            return Random.Next(5) switch
            {
                0 => null,
                1 => """{"parent_job_id": null}""",
                // Names nobody, whatever ids there are.
                2 when Kind == JobIdKind.BigInt => """{"parent_job_id": "manual"}""",
                3 when Kind == JobIdKind.BigInt && EverUsed.Count > 0 => $$"""{"parent_job_id": "0{{EverUsed[0]}}"}""",
                _ => "{}",
            };
        }

        return Kind == JobIdKind.BigInt && Random.Next(3) != 0
            ? $$"""{"other": 1, "parent_job_id": {{parent}}}"""
            : $$"""{"parent_job_id": {{JsonSerializer.Serialize(parent)}}}""";
    }
}
