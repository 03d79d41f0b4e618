-- Muted pipelines, pipelines that are overdue, and what is kept of what was told.

-- A pipeline of which nothing is told for a while. What fails meanwhile is named by failure.mute_id and stays so.
create table job_lineage.mute (
    id        bigint generated always as identity primary key,
    source_id smallint not null,
    worker    integer not null,                   -- of the pipeline's root
    reason    text not null,
    muted_by  text,
    from_at   timestamptz not null default clock_timestamp(),
    until_at  timestamptz not null,
    ended_at  timestamptz,                        -- before its time, by hand
    ended_by  text,
    told_in   bigint                              -- the digest that says how many were muted
);

alter table job_lineage.failure
    add column mute_id bigint,                    -- and then digest_id is -1
    add column swept boolean not null default false;  -- old and told: what it said is gone, that it was told is not
drop index job_lineage.failure_told;
create index failure_told on job_lineage.failure (digest_id, id) where digest_id > 0;
create index failure_muted on job_lineage.failure (mute_id, id) where mute_id is not null;
create index failure_unswept on job_lineage.failure (seen_at) where digest_id is not null and not swept;
create index failure_swept on job_lineage.failure (id) where swept;

-- The body is gone; that it was sent is not.
alter table job_lineage.digest add column swept boolean not null default false;

-- What was said of pipelines that did not finish in time: once, until they do.
create table job_lineage.overdue (
    id        bigint generated always as identity primary key,
    source    text not null,
    pipeline  text not null,                      -- as configured
    last_at   timestamptz,                        -- the last success there was; null: none is known
    digest_id bigint not null,
    ended_at  timestamptz                         -- a success came
);
create unique index overdue_open on job_lineage.overdue (source, pipeline) where ended_at is null;

-- When somebody last sent a test message: whichever replica is asked, they are few.
alter table job_lineage.digest_line add column tested_at timestamptz;
