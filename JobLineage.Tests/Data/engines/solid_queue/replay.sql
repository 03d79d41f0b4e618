-- step: a worker starts
insert into solid_queue_processes (id, kind, last_heartbeat_at, pid, hostname, metadata, created_at, name) values (1, 'Worker', '2026-11-30 08:00:00.000000', 4711, 'web-1', '{"queues":"default,pages"}', '2026-11-30 08:00:00.000000', 'worker-1');
-- step: insert 1
insert into solid_queue_jobs (id, queue_name, class_name, arguments, priority, active_job_id, scheduled_at, created_at, updated_at) values (1, 'default', 'Sync', '{"job_class": "Sync", "job_id": "11111111-2222-4333-4444-000000000001", "arguments": [1], "executions": 0}', 0, '11111111-2222-4333-4444-000000000001', '2026-11-30 08:00:00.000000', '2026-11-30 08:00:00.000000', '2026-11-30 08:00:00.000000');
-- step: insert 1, ready
insert into solid_queue_ready_executions (job_id, queue_name, priority, created_at) values (1, 'default', 0, '2026-11-30 08:00:00.000000');
-- step: claim 1
with gone as (delete from solid_queue_ready_executions where job_id = 1 returning job_id) insert into solid_queue_claimed_executions (job_id, process_id, created_at) select job_id, 1, '2026-11-30 08:00:01.000000' from gone;
-- step: insert 2
insert into solid_queue_jobs (id, queue_name, class_name, arguments, priority, active_job_id, scheduled_at, created_at, updated_at) values (2, 'pages', 'Page', '{"job_class": "Page", "job_id": "11111111-2222-4333-4444-000000000002", "arguments": [2], "executions": 0, "parent_job_id": "11111111-2222-4333-4444-000000000001"}', 0, '11111111-2222-4333-4444-000000000002', '2026-11-30 08:00:02.000000', '2026-11-30 08:00:02.000000', '2026-11-30 08:00:02.000000');
-- step: insert 2, ready
insert into solid_queue_ready_executions (job_id, queue_name, priority, created_at) values (2, 'pages', 0, '2026-11-30 08:00:02.000000');
-- step: insert 3
insert into solid_queue_jobs (id, queue_name, class_name, arguments, priority, active_job_id, scheduled_at, created_at, updated_at) values (3, 'pages', 'Page', '{"job_class": "Page", "job_id": "11111111-2222-4333-4444-000000000003", "arguments": [3], "executions": 0, "parent_job_id": "11111111-2222-4333-4444-000000000001"}', 0, '11111111-2222-4333-4444-000000000003', '2026-11-30 08:00:02.200000', '2026-11-30 08:00:02.200000', '2026-11-30 08:00:02.200000');
-- step: insert 3, ready
insert into solid_queue_ready_executions (job_id, queue_name, priority, created_at) values (3, 'pages', 0, '2026-11-30 08:00:02.200000');
-- step: insert 8
insert into solid_queue_jobs (id, queue_name, class_name, arguments, priority, active_job_id, scheduled_at, created_at, updated_at) values (4, 'nobody', 'Report', '{"job_class": "Report", "job_id": "11111111-2222-4333-4444-000000000008", "arguments": [8], "executions": 0, "parent_job_id": "11111111-2222-4333-4444-000000000001"}', 0, '11111111-2222-4333-4444-000000000008', '2026-11-30 08:00:02.400000', '2026-11-30 08:00:02.400000', '2026-11-30 08:00:02.400000');
-- step: insert 8, ready
insert into solid_queue_ready_executions (job_id, queue_name, priority, created_at) values (4, 'nobody', 0, '2026-11-30 08:00:02.400000');
-- step: insert 9
insert into solid_queue_jobs (id, queue_name, class_name, arguments, priority, active_job_id, scheduled_at, created_at, updated_at) values (5, 'default', 'Show', '{"job_class": "Show", "job_id": "11111111-2222-4333-4444-000000000009", "arguments": [9], "executions": 0, "parent_job_id": "11111111-2222-4333-4444-000000000001"}', 0, '11111111-2222-4333-4444-000000000009', '2026-11-30 09:00:02.600000', '2026-11-30 08:00:02.600000', '2026-11-30 08:00:02.600000');
-- step: insert 9, later
insert into solid_queue_scheduled_executions (job_id, queue_name, priority, scheduled_at, created_at) values (5, 'default', 0, '2026-11-30 09:00:02.600000', '2026-11-30 08:00:02.600000');
-- step: insert 10
insert into solid_queue_jobs (id, queue_name, class_name, arguments, priority, active_job_id, scheduled_at, created_at, updated_at) values (6, 'default', 'Show', '{"job_class": "Show", "job_id": "11111111-2222-4333-4444-00000000000a", "arguments": [10], "executions": 0, "parent_job_id": "11111111-2222-4333-4444-000000000001"}', 0, '11111111-2222-4333-4444-00000000000a', '2026-11-30 09:00:02.800000', '2026-11-30 08:00:02.800000', '2026-11-30 08:00:02.800000');
-- step: insert 10, later
insert into solid_queue_scheduled_executions (job_id, queue_name, priority, scheduled_at, created_at) values (6, 'default', 0, '2026-11-30 09:00:02.800000', '2026-11-30 08:00:02.800000');
-- step: claim 2
with gone as (delete from solid_queue_ready_executions where job_id = 2 returning job_id) insert into solid_queue_claimed_executions (job_id, process_id, created_at) select job_id, 1, '2026-11-30 08:00:04.000000' from gone;
-- step: insert 4
insert into solid_queue_jobs (id, queue_name, class_name, arguments, priority, active_job_id, scheduled_at, created_at, updated_at) values (7, 'default', 'Detail', '{"job_class": "Detail", "job_id": "11111111-2222-4333-4444-000000000004", "arguments": [4], "executions": 0, "parent_job_id": "11111111-2222-4333-4444-000000000002"}', 0, '11111111-2222-4333-4444-000000000004', '2026-11-30 08:00:04.200000', '2026-11-30 08:00:04.200000', '2026-11-30 08:00:04.200000');
-- step: insert 4, ready
insert into solid_queue_ready_executions (job_id, queue_name, priority, created_at) values (7, 'default', 0, '2026-11-30 08:00:04.200000');
-- step: insert 5
insert into solid_queue_jobs (id, queue_name, class_name, arguments, priority, active_job_id, scheduled_at, created_at, updated_at) values (8, 'default', 'Detail', '{"job_class": "Detail", "job_id": "11111111-2222-4333-4444-000000000005", "arguments": [5], "executions": 0, "parent_job_id": "11111111-2222-4333-4444-000000000002"}', 0, '11111111-2222-4333-4444-000000000005', '2026-11-30 08:00:04.400000', '2026-11-30 08:00:04.400000', '2026-11-30 08:00:04.400000');
-- step: insert 5, ready
insert into solid_queue_ready_executions (job_id, queue_name, priority, created_at) values (8, 'default', 0, '2026-11-30 08:00:04.400000');
-- step: claim 3
with gone as (delete from solid_queue_ready_executions where job_id = 3 returning job_id) insert into solid_queue_claimed_executions (job_id, process_id, created_at) select job_id, 1, '2026-11-30 08:00:05.000000' from gone;
-- step: insert 6
insert into solid_queue_jobs (id, queue_name, class_name, arguments, priority, active_job_id, scheduled_at, created_at, updated_at) values (9, 'default', 'Detail', '{"job_class": "Detail", "job_id": "11111111-2222-4333-4444-000000000006", "arguments": [6], "executions": 0, "parent_job_id": "11111111-2222-4333-4444-000000000003"}', 0, '11111111-2222-4333-4444-000000000006', '2026-11-30 08:00:05.200000', '2026-11-30 08:00:05.200000', '2026-11-30 08:00:05.200000');
-- step: insert 6, ready
insert into solid_queue_ready_executions (job_id, queue_name, priority, created_at) values (9, 'default', 0, '2026-11-30 08:00:05.200000');
-- step: insert 7
insert into solid_queue_jobs (id, queue_name, class_name, arguments, priority, active_job_id, scheduled_at, created_at, updated_at) values (10, 'default', 'Detail', '{"job_class": "Detail", "job_id": "11111111-2222-4333-4444-000000000007", "arguments": [7], "executions": 0, "parent_job_id": "11111111-2222-4333-4444-000000000003"}', 0, '11111111-2222-4333-4444-000000000007', '2026-11-30 08:00:05.400000', '2026-11-30 08:00:05.400000', '2026-11-30 08:00:05.400000');
-- step: insert 7, ready
insert into solid_queue_ready_executions (job_id, queue_name, priority, created_at) values (10, 'default', 0, '2026-11-30 08:00:05.400000');
-- step: claim 4
with gone as (delete from solid_queue_ready_executions where job_id = 7 returning job_id) insert into solid_queue_claimed_executions (job_id, process_id, created_at) select job_id, 1, '2026-11-30 08:00:06.000000' from gone;
-- step: insert 11
insert into solid_queue_jobs (id, queue_name, class_name, arguments, priority, active_job_id, scheduled_at, created_at, updated_at) values (11, 'default', 'Show', '{"job_class": "Show", "job_id": "11111111-2222-4333-4444-00000000000b", "arguments": [11], "executions": 0, "parent_job_id": "11111111-2222-4333-4444-000000000004"}', 0, '11111111-2222-4333-4444-00000000000b', '2026-11-30 08:00:06.200000', '2026-11-30 08:00:06.200000', '2026-11-30 08:00:06.200000');
-- step: insert 11, ready
insert into solid_queue_ready_executions (job_id, queue_name, priority, created_at) values (11, 'default', 0, '2026-11-30 08:00:06.200000');
-- step: claim 5
with gone as (delete from solid_queue_ready_executions where job_id = 8 returning job_id) insert into solid_queue_claimed_executions (job_id, process_id, created_at) select job_id, 1, '2026-11-30 08:00:06.500000' from gone;
-- step: retry 5
insert into solid_queue_jobs (id, queue_name, class_name, arguments, priority, active_job_id, scheduled_at, created_at, updated_at) values (12, 'default', 'Detail', '{"job_class": "Detail", "job_id": "11111111-2222-4333-4444-000000000005", "arguments": [5], "executions": 1, "parent_job_id": "11111111-2222-4333-4444-000000000002"}', 0, '11111111-2222-4333-4444-000000000005', '2026-11-30 08:00:09.000000', '2026-11-30 08:00:07.000000', '2026-11-30 08:00:07.000000');
-- step: retry 5, later
insert into solid_queue_scheduled_executions (job_id, queue_name, priority, scheduled_at, created_at) values (12, 'default', 0, '2026-11-30 08:00:09.000000', '2026-11-30 08:00:07.000000');
-- step: retry 5, the former attempt
with done as (update solid_queue_jobs set finished_at = '2026-11-30 08:00:07.000000', updated_at = '2026-11-30 08:00:07.000000' where id = 8 returning id) delete from solid_queue_claimed_executions where job_id in (select id from done);
-- step: claim 7
with gone as (delete from solid_queue_ready_executions where job_id = 10 returning job_id) insert into solid_queue_claimed_executions (job_id, process_id, created_at) select job_id, 1, '2026-11-30 08:00:07.100000' from gone;
-- step: retry 7
insert into solid_queue_jobs (id, queue_name, class_name, arguments, priority, active_job_id, scheduled_at, created_at, updated_at) values (13, 'default', 'Detail', '{"job_class": "Detail", "job_id": "11111111-2222-4333-4444-000000000007", "arguments": [7], "executions": 1, "parent_job_id": "11111111-2222-4333-4444-000000000003"}', 0, '11111111-2222-4333-4444-000000000007', '2026-11-30 08:00:09.500000', '2026-11-30 08:00:07.600000', '2026-11-30 08:00:07.600000');
-- step: retry 7, later
insert into solid_queue_scheduled_executions (job_id, queue_name, priority, scheduled_at, created_at) values (13, 'default', 0, '2026-11-30 08:00:09.500000', '2026-11-30 08:00:07.600000');
-- step: retry 7, the former attempt
with done as (update solid_queue_jobs set finished_at = '2026-11-30 08:00:07.600000', updated_at = '2026-11-30 08:00:07.600000' where id = 10 returning id) delete from solid_queue_claimed_executions where job_id in (select id from done);
-- step: retry 3
insert into solid_queue_jobs (id, queue_name, class_name, arguments, priority, active_job_id, scheduled_at, created_at, updated_at) values (14, 'pages', 'Page', '{"job_class": "Page", "job_id": "11111111-2222-4333-4444-000000000003", "arguments": [3], "executions": 1, "parent_job_id": "11111111-2222-4333-4444-000000000001"}', 0, '11111111-2222-4333-4444-000000000003', '2026-11-30 08:00:10.000000', '2026-11-30 08:00:08.000000', '2026-11-30 08:00:08.000000');
-- step: retry 3, later
insert into solid_queue_scheduled_executions (job_id, queue_name, priority, scheduled_at, created_at) values (14, 'pages', 0, '2026-11-30 08:00:10.000000', '2026-11-30 08:00:08.000000');
-- step: retry 3, the former attempt
with done as (update solid_queue_jobs set finished_at = '2026-11-30 08:00:08.000000', updated_at = '2026-11-30 08:00:08.000000' where id = 3 returning id) delete from solid_queue_claimed_executions where job_id in (select id from done);
-- step: due 7
with gone as (delete from solid_queue_scheduled_executions where job_id = 13 returning job_id) insert into solid_queue_ready_executions (job_id, queue_name, priority, created_at) select job_id, 'default', 0, '2026-11-30 08:00:09.500000' from gone;
-- step: claim 7
with gone as (delete from solid_queue_ready_executions where job_id = 13 returning job_id) insert into solid_queue_claimed_executions (job_id, process_id, created_at) select job_id, 1, '2026-11-30 08:00:09.600000' from gone;
-- step: fail 7
with failed as (insert into solid_queue_failed_executions (job_id, error, created_at) values (13, '{"exception_class": "RuntimeError", "message": "detail 7: gone for good", "backtrace": ["app/jobs/x.rb:42"]}', '2026-11-30 08:00:10.000000') returning job_id) delete from solid_queue_claimed_executions where job_id in (select job_id from failed);
-- step: due 3
with gone as (delete from solid_queue_scheduled_executions where job_id = 14 returning job_id) insert into solid_queue_ready_executions (job_id, queue_name, priority, created_at) select job_id, 'pages', 0, '2026-11-30 08:00:10.500000' from gone;
-- step: claim 3
with gone as (delete from solid_queue_ready_executions where job_id = 14 returning job_id) insert into solid_queue_claimed_executions (job_id, process_id, created_at) select job_id, 1, '2026-11-30 08:00:10.600000' from gone;
-- step: fail 3
with failed as (insert into solid_queue_failed_executions (job_id, error, created_at) values (14, '{"exception_class": "RuntimeError", "message": "Page 3 is broken: HTTP 500", "backtrace": ["app/jobs/x.rb:42"]}', '2026-11-30 08:00:11.000000') returning job_id) delete from solid_queue_claimed_executions where job_id in (select job_id from failed);
-- step: due 5
with gone as (delete from solid_queue_scheduled_executions where job_id = 12 returning job_id) insert into solid_queue_ready_executions (job_id, queue_name, priority, created_at) select job_id, 'default', 0, '2026-11-30 08:00:11.100000' from gone;
-- step: claim 5
with gone as (delete from solid_queue_ready_executions where job_id = 12 returning job_id) insert into solid_queue_claimed_executions (job_id, process_id, created_at) select job_id, 1, '2026-11-30 08:00:11.200000' from gone;
-- step: claim 6
with gone as (delete from solid_queue_ready_executions where job_id = 9 returning job_id) insert into solid_queue_claimed_executions (job_id, process_id, created_at) select job_id, 1, '2026-11-30 08:00:11.300000' from gone;
-- moment
-- step: finish 5
with done as (update solid_queue_jobs set finished_at = '2026-11-30 08:00:12.000000', updated_at = '2026-11-30 08:00:12.000000' where id = 12 returning id) delete from solid_queue_claimed_executions where job_id in (select id from done);
-- step: finish 4
with done as (update solid_queue_jobs set finished_at = '2026-11-30 08:00:12.200000', updated_at = '2026-11-30 08:00:12.200000' where id = 7 returning id) delete from solid_queue_claimed_executions where job_id in (select id from done);
-- step: finish 6
with done as (update solid_queue_jobs set finished_at = '2026-11-30 08:00:12.400000', updated_at = '2026-11-30 08:00:12.400000' where id = 9 returning id) delete from solid_queue_claimed_executions where job_id in (select id from done);
-- step: claim 11
with gone as (delete from solid_queue_ready_executions where job_id = 11 returning job_id) insert into solid_queue_claimed_executions (job_id, process_id, created_at) select job_id, 1, '2026-11-30 08:00:12.600000' from gone;
-- step: finish 11
with done as (update solid_queue_jobs set finished_at = '2026-11-30 08:00:13.000000', updated_at = '2026-11-30 08:00:13.000000' where id = 11 returning id) delete from solid_queue_claimed_executions where job_id in (select id from done);
-- step: finish 2
with done as (update solid_queue_jobs set finished_at = '2026-11-30 08:00:13.200000', updated_at = '2026-11-30 08:00:13.200000' where id = 2 returning id) delete from solid_queue_claimed_executions where job_id in (select id from done);
-- step: finish 1
with done as (update solid_queue_jobs set finished_at = '2026-11-30 08:00:14.000000', updated_at = '2026-11-30 08:00:14.000000' where id = 1 returning id) delete from solid_queue_claimed_executions where job_id in (select id from done);
-- step: byhand 7
with again as (update solid_queue_jobs set arguments = (arguments::jsonb || '{"executions": 0}')::text, updated_at = '2026-11-30 08:00:20.000000' where id = 13 returning id), gone as (delete from solid_queue_failed_executions where job_id in (select id from again) returning job_id) insert into solid_queue_ready_executions (job_id, queue_name, priority, created_at) select job_id, 'default', 0, '2026-11-30 08:00:20.000000' from gone;
-- step: claim 7
with gone as (delete from solid_queue_ready_executions where job_id = 13 returning job_id) insert into solid_queue_claimed_executions (job_id, process_id, created_at) select job_id, 1, '2026-11-30 08:00:21.000000' from gone;
-- step: finish 7
with done as (update solid_queue_jobs set finished_at = '2026-11-30 08:00:22.000000', updated_at = '2026-11-30 08:00:22.000000' where id = 13 returning id) delete from solid_queue_claimed_executions where job_id in (select id from done);
-- step: prune 5
delete from solid_queue_jobs where active_job_id = '11111111-2222-4333-4444-000000000005' and finished_at is not null;
-- step: prune 11
delete from solid_queue_jobs where active_job_id = '11111111-2222-4333-4444-00000000000b' and finished_at is not null;
