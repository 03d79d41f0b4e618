-- How often a feed that follows its source has said so: each time it had looked. It tells that a look has ended where no time does.
alter table job_lineage.source add column looks bigint not null default 0;
