-- What runs are found, ordered and counted by.

-- A run that goes on changes with every batch, and each index it is in costs an entry then; one that has come to rest hardly
-- ever changes. So there is one index of those that go on, which are few and can be put into any order, and the orders of
-- history hold what has come to rest alone: an entry each, when it does. Every order ends with the id, so that a page goes on
-- behind any row, and no key is null, so that one comparison of (key, id) says what is behind. A run is written before it is
-- counted, and has no rows then.
drop index job_lineage.run_activity;

-- A run starts with its root, where that was seen: jobs that were moved to it may be older.
update job_lineage.run r
set started_at = root.inserted_at
from job_lineage.job root
where root.source_id = r.source_id and root.id = r.root_id and root.inserted_at is not null and root.inserted_at is distinct from r.started_at;

create index run_open on job_lineage.run (source_id, coalesce(last_activity_at, '-infinity'::timestamptz), id)
    where available + scheduled + suspended + executing + retryable > 0;

create index run_closed on job_lineage.run (source_id, coalesce(last_activity_at, '-infinity'::timestamptz), id)
    where rows > 0 and available + scheduled + suspended + executing + retryable = 0;

create index run_closed_activity on job_lineage.run (source_id, worker, coalesce(last_activity_at, '-infinity'::timestamptz), id)
    where rows > 0 and available + scheduled + suspended + executing + retryable = 0;

create index run_closed_started on job_lineage.run (source_id, worker, coalesce(started_at, '-infinity'::timestamptz), id)
    where rows > 0 and available + scheduled + suspended + executing + retryable = 0;

-- In microseconds. Times at the ends of the calendar can't be subtracted.
create function job_lineage.run_span(started timestamptz, ended timestamptz) returns bigint
    language sql immutable parallel safe as $$
    select coalesce(
        case when started > '0001-01-01 00:00:00+00'::timestamptz and ended < '9999-01-01 00:00:00+00'::timestamptz
            then (extract(epoch from ended - started) * 1000000)::bigint end,
        -1)
$$;

create index run_closed_span on job_lineage.run (source_id, worker, job_lineage.run_span(started_at, last_activity_at), id)
    where rows > 0 and available + scheduled + suspended + executing + retryable = 0;

create index run_closed_jobs on job_lineage.run (source_id, worker, (completed + discarded + cancelled), id)
    where rows > 0 and available + scheduled + suspended + executing + retryable = 0;

create index run_closed_failures on job_lineage.run (source_id, worker, discarded, id)
    where rows > 0 and available + scheduled + suspended + executing + retryable = 0;

create index run_failed on job_lineage.run (source_id, coalesce(last_activity_at, '-infinity'::timestamptz), id)
    where rows > 0 and available + scheduled + suspended + executing + retryable = 0 and discarded > 0;

-- How many runs each pipeline has, exactly: counted by whoever adds or removes some, in the same transaction. A list is read
-- many times a second, and counting a million rows takes a tenth of one.
create table job_lineage.run_count (
    source_id smallint not null,
    worker    integer not null,
    runs      bigint not null,
    primary key (source_id, worker)
) with (fillfactor = 50);

insert into job_lineage.run_count (source_id, worker, runs)
select source_id, worker, count(*) from job_lineage.run group by source_id, worker;

create function job_lineage.count_added_runs() returns trigger language plpgsql as $$
begin
    insert into job_lineage.run_count as c (source_id, worker, runs)
    select source_id, worker, count(*) from added group by source_id, worker order by source_id, worker
    on conflict (source_id, worker) do update set runs = c.runs + excluded.runs;
    return null;
end $$;

create function job_lineage.count_removed_runs() returns trigger language plpgsql as $$
begin
    -- Whoever writes a source's runs holds its row: two that count in different orders would else wait for each other.
    perform from job_lineage.source where id in (select source_id from removed) order by id for update;
    update job_lineage.run_count c set runs = c.runs - r.runs
    from (select source_id, worker, count(*) as runs from removed group by source_id, worker) r
    where c.source_id = r.source_id and c.worker = r.worker;
    delete from job_lineage.run_count c where c.runs = 0 and (c.source_id, c.worker) in (select source_id, worker from removed);
    return null;
end $$;

-- A run's root, and so its pipeline, may turn out to be another one.
create function job_lineage.count_moved_run() returns trigger language plpgsql as $$
begin
    update job_lineage.run_count set runs = runs - 1 where source_id = old.source_id and worker = old.worker;
    delete from job_lineage.run_count where source_id = old.source_id and worker = old.worker and runs = 0;
    insert into job_lineage.run_count as c (source_id, worker, runs) values (new.source_id, new.worker, 1)
    on conflict (source_id, worker) do update set runs = c.runs + 1;
    return null;
end $$;

create trigger run_added after insert on job_lineage.run
    referencing new table as added for each statement execute function job_lineage.count_added_runs();
create trigger run_removed after delete on job_lineage.run
    referencing old table as removed for each statement execute function job_lineage.count_removed_runs();
create trigger run_moved after update of worker, source_id on job_lineage.run
    for each row when (old.worker <> new.worker or old.source_id <> new.source_id) execute function job_lineage.count_moved_run();
