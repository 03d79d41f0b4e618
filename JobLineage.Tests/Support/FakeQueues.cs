using JobLineage.Core.Model;
using JobLineage.Core.Runs;

namespace JobLineage.Tests.Support;

/// <summary>The queues of the one source that pages and the API are tried with.</summary>
internal sealed class FakeQueues : IQueues
{
    public Task<(QueuesView? View, string? Problem)?> FindAsync(string source, CancellationToken cancellation)
    {
        var at = new DateTimeOffset(2026, 3, 14, 12, 0, 0, TimeSpan.Zero);
        (QueuesView? View, string? Problem)? found = source == "oban"
            ? (new QueuesView("oban", at, null, null, [new("mail") { Ready = 3, OldestReadyAt = at, Said = new(true, at, null, "oban_producers", "oban_producers", [new("web@1", "mail", at, at, true)]) }, new("ops")]), null)
            : null;
        return Task.FromResult(found);
    }
}
