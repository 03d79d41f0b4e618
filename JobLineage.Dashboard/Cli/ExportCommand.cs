using System.CommandLine;
using System.Runtime.CompilerServices;
using JobLineage.Core.Diagnosis;
using JobLineage.Core.Export;
using JobLineage.Core.Lineage;
using JobLineage.Core.Model;
using JobLineage.Core.Runs;

namespace JobLineage.Dashboard.Cli;

/// <summary><c>export ID</c>: a run with its jobs, to a file or to the output, straight from the source.</summary>
internal sealed class ExportCommand : QueryCommand
{
    private readonly Option<string> format = new("--format")
    {
        Description = "json, csv, text or mermaid.",
        HelpName = "FORMAT",
        DefaultValueFactory = _ => "json",
    };

    private readonly Option<string> output = new("--output")
    {
        Description = "The file to write; - for the standard output, as without it.",
        HelpName = "FILE",
        DefaultValueFactory = _ => "-",
    };

    private readonly Option<bool> force = new("--force") { Description = "Put the file in the place of one that is there." };

    private readonly Option<string?> stage = new("--stage") { Description = "Only jobs of this stage, as SyncJob/MoviePageJob.", HelpName = "PATH" };

    private readonly Option<string?> state = new("--state") { Description = $"Only jobs in this state: {string.Join(", ", JobStates.All.Select(s => s.Name()))}.", HelpName = "STATE" };

    private readonly Option<string?> filter = FilterOption.Of("Only jobs that this filter finds, as \"state:discarded args.source_id:13 older:5m\"; docs/filter.md has the words.");

    private readonly Option<bool> bom = new("--bom") { Description = "With csv: begin with a byte order mark, by which Excel knows UTF-8." };

    /// <param name="setup">What it gets from outside.</param>
    public ExportCommand(QuerySetup setup)
        : base("export", "Write a run with its jobs as JSON, CSV, text or a Mermaid chart.", setup, hasJson: false)
    {
        foreach (var option in (Option[])[format, output, force, stage, state, filter, bom])
            Command.Options.Add(option);
        format.Validators.Add(result =>
        {
            if (Named(result.GetValueOrDefault<string>()) is null)
                result.AddError($"--format must be one of {string.Join(", ", Enum.GetNames<ExportFormat>()).ToLowerInvariant()}.");
        });
        state.Validators.Add(result =>
        {
            if (!JobStates.TryParse(result.GetValueOrDefault<string>(), out _))
                result.AddError($"--state must be one of {string.Join(", ", JobStates.All.Select(s => s.Name()))}.");
        });
        Command.Validators.Add(result =>
        {
            var wanted = Named(result.GetValue(format));
            if (result.GetValue(bom) && wanted != ExportFormat.Csv)
                result.AddError("--bom is for --format csv.");
            if (result.GetValue(state) is not null && wanted == ExportFormat.Mermaid)
                result.AddError("--state chooses jobs, and --format mermaid draws stages.");
            if (result.GetValue(filter) is not null && wanted == ExportFormat.Mermaid)
                result.AddError("--filter chooses jobs, and --format mermaid draws stages.");
            if (Filter(result.GetValue(stage), result.GetValue(state), result.GetValue(filter)).Problem is { } problem && JobFilter.Parse(result.GetValue(filter)).Problem is null)
                result.AddError($"--filter: {VisibleText.Line(problem.Sentence)}");
        });
    }

    /// <summary>A run may be large, and nobody else waits for it.</summary>
    protected override int TimeoutSeconds => 600;

    /// <inheritdoc/>
    protected override async Task<bool> AskAsync(Question question, CancellationToken cancellation)
    {
        var parse = question.Parse;
        var wanted = Named(parse.GetValue(format))!.Value;
        await using var target = ExportTarget.Of(parse.GetValue(output)!, parse.GetValue(force), question.Output);
        var filtered = Filter(parse.GetValue(stage), parse.GetValue(state), parse.GetValue(filter)).Filter;
        if (await question.Lineage.GetJobTreeAsync(question.Id, limit: int.MaxValue, cancellation: cancellation) is not { } tree)
            return false;
        if (filtered.Stage is { } path && tree.Run.Stages.All(s => s.Path != path))
            throw MatchingJobs.NoStage(question, path);
        var selection = new JobSelection { Source = tree.Run.Source, RootId = tree.Run.RootId, Filter = filtered };
        var now = Clock.GetUtcNow();
        var run = tree.Run.Diagnose(question.Diagnosis, now);
        await using var export = new RunExport(run, selection, JobsAsync(question, tree, filtered.Within(tree.Run.RootId), now, cancellation));
        var jobs = await wanted.WriteAsync(export, target.Stream, parse.GetValue(bom), cancellation);
        await target.CommitAsync(cancellation);
        if (target.Path is { } file)
            await question.Error.WriteLineAsync(wanted.HasJobs() ? $"{Format.Count(jobs)} of {Format.Count(run.Total)} jobs are in {file}." : $"{Format.Count(run.Stages.Count)} stages are in {file}.");
        await question.TellPassedOverAsync(tree.PassedOver);
        return true;
    }

    /// <summary>The jobs in the order of every export.</summary>
    private static async IAsyncEnumerable<ExportedJob> JobsAsync(
        Question question, JobTree tree, JobFilter filter, DateTimeOffset now, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var kind = question.Lineage.Source.IdKind;
        var places = tree.Run.Stages.Select((s, at) => (s.Path, at)).ToDictionary(s => s.Path, s => s.at, StagePath.Comparer);
        var jobs = new MatchingJobs(question, tree, filter, now);
        var near = jobs.Near()
            .OrderBy(n => places[n.Stage]).ThenBy(n => n.Job.State).ThenBy(n => n.Job.ScheduledAt ?? n.Job.InsertedAt ?? DateTimeOffset.MaxValue)
            .ThenBy(n => n.Job.Id, Comparer<string>.Create((a, b) => JobIds.Compare(kind, a, b)));
        await foreach (var node in jobs.WholeAsync(near, Fate, cancellation))
            yield return new(node.Job, node.Stage);
    }

    private static string Fate(BadRow part) => part.IsKept ? "The job is exported without it." : "The job is exported as it was counted, without what is long.";

    /// <summary>What the options ask for together.</summary>
    private static JobFilterReading Filter(string? stage, string? state, string? typed) =>
        new JobFilter { Stage = stage, States = JobStates.TryParse(state, out var only) ? [only] : [] }.And(JobFilter.Parse(typed).Filter);

    private static ExportFormat? Named(string? name)
    {
        foreach (var value in Enum.GetValues<ExportFormat>())
        {
            if (value.ToString().Equals(name, StringComparison.OrdinalIgnoreCase))
                return value;
        }

        return null;
    }
}
