-- What engines say is written every few seconds, mostly as it was: room beside each row, and a vacuum by number. Nobody asks for the version.
alter table job_lineage.engine drop column version;
alter table job_lineage.engine set (fillfactor = 50);
alter table job_lineage.engine_queue set (fillfactor = 70);
alter table job_lineage.engine_node set (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);
