using System.Text.Json;
using JobLineage.Core.Model;

namespace JobLineage.Bench.Engines;

/// <summary>What a program told of itself: the truth, by another source than the tables.</summary>
internal sealed class ProgramLog
{
    private readonly Dictionary<string, string> enqueued = [];
    private readonly Dictionary<string, string> parents = [];
    private readonly Dictionary<string, DateTimeOffset> ok = [];
    private readonly HashSet<string> failed = [];
    private readonly HashSet<string> cancelled = [];

    /// <summary>How many jobs it made.</summary>
    public int Enqueued => enqueued.Count;

    /// <summary>How many pipelines it has begun.</summary>
    public int Roots => enqueued.Values.Count(name => name.StartsWith("sync", StringComparison.OrdinalIgnoreCase));

    /// <summary>In which job each was made, of those that were made in one.</summary>
    public IReadOnlyDictionary<string, string> Parents => parents;

    /// <summary>When each job that ended well did, by its id.</summary>
    public IReadOnlyDictionary<string, DateTimeOffset> Ok => ok;

    /// <summary>The ids of those that failed for good.</summary>
    public IReadOnlySet<string> Failed => failed;

    /// <summary>The ids of those that it cancelled.</summary>
    public IReadOnlySet<string> Cancelled => cancelled;

    /// <summary>Whether it has made all that it was to make.</summary>
    public bool IsMade { get; private set; }

    /// <summary>How each job that has ended did.</summary>
    public IEnumerable<(string Id, JobState State)> Ends =>
        [.. ok.Keys.Select(id => (id, JobState.Completed)), .. failed.Select(id => (id, JobState.Discarded)), .. cancelled.Select(id => (id, JobState.Cancelled))];

    /// <summary>Reads what is there so far; a line that is being written is left.</summary>
    public static ProgramLog Read(string path)
    {
        var log = new ProgramLog();
        if (!File.Exists(path))
            return log;
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        while (reader.ReadLine() is { } line)
        {
            if (line.EndsWith('}'))
                log.Take(line);
        }

        return log;
    }

    private void Take(string line)
    {
        using var told = JsonDocument.Parse(line);
        var root = told.RootElement;
        var id = root.TryGetProperty("id", out var given) ? given.ToString() : "";
        switch (root.GetProperty("e").GetString())
        {
            case "enq":
                enqueued[id] = root.GetProperty("name").GetString()!;
                if (root.TryGetProperty("parent", out var parent) && parent.ValueKind == JsonValueKind.String)
                    parents[id] = parent.GetString()!;
                break;
            case "ok":
                ok[id] = DateTimeOffset.FromUnixTimeMilliseconds(root.GetProperty("t").GetInt64());
                break;
            case "fail" when root.TryGetProperty("final", out var final) && final.ValueKind == JsonValueKind.True:
                failed.Add(id);
                break;
            case "cancel":
                cancelled.Add(id);
                break;
            case "made":
                IsMade = true;
                break;
        }
    }
}
