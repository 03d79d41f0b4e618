using JobLineage.Core.Alerts;
using Microsoft.Extensions.DependencyInjection;

namespace JobLineage.Tests.Support;

/// <summary>Digests, failures and mutes in memory.</summary>
internal sealed class FakeDigests : IDigestReader, IFailureReader, IMutes, ITestMessages
{
    private readonly List<DigestQuery> queries = [];

    /// <summary>What is configured; set before the first page.</summary>
    public DigestPlan Plan { get; set; } = DigestPlan.None;

    public List<DigestView> Digests { get; } = [];

    public DigestOverview Overview { get; set; } = new(SomeRuns.Noon, 0, 0, SomeRuns.Noon, null, null, []);

    public FailurePage Failures { get; set; } = new([], 0, null);

    public IReadOnlyList<JobTelling> Tellings { get; set; } = [];

    public List<Mute> Muted { get; } = [];

    public IReadOnlyList<KnownPipeline> Pipelines { get; set; } = [];

    public List<(KnownPipeline Pipeline, DateTimeOffset Until, string Reason, string? By)> Asked { get; } = [];

    public FailureQuery? LastFailures { get; private set; }

    /// <summary>What the channel answers to a test message; null: too soon.</summary>
    public SendOutcome? Test { get; set; } = new(SendResult.Accepted);

    /// <summary>Thrown by every call while set.</summary>
    public Exception? Failure { get; set; }

    public IReadOnlyList<DigestQuery> Queries
    {
        get
        {
            lock (queries)
                return [.. queries];
        }
    }

    public static DigestSummary Summary(long id, DeliveryState state = DeliveryState.Accepted, string subject = "2 jobs failed") => new(
        id, Guid.Empty, SomeRuns.Noon, subject, 2, 1, state, 1, false, null, "File", "a.eml", null, state == DeliveryState.Accepted ? SomeRuns.Noon : null);

    public static DigestView View(DigestSummary summary) => new(summary, "the text", "<p>the message</p>", "<digest.1@x>", [], [], 0, false, SomeRuns.Noon);

    /// <summary>Registers it for all it stands for, with the plan.</summary>
    public FakeDigests AddTo(IServiceCollection services)
    {
        services.AddSingleton<IDigestReader>(this);
        services.AddSingleton<IFailureReader>(this);
        services.AddSingleton<IMutes>(this);
        services.AddSingleton<ITestMessages>(this);
        services.AddSingleton(_ => Plan);
        return this;
    }

    public async Task<IReadOnlyList<DigestSummary>> ListAsync(int most, CancellationToken cancellation) =>
        (await ListAsync(new DigestQuery(PageSize: most), cancellation)).Digests;

    public Task<ListedDigests> ListAsync(DigestQuery query, CancellationToken cancellation)
    {
        lock (queries)
            queries.Add(query);
        return Answer(() =>
        {
            var all = Digests.Select(d => d.Summary).OrderByDescending(d => d.Id)
                .Where(d => (query.State ?? d.State) == d.State && d.Id < (query.Before ?? long.MaxValue)).ToList();
            return new ListedDigests([.. all.Take(query.PageSize)], all.Count > query.PageSize ? all[query.PageSize - 1].Id : null);
        });
    }

    public Task<DigestView?> FindAsync(long id, CancellationToken cancellation) => Answer(() => Digests.Find(d => d.Summary.Id == id));

    public Task<DigestOverview> OverviewAsync(CancellationToken cancellation) => Answer(() => Overview);

    public Task<long> CountUntoldAsync(CancellationToken cancellation) => Answer(() => Overview.Untold);

    public Task<bool> IsFailingAsync(CancellationToken cancellation) => Answer(() => Overview.IsFailing);

    public Task<FailurePage> ListAsync(FailureQuery query, CancellationToken cancellation)
    {
        LastFailures = query;
        return Answer(() => Failures);
    }

    public Task<IReadOnlyList<JobTelling>> OfJobAsync(string source, string jobId, CancellationToken cancellation) => Answer(() => Tellings);

    public Task<MuteAnswer> MuteAsync(KnownPipeline pipeline, DateTimeOffset until, string reason, string? by, CancellationToken cancellation) => Answer(() =>
    {
        Asked.Add((pipeline, until, reason, by));
        Muted.Add(new(Muted.Count + 1, pipeline.Source, pipeline.Worker, reason, by, SomeRuns.Noon, until, null, null, true, 0, null));
        return MuteAnswer.Muted;
    });

    public Task<bool> EndAsync(long id, string? by, CancellationToken cancellation) => Answer(() =>
    {
        var at = Muted.FindIndex(m => m.Id == id && m.IsActive);
        if (at >= 0)
            Muted[at] = Muted[at] with { IsActive = false, EndedAt = SomeRuns.Noon };
        return at >= 0;
    });

    Task<IReadOnlyList<Mute>> IMutes.ListAsync(int most, CancellationToken cancellation) => Answer<IReadOnlyList<Mute>>(() => [.. Muted]);

    Task<Mute?> IMutes.FindAsync(long id, CancellationToken cancellation) => Answer(() => Muted.Find(m => m.Id == id));

    public Task<IReadOnlyList<KnownPipeline>> PipelinesAsync(CancellationToken cancellation) => Answer(() => Pipelines);

    public Task<SendOutcome?> SendAsync(CancellationToken cancellation) => Answer(() => Test);

    private Task<T> Answer<T>(Func<T> answer) => Failure is null ? Task.FromResult(answer()) : Task.FromException<T>(Failure);
}
