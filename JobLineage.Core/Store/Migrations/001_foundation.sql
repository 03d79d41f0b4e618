-- One row a job and nothing else for a single; a run adds one row in run and one for each of its stages.

create table job_lineage.source (
    id             smallint generated always as identity primary key,
    name           text not null unique,
    epoch          bigint not null default 1,     -- counts the leaders' turns: an earlier one may no longer write
    state          smallint not null default 0,   -- FeedState
    as_of          timestamptz,
    message        text,
    rows_done      bigint not null default 0,
    rows_total     bigint not null default 0,
    backfilled     boolean not null default false,
    backfill_after text,                          -- the last id of the last whole chunk: a stopped backfill goes on there
    high_id        text,                          -- the highest id read: where the poll feed begins after a restart
    heartbeat_at   timestamptz                    -- when the leader last said that it is alive
) with (fillfactor = 50);

-- Workers, queues and steps: few, long, and on every row.
create table job_lineage.label (
    id   integer generated always as identity primary key,
    text text not null unique
);

create table job_lineage.fingerprint (
    id      integer generated always as identity primary key,
    version smallint not null,
    text    text not null,
    unique (version, text)
);

-- Every batch of changes takes one number; a run's version is the number of the last batch that touched it.
create sequence job_lineage.version;
-- Ids are drawn in blocks by the ingester, so that new runs and stages need no round trip.
create sequence job_lineage.run_id increment 1000;
create sequence job_lineage.stage_id increment 1000;

create table job_lineage.run (
    id               bigint primary key,
    source_id        smallint not null,
    root_id          text collate "C" not null,
    run_key          text collate "C",
    worker           integer not null,
    version          bigint not null,
    rows             bigint not null default 0,
    available        bigint not null default 0,
    scheduled        bigint not null default 0,
    suspended        bigint not null default 0,
    executing        bigint not null default 0,
    retryable        bigint not null default 0,
    completed        bigint not null default 0,
    discarded        bigint not null default 0,
    cancelled        bigint not null default 0,
    vanished         bigint not null default 0,
    started_at       timestamptz,
    last_activity_at timestamptz
) with (fillfactor = 70);
create index run_root on job_lineage.run (source_id, root_id);
create unique index run_by_key on job_lineage.run (source_id, run_key) where run_key is not null;
create index run_activity on job_lineage.run (last_activity_at desc nulls last, id desc);

create table job_lineage.stage (
    id                bigint primary key,
    run_id            bigint not null,
    parent_id         bigint,
    worker            integer not null,
    step              integer,
    depth             integer not null,
    first_id          text collate "C",           -- only where runs share a key: orders the steps, names the root
    queues            integer[] not null default '{}',
    rows              bigint not null default 0,  -- job rows, those that are not counted below included
    available         bigint not null default 0,
    scheduled         bigint not null default 0,
    suspended         bigint not null default 0,
    executing         bigint not null default 0,
    retryable         bigint not null default 0,
    completed         bigint not null default 0,
    discarded         bigint not null default 0,
    cancelled         bigint not null default 0,
    vanished          bigint not null default 0,
    cycle_cuts        bigint not null default 0,
    parents           bigint not null default 0,  -- completed jobs that have children
    first_inserted_at timestamptz,
    last_attempted_at timestamptz,
    last_finished_at  timestamptz
) with (fillfactor = 70);
create index stage_run on job_lineage.stage (run_id);

create table job_lineage.stage_edge (
    from_stage bigint not null,
    to_stage   bigint not null,
    jobs       bigint not null,
    primary key (from_stage, to_stage)
) with (fillfactor = 70);
create index stage_edge_to on job_lineage.stage_edge (to_stage);

create table job_lineage.error_group (
    stage_id    bigint not null,
    fingerprint integer not null,
    final       bigint not null default 0,        -- discarded jobs whose last error this is
    retrying    bigint not null default 0,        -- jobs not at rest whose last error this is
    primary key (stage_id, fingerprint)
) with (fillfactor = 70);

create table job_lineage.single (
    source_id smallint not null,
    worker    integer not null,
    available bigint not null default 0,
    scheduled bigint not null default 0,
    suspended bigint not null default 0,
    executing bigint not null default 0,
    retryable bigint not null default 0,
    completed bigint not null default 0,
    discarded bigint not null default 0,
    cancelled bigint not null default 0,
    primary key (source_id, worker)
) with (fillfactor = 70);

create table job_lineage.job (
    source_id    smallint not null,
    id           text collate "C" not null,
    run_id       bigint,                          -- null: a single
    stage_id     bigint,
    parent_id    text collate "C",                -- as the job names it, followed or not
    run_key      text collate "C",
    worker       integer not null,
    queue        integer not null,
    step         integer,
    state        smallint not null,               -- JobState
    flags        smallint not null default 0,     -- JobFlags: 1 missing, 2 gone, 4 vanished, 8 cycle cut, 16 cut
    attempt      integer not null,
    max_attempts integer not null,
    priority     integer not null,
    children     integer not null default 0,
    fingerprint  integer,
    hash         bigint not null,                 -- of all that was read from the source: an equal one means nothing changed
    inserted_at  timestamptz,
    scheduled_at timestamptz,
    attempted_at timestamptz,
    finished_at  timestamptz,
    attempted_by text,
    args         text,
    meta         text,
    errors       text,
    primary key (source_id, id)
);
create index job_parent on job_lineage.job (source_id, parent_id) where parent_id is not null;
create index job_stage on job_lineage.job (stage_id, state, scheduled_at) where stage_id is not null and flags & 5 = 0;
create index job_run_key on job_lineage.job (source_id, run_key) where run_key is not null;
