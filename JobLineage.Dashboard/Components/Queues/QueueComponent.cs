using JobLineage.Core.Diagnosis;
using JobLineage.Core.Model;
using JobLineage.Core.Runs;
using JobLineage.Dashboard.Live;
using Microsoft.AspNetCore.Components;

namespace JobLineage.Dashboard.Components.Queues;

/// <summary>A component that shows queues of one source, read again every ten seconds while somebody looks: once for all viewers.</summary>
public abstract class QueueComponent : ViewComponent
{
    /// <summary>Creates it.</summary>
    protected QueueComponent() => Reading = Watch<QueueReading>();

    /// <summary>The source's name.</summary>
    [Parameter, EditorRequired]
    public string Source { get; set; } = "";

    /// <summary>Asks the source.</summary>
    [Inject]
    protected IQueues Queues { get; set; } = null!;

    /// <summary>When something is called stuck.</summary>
    [Inject]
    protected DiagnosisOptions Limits { get; set; } = null!;

    /// <summary>What a queue is doing, by the limits of its source.</summary>
    protected QueueCondition ConditionOf(QueueLine queue, DateTimeOffset now) => QueueWords.ConditionOf(queue, now, Limits.StuckAfterFor(Source, ""));

    /// <summary>What was read.</summary>
    protected LiveWatch<QueueReading> Reading { get; }

    /// <inheritdoc />
    protected override async Task WatchAsync()
    {
        var (source, queues) = (Source, Queues);
        var subject = new RunKey(source, "");
        object Stamp() => Time.GetUtcNow().UtcTicks / Unprompted.Ticks;
        await Reading.SetAsync(subject, () => Hub.SubscribeView<QueueReading>(
            subject, "queues", Stamp(), async token => await queues.FindAsync(source, token) is { } found ? new(found.View, found.Problem) : null));
        Tick(() => Hub.Seen<QueueReading>(subject, "queues", Stamp()));
    }
}
