-- Jobs that came from another run, or went to one (Oban replaces the meta of a job that waits when another wants the same): '<464920' and '>464921', each
-- with how many and when last. Of few runs there are any.
alter table job_lineage.run add column moves jsonb;
