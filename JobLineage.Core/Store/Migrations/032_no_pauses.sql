-- Null where an engine's tables know no pauses. A queue named * stands for every queue.
alter table job_lineage.engine_queue alter column is_paused drop not null;
