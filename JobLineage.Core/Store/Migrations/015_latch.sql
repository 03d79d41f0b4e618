-- Rows to lock where one of several must act at a time. An advisory lock would do the same, and anyone who may connect could
-- take that one and keep it.
create table job_lineage.latch (
    name text primary key
);
insert into job_lineage.latch (name) values ('digest');
