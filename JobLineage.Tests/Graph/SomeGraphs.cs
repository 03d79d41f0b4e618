using JobLineage.Core.Graph;
using JobLineage.Core.Model;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Graph;

/// <summary>Runs and topologies for tests of the graph.</summary>
internal static class SomeGraphs
{
    /// <summary>A run with these stages, each with a hundred completed jobs, and an edge to each from the one above.</summary>
    public static RunSnapshot Run(params string[] paths) => SomeRuns.Run() with
    {
        Stages = [.. paths.OrderBy(path => path.Count(c => c == '/')).ThenBy(path => path, StringComparer.Ordinal)
            .Select(path => SomeRuns.Stage(path, new(Completed: 100)))],
        Edges = [.. paths.Where(path => path.Contains('/')).Select(path => new StageEdge(StagePath.Above(path)!, path, 100))],
    };

    /// <summary>A random tree of stages below one root; every fourth stage has an edge back to one above it, or to itself.</summary>
    public static RunSnapshot RandomRun(Random random, int stages)
    {
        var paths = new List<string> { "Root" };
        while (paths.Count < stages)
            paths.Add($"{paths[random.Next(paths.Count)]}/J{paths.Count}");
        var run = Run([.. paths]);
        return run with { Edges = [.. run.Edges, .. paths.Where((_, i) => i % 4 == 3).Select(path => new StageEdge(path, Ancestor(random, path), 5))] };
    }

    /// <summary>The same run with some more stages below random ones.</summary>
    public static RunSnapshot Grown(Random random, RunSnapshot run, int more)
    {
        var paths = run.Stages.Select(stage => stage.Path).ToList();
        var stages = run.Stages.ToList();
        var edges = run.Edges.ToList();
        for (var i = 0; i < more; i++)
        {
            var above = paths[random.Next(paths.Count)];
            var path = $"{above}/N{paths.Count}";
            paths.Add(path);
            stages.Add(SomeRuns.Stage(path, new(Executing: 1)));
            edges.Add(new(above, path, 1));
            if (random.Next(4) == 0)
                edges.Add(new(path, Ancestor(random, path), 1));
        }

        return run with { Stages = [.. stages.OrderBy(stage => stage.Depth).ThenBy(stage => stage.Path, StringComparer.Ordinal)], Edges = edges };
    }

    public static Finding Finding(FindingKind kind, string stage) => new(kind, stage, "Because.", new Dictionary<string, object?>(), []);

    /// <summary>A whole picture as text.</summary>
    public static string Draw(GraphLayout layout) => string.Join('\n', [
        .. layout.Nodes.Select(node => node.ToString()), .. layout.Edges.Concat(layout.Links).Select(edge => $"{edge.Path} {edge.Label}")]);

    /// <summary>No nodes overlap, nothing is outside, lines are level or upright, and none touches a node.</summary>
    public static void AssertSound(GraphLayout layout)
    {
        AssertNoOverlap(layout);
        var style = GraphStyle.Default;
        var nodes = layout.Nodes.ToLookup(node => node.X);
        foreach (var edge in layout.Edges.Concat(layout.Links))
        {
            Assert.All(edge.Points, point => Assert.True(
                point.X >= 0 && point.Y >= 0 && point.X <= layout.Width && point.Y <= layout.Height));
            foreach (var (a, b) in edge.Points.Zip(edge.Points.Skip(1)))
            {
                Assert.True(a.X == b.X || a.Y == b.Y, $"{edge.From}→{edge.To} has a slanting part");
                var touched = nodes
                    .Where(column => Math.Max(a.X, b.X) > column.Key + 1 && Math.Min(a.X, b.X) < column.Key + style.NodeWidth - 1)
                    .SelectMany(column => column)
                    .FirstOrDefault(node => Math.Max(a.Y, b.Y) > node.Y + 1 && Math.Min(a.Y, b.Y) < node.Y + style.NodeHeight - 1);
                Assert.True(touched is null, $"{edge.From}→{edge.To} runs through {touched?.Path}");
            }
        }
    }

    /// <summary>Between two nodes there is room for the line of a closed one and for the flag of the next.</summary>
    public static void AssertNoOverlap(GraphLayout layout)
    {
        var apart = GraphStyle.Default.NodeHeight + GraphStyle.Default.HiddenHeight + 10;
        foreach (var column in layout.Nodes.GroupBy(node => node.X))
        {
            var sorted = column.OrderBy(node => node.Y).ToArray();
            foreach (var (above, below) in sorted.Zip(sorted.Skip(1)))
                Assert.True(above.Y + apart <= below.Y, $"{above.Path} and {below.Path} overlap");
        }
    }

    private static string Ancestor(Random random, string path)
    {
        for (var steps = random.Next(4); steps > 0 && path.Contains('/'); steps--)
            path = StagePath.Above(path)!;
        return path;
    }
}
