-- A change of state wrote a job's arguments, meta data and errors anew. What of them is large has a row of its own now, written when it has
-- changed: a job has them in its row or here, never in both. What is there stays where it is until it changes.
create table job_lineage.payload (
    source_id smallint not null,
    id        text collate "C" not null,          -- the job's key
    args      text,
    meta      text,
    errors    text,
    primary key (source_id, id)
) with (fillfactor = 90);

-- The first failures of a stage are the first of its jobs in this state: one order serves both. A job that failed and does not say when is last.
drop index job_lineage.job_failed;
drop index job_lineage.job_finished;
create index job_finished on job_lineage.job (stage_id, state, finished_at, length(id), id)
    where stage_id is not null and flags & 5 = 0 and (finished_at is not null or state = 6);
