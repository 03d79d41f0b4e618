using JobLineage.Core.Contract;
using JobLineage.Core.Model;

namespace JobLineage.Core.Diagnosis;

/// <summary>What is said of jobs that stand still: the queue first, then how many jobs, then why. Durations, no times of day.</summary>
internal sealed class StuckWords(string source, DateTimeOffset now)
{
    private const string Start = "Resume it, or start a node.";

    /// <summary>The engine says so: nothing is inferred.</summary>
    public Words Paused(Stage stage, Standing jobs, QueueFacts queue, QueueEvidence said) => new(
        said.PausedAt is { } at ? $"{Name(queue)} has been paused for {Format.Words(now - at)}" : $"{Name(queue)} is paused",
        Waiting(stage, jobs, queue),
        "Resume it.");

    /// <summary>Nothing of the queue has begun, and the engine says who works.</summary>
    public Words Said(Stage stage, Standing jobs, QueueFacts queue, QueueEvidence said, List<EngineNode> alive)
    {
        if (alive.Count == 0)
        {
            var last = said.Nodes.Where(n => n.SeenAt is not null).MaxBy(n => n.SeenAt);
            var seen = last?.SeenAt is { } at ? $" {last.Node} was last seen {Format.Words(now - at)} ago." : "";
            return new($"No live worker serves {Name(queue)}", Waiting(stage, jobs, queue) + seen, "Start a node that runs it.");
        }

        var names = alive.Select(n => n.Node).Distinct().ToList();
        var more = names.Count > 3 ? new[] { $"{Format.Count(names.Count - 3)} more" } : [];
        var nodes = Sentences.List([.. names.Take(3), .. more]);
        return new(
            Stopped(queue),
            Words.Join($"{Waiting(stage, jobs, queue)} {nodes} {(names.Count == 1 ? "serves it and is" : "serve it and are")} alive.", HeldBack(queue)),
            "Check what its workers are waiting for.");
    }

    /// <summary>Nothing of the queue has begun, and nobody says why.</summary>
    public Words Unconsumed(Stage stage, Standing jobs, QueueFacts queue)
    {
        var why = !jobs.IsReady ? "Nothing makes due jobs ready or takes them."
            : queue.LastAttemptedAt is null ? "No worker seems to serve it."
            : queue.Name.Length == 0 ? "Its workers are gone, or they hang."
            : "The queue is paused, or its last worker is gone.";
        var advice = queue.Name.Length == 0 ? "Check that its workers run." : queue.LastAttemptedAt is null ? "Start a node that runs it, or resume it." : Start;
        return new(Stopped(queue), $"{Waiting(stage, jobs, queue)} {why}", advice);
    }

    /// <summary>Only this run is known: what its other jobs do is all the evidence there is.</summary>
    public Words Quiet(Stage stage, Standing jobs)
    {
        var one = Sentences.Named(1, stage.Name);
        var headline = stage.LastAttemptedAt is { } at ? $"No {one} has started for {Format.Words(now - at)}" : $"No {one} has ever started";
        var where = stage.Queues.Count == 0 ? "" : $" in {(stage.Queues.Count == 1 ? "queue" : "queues")} {Sentences.List(stage.Queues)}";
        return jobs.IsReady
            ? new(headline, $"{Sentences.Of(jobs.Count, stage.Name)} {Sentences.Are(jobs.Count)} waiting{where}, the first for {Format.Words(now - jobs.Since)}. The queue is paused, or its last worker is gone.", Start)
            : new(headline, $"{Overdue(stage, jobs, where)} Nothing makes due jobs ready.", "Check that the queue's nodes run.");
    }

    /// <summary>Attempts under way hold the queue, and nothing new begins.</summary>
    public Words Held(Stage stage, Standing jobs, QueueFacts queue, bool isStuck)
    {
        var since = queue.LastAttemptedAt is { } last ? $" has started for {Format.Words(now - last)}" : " has started";
        var running = $"Nothing else{since} while {Format.Jobs(queue.Executing)} {Sentences.Are(queue.Executing)} running there.";
        var pause = queue.Said?.SaidBy is null ? ", or whether the queue is paused" : "";
        return isStuck
            ? new($"{Name(queue)} is held up by {Format.Count(queue.Executing, "running job")}", Words.Join($"{Bare(stage, jobs)} {running}", HeldBack(queue)), $"Check whether {(queue.Executing == 1 ? "it hangs" : "they hang")}{pause}.")
            : new($"{Sentences.Of(jobs.Count, stage.Name)} {(jobs.Count == 1 ? "is" : "are")} queued in {Name(queue)}", Words.Join($"{running} The next starts when one of those ends.", HeldBack(queue)));
    }

    /// <summary>The queue starts others.</summary>
    public Words Busy(Stage stage, Standing jobs, QueueFacts queue, long ahead, TimeSpan? until)
    {
        var work = ahead == 0
            ? $"Nothing else is ready there; the last job started {Format.Words(now - queue.LastAttemptedAt!.Value)} ago"
            : $"{Format.Count(ahead)} other {Sentences.Jobs(ahead)} {Sentences.Are(ahead)} ready there";
        var pace = until is null ? "" : $"; about {Format.Rate(queue.StartsPerMinute)} start a minute" + (queue.Available == 0 ? "" : $", so all should have started in {Format.Words(until.Value)}");
        return new(
            $"{Sentences.Of(jobs.Count, stage.Name)} {(jobs.Count == 1 ? "waits for its" : "wait for their")} turn in {Name(queue)}",
            Words.Join($"The first has waited for {Format.Words(now - jobs.Since)}. {work}{pace}.", HeldBack(queue)));
    }

    private string Stopped(QueueFacts queue) => queue.LastAttemptedAt is { } last
        ? $"{Name(queue)} stopped {Format.Words(now - last)} ago"
        : $"{Name(queue)} has never started a job";

    private string Waiting(Stage stage, Standing jobs, QueueFacts queue)
    {
        if (!jobs.IsReady)
            return Overdue(stage, jobs, "");
        var running = queue.Executing == 0 ? "none is running" : $"{Format.Count(queue.Executing)} {Sentences.Are(queue.Executing)} running";
        return $"{Sentences.Of(jobs.Count, stage.Name)} {Sentences.Are(jobs.Count)} waiting, {running}.";
    }

    private string Bare(Stage stage, Standing jobs) => jobs.IsReady
        ? $"{Sentences.Of(jobs.Count, stage.Name)} {Sentences.Are(jobs.Count)} waiting."
        : Overdue(stage, jobs, "");

    private string Overdue(Stage stage, Standing jobs, string where) => jobs.Count == 1
        ? $"1 {Sentences.Named(1, stage.Name)}{where} has been due for {Format.Words(now - jobs.Since)}."
        : $"The first of {Sentences.Of(jobs.Count, stage.Name)}{where} has been due for {Format.Words(now - jobs.Since)}.";

    private static string HeldBack(QueueFacts queue) => queue.Said?.Held is { } held ? $"The queue {held}." : "";

    // A source without queues is one queue.
    private string Name(QueueFacts queue) => queue.Name.Length == 0 ? $"Source {source}" : queue.Name;
}
