using System.Text.Json;
using JobLineage.Core.Model;
using JobLineage.Core.Store.Reading;
using JobLineage.Tests.Store;

namespace JobLineage.Tests.Views;

/// <summary>An Oban table with rows that say when and how they ended, read into a store.</summary>
internal sealed class ViewsFixture : IAsyncDisposable
{
    /// <summary>When the first job was inserted.</summary>
    public static readonly DateTime Noon = new(2026, 3, 14, 12, 0, 0, DateTimeKind.Utc);

    private ViewsFixture(StoreFixture store) => Store = store;

    public StoreFixture Store { get; }

    public ViewsReader Views => new(Store.Store, TimeProvider.System);

    public HandFeed Feed { get; private set; } = null!;

    public static Task<ViewsFixture> CreateAsync(params Row[] rows) => CreateAsync("", null, rows);

    /// <summary>With jobs that a statement inserts besides.</summary>
    public static async Task<ViewsFixture> CreateAsync(string sql, object? parameters, params Row[] rows)
    {
        var fixture = new ViewsFixture(await StoreFixture.ObanAsync());
        await fixture.AddAsync(rows);
        if (sql.Length > 0)
            await fixture.Store.SqlAsync(sql, parameters);
        fixture.Feed = await fixture.Store.FilledAsync();
        return fixture;
    }

    public Task AddAsync(params Row[] rows) => Store.SqlAsync(
        """
        insert into oban_jobs (id, worker, state, queue, args, meta, errors, attempt, max_attempts, inserted_at, scheduled_at, attempted_at,
            completed_at, discarded_at, cancelled_at)
        select (r->>'id')::bigint, 'App.' || (r->>'worker'), (r->>'state')::oban_job_state, r->>'queue', (r->>'args')::jsonb,
            case when (r->>'parent') is null then '{}' else jsonb_build_object('parent_job_id', (r->>'parent')::bigint) end,
            case when (r->>'error') is null then '{}' else array[jsonb_build_object('attempt', 1, 'at', '2026-03-14T12:00:00Z', 'error', r->>'error')] end,
            1, 3, (r->>'due')::timestamp, (r->>'due')::timestamp, (r->>'began')::timestamp,
            case when r->>'state' = 'completed' then (r->>'ended')::timestamp end,
            case when r->>'state' = 'discarded' then (r->>'ended')::timestamp end,
            case when r->>'state' = 'cancelled' then (r->>'ended')::timestamp end
        from jsonb_array_elements(@rows::jsonb) r
        """, new { rows = JsonSerializer.Serialize(rows.Select(row => row.ToJson())) });

    public static JobsQuery Query(string root = "1") => new() { Source = "oban", RootId = root };

    public async Task<JobsPage> JobsAsync(JobsQuery query)
    {
        var page = await Views.ListJobsAsync(query, default);
        Assert.NotNull(page);
        return page;
    }

    /// <summary>The ids of all pages, one after the other.</summary>
    public async Task<List<string>> AllAsync(JobsQuery query)
    {
        var ids = new List<string>();
        for (var page = await JobsAsync(query); ; page = await JobsAsync(query with { After = page.Next }))
        {
            ids.AddRange(page.Jobs.Select(job => job.Id));
            if (page.Next is null)
                return ids;
        }
    }

    public ValueTask DisposeAsync() => Store.DisposeAsync();
}

/// <summary>A job; times in seconds after <see cref="ViewsFixture.Noon"/>.</summary>
internal sealed record Row(long Id, long? Parent, string Worker, string State = "completed", double Due = 0, double? Began = 1, double? Ended = 2)
{
    public string Queue { get; init; } = "default";

    public string Args { get; init; } = "{}";

    public string? Error { get; init; }

    public object ToJson() => new
    {
        id = Id,
        parent = Parent,
        worker = Worker,
        state = State,
        queue = Queue,
        args = Args,
        error = Error,
        due = At(Due),
        began = State is "available" or "scheduled" ? null : At(Began),
        ended = State is "completed" or "discarded" or "cancelled" ? At(Ended) : null,
    };

    private static DateTime? At(double? seconds) => seconds is { } after ? ViewsFixture.Noon.AddSeconds(after) : null;
}
