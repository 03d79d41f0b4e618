using JobLineage.Core.Alerts;
using JobLineage.Core.Runs;
using Microsoft.AspNetCore.Components;

namespace JobLineage.Dashboard.Live;

/// <summary>
/// A component that shows what was told of failures. That changes seldom: it is read again when this server has made, sent or
/// muted something, and every ten seconds for the sake of other servers; once for all who look.
/// </summary>
public abstract class DigestComponent : ViewComponent
{
    private static readonly RunKey Subject = new("", "digests");

    /// <summary>Where digests come from.</summary>
    [Inject]
    protected IDigestReader Digests { get; set; } = null!;

    /// <summary>Where failures come from.</summary>
    [Inject]
    protected IFailureReader Failures { get; set; } = null!;

    /// <summary>Where mutes come from.</summary>
    [Inject]
    protected IMutes Mutes { get; set; } = null!;

    /// <summary>What is configured.</summary>
    [Inject]
    protected DigestPlan Plan { get; set; } = null!;

    private object Stamp => Time.GetUtcNow().Ticks / Unprompted.Ticks;

    /// <summary>Says that something has changed here: whoever looks sees it at once.</summary>
    public static void Announce(RunHub hub) => hub.SeenAll(Subject, Guid.NewGuid());

    /// <summary>Watches something about digests.</summary>
    /// <typeparam name="T">What is read.</typeparam>
    /// <param name="watch">The watch.</param>
    /// <param name="what">Names it and its filter; equal ones share a reading.</param>
    /// <param name="load">Reads it.</param>
    protected async Task SetAsync<T>(LiveWatch<T> watch, object what, Func<CancellationToken, Task<T?>> load)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(watch);
        await watch.SetAsync(what, () => Hub.SubscribeView(Subject, what, Stamp, load));
        Tick(() => Hub.SeenAll(Subject, Stamp));
    }
}
