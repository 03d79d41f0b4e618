-- Of jobs with several parents those beside the one in the tree, as a JSON array of ids; null for none.
alter table job_lineage.job add column parents text;
