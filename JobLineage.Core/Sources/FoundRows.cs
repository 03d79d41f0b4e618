using JobLineage.Core.Model;

namespace JobLineage.Core.Sources;

/// <summary>What was found of some rows so far.</summary>
internal sealed class FoundRows(int capacity)
{
    public List<Job> Jobs { get; } = new(capacity);

    public HashSet<string> Present { get; } = new(capacity, StringComparer.Ordinal);

    public HashSet<string> Twice { get; } = new(StringComparer.Ordinal);

    public List<BadRow> Bad { get; } = [];

    /// <summary>The states that the mapping does not know, by id.</summary>
    public Dictionary<string, string> Unknown { get; } = new(StringComparer.Ordinal);

    /// <summary>How many rows are in each of them.</summary>
    public IReadOnlyDictionary<string, long> States => Unknown.Values.GroupBy(w => w, StringComparer.Ordinal).ToDictionary(w => w.Key, w => (long)w.Count(), StringComparer.Ordinal);

    public int Rows { get; set; }

    public void Add(FoundRows more)
    {
        Jobs.AddRange(more.Jobs);
        Present.UnionWith(more.Present);
        Bad.AddRange(more.Bad);
        AddUnknown(more);
        Rows += more.Rows;
    }

    public void AddUnknown(FoundRows more)
    {
        foreach (var (id, word) in more.Unknown)
            Unknown[id] = word;
    }
}
