using JobLineage.Core.Export;
using JobLineage.Core.Lineage;
using JobLineage.Core.Model;

namespace JobLineage.Dashboard.Cli;

/// <summary><c>children ID</c>: the jobs that a job spawned.</summary>
internal sealed class ChildrenCommand(QuerySetup setup) : QueryCommand("children", "List the jobs that a job created.", setup)
{
    /// <inheritdoc/>
    protected override async Task<bool> AskAsync(Question question, CancellationToken cancellation)
    {
        if (await question.Lineage.GetChildrenAsync(question.Id, cancellation: cancellation) is not { } children)
            return false;
        await question.Output.WriteAsync(
            question.Json ? ContractJson.Line(children.ToAnswer()) + "\n" : TextTree.OfList(children.Jobs));
        if (children.Total == 0 && !question.Json)
            await question.Error.WriteLineAsync($"Job {VisibleText.Line(question.Id)} has no children.");
        if (children.Jobs.Count < children.Total)
            await question.Error.WriteLineAsync($"{Format.Count(LineageQueries.DefaultLimit)} of {Format.Count(children.Total)} children are listed.");
        await question.TellPassedOverAsync(children.PassedOver);
        return true;
    }
}
