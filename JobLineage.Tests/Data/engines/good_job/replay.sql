-- step: insert 1
insert into good_jobs (id, queue_name, priority, serialized_params, scheduled_at, created_at, updated_at, active_job_id, executions_count, job_class) values ('11111111-2222-4333-4444-000000000001', 'default', 0, '{"job_class": "Sync", "job_id": "11111111-2222-4333-4444-000000000001", "arguments": [1], "executions": 0}', '2026-11-30 08:00:00.000000', '2026-11-30 08:00:00.000000', '2026-11-30 08:00:00.000000', '11111111-2222-4333-4444-000000000001', 0, 'Sync');
-- step: claim 1
update good_jobs set performed_at = '2026-11-30 08:00:01.000000', executions_count = executions_count + 1, locked_by_id = '11111111-2222-4333-4444-000000000063', locked_at = '2026-11-30 08:00:01.000000', updated_at = '2026-11-30 08:00:01.000000' where id = '11111111-2222-4333-4444-000000000001' and finished_at is null;
-- step: insert 2
insert into good_jobs (id, queue_name, priority, serialized_params, scheduled_at, created_at, updated_at, active_job_id, executions_count, job_class) values ('11111111-2222-4333-4444-000000000002', 'pages', 0, '{"job_class": "Page", "job_id": "11111111-2222-4333-4444-000000000002", "arguments": [2], "executions": 0, "parent_job_id": "11111111-2222-4333-4444-000000000001"}', '2026-11-30 08:00:02.000000', '2026-11-30 08:00:02.000000', '2026-11-30 08:00:02.000000', '11111111-2222-4333-4444-000000000002', 0, 'Page');
-- step: insert 3
insert into good_jobs (id, queue_name, priority, serialized_params, scheduled_at, created_at, updated_at, active_job_id, executions_count, job_class) values ('11111111-2222-4333-4444-000000000003', 'pages', 0, '{"job_class": "Page", "job_id": "11111111-2222-4333-4444-000000000003", "arguments": [3], "executions": 0, "parent_job_id": "11111111-2222-4333-4444-000000000001"}', '2026-11-30 08:00:02.200000', '2026-11-30 08:00:02.200000', '2026-11-30 08:00:02.200000', '11111111-2222-4333-4444-000000000003', 0, 'Page');
-- step: insert 8
insert into good_jobs (id, queue_name, priority, serialized_params, scheduled_at, created_at, updated_at, active_job_id, executions_count, job_class) values ('11111111-2222-4333-4444-000000000008', 'nobody', 0, '{"job_class": "Report", "job_id": "11111111-2222-4333-4444-000000000008", "arguments": [8], "executions": 0, "parent_job_id": "11111111-2222-4333-4444-000000000001"}', '2026-11-30 08:00:02.400000', '2026-11-30 08:00:02.400000', '2026-11-30 08:00:02.400000', '11111111-2222-4333-4444-000000000008', 0, 'Report');
-- step: insert 9
insert into good_jobs (id, queue_name, priority, serialized_params, scheduled_at, created_at, updated_at, active_job_id, executions_count, job_class) values ('11111111-2222-4333-4444-000000000009', 'default', 0, '{"job_class": "Show", "job_id": "11111111-2222-4333-4444-000000000009", "arguments": [9], "executions": 0, "parent_job_id": "11111111-2222-4333-4444-000000000001"}', '2026-11-30 09:00:02.600000', '2026-11-30 08:00:02.600000', '2026-11-30 08:00:02.600000', '11111111-2222-4333-4444-000000000009', 0, 'Show');
-- step: insert 10
insert into good_jobs (id, queue_name, priority, serialized_params, scheduled_at, created_at, updated_at, active_job_id, executions_count, job_class) values ('11111111-2222-4333-4444-00000000000a', 'default', 0, '{"job_class": "Show", "job_id": "11111111-2222-4333-4444-00000000000a", "arguments": [10], "executions": 0, "parent_job_id": "11111111-2222-4333-4444-000000000001"}', '2026-11-30 09:00:02.800000', '2026-11-30 08:00:02.800000', '2026-11-30 08:00:02.800000', '11111111-2222-4333-4444-00000000000a', 0, 'Show');
-- step: cancel 10
update good_jobs set finished_at = '2026-11-30 08:00:03.000000', error = 'GoodJob::Job::DiscardJobError: Discarded through dashboard', error_event = 5, updated_at = '2026-11-30 08:00:03.000000' where id = '11111111-2222-4333-4444-00000000000a';
-- step: claim 2
update good_jobs set performed_at = '2026-11-30 08:00:04.000000', executions_count = executions_count + 1, locked_by_id = '11111111-2222-4333-4444-000000000063', locked_at = '2026-11-30 08:00:04.000000', updated_at = '2026-11-30 08:00:04.000000' where id = '11111111-2222-4333-4444-000000000002' and finished_at is null;
-- step: insert 4
insert into good_jobs (id, queue_name, priority, serialized_params, scheduled_at, created_at, updated_at, active_job_id, executions_count, job_class) values ('11111111-2222-4333-4444-000000000004', 'default', 0, '{"job_class": "Detail", "job_id": "11111111-2222-4333-4444-000000000004", "arguments": [4], "executions": 0, "parent_job_id": "11111111-2222-4333-4444-000000000002"}', '2026-11-30 08:00:04.200000', '2026-11-30 08:00:04.200000', '2026-11-30 08:00:04.200000', '11111111-2222-4333-4444-000000000004', 0, 'Detail');
-- step: insert 5
insert into good_jobs (id, queue_name, priority, serialized_params, scheduled_at, created_at, updated_at, active_job_id, executions_count, job_class) values ('11111111-2222-4333-4444-000000000005', 'default', 0, '{"job_class": "Detail", "job_id": "11111111-2222-4333-4444-000000000005", "arguments": [5], "executions": 0, "parent_job_id": "11111111-2222-4333-4444-000000000002"}', '2026-11-30 08:00:04.400000', '2026-11-30 08:00:04.400000', '2026-11-30 08:00:04.400000', '11111111-2222-4333-4444-000000000005', 0, 'Detail');
-- step: claim 3
update good_jobs set performed_at = '2026-11-30 08:00:05.000000', executions_count = executions_count + 1, locked_by_id = '11111111-2222-4333-4444-000000000063', locked_at = '2026-11-30 08:00:05.000000', updated_at = '2026-11-30 08:00:05.000000' where id = '11111111-2222-4333-4444-000000000003' and finished_at is null;
-- step: insert 6
insert into good_jobs (id, queue_name, priority, serialized_params, scheduled_at, created_at, updated_at, active_job_id, executions_count, job_class) values ('11111111-2222-4333-4444-000000000006', 'default', 0, '{"job_class": "Detail", "job_id": "11111111-2222-4333-4444-000000000006", "arguments": [6], "executions": 0, "parent_job_id": "11111111-2222-4333-4444-000000000003"}', '2026-11-30 08:00:05.200000', '2026-11-30 08:00:05.200000', '2026-11-30 08:00:05.200000', '11111111-2222-4333-4444-000000000006', 0, 'Detail');
-- step: insert 7
insert into good_jobs (id, queue_name, priority, serialized_params, scheduled_at, created_at, updated_at, active_job_id, executions_count, job_class) values ('11111111-2222-4333-4444-000000000007', 'default', 0, '{"job_class": "Detail", "job_id": "11111111-2222-4333-4444-000000000007", "arguments": [7], "executions": 0, "parent_job_id": "11111111-2222-4333-4444-000000000003"}', '2026-11-30 08:00:05.400000', '2026-11-30 08:00:05.400000', '2026-11-30 08:00:05.400000', '11111111-2222-4333-4444-000000000007', 0, 'Detail');
-- step: claim 4
update good_jobs set performed_at = '2026-11-30 08:00:06.000000', executions_count = executions_count + 1, locked_by_id = '11111111-2222-4333-4444-000000000063', locked_at = '2026-11-30 08:00:06.000000', updated_at = '2026-11-30 08:00:06.000000' where id = '11111111-2222-4333-4444-000000000004' and finished_at is null;
-- step: insert 11
insert into good_jobs (id, queue_name, priority, serialized_params, scheduled_at, created_at, updated_at, active_job_id, executions_count, job_class) values ('11111111-2222-4333-4444-00000000000b', 'default', 0, '{"job_class": "Show", "job_id": "11111111-2222-4333-4444-00000000000b", "arguments": [11], "executions": 0, "parent_job_id": "11111111-2222-4333-4444-000000000004"}', '2026-11-30 08:00:06.200000', '2026-11-30 08:00:06.200000', '2026-11-30 08:00:06.200000', '11111111-2222-4333-4444-00000000000b', 0, 'Show');
-- step: claim 5
update good_jobs set performed_at = '2026-11-30 08:00:06.500000', executions_count = executions_count + 1, locked_by_id = '11111111-2222-4333-4444-000000000063', locked_at = '2026-11-30 08:00:06.500000', updated_at = '2026-11-30 08:00:06.500000' where id = '11111111-2222-4333-4444-000000000005' and finished_at is null;
-- step: retry 5
update good_jobs set scheduled_at = '2026-11-30 08:00:09.000000', performed_at = null, finished_at = null, error = 'RuntimeError: detail 5: flaky', error_event = 3, serialized_params = jsonb_set(serialized_params, '{executions}', to_jsonb(executions_count)), locked_by_id = null, locked_at = null, updated_at = '2026-11-30 08:00:07.000000' where id = '11111111-2222-4333-4444-000000000005';
-- step: claim 7
update good_jobs set performed_at = '2026-11-30 08:00:07.100000', executions_count = executions_count + 1, locked_by_id = '11111111-2222-4333-4444-000000000063', locked_at = '2026-11-30 08:00:07.100000', updated_at = '2026-11-30 08:00:07.100000' where id = '11111111-2222-4333-4444-000000000007' and finished_at is null;
-- step: retry 7
update good_jobs set scheduled_at = '2026-11-30 08:00:09.500000', performed_at = null, finished_at = null, error = 'RuntimeError: detail 7: gone for good', error_event = 3, serialized_params = jsonb_set(serialized_params, '{executions}', to_jsonb(executions_count)), locked_by_id = null, locked_at = null, updated_at = '2026-11-30 08:00:07.600000' where id = '11111111-2222-4333-4444-000000000007';
-- step: retry 3
update good_jobs set scheduled_at = '2026-11-30 08:00:10.000000', performed_at = null, finished_at = null, error = 'RuntimeError: Page 3 is broken: HTTP 500', error_event = 3, serialized_params = jsonb_set(serialized_params, '{executions}', to_jsonb(executions_count)), locked_by_id = null, locked_at = null, updated_at = '2026-11-30 08:00:08.000000' where id = '11111111-2222-4333-4444-000000000003';
-- step: claim 7
update good_jobs set performed_at = '2026-11-30 08:00:09.600000', executions_count = executions_count + 1, locked_by_id = '11111111-2222-4333-4444-000000000063', locked_at = '2026-11-30 08:00:09.600000', updated_at = '2026-11-30 08:00:09.600000' where id = '11111111-2222-4333-4444-000000000007' and finished_at is null;
-- step: fail 7
update good_jobs set error = 'RuntimeError: detail 7: gone for good', error_event = 4, finished_at = '2026-11-30 08:00:10.000000', locked_by_id = null, locked_at = null, updated_at = '2026-11-30 08:00:10.000000' where id = '11111111-2222-4333-4444-000000000007';
-- step: claim 3
update good_jobs set performed_at = '2026-11-30 08:00:10.600000', executions_count = executions_count + 1, locked_by_id = '11111111-2222-4333-4444-000000000063', locked_at = '2026-11-30 08:00:10.600000', updated_at = '2026-11-30 08:00:10.600000' where id = '11111111-2222-4333-4444-000000000003' and finished_at is null;
-- step: fail 3
update good_jobs set error = 'RuntimeError: Page 3 is broken: HTTP 500', error_event = 4, finished_at = '2026-11-30 08:00:11.000000', locked_by_id = null, locked_at = null, updated_at = '2026-11-30 08:00:11.000000' where id = '11111111-2222-4333-4444-000000000003';
-- step: claim 5
update good_jobs set performed_at = '2026-11-30 08:00:11.200000', executions_count = executions_count + 1, locked_by_id = '11111111-2222-4333-4444-000000000063', locked_at = '2026-11-30 08:00:11.200000', updated_at = '2026-11-30 08:00:11.200000' where id = '11111111-2222-4333-4444-000000000005' and finished_at is null;
-- step: claim 6
update good_jobs set performed_at = '2026-11-30 08:00:11.300000', executions_count = executions_count + 1, locked_by_id = '11111111-2222-4333-4444-000000000063', locked_at = '2026-11-30 08:00:11.300000', updated_at = '2026-11-30 08:00:11.300000' where id = '11111111-2222-4333-4444-000000000006' and finished_at is null;
-- moment
-- step: finish 5
update good_jobs set error = null, error_event = null, finished_at = '2026-11-30 08:00:12.000000', locked_by_id = null, locked_at = null, updated_at = '2026-11-30 08:00:12.000000' where id = '11111111-2222-4333-4444-000000000005';
-- step: finish 4
update good_jobs set error = null, error_event = null, finished_at = '2026-11-30 08:00:12.200000', locked_by_id = null, locked_at = null, updated_at = '2026-11-30 08:00:12.200000' where id = '11111111-2222-4333-4444-000000000004';
-- step: finish 6
update good_jobs set error = null, error_event = null, finished_at = '2026-11-30 08:00:12.400000', locked_by_id = null, locked_at = null, updated_at = '2026-11-30 08:00:12.400000' where id = '11111111-2222-4333-4444-000000000006';
-- step: claim 11
update good_jobs set performed_at = '2026-11-30 08:00:12.600000', executions_count = executions_count + 1, locked_by_id = '11111111-2222-4333-4444-000000000063', locked_at = '2026-11-30 08:00:12.600000', updated_at = '2026-11-30 08:00:12.600000' where id = '11111111-2222-4333-4444-00000000000b' and finished_at is null;
-- step: finish 11
update good_jobs set error = null, error_event = null, finished_at = '2026-11-30 08:00:13.000000', locked_by_id = null, locked_at = null, updated_at = '2026-11-30 08:00:13.000000' where id = '11111111-2222-4333-4444-00000000000b';
-- step: finish 2
update good_jobs set error = null, error_event = null, finished_at = '2026-11-30 08:00:13.200000', locked_by_id = null, locked_at = null, updated_at = '2026-11-30 08:00:13.200000' where id = '11111111-2222-4333-4444-000000000002';
-- step: finish 1
update good_jobs set error = null, error_event = null, finished_at = '2026-11-30 08:00:14.000000', locked_by_id = null, locked_at = null, updated_at = '2026-11-30 08:00:14.000000' where id = '11111111-2222-4333-4444-000000000001';
-- step: byhand 7
update good_jobs set scheduled_at = '2026-11-30 08:00:20.000000', performed_at = null, finished_at = null, error_event = 3, updated_at = '2026-11-30 08:00:20.000000' where id = '11111111-2222-4333-4444-000000000007';
-- step: claim 7
update good_jobs set performed_at = '2026-11-30 08:00:21.000000', executions_count = executions_count + 1, locked_by_id = '11111111-2222-4333-4444-000000000063', locked_at = '2026-11-30 08:00:21.000000', updated_at = '2026-11-30 08:00:21.000000' where id = '11111111-2222-4333-4444-000000000007' and finished_at is null;
-- step: finish 7
update good_jobs set error = null, error_event = null, finished_at = '2026-11-30 08:00:22.000000', locked_by_id = null, locked_at = null, updated_at = '2026-11-30 08:00:22.000000' where id = '11111111-2222-4333-4444-000000000007';
-- step: prune 5
delete from good_jobs where id = '11111111-2222-4333-4444-000000000005' and finished_at is not null;
-- step: prune 11
delete from good_jobs where id = '11111111-2222-4333-4444-00000000000b' and finished_at is not null;
