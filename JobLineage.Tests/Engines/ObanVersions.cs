namespace JobLineage.Tests.Engines;

/// <summary>
/// Oban's tables at each schema version: what the migrations of <c>lib/oban/migrations/postgres/v01.ex</c> to <c>v14.ex</c> (oban-bg/oban, 2.23) leave behind, as a database has
/// them that came up through them. An enum made before version 14 lacks <c>suspended</c> until then, tags are of a type that older releases made. Columns, defaults, checks and
/// indexes are facts; the text is ours.
/// </summary>
internal static class ObanVersions
{
    private const string V8 = """
        create type oban_job_state as enum ('available', 'scheduled', 'executing', 'retryable', 'completed', 'discarded');
        create table oban_jobs (
            id bigserial primary key, state oban_job_state not null default 'available', queue text not null default 'default', worker text not null, args jsonb not null,
            errors jsonb[] not null default '{}', attempt integer not null default 0, max_attempts integer not null default 20,
            inserted_at timestamp not null default timezone('UTC', now()), scheduled_at timestamp not null default timezone('UTC', now()), attempted_at timestamp, completed_at timestamp,
            attempted_by text[], discarded_at timestamp, priority integer default 0, tags varchar(255)[] default '{}',
            constraint worker_length check (char_length(worker) > 0 and char_length(worker) < 128), constraint queue_length check (char_length(queue) > 0 and char_length(queue) < 128));
        create index oban_jobs_attempted_at_id_index on oban_jobs (attempted_at desc, id) where state in ('completed', 'discarded');
        create index oban_jobs_state_queue_priority_scheduled_at_id_index on oban_jobs (state, queue, priority, scheduled_at, id);
        """;

    /// <summary>What each version does to the one before it.</summary>
    private static readonly (int Version, string Sql)[] Steps =
    [
        (8, V8),
        (9, "alter table oban_jobs add column meta jsonb default '{}', add column cancelled_at timestamp; alter type oban_job_state add value if not exists 'cancelled'"),
        (10, """
            alter table oban_jobs alter column args set default '{}', alter column priority set not null, add constraint priority_range check (priority between 0 and 3),
                add constraint positive_max_attempts check (max_attempts > 0), add constraint attempt_range check (attempt between 0 and max_attempts);
            drop index oban_jobs_attempted_at_id_index; create index oban_jobs_args_index on oban_jobs using gin (args); create index oban_jobs_meta_index on oban_jobs using gin (meta)
            """),
        (11, "create unlogged table oban_peers (name text primary key, node text not null, started_at timestamp not null, expires_at timestamp not null)"),
        (12, "alter table oban_jobs drop constraint priority_range, add constraint non_negative_priority check (priority >= 0) not valid"),
        (13, "create index oban_jobs_state_cancelled_at_index on oban_jobs (state, cancelled_at); create index oban_jobs_state_discarded_at_index on oban_jobs (state, discarded_at)"),
        (14, "alter type oban_job_state add value if not exists 'suspended' before 'scheduled'"),
    ];

    /// <summary>The statements that make the tables of a version, each to be run by itself.</summary>
    public static IEnumerable<string> Make(int version) => [.. Steps.Where(s => s.Version <= version).Select(s => s.Sql), $"comment on table oban_jobs is '{version}'"];

    /// <summary>
    /// A run of six jobs (five before version 9, which has neither parents nor cancellations), by the states that a version has: 1 → 2, 3, 4, 5 and 3 → 6. Of version 14 the last is suspended.
    /// </summary>
    public static string Rows(int version) => version < 9
        ? """
          insert into oban_jobs (id, state, worker, args, attempt, attempted_at, completed_at, discarded_at, attempted_by, errors) values
              (1, 'completed', 'Sync', '{}', 1, '2026-11-30 10:00', '2026-11-30 10:01', null, '{web@1,x}', '{}'), (2, 'executing', 'Page', '{}', 1, '2026-11-30 10:01', null, null, '{web@1,x}', '{}'),
              (3, 'retryable', 'Page', '{}', 1, '2026-11-30 10:01', null, null, '{web@1,x}', array['{"at": "2026-11-30T10:01:01Z", "attempt": 1, "error": "no such page"}']::jsonb[]),
              (4, 'discarded', 'Page', '{}', 20, '2026-11-30 10:01', null, '2026-11-30 10:02', '{web@1,x}', '{}'), (5, 'scheduled', 'Show', '{}', 0, null, null, null, null, '{}')
          """
        : $$"""
          insert into oban_jobs (id, state, worker, args, meta, attempt, attempted_at, completed_at, discarded_at, cancelled_at, attempted_by, errors) values
              (1, 'completed', 'Sync', '{}', null, 1, '2026-11-30 10:00', '2026-11-30 10:01', null, null, '{web@1,x}', '{}'),
              (2, 'executing', 'Page', '{}', '{"parent_job_id": 1}', 1, '2026-11-30 10:01', null, null, null, '{web@1,x}', '{}'),
              (3, 'retryable', 'Page', '{}', '{"parent_job_id": "1"}', 1, '2026-11-30 10:01', null, null, null, '{web@1,x}', array['{"at": "2026-11-30T10:01:01Z", "attempt": 1, "error": "no such page"}']::jsonb[]),
              (4, 'discarded', 'Page', '{}', '{"parent_job_id": 1}', 20, '2026-11-30 10:01', null, '2026-11-30 10:02', null, '{web@1,x}', '{}'),
              (5, 'cancelled', 'Page', '{}', '{"parent_job_id": 1}', 0, null, null, null, '2026-11-30 10:02', null, '{}'),
              (6, '{{(version < 14 ? "scheduled" : "suspended")}}', 'Show', '{}', '{"parent_job_id": 3}', 0, null, null, null, null, null, '{}')
          """;
}
