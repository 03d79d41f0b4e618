-- What lists of jobs, stages over time and errors are read by.

-- By due time within a stage and state, as before; the id makes the order total, so that a list can go on behind any row
-- of it even where a bulk insert gave half a million rows one time.
drop index job_lineage.job_stage;
create index job_stage on job_lineage.job (stage_id, state, scheduled_at, length(id), id)
    where stage_id is not null and flags & 5 = 0;

-- By the time they finished: the newest of a stage, how many a minute, the last of a run. One entry in a job's life.
create index job_finished on job_lineage.job (stage_id, state, finished_at, length(id), id)
    where stage_id is not null and flags & 5 = 0 and finished_at is not null;

-- By error, and in the order in which they failed: first, last, and the jobs themselves.
create index job_error on job_lineage.job (stage_id, fingerprint, coalesce(finished_at, attempted_at, scheduled_at), length(id), id)
    where stage_id is not null and flags & 5 = 0 and fingerprint is not null;

-- When a stage stopped waiting and began to run.
alter table job_lineage.stage add column first_attempted_at timestamptz;
update job_lineage.stage s
set first_attempted_at = j.first
from (select stage_id, min(attempted_at) as first from job_lineage.job where stage_id is not null group by stage_id) j
where j.stage_id = s.id and j.first is not null;

-- A batch with several new queues of a stage once kept one of them; lists rely on all of them being there.
update job_lineage.stage s
set queues = q.queues
from (
    select stage_id, (array_agg(distinct queue))[1:8] as queues
    from job_lineage.job where stage_id is not null and flags & 1 = 0 group by stage_id) q
where q.stage_id = s.id and not s.queues @> q.queues and cardinality(s.queues) < 8;
