-- step: the tasks and queues
insert into graphile_worker._private_tasks (id, identifier) overriding system value values (1, 'Sync'), (2, 'Page'), (3, 'Detail'), (4, 'Show'), (5, 'Report');
-- step: a named queue
insert into graphile_worker._private_job_queues (id, queue_name) overriding system value values (1, 'pages');
-- step: insert 1
insert into graphile_worker._private_jobs (id, job_queue_id, task_id, payload, run_at, max_attempts, created_at, updated_at, key) overriding system value values (1, null, 1, '{"n": 1}', '2026-11-30 08:00:00.000000+00', 2, '2026-11-30 08:00:00.000000+00', '2026-11-30 08:00:00.000000+00', null);
-- step: claim 1
update graphile_worker._private_jobs set attempts = attempts + 1, locked_by = 'worker-a', locked_at = '2026-11-30 08:00:01.000000+00' where id = 1 and is_available = true;
-- step: insert 2
insert into graphile_worker._private_jobs (id, job_queue_id, task_id, payload, run_at, max_attempts, created_at, updated_at, key) overriding system value values (2, 1, 2, '{"n": 2, "parentJobId": "1"}', '2026-11-30 08:00:02.000000+00', 2, '2026-11-30 08:00:02.000000+00', '2026-11-30 08:00:02.000000+00', null);
-- step: insert 3
insert into graphile_worker._private_jobs (id, job_queue_id, task_id, payload, run_at, max_attempts, created_at, updated_at, key) overriding system value values (3, 1, 2, '{"n": 3, "parentJobId": "1"}', '2026-11-30 08:00:02.200000+00', 2, '2026-11-30 08:00:02.200000+00', '2026-11-30 08:00:02.200000+00', null);
-- step: insert 8
insert into graphile_worker._private_jobs (id, job_queue_id, task_id, payload, run_at, max_attempts, created_at, updated_at, key) overriding system value values (8, null, 5, '{"n": 8, "parentJobId": "1"}', '2026-11-30 08:00:02.400000+00', 2, '2026-11-30 08:00:02.400000+00', '2026-11-30 08:00:02.400000+00', null);
-- step: insert 9
insert into graphile_worker._private_jobs (id, job_queue_id, task_id, payload, run_at, max_attempts, created_at, updated_at, key) overriding system value values (9, null, 4, '{"n": 9, "parentJobId": "1"}', '2026-11-30 09:00:02.600000+00', 2, '2026-11-30 08:00:02.600000+00', '2026-11-30 08:00:02.600000+00', null);
-- step: insert 10
insert into graphile_worker._private_jobs (id, job_queue_id, task_id, payload, run_at, max_attempts, created_at, updated_at, key) overriding system value values (10, null, 4, '{"n": 10, "parentJobId": "1"}', '2026-11-30 09:00:02.800000+00', 2, '2026-11-30 08:00:02.800000+00', '2026-11-30 08:00:02.800000+00', 'k10');
-- step: cancel 10
delete from graphile_worker._private_jobs where key = 'k10' and locked_at is null;
-- step: claim 2
update graphile_worker._private_jobs set attempts = attempts + 1, locked_by = 'worker-a', locked_at = '2026-11-30 08:00:04.000000+00' where id = 2 and is_available = true;
-- step: insert 4
insert into graphile_worker._private_jobs (id, job_queue_id, task_id, payload, run_at, max_attempts, created_at, updated_at, key) overriding system value values (4, null, 3, '{"n": 4, "parentJobId": "2"}', '2026-11-30 08:00:04.200000+00', 2, '2026-11-30 08:00:04.200000+00', '2026-11-30 08:00:04.200000+00', null);
-- step: insert 5
insert into graphile_worker._private_jobs (id, job_queue_id, task_id, payload, run_at, max_attempts, created_at, updated_at, key) overriding system value values (5, null, 3, '{"n": 5, "parentJobId": "2"}', '2026-11-30 08:00:04.400000+00', 2, '2026-11-30 08:00:04.400000+00', '2026-11-30 08:00:04.400000+00', null);
-- step: claim 3
update graphile_worker._private_jobs set attempts = attempts + 1, locked_by = 'worker-a', locked_at = '2026-11-30 08:00:05.000000+00' where id = 3 and is_available = true;
-- step: insert 6
insert into graphile_worker._private_jobs (id, job_queue_id, task_id, payload, run_at, max_attempts, created_at, updated_at, key) overriding system value values (6, null, 3, '{"n": 6, "parentJobId": "3"}', '2026-11-30 08:00:05.200000+00', 2, '2026-11-30 08:00:05.200000+00', '2026-11-30 08:00:05.200000+00', null);
-- step: insert 7
insert into graphile_worker._private_jobs (id, job_queue_id, task_id, payload, run_at, max_attempts, created_at, updated_at, key) overriding system value values (7, null, 3, '{"n": 7, "parentJobId": "3"}', '2026-11-30 08:00:05.400000+00', 2, '2026-11-30 08:00:05.400000+00', '2026-11-30 08:00:05.400000+00', null);
-- step: claim 4
update graphile_worker._private_jobs set attempts = attempts + 1, locked_by = 'worker-a', locked_at = '2026-11-30 08:00:06.000000+00' where id = 4 and is_available = true;
-- step: insert 11
insert into graphile_worker._private_jobs (id, job_queue_id, task_id, payload, run_at, max_attempts, created_at, updated_at, key) overriding system value values (11, null, 4, '{"n": 11, "parentJobId": "4"}', '2026-11-30 08:00:06.200000+00', 2, '2026-11-30 08:00:06.200000+00', '2026-11-30 08:00:06.200000+00', null);
-- step: claim 5
update graphile_worker._private_jobs set attempts = attempts + 1, locked_by = 'worker-a', locked_at = '2026-11-30 08:00:06.500000+00' where id = 5 and is_available = true;
-- step: retry 5
update graphile_worker._private_jobs set last_error = 'detail 5: flaky', run_at = greatest('2026-11-30 08:00:07.000000+00', run_at) + (exp(least(attempts, 10)) * interval '1 second'), locked_by = null, locked_at = null where id = 5 and locked_by = 'worker-a';
-- step: claim 7
update graphile_worker._private_jobs set attempts = attempts + 1, locked_by = 'worker-a', locked_at = '2026-11-30 08:00:07.100000+00' where id = 7 and is_available = true;
-- step: retry 7
update graphile_worker._private_jobs set last_error = 'detail 7: gone for good', run_at = greatest('2026-11-30 08:00:07.600000+00', run_at) + (exp(least(attempts, 10)) * interval '1 second'), locked_by = null, locked_at = null where id = 7 and locked_by = 'worker-a';
-- step: retry 3
update graphile_worker._private_jobs set last_error = 'Page 3 is broken: HTTP 500', run_at = greatest('2026-11-30 08:00:08.000000+00', run_at) + (exp(least(attempts, 10)) * interval '1 second'), locked_by = null, locked_at = null where id = 3 and locked_by = 'worker-a';
-- step: claim 7
update graphile_worker._private_jobs set attempts = attempts + 1, locked_by = 'worker-a', locked_at = '2026-11-30 08:00:09.600000+00' where id = 7 and is_available = true;
-- step: fail 7
update graphile_worker._private_jobs set last_error = 'detail 7: gone for good', run_at = greatest('2026-11-30 08:00:10.000000+00', run_at) + (exp(least(attempts, 10)) * interval '1 second'), locked_by = null, locked_at = null where id = 7 and locked_by = 'worker-a';
-- step: claim 3
update graphile_worker._private_jobs set attempts = attempts + 1, locked_by = 'worker-a', locked_at = '2026-11-30 08:00:10.600000+00' where id = 3 and is_available = true;
-- step: fail 3
update graphile_worker._private_jobs set last_error = 'Page 3 is broken: HTTP 500', run_at = greatest('2026-11-30 08:00:11.000000+00', run_at) + (exp(least(attempts, 10)) * interval '1 second'), locked_by = null, locked_at = null where id = 3 and locked_by = 'worker-a';
-- step: claim 5
update graphile_worker._private_jobs set attempts = attempts + 1, locked_by = 'worker-a', locked_at = '2026-11-30 08:00:11.200000+00' where id = 5 and is_available = true;
-- step: claim 6
update graphile_worker._private_jobs set attempts = attempts + 1, locked_by = 'worker-a', locked_at = '2026-11-30 08:00:11.300000+00' where id = 6 and is_available = true;
-- moment
-- step: finish 5
delete from graphile_worker._private_jobs as jobs where id = 5;
-- step: finish 4
delete from graphile_worker._private_jobs as jobs where id = 4;
-- step: finish 6
delete from graphile_worker._private_jobs as jobs where id = 6;
-- step: claim 11
update graphile_worker._private_jobs set attempts = attempts + 1, locked_by = 'worker-a', locked_at = '2026-11-30 08:00:12.600000+00' where id = 11 and is_available = true;
-- step: finish 11
delete from graphile_worker._private_jobs as jobs where id = 11;
-- step: finish 2
delete from graphile_worker._private_jobs as jobs where id = 2;
-- step: finish 1
delete from graphile_worker._private_jobs as jobs where id = 1;
-- step: byhand 7
update graphile_worker._private_jobs set attempts = 0, run_at = '2026-11-30 08:00:20.000000+00', updated_at = '2026-11-30 08:00:20.000000+00' where id = 7 and locked_at is null;
-- step: claim 7
update graphile_worker._private_jobs set attempts = attempts + 1, locked_by = 'worker-a', locked_at = '2026-11-30 08:00:21.000000+00' where id = 7 and is_available = true;
-- step: finish 7
delete from graphile_worker._private_jobs as jobs where id = 7;
