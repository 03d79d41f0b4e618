using JobLineage.Core.Export;
using JobLineage.Core.Model;

namespace JobLineage.Dashboard.Cli;

/// <summary><c>ancestors ID</c>: the way from the root of the run down to a job.</summary>
internal sealed class AncestorsCommand(QuerySetup setup) : QueryCommand("ancestors", "List the jobs above a job, the root first.", setup)
{
    /// <inheritdoc/>
    protected override async Task<bool> AskAsync(Question question, CancellationToken cancellation)
    {
        if (await question.Lineage.GetAncestorsAsync(question.Id, cancellation) is not { } found)
            return false;
        await question.Output.WriteAsync(
            question.Json ? ContractJson.Line(found.ToAnswer()) + "\n" : TextTree.OfList(found.Ancestors));
        if (found.Ancestors.Count == 0 && !question.Json)
            await question.Error.WriteLineAsync($"Job {VisibleText.Line(question.Id)} is a root: there is nothing above it.");
        await question.TellPassedOverAsync(found.PassedOver);
        return true;
    }
}
