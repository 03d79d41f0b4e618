namespace JobLineage.Core.Graph;

/// <summary>Puts every node into a layer, left to right. Edges that would close a circle are loops and have no say.</summary>
internal static class GraphLayers
{
    /// <summary>The layer of each node from 0, and for each edge whether it is drawn as a loop.</summary>
    public static (int[] Layer, bool[] IsLoop) Assign(GraphModel model)
    {
        var count = model.Nodes.Count;
        var outgoing = Outgoing(model);
        var isLoop = new bool[model.Edges.Count];
        var hasParent = new bool[count];
        foreach (var edge in model.Edges)
            hasParent[edge.To] |= edge.From != edge.To;

        var finished = new List<int>(count);
        var seen = new byte[count];
        for (var node = 0; node < count; node++)
        {
            if (!hasParent[node])
                Visit(node, model, outgoing, seen, isLoop, finished);
        }

        // What is left is reachable only through a circle: enter it at the node that came first.
        for (var node = 0; node < count; node++)
            Visit(node, model, outgoing, seen, isLoop, finished);

        var layer = new int[count];
        for (var i = finished.Count - 1; i >= 0; i--)
        {
            foreach (var edge in outgoing[finished[i]])
            {
                var (from, to) = model.Edges[edge];
                if (!isLoop[edge])
                    layer[to] = Math.Max(layer[to], layer[from] + 1);
            }
        }

        return (layer, isLoop);
    }

    private static List<int>[] Outgoing(GraphModel model)
    {
        var outgoing = new List<int>[model.Nodes.Count];
        for (var node = 0; node < outgoing.Length; node++)
            outgoing[node] = [];
        for (var edge = 0; edge < model.Edges.Count; edge++)
            outgoing[model.Edges[edge].From].Add(edge);
        return outgoing;
    }

    // Depth first with a stack of its own: a chain may be deeper than the thread's stack.
    private static void Visit(
        int start, GraphModel model, List<int>[] outgoing, byte[] seen, bool[] isLoop, List<int> finished)
    {
        const byte open = 1, done = 2;
        if (seen[start] != 0)
            return;

        var stack = new Stack<(int Node, int Next)>();
        seen[start] = open;
        stack.Push((start, 0));
        while (stack.TryPop(out var top))
        {
            if (top.Next == outgoing[top.Node].Count)
            {
                seen[top.Node] = done;
                finished.Add(top.Node);
                continue;
            }

            stack.Push((top.Node, top.Next + 1));
            var edge = outgoing[top.Node][top.Next];
            var to = model.Edges[edge].To;
            if (seen[to] == open)
            {
                isLoop[edge] = true;
            }
            else if (seen[to] == 0)
            {
                seen[to] = open;
                stack.Push((to, 0));
            }
        }
    }
}
