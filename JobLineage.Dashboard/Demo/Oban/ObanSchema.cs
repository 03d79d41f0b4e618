namespace JobLineage.Dashboard.Demo.Oban;

/// <summary>What Oban's migrations leave behind at schema version 14: columns, defaults, checks and indexes.</summary>
internal static class ObanSchema
{
    /// <summary>All of it.</summary>
    public const string Create = Tables + Indexes;

    /// <summary>The state type and the tables, with their keys and checks.</summary>
    public const string Tables =
        """
        create type oban_job_state as enum ('available', 'suspended', 'scheduled', 'executing', 'retryable', 'completed', 'discarded', 'cancelled');
        create table oban_jobs (
            id           bigserial primary key,
            state        oban_job_state not null default 'available',
            queue        text           not null default 'default' constraint queue_length check (char_length(queue) between 1 and 127),
            worker       text           not null constraint worker_length check (char_length(worker) between 1 and 127),
            args         jsonb          not null default '{}',
            errors       jsonb[]        not null default '{}',
            attempt      integer        not null default 0,
            max_attempts integer        not null default 20 constraint positive_max_attempts check (max_attempts > 0),
            inserted_at  timestamp      not null default timezone('UTC', now()),
            scheduled_at timestamp      not null default timezone('UTC', now()),
            attempted_at timestamp,
            completed_at timestamp,
            attempted_by text[],
            discarded_at timestamp,
            priority     integer        not null default 0,
            tags         text[]         default '{}',
            meta         jsonb          default '{}',
            cancelled_at timestamp,
            constraint attempt_range check (attempt between 0 and max_attempts)
        );
        comment on table oban_jobs is '14';
        create unlogged table oban_peers (name text primary key, node text not null, started_at timestamp not null, expires_at timestamp not null);

        """;

    /// <summary>The indexes on jobs: apart, because rows that are loaded in bulk want them afterwards.</summary>
    public const string Indexes =
        """
        create index oban_jobs_args_index on oban_jobs using gin (args);
        create index oban_jobs_meta_index on oban_jobs using gin (meta);
        create index oban_jobs_state_cancelled_at_index on oban_jobs (state, cancelled_at);
        create index oban_jobs_state_discarded_at_index on oban_jobs (state, discarded_at);
        create index oban_jobs_state_queue_priority_scheduled_at_id_index on oban_jobs (state, queue, priority, scheduled_at, id);
        """;
}
