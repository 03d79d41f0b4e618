-- Rows that can't be read or written, and sources that are being forgotten.

-- One row for each member of a job that is not as its source has it. Empty member: the row as a whole. There are never many.
create table job_lineage.put_aside (
    source_id  smallint not null,
    job_id     text collate "C" not null,         -- the key of the id, see job.id
    member     text not null,
    native_id  text not null,
    kept       boolean not null,                  -- the job is there all the same, without this member
    sqlstate   text,                              -- null: it was not Postgres that refused it
    sentence   text not null,
    parent_id  text collate "C",                  -- where it could be read: says which run it belongs to
    run_key    text collate "C",
    told_in    bigint,                            -- the digest that names it
    first_seen timestamptz not null default now(),
    last_seen  timestamptz not null default now(),
    primary key (source_id, job_id, member)
);

alter table job_lineage.source
    add column retry_put_aside boolean not null default false,  -- somebody asked that they be tried again
    add column forgotten_at timestamptz;          -- it is to nobody there any more, and its rows go bit by bit
