-- Every key of what a source has begins with the source, so that the tables can be distributed by it. Stages, edges and kinds of error had
-- numbers of stages alone, which no other source has: they say their source now.

-- Nothing is written to an index meanwhile: most of these rows are written anew.
alter table job_lineage.stage drop constraint stage_pkey;
alter table job_lineage.stage_edge drop constraint stage_edge_pkey;
alter table job_lineage.error_group drop constraint error_group_pkey;
drop index job_lineage.stage_run;
drop index job_lineage.stage_edge_to;
drop index job_lineage.error_group_most;

alter table job_lineage.stage add column source_id smallint;
alter table job_lineage.stage_edge add column source_id smallint;
alter table job_lineage.error_group add column source_id smallint;
update job_lineage.stage s set source_id = r.source_id from job_lineage.run r where r.id = s.run_id;
update job_lineage.stage_edge e set source_id = s.source_id from job_lineage.stage s where s.id = e.from_stage;
update job_lineage.error_group g set source_id = s.source_id from job_lineage.stage s where s.id = g.stage_id;
-- What hangs on no run is shown nowhere.
delete from job_lineage.stage where source_id is null;
delete from job_lineage.stage_edge where source_id is null;
delete from job_lineage.error_group where source_id is null;
alter table job_lineage.stage alter column source_id set not null, add primary key (source_id, id);
alter table job_lineage.stage_edge alter column source_id set not null, add primary key (source_id, from_stage, to_stage);
alter table job_lineage.error_group alter column source_id set not null, add primary key (source_id, stage_id, fingerprint);

-- No statement looks edges up by where they lead.
create index stage_run on job_lineage.stage (source_id, run_id);
create index error_group_most on job_lineage.error_group (source_id, stage_id, final desc) where final > 0;

alter table job_lineage.run drop constraint run_pkey, add primary key (source_id, id);
alter table job_lineage.past_run drop constraint past_run_pkey, add primary key (source_id, id);
alter table job_lineage.leftover drop constraint leftover_pkey, add primary key (source_id, run_id);
alter table job_lineage.failure drop constraint failure_pkey, add primary key (source_id, id);

-- A stage is of one source: with the source in front, the entries of a million jobs would be eight bytes longer each and find nothing sooner. But lists
-- are read from these two alone, without a look at the table, and statements name the source: so it stands behind the state, where an entry has two
-- bytes to spare.
drop index job_lineage.job_stage;
create index job_stage on job_lineage.job (stage_id, state, source_id, scheduled_at, length(id), id)
    where stage_id is not null and flags & 5 = 0;
drop index job_lineage.job_finished;
create index job_finished on job_lineage.job (stage_id, state, source_id, finished_at, length(id), id)
    where stage_id is not null and flags & 5 = 0 and (finished_at is not null or state = 6);

-- Of a column that nothing is known of the planner expects hundreds of values.
do $$
begin
    if exists (select from job_lineage.stage) then
        analyze job_lineage.stage;
        analyze job_lineage.stage_edge;
        analyze job_lineage.error_group;
    end if;
end $$;
