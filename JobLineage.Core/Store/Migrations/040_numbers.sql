-- Numbers of workers, queues, steps and fingerprints that nobody has any more are given up: when a number was last asked for, and since when all that were known before
-- have to be asked for anew.
alter table job_lineage.label add column used_at timestamptz not null default now();
alter table job_lineage.fingerprint add column used_at timestamptz not null default now();
alter table job_lineage.source add column numbers_at timestamptz not null default now();
