using JobLineage.Core.Model;

namespace JobLineage.Tests.Model;

public sealed class StageTreeTests
{
    [Fact]
    public void A_worker_that_recurs_on_its_own_path_returns_to_its_stage()
    {
        var tree = new StageTree();
        var root = tree.Root("App.Sync");
        var page = tree.Child(root, "App.Page");
        Assert.Equal(page, tree.Child(page, "App.Page"));
        var detail = tree.Child(page, "App.Detail");
        Assert.Equal(page, tree.Child(detail, "App.Page"));
        Assert.Equal(root, tree.Child(detail, "App.Sync"));
        Assert.Equal(["Sync", "Sync/Page", "Sync/Page/Detail"], Paths(tree));
    }

    [Fact]
    public void The_same_worker_in_two_branches_has_two_stages()
    {
        var tree = new StageTree();
        var root = tree.Root("Sync");
        tree.Child(tree.Child(root, "A"), "Notify");
        tree.Child(tree.Child(root, "B"), "Notify");
        Assert.Equal(["Sync", "Sync/A", "Sync/A/Notify", "Sync/B", "Sync/B/Notify"], Paths(tree));
    }

    [Fact]
    public void Siblings_of_one_short_name_are_called_by_their_full_names()
    {
        var tree = new StageTree();
        var root = tree.Root("Sync");
        tree.Child(tree.Child(root, "One.Import"), "Same");
        tree.Child(root, "Two.Import");
        tree.Child(root, "apple/fetch");
        tree.Child(root, "pear/fetch");
        Assert.Equal(["Sync", "Sync/One.Import", "Sync/One.Import/Same", "Sync/Two.Import", "Sync/apple.fetch", "Sync/pear.fetch"], Paths(tree));
    }

    [Fact]
    public void Different_workers_are_never_called_alike_wherever_they_stand_in_a_run()
    {
        var tree = new StageTree();
        var root = tree.Root("App.Sync");
        var one = tree.Child(root, "Jobs.One.Import");
        tree.Child(one, "Jobs.Two.Import");
        tree.Child(root, "sync.v1");
        tree.Child(root, "email.v1");
        tree.Child(one, "Jobs.One.Import");
        Assert.Equal(["Sync", "Sync/One.Import", "Sync/One.Import/Two.Import", "Sync/email.v1", "Sync/sync.v1"], Paths(tree));
    }

    [Theory]
    [InlineData("App.Jobs.SyncJob", "SyncJob")]
    [InlineData("apple/rebuild_index", "rebuild_index")]
    [InlineData("sync.v1", "sync.v1")]
    [InlineData("App.Mail.v2", "Mail.v2")]
    [InlineData("send@1.2.3", "send@1.2.3")]
    [InlineData("@scope/pack.send@1.2.3", "send@1.2.3")]
    [InlineData("App.Handle<My.Dto.Order>", "Handle<Order>")]
    [InlineData("App.Handle<My.Dto.Order, Other.Reply<A.B>>.Run(System.String)", "Run(String)")]
    [InlineData("Broken<My.Dto", "Dto")]
    [InlineData("ends.", "ends.")]
    [InlineData("", "?")]
    public void A_short_name_says_what_it_is_the_name_of(string worker, string expected) => Assert.Equal(expected, Workers.ShortName(worker));

    [Theory]
    [InlineData("A.Handle<My.Order>|A.Handle<Your.Order>", "A.Handle<My.Order>|A.Handle<Your.Order>")]
    [InlineData("App.Deep.One.Import|App.Deep.Two.Import|App.Mail", "One.Import|Two.Import|Mail")]
    [InlineData("Import|One.Import", "Import|One.Import")]
    [InlineData("a/x|a.x", "a.x~2|a.x~1")]
    public void Of_workers_that_would_be_called_alike_each_gets_what_tells_it_apart(string workers, string expected)
    {
        var names = Workers.ShortNames(workers.Split('|').Reverse());
        Assert.Equal(expected.Split('|'), workers.Split('|').Select(w => names[w]));
    }

    [Fact]
    public void The_path_of_a_deep_stage_is_bounded_unique_and_the_same_in_every_run()
    {
        static IReadOnlyList<string> Deep(int levels)
        {
            var tree = new StageTree();
            var stage = tree.Root("Level0");
            for (var level = 1; level < levels; level++)
                stage = tree.Child(stage, $"Level{level}");
            return tree.Paths(tree.Names());
        }

        var paths = Deep(2_000);

        Assert.Equal(2_000, paths.Distinct().Count());
        Assert.True(paths.Max(p => p.Length) <= StagePath.Longest);
        Assert.All(paths.Index(), p => Assert.Equal($"Level{p.Index}", StagePath.NameOf(p.Item)));
        Assert.Equal(paths.Take(1_500), Deep(1_500));
    }

    [Fact]
    public void Paths_are_unique_even_when_full_names_differ_by_a_slash_alone()
    {
        var tree = new StageTree();
        var root = tree.Root("Sync");
        tree.Child(root, "a/x");
        tree.Child(root, "a.x");
        Assert.Equal(["Sync", "Sync/a.x~1", "Sync/a.x~2"], Paths(tree));
    }

    [Fact]
    public void A_root_that_was_never_seen_has_a_question_mark_for_a_name()
    {
        var tree = new StageTree();
        tree.Child(tree.Root(""), "App.Page");
        Assert.Equal(["?", "?/Page"], Paths(tree));
    }

    [Fact]
    public void Steps_are_called_by_their_names()
    {
        var tree = new StageTree();
        tree.Step(tree.Root("apple/refresh_catalog", "albums"), "apple/refresh_catalog", "songs/new");
        Assert.Equal(["albums", "albums/songs.new"], Paths(tree));
        Assert.Equal(2, tree.Depth(1));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Stages_do_not_depend_on_the_order_in_which_jobs_are_met(int seed)
    {
        var random = new Random(seed);
        var parents = Enumerable.Range(0, 300).Select(i => i == 0 ? -1 : random.Next(Math.Max(0, i - 20), i)).ToArray();
        var workers = parents.Select(_ => $"{(char)('P' + random.Next(3))}.{(char)('A' + random.Next(4))}").ToArray();
        var first = Build(parents, workers, Enumerable.Range(0, 300));

        // Any order in which parents come before their children.
        var waiting = Enumerable.Range(1, 299).ToList();
        var order = new List<int> { 0 };
        while (waiting.Count > 0)
        {
            var ready = waiting.Where(j => order.Contains(parents[j])).ToList();
            var next = ready[random.Next(ready.Count)];
            waiting.Remove(next);
            order.Add(next);
        }

        Assert.Equal(first, Build(parents, workers, order));
    }

    private static string[] Build(int[] parents, string[] workers, IEnumerable<int> order)
    {
        var tree = new StageTree();
        var stages = new int[parents.Length];
        foreach (var job in order)
            stages[job] = parents[job] < 0 ? tree.Root(workers[job]) : tree.Child(stages[parents[job]], workers[job]);
        var paths = tree.Paths(tree.Names());
        Assert.Equal(paths.Count, paths.Distinct().Count());
        return [.. stages.Select(s => paths[s])];
    }

    private static IEnumerable<string> Paths(StageTree tree) => tree.Paths(tree.Names()).Order(StringComparer.Ordinal);
}
