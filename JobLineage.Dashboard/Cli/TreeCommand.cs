using System.CommandLine;
using System.Text;
using JobLineage.Core.Diagnosis;
using JobLineage.Core.Export;
using JobLineage.Core.Lineage;

namespace JobLineage.Dashboard.Cli;

/// <summary><c>tree ID</c>: the run that a job belongs to, by stage or job by job, with what is wrong in it.</summary>
internal sealed class TreeCommand : QueryCommand
{
    private readonly Option<bool> jobs = new("--jobs") { Description = "List every job instead of every stage." };

    private readonly Option<bool> fromHere = new("--from-here") { Description = "Only the job and what is below it, instead of its whole run." };

    private readonly Option<bool> ascii = new("--ascii") { Description = "Draw with ASCII only." };

    private readonly Option<int> limit = new("--limit")
    {
        Description = "Jobs that are listed at most; counts are exact all the same.",
        HelpName = "N",
        DefaultValueFactory = _ => LineageQueries.DefaultLimit,
    };

    /// <param name="setup">What it gets from outside.</param>
    public TreeCommand(QuerySetup setup)
        : base("tree", "Draw a run as a tree, with what is stuck or failing in it.", setup)
    {
        limit.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 1)
                result.AddError("--limit must be 1 or more.");
        });
        Command.Options.Add(jobs);
        Command.Options.Add(fromHere);
        Command.Options.Add(ascii);
        Command.Options.Add(limit);
    }

    /// <inheritdoc/>
    protected override async Task<bool> AskAsync(Question question, CancellationToken cancellation)
    {
        var tree = await question.Lineage.GetJobTreeAsync(
            question.Id, question.Parse.GetValue(fromHere), question.Parse.GetValue(limit), cancellation);
        if (tree is null)
            return false;
        await question.Output.WriteAsync(Text(question, tree));
        if (tree.IsTruncated && question.Json)
            await question.Error.WriteLineAsync($"{Format.Count(tree.Nodes.Count)} of {Format.Count(tree.TotalNodes)} jobs are listed; --limit lists more.");
        await question.TellPassedOverAsync(tree.PassedOver);
        return true;
    }

    private string Text(Question question, JobTree tree)
    {
        if (question.Json)
            return ContractJson.Line(tree.ToAnswer()) + "\n";
        var glyphs = question.Parse.GetValue(ascii) || question.Output.Encoding is ASCIIEncoding ? TreeGlyphs.Ascii : TreeGlyphs.Unicode;
        return question.Parse.GetValue(jobs)
            ? TextTree.OfJobs(tree, glyphs)
            : TextTree.OfStages(tree.Run.Diagnose(question.Diagnosis, Clock.GetUtcNow()), glyphs);
    }
}
