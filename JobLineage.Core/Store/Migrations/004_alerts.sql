-- Final failures and the digests that tell of them.

-- When a source began to be followed: what had failed for good before that is nobody's news.
alter table job_lineage.source add column since timestamptz not null default now();

-- One row a final failure, written with the batch that saw it. Whether it was told is said by the row and by no time:
-- a commit that comes late, a clock that is wrong, a row that is dated back change nothing.
create table job_lineage.failure (
    id             bigint generated always as identity primary key,
    source_id      smallint not null,
    job_id         text collate "C" not null,
    attempt        integer not null,
    attempted_at   timestamptz not null,          -- of the attempt that failed; -infinity: not known
    finished_at    timestamptz not null,          -- -infinity: not known
    nth            integer not null default 0,    -- counts where neither time is known
    failed_at      timestamptz,                   -- the best that is known of it
    seen_at        timestamptz not null default now(),
    at_first_sight boolean not null,              -- the first reading of the table found it so
    worker         integer not null,
    max_attempts   integer not null,
    fingerprint    integer,
    message        text,
    target         text,
    digest_id      bigint,                        -- null: not told; 0: from before the starting line
    told_before    bigint                         -- an earlier digest that may have told of it
) with (fillfactor = 90);
create unique index failure_identity on job_lineage.failure (source_id, job_id, attempt, attempted_at, finished_at, nth);
create index failure_untold on job_lineage.failure (id) where digest_id is null;
create index failure_told on job_lineage.failure (digest_id) where digest_id > 0;

-- Digests as they were made, and what became of them.
create table job_lineage.digest (
    id          bigint generated always as identity primary key,
    key         uuid not null unique default gen_random_uuid(),
    made_at     timestamptz not null default now(),
    failures    bigint not null,
    runs        bigint not null default 0,
    subject     text not null default '',
    body_text   text not null default '',
    body_html   text not null default '',
    content     text not null default '{}',
    state       smallint not null default 0,      -- DeliveryState
    attempts    integer not null default 0,
    ambiguous   integer not null default 0,       -- attempts of which nobody knows whether they arrived
    token       bigint not null default 0,        -- of the claim that holds it: an earlier one may no longer write
    posting     boolean not null default false,   -- the claim has begun to send
    next_at     timestamptz default now(),        -- while it is sent: when the lease ends; null: never again
    ended_at    timestamptz,
    channel     text,
    provider_id text,
    detail      text
);
create index digest_ended on job_lineage.digest (ended_at) where ended_at is not null;
create index digest_due on job_lineage.digest (next_at) where next_at is not null;

-- Where the telling begins, and the last time of the schedule that some replica has served.
create table job_lineage.digest_line (
    only_one boolean primary key default true check (only_one),
    since    timestamptz not null default now(),
    fired_at timestamptz not null default now()
);
