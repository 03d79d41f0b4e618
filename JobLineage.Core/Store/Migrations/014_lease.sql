-- Who reads which source, by this server's clock. No lock of a session says it: such a lock outlives a program that is
-- stopped, cut off or without power, and anyone who may connect can take it.

-- A program that shares the store. Alive: its session is there (pid, session_at) and its time has not run out.
create table job_lineage.member (
    id         uuid primary key,
    name       text not null,          -- what it is, for people
    until      timestamptz not null,   -- renewed all the time
    pid        integer not null,       -- of its session, which ends with the program when that is killed
    session_at timestamptz,            -- when that session began: a pid comes back
    wants      text[] not null,        -- the leases that it would hold if nobody else did
    watches    text[] not null         -- the leases whose holders shall hurry, because somebody looks
) with (fillfactor = 30, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);

create table job_lineage.lease (
    name     text primary key,         -- source:<name>
    holder   uuid,                     -- member.id, also of one that is dead; null: nobody
    taken_at timestamptz not null
);

-- Which store this is: to a source all replicas of one store are one reader of its change log.
create table job_lineage.identity (
    id uuid not null
);
insert into job_lineage.identity (id) values (gen_random_uuid());
