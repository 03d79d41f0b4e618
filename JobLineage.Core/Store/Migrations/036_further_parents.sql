-- Between which stages of a run jobs have further parents: found by the few jobs that have any, and for all other runs by a look at nothing.
create index job_further on job_lineage.job (source_id, run_id, id) where parents is not null;
