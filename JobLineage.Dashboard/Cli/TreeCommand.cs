using System.CommandLine;
using System.Text;
using JobLineage.Core.Diagnosis;
using JobLineage.Core.Export;
using JobLineage.Core.Lineage;
using JobLineage.Core.Model;

namespace JobLineage.Dashboard.Cli;

/// <summary><c>tree ID</c>: the run that a job belongs to, by stage or job by job, with what is wrong in it.</summary>
internal sealed class TreeCommand : QueryCommand
{
    private readonly Option<bool> jobs = new("--jobs") { Description = "List every job instead of every stage." };

    private readonly Option<bool> fromHere = new("--from-here") { Description = "Only the job and what is below it, instead of its whole run." };

    private readonly Option<bool> ascii = new("--ascii") { Description = "Draw with ASCII only." };

    private readonly Option<int> limit = new("--limit")
    {
        Description = "Jobs that are listed at most, and with --filter those that lead to them besides; counts are exact all the same.",
        HelpName = "N",
        DefaultValueFactory = _ => LineageQueries.DefaultLimit,
    };

    private readonly Option<string?> filter = FilterOption.Of(
        "List the jobs that this filter finds, as \"state:discarded\", each below those that lead to it, which stand in brackets; docs/filter.md has the words.");

    /// <param name="setup">What it gets from outside.</param>
    public TreeCommand(QuerySetup setup)
        : base("tree", "Draw a run as a tree, with what is stuck or failing in it.", setup)
    {
        limit.Between(1, int.MaxValue, "--limit must be 1 or more.");
        Command.Options.Add(jobs);
        Command.Options.Add(fromHere);
        Command.Options.Add(ascii);
        Command.Options.Add(limit);
        Command.Options.Add(filter);
    }

    /// <inheritdoc/>
    protected override async Task<bool> AskAsync(Question question, CancellationToken cancellation)
    {
        var sought = question.Parse.GetValue(filter) is { } typed ? JobFilter.Parse(typed).Filter : null;
        var tree = await question.Lineage.GetJobTreeAsync(
            question.Id, question.Parse.GetValue(fromHere), sought is null ? question.Parse.GetValue(limit) : int.MaxValue, cancellation);
        if (tree is null)
            return false;
        if (sought is not null)
        {
            await FindAsync(question, tree, sought, cancellation);
            return true;
        }

        await question.Output.WriteAsync(Text(question, tree));
        if (tree.IsTruncated && question.Json)
            await question.Error.WriteLineAsync($"{Format.Count(tree.Nodes.Count)} of {Format.Count(tree.TotalNodes)} jobs are listed; --limit lists more.");
        await question.TellPassedOverAsync(tree.PassedOver);
        return true;
    }

    private async Task FindAsync(Question question, JobTree tree, JobFilter sought, CancellationToken cancellation)
    {
        if (sought.Stage is { } path && tree.Run.Stages.All(s => s.Path != path))
            throw MatchingJobs.NoStage(question, path);
        var jobs = new MatchingJobs(question, tree, sought.Within(tree.Run.RootId), Clock.GetUtcNow());
        var found = new HashSet<string>(StringComparer.Ordinal);
        if (jobs.NeedsWhole)
        {
            // Nothing that could not be read is shown of those that match: there is nothing to say of it.
            await foreach (var node in jobs.WholeAsync(jobs.Near(), fate: null, cancellation))
                found.Add(node.Job.Id);
        }
        else
        {
            found.UnionWith(jobs.Near().Select(n => n.Job.Id));
        }

        var branches = JobBranches.Of(tree, found, question.Parse.GetValue(limit));
        await question.Output.WriteAsync(question.Json ? ContractJson.Line(branches.ToAnswer(sought)) + "\n" : TextTree.OfBranches(branches, sought, Glyphs(question)));
        if (branches.IsTruncated && question.Json)
            await question.Error.WriteLineAsync($"{Format.Count(branches.Listed)} of {Format.Count(branches.Found)} matching jobs are listed; --limit lists more.");
        await question.TellPassedOverAsync(tree.PassedOver);
    }

    private TreeGlyphs Glyphs(Question question) =>
        question.Parse.GetValue(ascii) || question.Output.Encoding is ASCIIEncoding ? TreeGlyphs.Ascii : TreeGlyphs.Unicode;

    private string Text(Question question, JobTree tree)
    {
        if (question.Json)
            return ContractJson.Line(tree.ToAnswer()) + "\n";
        var glyphs = Glyphs(question);
        return question.Parse.GetValue(jobs)
            ? TextTree.OfJobs(tree, glyphs)
            : TextTree.OfStages(tree.Run.Diagnose(question.Diagnosis, Clock.GetUtcNow()), glyphs);
    }
}
