using JobLineage.Core.Export;

namespace JobLineage.Dashboard.Cli;

/// <summary><c>stats ID</c>: the stages of the run that a job belongs to, with counts by state.</summary>
internal sealed class StatsCommand(QuerySetup setup)
    : QueryCommand("stats", "Count the jobs of a run by stage and state.", setup)
{
    /// <inheritdoc/>
    protected override async Task<bool> AskAsync(Question question, CancellationToken cancellation)
    {
        if (await question.Lineage.GetPipelineStatsAsync(question.Id, cancellation) is not { } stats)
            return false;
        await question.Output.WriteAsync(question.Json ? ContractJson.Line(StatsAnswer.Of(stats.Run)) + "\n" : TextTree.OfTotals(stats.Run));
        await question.TellPassedOverAsync(stats.PassedOver);
        return true;
    }
}
