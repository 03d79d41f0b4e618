-- Runs are counted by the statements that add and remove them. A pipeline without runs keeps a row with a zero.
drop trigger run_added on job_lineage.run;
drop trigger run_removed on job_lineage.run;
drop trigger run_moved on job_lineage.run;
drop function job_lineage.count_added_runs();
drop function job_lineage.count_removed_runs();
drop function job_lineage.count_moved_run();
