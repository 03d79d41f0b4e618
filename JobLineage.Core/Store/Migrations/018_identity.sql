-- Ids come back: a table that was truncated with its sequence, a restored dump, an id that is used again. A job is its id and
-- its insertion time. job.id stays the key by which everything refers to a job. The newest job of an id has the id itself as its
-- key; when the id comes back with another insertion time, the earlier job's key becomes id~time in all places that name it.
alter table job_lineage.job
    add column native_id text,                    -- the id in the source, where it is too long to be a key; else null
    add column earlier_of text collate "C";       -- of an earlier job: the key of the newest one of its id

-- Most stores have no earlier jobs, and there the index is empty.
create index job_earlier on job_lineage.job (source_id, earlier_of, inserted_at) where earlier_of is not null;

alter table job_lineage.source
    add column returned_at timestamptz,           -- when an id last came back with another insertion time; null: never
    add column returned bigint not null default 0,
    add column rereading boolean not null default false;  -- everything is read anew under another mapping: a job stays the one it is

-- Which of the jobs that have had the id it was. Null: not known, and then the id decides.
alter table job_lineage.failure add column inserted_at timestamptz;
update job_lineage.failure f
set inserted_at = j.inserted_at
from job_lineage.job j
where j.source_id = f.source_id and j.id = f.job_id and j.flags & 1 = 0 and j.inserted_at is not null and not f.swept;
