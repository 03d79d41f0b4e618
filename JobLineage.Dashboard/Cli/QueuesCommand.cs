using System.CommandLine;
using System.Text;
using JobLineage.Core.Model;
using JobLineage.Core.Postgres;
using JobLineage.Core.Sources;

namespace JobLineage.Dashboard.Cli;

/// <summary><c>queues</c>: what waits in each queue of a source, what begins and ends there, who serves it, and what is paused.</summary>
internal sealed class QueuesCommand : SourceVerb
{
    private const int Names = 3;

    private readonly Option<bool> json = new("--json") { Description = "Print JSON." };

    /// <param name="setup">What it gets from outside.</param>
    public QueuesCommand(QuerySetup setup) : base("queues", "Show the queues of a source: what waits, runs, who serves them, what is paused.", setup) =>
        Command.Options.Add(json);

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ParseResult parse, ChosenSource source, CancellationToken cancellation)
    {
        await using var database = PostgresConnections.ForVerb(source.ConnectionString(), Command.Name);
        var (probed, problem) = await SourceProbe.ProbeAsync(source.Mapping, database, cancellation);
        if (probed is null)
            throw QueryFailure.Of(problem!);
        var view = await new QueuesReader(probed, database, new(source.RedactWords)).ReadAsync(cancellation);
        var (output, error) = (parse.InvocationConfiguration.Output, parse.InvocationConfiguration.Error);
        if (view.Problem is not null)
            await error.WriteLineAsync(VisibleText.Line(view.Problem));
        if (view.NoPace is not null)
            await error.WriteLineAsync(view.NoPace);
        await output.WriteAsync(parse.GetValue(json) ? ContractJson.Line(QueuesAnswer.Of(view)) + "\n" : Text(view));
        return ExitCodes.Ok;
    }

    /// <summary>The queues as lines of a terminal.</summary>
    internal static string Text(QueuesView view)
    {
        if (view.Queues.Count == 0)
            return "No queue has a job that is not finished.\n";
        string[][] rows =
        [
            ["queue", "ready", "running", "scheduled", "retry", "suspended", "oldest ready", "starts/min", "ends/min", "last start"],
            .. view.Queues.Select(q => new[]
            {
                q.Queue.Length == 0 ? "(none)" : VisibleText.Line(q.Queue), Format.Count(q.Ready), Format.Count(q.Executing), Format.Count(q.Scheduled), Format.Count(q.Retryable), Format.Count(q.Suspended),
                q.OldestReadyAt is { } at ? Format.Words(view.AsOf - at) : Format.None, q.StartsPerMinute is { } starts ? Format.Rate(starts) : Format.None,
                q.FinishesPerMinute is { } ends ? Format.Rate(ends) : Format.None, q.LastStartedAt is { } last ? Format.Time(last) : Format.None,
            }),
        ];
        var widths = Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length)).ToArray();
        var text = new StringBuilder();
        foreach (var (row, at) in rows.Select((row, at) => (row, at)))
        {
            text.AppendLine(string.Join("  ", row.Select((cell, column) => column == 0 ? cell.PadRight(widths[0]) : cell.PadLeft(widths[column]))).TrimEnd());
            if (at > 0)
            {
                foreach (var line in Said(view, view.Queues[at - 1]))
                    text.Append("  ").AppendLine(VisibleText.Line(line));
            }
        }

        return text.ToString();
    }

    private static IEnumerable<string> Said(QueuesView view, QueueLine queue)
    {
        if (queue.Said is not { } said)
            yield break;
        if (said.IsPaused is true)
            yield return $"⚠ paused{(said.PausedAt is { } at ? $" since {Format.Time(at)} ({Format.Words(view.AsOf - at)})" : "")}, by {said.SaidBy}";
        if (said.Held is not null)
            yield return $"it {said.Held} ({said.SaidBy})";
        if (said.NodesBy is null)
            yield break;
        var alive = said.Nodes.Where(n => n.IsAlive).ToList();
        if (alive.Count == 0)
            yield return $"{(queue.Ready > 0 ? "⚠ " : "")}no worker that lives serves it, by {said.NodesBy}{(said.Nodes.Max(n => n.SeenAt) is { } seen ? $"; the last sign of life was at {Format.Time(seen)}" : "")}";
        else
            yield return $"served by {string.Join(", ", alive.Take(Names).Select(n => n.Node))}{(alive.Count > Names ? $" and {Format.Count(alive.Count - Names)} more" : "")}, by {said.NodesBy}";
    }
}
