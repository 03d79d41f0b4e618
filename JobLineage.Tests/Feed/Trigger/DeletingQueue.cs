using JobLineage.Core.Feed;
using JobLineage.Core.Feed.Trigger;
using JobLineage.Core.Model;
using JobLineage.Tests.Engines;
using JobLineage.Tests.Lineage;

namespace JobLineage.Tests.Feed.Trigger;

/// <summary>A queue that deletes a job when it ends, and keeps names in other tables, as graphile-worker does.</summary>
internal static class DeletingQueue
{
    public const string Tables = """
        create table kinds (id int primary key, name text not null);
        insert into kinds values (1, 'sync'), (2, 'page'), (3, 'detail');
        create type mood as enum ('calm', 'urgent');
        create table work (
            id bigserial primary key, kind_id int not null references kinds, payload json not null default '{}', attempts int not null default 0, locked_at timestamptz,
            mood mood, price numeric(10, 2), note varchar(10000), created_at timestamptz not null default now(), unmapped text);
        create table notes (work_id bigint, priority int not null);
        """;

    public static readonly SourceMapping Mapping = new()
    {
        Name = "work",
        Table = "work",
        Joins = "left join {schema}.kinds k on k.id = job.kind_id left join lateral (select max(n.priority) as priority from {schema}.notes n where n.work_id = job.id) n on true",
        Changes = [new("kinds", null), new("notes", "work_id")],
        State = "case when job.locked_at is not null then 'executing' when job.attempts >= 3 then 'discarded' else 'available' end",
        States = JobStates.All.ToDictionary(s => s.Name()),
        Deleted = "case when job.locked_at is not null then 'completed' when job.attempts < 3 then 'cancelled' end",
        Worker = "k.name",
        Queue = "job.mood",
        ParentId = "job.payload->>'parent'",
        Attempt = "job.attempts",
        MaxAttempts = "3",
        Priority = "n.priority",
        InsertedAt = "job.created_at",
        AttemptedAt = "job.locked_at",
        Args = "job.payload",
        Meta = "jsonb_build_object('price', job.price, 'note', job.note)",
    };

    public static async Task<Followed> FollowedAsync(SourceMapping? mapping = null, bool install = true)
    {
        var source = await TasksTable.CreateAsync(Tables);
        mapping ??= Mapping;
        if (install)
            await new TriggerInstaller(mapping, source.Connections).InstallAsync();
        var feed = await FreshFeed.CreateAsync(source.Connections);
        await feed.StartAsync(mapping);
        await feed.UntilAsync(install ? FeedState.Live : FeedState.Polling);
        return new(source, feed, TriggerNames.Of(mapping));
    }

    /// <summary>The queue, and the feed that follows it.</summary>
    internal sealed record Followed(LineageFixture Source, FreshFeed Feed, TriggerNames Names) : IAsyncDisposable
    {
        public Task ExecuteAsync(string sql) => Source.Database.ExecuteAsync(sql);

        /// <summary>The jobs that are counted: id, worker and state.</summary>
        public async Task<string> EndedAsync() => await Feed.StoredAsync<string>("""
            select string_agg(j.id || ' ' || l.text || ' ' || (array['available','scheduled','suspended','executing','retryable','completed','discarded','cancelled'])[j.state + 1], ', ' order by j.id collate "C")
            from job_lineage.job j join job_lineage.label l on l.id = j.worker where j.flags & 5 = 0
            """) ?? "";

        public async ValueTask DisposeAsync()
        {
            await Feed.DisposeAsync();
            await Source.DisposeAsync();
        }
    }
}
