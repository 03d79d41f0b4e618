using JobLineage.Core.Model;

namespace JobLineage.Dashboard.Components.StageGraph;

/// <summary>How a node stands to what is searched for.</summary>
public enum SearchMark
{
    /// <summary>Nothing is searched for.</summary>
    None,

    /// <summary>It is not meant.</summary>
    Miss,

    /// <summary>It is one of those that are meant.</summary>
    Hit,

    /// <summary>It is the one that was jumped to.</summary>
    Current,
}

/// <summary>A search among the stages of a run, by name.</summary>
internal sealed class GraphSearch
{
    private string _text = "";
    private HashSet<string> _hits = [];

    /// <summary>Whether anything is searched for.</summary>
    public bool IsOn => _text.Length > 0;

    /// <summary>The paths of the stages that match, from left to right in the graph.</summary>
    public IReadOnlyList<string> Matches { get; private set; } = [];

    /// <summary>Which of them is the current one, from 0.</summary>
    public int At { get; private set; }

    /// <summary>The current one; null when nothing matches.</summary>
    public string? Current => Matches.Count > 0 ? Matches[At] : null;

    /// <summary>Searches for another text: part of a stage's name or of its worker's full name, whatever the case.</summary>
    public void For(string text, RunSnapshot run)
    {
        _text = text.Trim();
        At = 0;
        Look(run);
    }

    /// <summary>Searches again, in a run that has other stages now; stays at the current match.</summary>
    public void Look(RunSnapshot run)
    {
        var current = Current;
        Matches = IsOn ? [.. run.Stages.Where(IsMeant).Select(stage => stage.Path)] : [];
        _hits = Matches.ToHashSet(StringComparer.Ordinal);
        At = Math.Max(0, current is null ? 0 : Matches.ToList().IndexOf(current));
    }

    /// <summary>Goes on to the next match, or back with -1; from the last one to the first.</summary>
    public void Step(int by)
    {
        if (Matches.Count > 0)
            At = (At + by + Matches.Count) % Matches.Count;
    }

    /// <summary>How a stage is marked.</summary>
    public SearchMark MarkOf(string path) => !IsOn ? SearchMark.None
        : path == Current ? SearchMark.Current
        : _hits.Contains(path) ? SearchMark.Hit
        : SearchMark.Miss;

    private bool IsMeant(Stage stage) =>
        stage.Name.Contains(_text, StringComparison.OrdinalIgnoreCase) || stage.Worker.Contains(_text, StringComparison.OrdinalIgnoreCase);
}
