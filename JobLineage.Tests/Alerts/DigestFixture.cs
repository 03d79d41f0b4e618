using JobLineage.Core.Alerts;
using JobLineage.Tests.Store;
using Microsoft.Extensions.Logging.Abstractions;

namespace JobLineage.Tests.Alerts;

/// <summary>A queue, a store and a schedule that a test drives by hand. The starting line is drawn before anything fails.</summary>
internal sealed class DigestFixture : IAsyncDisposable
{
    public const string BaseUrl = "https://lineage.example.com";

    private DigestFixture(StoreFixture store) => Store = store;

    public StoreFixture Store { get; }

    public HandFeed Feed { get; private set; } = null!;

    public DigestMaker Maker { get; set; } = null!;

    public Outbox Outbox => new(Store.Store);

    public DigestReader Reader => new(Store.Store);

    public FailureReader Failures => new(Store.Store);

    public Mutes Mutes => new(Store.Store);

    /// <summary>A reader that also says how these pipelines stand.</summary>
    public DigestReader Reading(params OverdueRule[] rules) => new(Store.Store, overdue: rules);

    public static async Task<DigestFixture> CreateAsync(DateTimeOffset? since = null)
    {
        var fixture = new DigestFixture(await StoreFixture.ObanAsync());
        fixture.Maker = new(fixture.Store.Store, BaseUrl, since);
        await fixture.Maker.BeginAsync(default);
        fixture.Feed = await fixture.Store.FilledAsync();
        return fixture;
    }

    /// <summary>Inserts single jobs that have failed for good, and looks.</summary>
    public async Task FailAsync(params long[] ids)
    {
        await Store.SqlAsync(
            """
            insert into oban_jobs (id, worker, state, attempt, max_attempts, attempted_at, discarded_at, errors)
            select id, 'App.Mailer', 'discarded', 3, 3, timestamp '2026-03-14 12:00', timestamp '2026-03-14 12:00' + id * interval '1 s',
                array[jsonb_build_object('attempt', 3, 'error', '** (Boom) page ' || id)]
            from unnest(@ids) id
            """, new { ids });
        await Feed.TickAsync();
    }

    public async Task<DigestMessage?> MakeAsync() => await Maker.MakeAsync(null, keep: true, default);

    public DigestSender Sender(IDigestChannel channel, DeliveryOptions? options = null, Action<DeliveryStep>? before = null) =>
        new(Outbox, channel, options ?? new(), TimeProvider.System, NullLogger<DigestSender>.Instance) { Before = before ?? (_ => { }) };

    /// <summary>All leases are over, and all pauses.</summary>
    public Task PassTimeAsync() => Store.SqlAsync("update job_lineage.digest set next_at = now() - interval '1 s' where next_at is not null");

    public async Task<DigestSummary> OnlyAsync() => Assert.Single(await Reader.ListAsync(10, default));

    public ValueTask DisposeAsync() => Store.DisposeAsync();
}

/// <summary>A channel that answers as a test says, and remembers what it got.</summary>
internal sealed class ScriptedChannel(params SendOutcome[] answers) : IDigestChannel
{
    private readonly Queue<SendOutcome> left = new(answers);

    public List<DigestMessage> Sent { get; } = [];

    public string Name => "Scripted";

    public Task<SendOutcome> SendAsync(DigestMessage message, CancellationToken cancellation)
    {
        Sent.Add(message);
        return Task.FromResult(left.TryDequeue(out var answer) ? answer : new(SendResult.Accepted));
    }
}
