using Hangfire.Client;
using Hangfire.Server;

namespace JobLineage.Bench.Engines.HangfirePipeline;

// The filter of docs/engines/hangfire.md, word for word: a test holds them together.
public sealed class LineageFilter : IClientFilter, IServerFilter
{
    private static readonly AsyncLocal<string?> Current = new();

    public void OnCreating(CreatingContext context)
    {
        if (Current.Value is { } parent)
            context.SetJobParameter("ParentJobId", parent);
    }

    public void OnCreated(CreatedContext context) { }

    public void OnPerforming(PerformingContext context) => Current.Value = context.BackgroundJob.Id;

    public void OnPerformed(PerformedContext context) => Current.Value = null;
}
