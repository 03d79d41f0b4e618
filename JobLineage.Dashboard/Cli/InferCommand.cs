using System.CommandLine;
using System.Text;
using JobLineage.Core.Export;
using JobLineage.Core.Lineage;
using JobLineage.Core.Lineage.Inference;
using JobLineage.Core.Model;

namespace JobLineage.Dashboard.Cli;

/// <summary><c>infer ID</c>: the descendants of a job that carry no parent, as far as arguments and times tell.</summary>
internal sealed class InferCommand : QueryCommand
{
    private readonly Option<string?> by = new("--by")
    {
        Description = "The key of the arguments that the run's jobs share, such as source_id or movie.id; without it the key that fits best is used.",
        HelpName = "KEY",
    };

    private readonly Option<string> window = new("--window")
    {
        Description = "How long after the job a descendant may have been inserted: 90s, 30m, 2h, 1d.",
        HelpName = "TIME",
        DefaultValueFactory = _ => WindowText.Of(WindowText.Usual),
    };

    private readonly Option<bool> jobs = new("--jobs") { Description = "List every job instead of every stage." };

    private readonly Option<bool> sql = new("--sql")
    {
        Description = "Print the statements that would write the parents that are sure into the queue's table. They are not run.",
    };

    private readonly Option<bool> likely = new("--likely") { Description = "With --sql: the parents that are likely, too." };

    private readonly Option<bool> ascii = new("--ascii") { Description = "Draw with ASCII only." };

    /// <param name="setup">What it gets from outside.</param>
    public InferCommand(QuerySetup setup)
        : base("infer", "Infer the descendants of a job that carry no parent, from arguments and times.", setup)
    {
        window.Validators.Add(result =>
        {
            if (WindowText.Parse(result.GetValueOrDefault<string>()) is null)
                result.AddError(WindowText.Problem("--window"));
        });
        by.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is "")
                result.AddError("--by must name a key.");
        });
        foreach (var option in (Option[])[by, window, jobs, sql, likely, ascii])
            Command.Options.Add(option);
    }

    /// <inheritdoc/>
    protected override async Task<bool> AskAsync(Question question, CancellationToken cancellation)
    {
        var parse = question.Parse;
        InferredRun? run;
        try
        {
            run = await question.Inference.InferAsync(question.Id, parse.GetValue(by), WindowText.Parse(parse.GetValue(window)), cancellation: cancellation);
        }
        catch (InferenceException e)
        {
            throw new QueryFailure(ExitCodes.Usage, e.Message);
        }

        if (run is null)
            return false;
        if (parse.GetValue(by) is { } key && run.KeyValue is null)
        {
            throw new QueryFailure(ExitCodes.Usage,
                $"Job {VisibleText.Line(question.Id)} has no value at '{VisibleText.Line(key)}' in its arguments; "
                + (run.Keys.Count == 0 ? "none of its keys fits." : $"keys that fit: {VisibleText.Line(string.Join(", ", run.Keys.Select(k => k.Key)))}."));
        }

        if (!question.Json && !parse.GetValue(sql) && parse.GetValue(by) is null && run.Keys.Count > 0)
            await question.Error.WriteAsync($"Keys that fit:\n{InferredText.OfKeys(run.Keys)}\n");
        if (parse.GetValue(sql))
        {
            foreach (var note in run.Notes)
                await question.Error.WriteLineAsync(VisibleText.Line(note));
        }

        await question.Output.WriteAsync(Text(question, run));
        return true;
    }

    private string Text(Question question, InferredRun run)
    {
        var parse = question.Parse;
        if (parse.GetValue(sql))
        {
            return BackfillSql.Write(question.Lineage.Source, run, parse.GetValue(likely)) ?? throw new QueryFailure(ExitCodes.Usage,
                $"--sql can't tell where source '{question.Lineage.Source.Mapping.Name}' keeps a parent: its ParentId must be a column, or a key of a jsonb column as in meta->>'parent_job_id'.");
        }

        if (question.Json)
            return ContractJson.Line(run.ToAnswer(parse.GetValue(jobs))) + "\n";
        var glyphs = parse.GetValue(ascii) || question.Output.Encoding is ASCIIEncoding ? TreeGlyphs.Ascii : TreeGlyphs.Unicode;
        return parse.GetValue(jobs) ? InferredText.OfJobs(run, glyphs) : InferredText.OfStages(run, glyphs);
    }
}
