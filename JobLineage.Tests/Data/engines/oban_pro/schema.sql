-- Oban's tables at schema version 14 (what its migrations leave behind: columns, defaults, checks and indexes are facts; the text is ours).
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
create index oban_jobs_args_index on oban_jobs using gin (args);
create index oban_jobs_meta_index on oban_jobs using gin (meta);
create index oban_jobs_state_cancelled_at_index on oban_jobs (state, cancelled_at);
create index oban_jobs_state_discarded_at_index on oban_jobs (state, discarded_at);
create index oban_jobs_state_queue_priority_scheduled_at_id_index on oban_jobs (state, queue, priority, scheduled_at, id);
create unlogged table oban_peers (name text primary key, node text not null, started_at timestamp not null, expires_at timestamp not null);
-- What Oban Pro adds, as far as it is read: oban_workflows as Oban Web has it (lib/oban/web/workflow.ex of Oban Web 2.12), oban_producers by Pro's public documentation.
create table oban_workflows (id text primary key, name text, parent_id text, state text, meta jsonb, suspended integer, available integer, scheduled integer, executing integer, retryable integer,
    completed integer, cancelled integer, discarded integer, started_at timestamp, completed_at timestamp, inserted_at timestamp);
create table oban_producers (uuid uuid primary key, name text, node text, queue text, started_at timestamp, updated_at timestamp, meta jsonb);
