-- step: insert 1
insert into river_job (id, args, created_at, kind, max_attempts, metadata, priority, queue, scheduled_at, state) values (1, '{"n": 1}', '2026-11-30 08:00:00.000000+00', 'Sync', 2, '{}', 1, 'default', '2026-11-30 08:00:00.000000+00', 'available');
-- step: claim 1
with locked_jobs as (select * from river_job where state = 'available' and id = 1 for update skip locked) update river_job set state = 'running', attempt = river_job.attempt + 1, attempted_at = '2026-11-30 08:00:01.000000+00', attempted_by = array_append(river_job.attempted_by, 'client-a') from locked_jobs where river_job.id = locked_jobs.id;
-- step: insert 2
insert into river_job (id, args, created_at, kind, max_attempts, metadata, priority, queue, scheduled_at, state) values (2, '{"n": 2}', '2026-11-30 08:00:02.000000+00', 'Page', 2, '{"parent_job_id": 1}', 1, 'pages', '2026-11-30 08:00:02.000000+00', 'available');
-- step: insert 3
insert into river_job (id, args, created_at, kind, max_attempts, metadata, priority, queue, scheduled_at, state) values (3, '{"n": 3}', '2026-11-30 08:00:02.200000+00', 'Page', 2, '{"parent_job_id": 1}', 1, 'pages', '2026-11-30 08:00:02.200000+00', 'available');
-- step: insert 8
insert into river_job (id, args, created_at, kind, max_attempts, metadata, priority, queue, scheduled_at, state) values (8, '{"n": 8}', '2026-11-30 08:00:02.400000+00', 'Report', 2, '{"parent_job_id": 1}', 1, 'nobody', '2026-11-30 08:00:02.400000+00', 'available');
-- step: insert 9
insert into river_job (id, args, created_at, kind, max_attempts, metadata, priority, queue, scheduled_at, state) values (9, '{"n": 9}', '2026-11-30 08:00:02.600000+00', 'Show', 2, '{"parent_job_id": 1}', 1, 'default', '2026-11-30 09:00:02.600000+00', 'scheduled');
-- step: insert 10
insert into river_job (id, args, created_at, kind, max_attempts, metadata, priority, queue, scheduled_at, state) values (10, '{"n": 10}', '2026-11-30 08:00:02.800000+00', 'Show', 2, '{"parent_job_id": 1}', 1, 'default', '2026-11-30 09:00:02.800000+00', 'scheduled');
-- step: cancel 10
update river_job set state = case when state = 'running' then state else 'cancelled' end, finalized_at = case when state = 'running' then finalized_at else '2026-11-30 08:00:03.000000+00' end, metadata = jsonb_set(metadata, '{cancel_attempted_at}'::text[], '"2026-11-30 08:00:03.000000"'::jsonb, true) where id = 10 and state not in ('cancelled', 'completed', 'discarded') and finalized_at is null;
-- step: claim 2
with locked_jobs as (select * from river_job where state = 'available' and id = 2 for update skip locked) update river_job set state = 'running', attempt = river_job.attempt + 1, attempted_at = '2026-11-30 08:00:04.000000+00', attempted_by = array_append(river_job.attempted_by, 'client-a') from locked_jobs where river_job.id = locked_jobs.id;
-- step: insert 4
insert into river_job (id, args, created_at, kind, max_attempts, metadata, priority, queue, scheduled_at, state) values (4, '{"n": 4}', '2026-11-30 08:00:04.200000+00', 'Detail', 2, '{"parent_job_id": 2}', 1, 'default', '2026-11-30 08:00:04.200000+00', 'available');
-- step: insert 5
insert into river_job (id, args, created_at, kind, max_attempts, metadata, priority, queue, scheduled_at, state) values (5, '{"n": 5}', '2026-11-30 08:00:04.400000+00', 'Detail', 2, '{"parent_job_id": 2}', 1, 'default', '2026-11-30 08:00:04.400000+00', 'available');
-- step: claim 3
with locked_jobs as (select * from river_job where state = 'available' and id = 3 for update skip locked) update river_job set state = 'running', attempt = river_job.attempt + 1, attempted_at = '2026-11-30 08:00:05.000000+00', attempted_by = array_append(river_job.attempted_by, 'client-a') from locked_jobs where river_job.id = locked_jobs.id;
-- step: insert 6
insert into river_job (id, args, created_at, kind, max_attempts, metadata, priority, queue, scheduled_at, state) values (6, '{"n": 6}', '2026-11-30 08:00:05.200000+00', 'Detail', 2, '{"parent_job_id": 3}', 1, 'default', '2026-11-30 08:00:05.200000+00', 'available');
-- step: insert 7
insert into river_job (id, args, created_at, kind, max_attempts, metadata, priority, queue, scheduled_at, state) values (7, '{"n": 7}', '2026-11-30 08:00:05.400000+00', 'Detail', 2, '{"parent_job_id": 3}', 1, 'default', '2026-11-30 08:00:05.400000+00', 'available');
-- step: claim 4
with locked_jobs as (select * from river_job where state = 'available' and id = 4 for update skip locked) update river_job set state = 'running', attempt = river_job.attempt + 1, attempted_at = '2026-11-30 08:00:06.000000+00', attempted_by = array_append(river_job.attempted_by, 'client-a') from locked_jobs where river_job.id = locked_jobs.id;
-- step: insert 11
insert into river_job (id, args, created_at, kind, max_attempts, metadata, priority, queue, scheduled_at, state) values (11, '{"n": 11}', '2026-11-30 08:00:06.200000+00', 'Show', 2, '{"parent_job_id": 4}', 1, 'default', '2026-11-30 08:00:06.200000+00', 'available');
-- step: claim 5
with locked_jobs as (select * from river_job where state = 'available' and id = 5 for update skip locked) update river_job set state = 'running', attempt = river_job.attempt + 1, attempted_at = '2026-11-30 08:00:06.500000+00', attempted_by = array_append(river_job.attempted_by, 'client-a') from locked_jobs where river_job.id = locked_jobs.id;
-- step: retry 5
update river_job set state = 'retryable', errors = array_append(errors, '{"at": "2026-11-30T08:00:07.000000Z", "attempt": 1, "error": "detail 5: flaky", "trace": "main.go:42"}'::jsonb), scheduled_at = '2026-11-30 08:00:09.000000+00' where id = 5 and state = 'running';
-- step: claim 7
with locked_jobs as (select * from river_job where state = 'available' and id = 7 for update skip locked) update river_job set state = 'running', attempt = river_job.attempt + 1, attempted_at = '2026-11-30 08:00:07.100000+00', attempted_by = array_append(river_job.attempted_by, 'client-a') from locked_jobs where river_job.id = locked_jobs.id;
-- step: retry 7
update river_job set state = 'retryable', errors = array_append(errors, '{"at": "2026-11-30T08:00:07.600000Z", "attempt": 1, "error": "detail 7: gone for good", "trace": "main.go:42"}'::jsonb), scheduled_at = '2026-11-30 08:00:09.500000+00' where id = 7 and state = 'running';
-- step: retry 3
update river_job set state = 'retryable', errors = array_append(errors, '{"at": "2026-11-30T08:00:08.000000Z", "attempt": 1, "error": "Page 3 is broken: HTTP 500", "trace": "main.go:42"}'::jsonb), scheduled_at = '2026-11-30 08:00:10.000000+00' where id = 3 and state = 'running';
-- step: due 7
update river_job set state = 'available' where id = 7 and state in ('retryable', 'scheduled');
-- step: claim 7
with locked_jobs as (select * from river_job where state = 'available' and id = 7 for update skip locked) update river_job set state = 'running', attempt = river_job.attempt + 1, attempted_at = '2026-11-30 08:00:09.600000+00', attempted_by = array_append(river_job.attempted_by, 'client-a') from locked_jobs where river_job.id = locked_jobs.id;
-- step: fail 7
update river_job set state = 'discarded', errors = array_append(errors, '{"at": "2026-11-30T08:00:10.000000Z", "attempt": 2, "error": "detail 7: gone for good", "trace": "main.go:42"}'::jsonb), finalized_at = '2026-11-30 08:00:10.000000+00' where id = 7 and state = 'running';
-- step: due 3
update river_job set state = 'available' where id = 3 and state in ('retryable', 'scheduled');
-- step: claim 3
with locked_jobs as (select * from river_job where state = 'available' and id = 3 for update skip locked) update river_job set state = 'running', attempt = river_job.attempt + 1, attempted_at = '2026-11-30 08:00:10.600000+00', attempted_by = array_append(river_job.attempted_by, 'client-a') from locked_jobs where river_job.id = locked_jobs.id;
-- step: fail 3
update river_job set state = 'discarded', errors = array_append(errors, '{"at": "2026-11-30T08:00:11.000000Z", "attempt": 2, "error": "Page 3 is broken: HTTP 500", "trace": "main.go:42"}'::jsonb), finalized_at = '2026-11-30 08:00:11.000000+00' where id = 3 and state = 'running';
-- step: due 5
update river_job set state = 'available' where id = 5 and state in ('retryable', 'scheduled');
-- step: claim 5
with locked_jobs as (select * from river_job where state = 'available' and id = 5 for update skip locked) update river_job set state = 'running', attempt = river_job.attempt + 1, attempted_at = '2026-11-30 08:00:11.200000+00', attempted_by = array_append(river_job.attempted_by, 'client-a') from locked_jobs where river_job.id = locked_jobs.id;
-- step: claim 6
with locked_jobs as (select * from river_job where state = 'available' and id = 6 for update skip locked) update river_job set state = 'running', attempt = river_job.attempt + 1, attempted_at = '2026-11-30 08:00:11.300000+00', attempted_by = array_append(river_job.attempted_by, 'client-a') from locked_jobs where river_job.id = locked_jobs.id;
-- moment
-- step: finish 5
update river_job set state = 'completed', finalized_at = '2026-11-30 08:00:12.000000+00' where id = 5 and state = 'running';
-- step: finish 4
update river_job set state = 'completed', finalized_at = '2026-11-30 08:00:12.200000+00' where id = 4 and state = 'running';
-- step: finish 6
update river_job set state = 'completed', finalized_at = '2026-11-30 08:00:12.400000+00' where id = 6 and state = 'running';
-- step: claim 11
with locked_jobs as (select * from river_job where state = 'available' and id = 11 for update skip locked) update river_job set state = 'running', attempt = river_job.attempt + 1, attempted_at = '2026-11-30 08:00:12.600000+00', attempted_by = array_append(river_job.attempted_by, 'client-a') from locked_jobs where river_job.id = locked_jobs.id;
-- step: finish 11
update river_job set state = 'completed', finalized_at = '2026-11-30 08:00:13.000000+00' where id = 11 and state = 'running';
-- step: finish 2
update river_job set state = 'completed', finalized_at = '2026-11-30 08:00:13.200000+00' where id = 2 and state = 'running';
-- step: finish 1
update river_job set state = 'completed', finalized_at = '2026-11-30 08:00:14.000000+00' where id = 1 and state = 'running';
-- step: byhand 7
update river_job set state = 'available', max_attempts = case when attempt = max_attempts then max_attempts + 1 else max_attempts end, finalized_at = null, scheduled_at = '2026-11-30 08:00:20.000000+00' where id = 7;
-- step: claim 7
with locked_jobs as (select * from river_job where state = 'available' and id = 7 for update skip locked) update river_job set state = 'running', attempt = river_job.attempt + 1, attempted_at = '2026-11-30 08:00:21.000000+00', attempted_by = array_append(river_job.attempted_by, 'client-a') from locked_jobs where river_job.id = locked_jobs.id;
-- step: finish 7
update river_job set state = 'completed', finalized_at = '2026-11-30 08:00:22.000000+00' where id = 7 and state = 'running';
-- step: prune 5
delete from river_job where id in (select id from river_job where state = 'completed' and id = 5 order by id limit 1000);
-- step: prune 11
delete from river_job where id in (select id from river_job where state = 'completed' and id = 11 order by id limit 1000);
