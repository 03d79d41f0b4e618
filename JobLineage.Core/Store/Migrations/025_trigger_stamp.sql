-- What the trigger of a queue that deletes jobs was made of when its log was last read: whatever was put in its place since kept no images.
alter table job_lineage.source add column if not exists trigger_stamp text;
