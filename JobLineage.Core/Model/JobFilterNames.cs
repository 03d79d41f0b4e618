using System.Text;
using System.Text.Json;

namespace JobLineage.Core.Model;

/// <summary>The names that a run has, to be offered.</summary>
/// <param name="Workers">Workers, as short as they may be.</param>
/// <param name="Stages">Paths of stages.</param>
/// <param name="Queues">Queues.</param>
/// <param name="Args">Paths of arguments.</param>
public sealed record JobFilterNames(
    IReadOnlyList<string> Workers, IReadOnlyList<string> Stages, IReadOnlyList<string> Queues, IReadOnlyList<IReadOnlyList<string>> Args)
{
    private const int MostKeys = 200;

    /// <summary>The names of a run, and of arguments that were seen in it.</summary>
    /// <param name="run">The run.</param>
    /// <param name="args">Arguments of some of its jobs, as far as they are known: JSON that may be cut.</param>
    public static JobFilterNames Of(RunSnapshot run, IEnumerable<string?> args)
    {
        var workers = run.Stages.Select(stage => stage.Worker).Where(worker => worker.Length > 0).Distinct(StringComparer.Ordinal).ToList();
        return new(
            Called(workers),
            [.. run.Stages.Select(stage => stage.Path)],
            [.. run.Stages.SelectMany(stage => stage.Queues).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            Paths(args.Prepend(run.RootArgs)));
    }

    /// <summary>The names of runs on a list.</summary>
    /// <param name="pipelines">The pipelines that there are.</param>
    /// <param name="runs">The runs, whose roots have arguments.</param>
    public static JobFilterNames Of(IEnumerable<PipelineRuns> pipelines, IEnumerable<RunSummary> runs)
    {
        var workers = pipelines.Select(p => p.Worker).Where(worker => worker.Length > 0).Distinct(StringComparer.Ordinal).ToList();
        return new(Called(workers), [], [], Paths(runs.Select(run => run.RootArgs)));
    }

    private static IReadOnlyList<string> Called(List<string> workers)
    {
        var names = Model.Workers.ShortNames(workers);
        return [.. workers.Select(worker => Model.Workers.IsNamed(worker, names[worker]) ? names[worker] : worker).Order(StringComparer.Ordinal)];
    }

    private static IReadOnlyList<IReadOnlyList<string>> Paths(IEnumerable<string?> args)
    {
        var keys = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var json in args.OfType<string>())
        {
            foreach (var path in Keys(json).TakeWhile(_ => keys.Count < MostKeys))
                keys.TryAdd(JobFilterText.Path(path), path);
        }

        return [.. keys.OrderBy(key => key.Key, StringComparer.Ordinal).Select(key => key.Value)];
    }

    /// <summary>The keys that have a value, and those within the objects of others, as far as the JSON goes.</summary>
    private static List<string[]> Keys(string json)
    {
        var found = new List<string[]>();
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(json), isFinalBlock: false, default);
        var above = new Stack<string?>();
        string? key = null;
        try
        {
            while (reader.Read())
            {
                switch (reader.TokenType)
                {
                    case JsonTokenType.PropertyName:
                        key = reader.GetString();
                        break;
                    case JsonTokenType.StartArray:
                        if (!reader.TrySkip())
                            return found;
                        break;
                    case JsonTokenType.StartObject:
                        above.Push(key);
                        break;
                    case JsonTokenType.EndObject:
                        above.Pop();
                        break;
                    default:
                        if (key is { Length: > 0 and <= 60 } && above.Count is > 0 and <= 3 && above.Reverse().Skip(1).All(k => k is { Length: > 0 and <= 60 }))
                            found.Add([.. above.Reverse().Skip(1).OfType<string>(), key]);
                        break;
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // No JSON from here on.
        }

        return found;
    }
}
