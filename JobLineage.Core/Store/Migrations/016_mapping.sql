-- By which mapping the stored jobs were read: under another one everything is read anew. Null: by a version that did not say.
alter table job_lineage.source add column mapping text;
