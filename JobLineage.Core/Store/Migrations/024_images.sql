-- Until when the log of a queue that deletes jobs when they end had a gap: how a job ended that was deleted by then, and was not seen to finish,
-- nobody knows.
alter table job_lineage.source add column if not exists images_lost_at timestamptz;
