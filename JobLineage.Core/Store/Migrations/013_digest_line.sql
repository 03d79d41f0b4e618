-- The starting line by which failures were last passed over ('infinity': the one that was drawn by itself). A line that is
-- configured to lie before it gives them back, to be told.
alter table job_lineage.digest_line add column passed timestamptz;
