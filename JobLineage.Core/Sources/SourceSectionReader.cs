using System.Text.RegularExpressions;
using JobLineage.Core.Model;
using Microsoft.Extensions.Configuration;

namespace JobLineage.Core.Sources;

/// <summary>Reads one source: a preset or nothing, and what is said otherwise on top of it.</summary>
/// <param name="section">The section of the source; its key is the name.</param>
/// <param name="requireConnection">Whether a connection string must be there.</param>
/// <param name="keepRuns">How long runs are kept where the source says nothing; null for ever.</param>
/// <param name="errors">Gets a sentence for each thing that is wrong.</param>
internal sealed partial class SourceSectionReader(IConfigurationSection section, bool requireConnection, TimeSpan? keepRuns, List<string> errors)
{
    private static readonly Dictionary<string, Func<SourceMapping, string?, SourceMapping>> Expressions = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Schema"] = (m, v) => m with { Schema = v ?? m.Schema },
        ["Table"] = (m, v) => m with { Table = v ?? m.Table },
        ["Joins"] = (m, v) => m with { Joins = v },
        ["Deleted"] = (m, v) => m with { Deleted = v },
        ["Id"] = (m, v) => m with { Id = v ?? m.Id },
        // Conditions of a preset speak of its own state.
        ["State"] = (m, v) => m with { State = v ?? m.State, Unfinished = [] },
        ["Worker"] = (m, v) => m with { Worker = v ?? m.Worker },
        ["Queue"] = (m, v) => m with { Queue = v },
        ["ParentId"] = (m, v) => Linked(m with { ParentId = v, ParentKey = KeyOf(v) }),
        ["RunKey"] = (m, v) => m with { RunKey = v, RunKeyIndexed = null },
        ["RunKeyIndexed"] = (m, v) => m with { RunKeyIndexed = v },
        ["Step"] = (m, v) => m with { Step = v },
        ["Attempt"] = (m, v) => m with { Attempt = v },
        ["MaxAttempts"] = (m, v) => m with { MaxAttempts = v },
        ["Priority"] = (m, v) => m with { Priority = v },
        ["InsertedAt"] = (m, v) => m with { InsertedAt = v },
        ["ScheduledAt"] = (m, v) => m with { ScheduledAt = v },
        ["AttemptedAt"] = (m, v) => m with { AttemptedAt = v },
        ["FinishedAt"] = (m, v) => m with { FinishedAt = v },
        ["AttemptedBy"] = (m, v) => m with { AttemptedBy = v },
        ["Args"] = (m, v) => m with { Args = v },
        ["Meta"] = (m, v) => m with { Meta = v },
        ["Errors"] = (m, v) => m with { Errors = v },
        ["LastError"] = (m, v) => m with { LastError = v },
        ["TimeZone"] = (m, v) => m with { TimeZone = v ?? m.TimeZone },
        ["ExpectedChildren"] = (m, v) => m with { ExpectedChildren = v },
        ["JobUrl"] = (m, v) => m with { JobUrl = v },
    };

    private static readonly string[] ChangeKeys = ["Table", "Column", "Schema", "Resolve"];
    private static readonly string[] Required = ["Table", "State", "Worker"];
    private static readonly string[] Others = ["Preset", "ConnectionString", "Feed", "States", "Steps", "Unfinished", "TargetKeys", "Changes", "Stuck", KeepRuns.Key, MaxConnectionsReader.Key];

    /// <summary>The source; null when an error leaves nothing to read it by.</summary>
    public SourceOptions? Read()
    {
        var before = errors.Count;
        if (!Name().IsMatch(section.Key))
            errors.Add($"{section.Path} is not a name for a source: use letters, digits, '-', '_' and '.', since it is part of addresses.");
        foreach (var child in section.GetChildren())
        {
            if (!Expressions.ContainsKey(child.Key) && !Others.Contains(child.Key, StringComparer.OrdinalIgnoreCase))
                errors.Add(DidYouMean.Sentence(child.Path, child.Key, [.. Others, .. Expressions.Keys]));
        }

        var mapping = Begin();
        var connection = ReadConnection();
        var feed = ReadFeed();
        var keep = KeepRuns.Read(section, keepRuns, errors);
        var connections = MaxConnectionsReader.Read(section, errors);
        if (mapping is null)
            return null;
        // In the order of the table, so that what one resets a later one can set again.
        foreach (var (key, apply) in Expressions)
        {
            if (section[key] is { } value)
                mapping = apply(mapping, string.IsNullOrWhiteSpace(value) ? null : value.Trim());
        }

        if (mapping.JobUrl is { } url && JobUrlTemplate.Problem(url) is { } problem)
            errors.Add($"{section.Path}:JobUrl {problem}");
        mapping = mapping with { States = ReadStates(mapping.States) };
        if (ReadList("Steps") is { } steps)
            mapping = mapping with { Steps = steps };
        if (ReadList("Unfinished") is { } unfinished)
            mapping = mapping with { Unfinished = unfinished };
        if (ReadList("TargetKeys") is { } targets)
            mapping = mapping with { TargetKeys = targets };
        mapping = mapping with { ExpectedChildrenOf = ReadExpected() };
        if (ReadChanges() is { } changes)
            mapping = mapping with { Changes = changes };
        return errors.Count == before ? new(mapping, connection, feed) { KeepRuns = keep, MaxConnections = connections } : null;
    }

    private SourceMapping? Begin()
    {
        if (section["Preset"] is { Length: > 0 } preset && !preset.Equals("custom", StringComparison.OrdinalIgnoreCase))
        {
            if (Presets.Find(preset, section.Key) is { } found)
                return found;
            var guess = DidYouMean.Nearest(preset, Presets.Names) is { } name ? $"did you mean {name}?" : $"known are {string.Join(", ", Presets.Names)}.";
            errors.Add($"{section.Path}:Preset '{preset}' is not a preset; {guess}");
            return null;
        }

        var missing = Required.Where(key => string.IsNullOrWhiteSpace(section[key])).ToList();
        foreach (var key in missing)
            errors.Add($"{section.Path}:{key} is missing; a source without a Preset ({string.Join(", ", Presets.Names)}) needs Table, State and Worker.");
        return missing.Count > 0 ? null : new()
        {
            Name = section.Key,
            Table = "",
            State = "",
            Worker = "",
            States = JobStates.All.ToDictionary(s => s.Name()),
        };
    }

    private string? ReadConnection()
    {
        var text = section["ConnectionString"];
        if (string.IsNullOrWhiteSpace(text))
        {
            if (requireConnection)
                errors.Add($"{section.Path}:ConnectionString is missing; give the database that holds the queue's table.");
            return null;
        }

        if (ConnectionText.TryParse(text, out var builder, out var error))
            return builder.ConnectionString;
        errors.Add($"{section.Path}:ConnectionString {error}.");
        return null;
    }

    private FeedKind ReadFeed()
    {
        switch (section["Feed"]?.ToLowerInvariant())
        {
            case null or "" or "auto":
                return FeedKind.Auto;
            case "trigger":
                return FeedKind.Trigger;
            case "poll":
                return FeedKind.Poll;
            default:
                errors.Add($"{section.Path}:Feed is '{section["Feed"]}'; it can be auto, trigger or poll.");
                return FeedKind.Auto;
        }
    }

    private Dictionary<string, JobState> ReadStates(IReadOnlyDictionary<string, JobState> states)
    {
        var all = new Dictionary<string, JobState>(states);
        foreach (var (name, word) in ConfigurationLeaves.Of(section.GetSection("States")))
        {
            if (JobStates.TryParse(word.Value, out var state))
                all[name] = state;
            else
                errors.Add($"{word.Path} is '{word.Value}', which is not a state; states are {string.Join(", ", JobStates.All.Select(s => s.Name()))}.");
        }

        return all;
    }

    /// <summary>Other tables that say something of jobs; null when not given.</summary>
    private List<ChangeTable>? ReadChanges()
    {
        var list = section.GetSection("Changes");
        if (!list.Exists())
            return null;
        var tables = new List<ChangeTable>();
        foreach (var item in list.GetChildren())
        {
            string? Value(string key) => string.IsNullOrWhiteSpace(item[key]) ? null : item[key]!.Trim();
            foreach (var child in item.GetChildren().Where(c => !ChangeKeys.Contains(c.Key, StringComparer.OrdinalIgnoreCase)))
                errors.Add(DidYouMean.Sentence(child.Path, child.Key, ChangeKeys));
            if (Value("Table") is not { } table)
                errors.Add($"{item.Path}:Table is missing; give the table whose rows say something of jobs, and as Column its column with the job's id.");
            else
                tables.Add(new(table, Value("Column"), Value("Schema"), Value("Resolve")));
        }

        return tables;
    }

    /// <summary>How many children jobs of some workers are expected to have.</summary>
    private Dictionary<string, string> ReadExpected()
    {
        var expected = new Dictionary<string, string>();
        foreach (var (name, worker) in ConfigurationLeaves.Of(section.GetSection("ExpectedChildren")))
        {
            if (string.IsNullOrWhiteSpace(worker.Value))
                errors.Add($"{worker.Path} is empty; give a number, or an expression on the parent such as args->'expected_pages'.");
            else
                expected[name] = worker.Value.Trim();
        }

        return expected;
    }

    /// <summary>Where the parent's id stands in a json column a job announces its children there too.</summary>
    private static SourceMapping Linked(SourceMapping mapping) => mapping.ParentKey is { } key
        ? mapping with { Announced = $"{SourceMapping.Quote(key.Column)}->>'expected_children'" }
        : mapping;

    /// <summary>A list of values, or a single one; null when not given.</summary>
    private List<string>? ReadList(string key)
    {
        var list = section.GetSection(key);
        if (!list.Exists())
            return null;
        if (!string.IsNullOrWhiteSpace(list.Value))
            return [list.Value.Trim()];
        var items = list.GetChildren().ToList();
        foreach (var item in items.Where(i => string.IsNullOrWhiteSpace(i.Value)))
            errors.Add($"{item.Path} is empty; leave it out or give it a value.");
        return [.. items.Select(i => i.Value).Where(v => !string.IsNullOrWhiteSpace(v)).Select(v => v!.Trim())];
    }

    /// <summary>The key of a jsonb column that an expression reads and nothing more; null for any other.</summary>
    private static JsonKey? KeyOf(string? expression) =>
        expression is not null && JsonMember().Match(expression) is { Success: true } match
            ? new(match.Groups["quoted"] is { Success: true } quoted ? quoted.Value.Replace("\"\"", "\"") : match.Groups["plain"].Value.ToLowerInvariant(),
                match.Groups["key"].Value)
            : null;

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$")]
    private static partial Regex Name();

    [GeneratedRegex("""^\s*\(?\s*(?:(?:job|"job")\s*\.\s*)?(?:(?<plain>[A-Za-z_][A-Za-z0-9_]*)|"(?<quoted>(?:[^"]|"")+)")\s*->>\s*'(?<key>[^'\\]+)'\s*\)?\s*$""")]
    private static partial Regex JsonMember();
}
