-- What findings are made of: what goes on in queues and on nodes, how long attempts take, how many children were announced.

create table job_lineage.queue (
    source_id         smallint not null,
    queue             integer not null,
    available         bigint not null default 0,  -- singles included, in all runs
    executing         bigint not null default 0,
    last_attempted_at timestamptz,
    last_finished_at  timestamptz,
    -- Attempts begun, each counting exp(-age / 5 min) as of starts_at: divided by 5 the starts per minute, of late.
    starts            double precision not null default 0,
    starts_at         timestamptz,
    primary key (source_id, queue)
) with (fillfactor = 50);

create table job_lineage.node (
    source_id    smallint not null,
    name         text collate "C" not null,
    last_seen_at timestamptz not null,            -- began or ended an attempt, in any job of the source
    primary key (source_id, name)
) with (fillfactor = 50);

alter table job_lineage.stage
    add column ran            bigint not null default 0,  -- completed jobs of which both times are known
    add column ran_ms         bigint not null default 0,  -- from attempt to end, summed over these
    add column waited_ms      bigint not null default 0,  -- from due to attempt, summed over these
    add column expected       bigint not null default 0,  -- children announced by completed jobs
    add column short_children bigint not null default 0,  -- how many of these are missing
    add column short_parents  bigint not null default 0,  -- completed jobs with fewer children than announced
    add column lost_children  bigint not null default 0;  -- children missing from jobs that failed or were cancelled

alter table job_lineage.job add column expected integer;  -- children that the job announces; null: it does not

-- The past as far as it is here. Announcements are read out of what was kept of meta, where it is whole.
update job_lineage.job
set expected = substring(meta from '"expected_children"\s*:\s*"?([0-9]{1,9})[",\s}]')::integer
where run_key is null and flags & 17 = 0 and meta like '%"expected_children"%';

insert into job_lineage.queue (source_id, queue, available, executing, last_attempted_at, last_finished_at, starts, starts_at)
select j.source_id, j.queue,
    count(*) filter (where j.state = 0 and j.flags & 5 = 0), count(*) filter (where j.state = 3 and j.flags & 5 = 0),
    max(least(j.attempted_at, now())) filter (where j.attempted_at is not null),  -- least() passes over nulls
    max(least(j.finished_at, now())) filter (where j.finished_at is not null and j.state in (5, 6)),
    coalesce(sum(exp(-extract(epoch from now() - j.attempted_at)::double precision / 300))
        filter (where j.attempted_at between now() - interval '1 hour' and now()), 0),
    now()
from job_lineage.job j
where j.flags & 1 = 0
group by j.source_id, j.queue;

insert into job_lineage.node (source_id, name, last_seen_at)
select j.source_id, left(j.attempted_by, 500), max(least(greatest(j.attempted_at, case when j.state = 5 then j.finished_at end), now()))
from job_lineage.job j
where j.attempted_by is not null and j.attempted_at is not null
group by j.source_id, left(j.attempted_by, 500);

update job_lineage.stage s
set ran = t.ran, ran_ms = t.ran_ms, waited_ms = t.waited_ms, expected = t.expected, short_children = t.short_children,
    short_parents = t.short_parents, lost_children = t.lost_children
from (
    select j.stage_id,
        count(*) filter (where j.ran is not null) as ran,
        coalesce(sum(j.ran), 0) as ran_ms,
        coalesce(sum(j.waited) filter (where j.ran is not null), 0) as waited_ms,
        coalesce(sum(j.expected) filter (where j.state = 5), 0) as expected,
        coalesce(sum(j.gap) filter (where j.state = 5), 0) as short_children,
        count(*) filter (where j.state = 5 and j.gap > 0) as short_parents,
        coalesce(sum(j.gap) filter (where j.state in (6, 7)), 0) as lost_children
    from (
        select stage_id, state, expected, greatest(expected - children, 0) as gap,
            case when state = 5 and isfinite(attempted_at) and isfinite(finished_at)
                then least(greatest(floor(extract(epoch from finished_at - attempted_at) * 1000), 0), 31536000000)::bigint end as ran,
            case when isfinite(scheduled_at) and isfinite(attempted_at)
                then least(greatest(floor(extract(epoch from attempted_at - scheduled_at) * 1000), 0), 31536000000)::bigint end as waited
        from job_lineage.job
        where stage_id is not null and flags & 5 = 0) j
    group by j.stage_id) t
where t.stage_id = s.id and (t.ran > 0 or t.expected > 0 or t.lost_children > 0);

-- The first final failures of a stage, and which of its completed jobs have no children.
create index job_failed on job_lineage.job (stage_id, finished_at) where state = 6 and stage_id is not null and flags & 5 = 0;
create index job_childless on job_lineage.job (stage_id)
    where state = 5 and children = 0 and run_key is null and stage_id is not null and flags & 5 = 0;
create index job_short on job_lineage.job (stage_id) where state = 5 and expected > children and stage_id is not null and flags & 5 = 0;
create index error_group_most on job_lineage.error_group (stage_id, final desc) where final > 0;
-- The past runs of a pipeline.
create index run_pipeline on job_lineage.run (source_id, worker, id);
