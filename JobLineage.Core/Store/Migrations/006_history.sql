-- What is dropped when it is old, and what is left of it.

-- Rows that the queue does not have: pruned, vanished, or named as a parent and never seen. A run is dropped when it has no
-- others, for what the queue still has would be read again.
alter table job_lineage.run add column absent bigint not null default 0;
update job_lineage.run r
set absent = j.absent
from (select run_id, count(*) as absent from job_lineage.job where run_id is not null and flags & 3 <> 0 group by run_id) j
where j.run_id = r.id;
create index run_over on job_lineage.run (source_id, last_activity_at, id) where absent = rows;

-- The runs of a pipeline in the order in which they started.
create index run_history on job_lineage.run (source_id, worker, coalesce(started_at, '-infinity') desc, id desc);

-- Rows that no other index of a stage's jobs has, and singles that their queue has pruned.
create index job_uncounted on job_lineage.job (stage_id) where stage_id is not null and flags & 5 <> 0;
create index job_single_over on job_lineage.job (source_id, greatest(inserted_at, attempted_at, finished_at))
    where stage_id is null and flags & 2 <> 0;

-- One row a dropped run.
create table job_lineage.past_run (
    id               bigint primary key,          -- the run's
    source_id        smallint not null,
    root_id          text collate "C" not null,
    run_key          text collate "C",
    worker           integer not null,
    available        bigint not null,
    scheduled        bigint not null,
    suspended        bigint not null,
    executing        bigint not null,
    retryable        bigint not null,
    completed        bigint not null,
    discarded        bigint not null,
    cancelled        bigint not null,
    vanished         bigint not null,
    started_at       timestamptz,
    last_activity_at timestamptz not null,
    stages           jsonb not null,              -- counts and times; what is zero is left out
    errors           jsonb not null,              -- fingerprints, the most frequent ones
    dropped_at       timestamptz not null default now()
);
create index past_run_root on job_lineage.past_run (source_id, root_id, id desc);
create index past_run_history on job_lineage.past_run (source_id, worker, coalesce(started_at, '-infinity') desc, id desc);

-- Runs that are dropped while not all of their job rows are deleted yet: to everybody else these rows are not there.
create table job_lineage.leftover (
    run_id    bigint primary key,
    source_id smallint not null,
    stages    bigint[] not null
);
