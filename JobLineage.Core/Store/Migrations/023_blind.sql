-- Rows that were read and can't be read any more (32: JobFlags.Blind) are in the queue: neither pruned, nor a name that was never seen.
update job_lineage.job set flags = flags | 32 where flags & 1 <> 0 and hash <> 0;
update job_lineage.run r set absent = r.absent - b.jobs
from (select run_id, count(*) as jobs from job_lineage.job where flags & 32 <> 0 and run_id is not null group by run_id) b
where b.run_id = r.id;
