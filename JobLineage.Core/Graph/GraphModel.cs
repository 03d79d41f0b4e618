using System.Runtime.InteropServices;
using System.Security.Cryptography;
using JobLineage.Core.Model;

namespace JobLineage.Core.Graph;

/// <summary>
/// Which stages there are and how they hang together, and nothing else: no counts, so that a count can never move a node.
/// </summary>
public sealed class GraphModel
{
    private GraphModel(IReadOnlyList<string> nodes, IReadOnlyList<GraphLink> edges, IReadOnlyList<GraphLink> links)
    {
        Nodes = nodes;
        Edges = edges;
        Links = links;
        Key = Hash(nodes, edges, links);
    }

    /// <summary>The stages' paths, in the order of the snapshot.</summary>
    public IReadOnlyList<string> Nodes { get; }

    /// <summary>The edges, each once, in the order of the snapshot.</summary>
    public IReadOnlyList<GraphLink> Edges { get; }

    /// <summary>Between which stages jobs have further parents, each pair once. They have no say in where a node stands.</summary>
    public IReadOnlyList<GraphLink> Links { get; }

    /// <summary>Equal for equal topologies: what layouts are cached by.</summary>
    public string Key { get; }

    /// <summary>The topology of a run. A stage whose edge was not counted still hangs below its parent.</summary>
    public static GraphModel Of(RunSnapshot snapshot) => Create(
        snapshot.Stages.Select(stage => stage.Path),
        snapshot.Edges.Select(edge => (edge.From, edge.To))
            .Concat(snapshot.Stages.Where(stage => stage.ParentPath is not null).Select(stage => (stage.ParentPath!, stage.Path))),
        snapshot.Links.Select(link => (link.From, link.To)));

    /// <summary>The topology of what is drawn of a run.</summary>
    public static GraphModel Of(GraphFold fold) => Create(
        fold.Stages.Select(stage => stage.Stage.Path), fold.Edges.Select(edge => (edge.From, edge.To)), fold.Links.Select(link => (link.From, link.To)));

    /// <summary>Builds a topology. Repeated nodes, edges and links, and those to unknown nodes, are left out.</summary>
    public static GraphModel Create(
        IEnumerable<string> nodes, IEnumerable<(string From, string To)> edges, IEnumerable<(string From, string To)>? links = null)
    {
        var index = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var node in nodes)
            index.TryAdd(node, index.Count);

        return new([.. index.OrderBy(entry => entry.Value).Select(entry => entry.Key)], Between(index, edges), Between(index, links ?? []));
    }

    private static List<GraphLink> Between(Dictionary<string, int> index, IEnumerable<(string From, string To)> pairs)
    {
        var seen = new HashSet<GraphLink>();
        var links = new List<GraphLink>();
        foreach (var (from, to) in pairs)
        {
            if (index.TryGetValue(from, out var f) && index.TryGetValue(to, out var t) && seen.Add(new(f, t)))
                links.Add(new(f, t));
        }

        return links;
    }

    internal static string HashOf(string one, string other) =>
        Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes($"{one} {other}".AsSpan())), 0, 16);

    // The paths of a chain add up to a square of its depth, so the key is a hash and not the text itself.
    private static string Hash(IReadOnlyList<string> nodes, IReadOnlyList<GraphLink> edges, IReadOnlyList<GraphLink> links)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var node in nodes)
        {
            hash.AppendData(BitConverter.GetBytes(node.Length));
            hash.AppendData(MemoryMarshal.AsBytes(node.AsSpan()));
        }

        foreach (var edge in edges)
        {
            hash.AppendData(BitConverter.GetBytes(edge.From));
            hash.AppendData(BitConverter.GetBytes(edge.To));
        }

        // A number that no node has tells where the links begin.
        hash.AppendData(BitConverter.GetBytes(-1));
        foreach (var link in links)
        {
            hash.AppendData(BitConverter.GetBytes(link.From));
            hash.AppendData(BitConverter.GetBytes(link.To));
        }

        return Convert.ToHexString(hash.GetHashAndReset(), 0, 16);
    }
}

/// <summary>An edge, or a link, by the positions of its ends in <see cref="GraphModel.Nodes"/>.</summary>
/// <param name="From">The parents' stage.</param>
/// <param name="To">The children's stage; may be an earlier one, or the same.</param>
public readonly record struct GraphLink(int From, int To);
