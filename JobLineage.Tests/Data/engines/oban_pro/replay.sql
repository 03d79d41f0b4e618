-- step: insert the workflow
insert into oban_jobs (id, state, queue, worker, args, meta, max_attempts, inserted_at, scheduled_at) values
    (1, 'available', 'default', 'Sync', '{"n": 1}', '{"workflow_id": "0197d3c4-5a10-7c3e-9d1e-000000000001", "name": "sync", "deps": []}', 2, '2026-11-30 08:00:00.000000', '2026-11-30 08:00:00.000000'),
    (2, 'suspended', 'pages', 'Page', '{"n": 2}', '{"workflow_id": "0197d3c4-5a10-7c3e-9d1e-000000000001", "name": "page-2", "deps": ["sync"]}', 2, '2026-11-30 08:00:00.000000', '2026-11-30 08:00:00.000000'),
    (3, 'suspended', 'pages', 'Page', '{"n": 3}', '{"workflow_id": "0197d3c4-5a10-7c3e-9d1e-000000000001", "name": "page-3", "deps": ["sync"]}', 2, '2026-11-30 08:00:00.000000', '2026-11-30 08:00:00.000000'),
    (4, 'suspended', 'default', 'Detail', '{"n": 4}', '{"workflow_id": "0197d3c4-5a10-7c3e-9d1e-000000000001", "name": "detail-4", "deps": ["page-2"]}', 2, '2026-11-30 08:00:00.000000', '2026-11-30 08:00:00.000000'),
    (5, 'suspended', 'default', 'Detail', '{"n": 5}', '{"workflow_id": "0197d3c4-5a10-7c3e-9d1e-000000000001", "name": "detail-5", "deps": ["page-2"]}', 2, '2026-11-30 08:00:00.000000', '2026-11-30 08:00:00.000000'),
    (6, 'suspended', 'default', 'Detail', '{"n": 6}', '{"workflow_id": "0197d3c4-5a10-7c3e-9d1e-000000000001", "name": "detail-6", "deps": ["page-3"]}', 2, '2026-11-30 08:00:00.000000', '2026-11-30 08:00:00.000000'),
    (7, 'suspended', 'default', 'Detail', '{"n": 7}', '{"workflow_id": "0197d3c4-5a10-7c3e-9d1e-000000000001", "name": "detail-7", "deps": ["page-3"]}', 2, '2026-11-30 08:00:00.000000', '2026-11-30 08:00:00.000000'),
    (8, 'suspended', 'nobody', 'Report', '{"n": 8}', '{"workflow_id": "0197d3c4-5a10-7c3e-9d1e-000000000001", "name": "report", "deps": ["sync"]}', 2, '2026-11-30 08:00:00.000000', '2026-11-30 08:00:00.000000'),
    (9, 'suspended', 'default', 'Show', '{"n": 9}', '{"workflow_id": "0197d3c4-5a10-7c3e-9d1e-000000000001", "name": "show-9", "deps": ["sync"]}', 2, '2026-11-30 08:00:00.000000', '2026-11-30 08:00:00.000000'),
    (10, 'suspended', 'default', 'Show', '{"n": 10}', '{"workflow_id": "0197d3c4-5a10-7c3e-9d1e-000000000001", "name": "show-10", "deps": ["sync"]}', 2, '2026-11-30 08:00:00.000000', '2026-11-30 08:00:00.000000'),
    (11, 'suspended', 'default', 'Show', '{"n": 11}', '{"workflow_id": "0197d3c4-5a10-7c3e-9d1e-000000000001", "name": "show-11", "deps": ["detail-4", "detail-5"]}', 2, '2026-11-30 08:00:00.000000', '2026-11-30 08:00:00.000000');
-- step: claim 1
with subset as (select id from oban_jobs where state = 'available' and id = 1 limit 1 for update skip locked) update oban_jobs set state = 'executing', attempted_at = '2026-11-30 08:00:01.000000', attempted_by = array['web@1', 'f0e1'], attempt = attempt + 1 from subset where oban_jobs.id = subset.id and attempt < max_attempts;
-- step: finish 1
update oban_jobs set state = 'completed', completed_at = '2026-11-30 08:00:02.000000' where id = 1;
-- step: free 2 3 8
update oban_jobs set state = 'available', scheduled_at = '2026-11-30 08:00:02.100000' where id in (2, 3, 8) and state = 'suspended';
-- step: free 9 10
update oban_jobs set state = 'scheduled', scheduled_at = '2026-11-30 09:00:00.000000' where id in (9, 10) and state = 'suspended';
-- step: cancel 10
update oban_jobs set state = 'cancelled', cancelled_at = '2026-11-30 08:00:03.000000' where id = 10 and state not in ('cancelled', 'completed', 'discarded');
-- step: claim 2
with subset as (select id from oban_jobs where state = 'available' and id = 2 limit 1 for update skip locked) update oban_jobs set state = 'executing', attempted_at = '2026-11-30 08:00:04.000000', attempted_by = array['web@1', 'f0e1'], attempt = attempt + 1 from subset where oban_jobs.id = subset.id and attempt < max_attempts;
-- step: claim 3
with subset as (select id from oban_jobs where state = 'available' and id = 3 limit 1 for update skip locked) update oban_jobs set state = 'executing', attempted_at = '2026-11-30 08:00:04.100000', attempted_by = array['web@1', 'f0e1'], attempt = attempt + 1 from subset where oban_jobs.id = subset.id and attempt < max_attempts;
-- step: finish 2
update oban_jobs set state = 'completed', completed_at = '2026-11-30 08:00:05.000000' where id = 2;
-- step: free 4 5
update oban_jobs set state = 'available', scheduled_at = '2026-11-30 08:00:05.100000' where id in (4, 5) and state = 'suspended';
-- step: retry 3
update oban_jobs set state = 'retryable', scheduled_at = '2026-11-30 08:00:06.000000', errors = array_append(errors, '{"at": "2026-11-30T08:00:05.200000Z", "attempt": 1, "error": "** (RuntimeError) page 3: HTTP 500"}'::jsonb) where id = 3;
-- step: claim 4
with subset as (select id from oban_jobs where state = 'available' and id = 4 limit 1 for update skip locked) update oban_jobs set state = 'executing', attempted_at = '2026-11-30 08:00:05.500000', attempted_by = array['web@1', 'f0e1'], attempt = attempt + 1 from subset where oban_jobs.id = subset.id and attempt < max_attempts;
-- step: claim 5
with subset as (select id from oban_jobs where state = 'available' and id = 5 limit 1 for update skip locked) update oban_jobs set state = 'executing', attempted_at = '2026-11-30 08:00:05.600000', attempted_by = array['web@1', 'f0e1'], attempt = attempt + 1 from subset where oban_jobs.id = subset.id and attempt < max_attempts;
-- step: due 3
update oban_jobs set state = 'available' where id = 3 and state in ('retryable', 'scheduled');
-- step: claim 3
with subset as (select id from oban_jobs where state = 'available' and id = 3 limit 1 for update skip locked) update oban_jobs set state = 'executing', attempted_at = '2026-11-30 08:00:06.100000', attempted_by = array['web@1', 'f0e1'], attempt = attempt + 1 from subset where oban_jobs.id = subset.id and attempt < max_attempts;
-- step: finish 3
update oban_jobs set state = 'completed', completed_at = '2026-11-30 08:00:06.500000' where id = 3;
-- step: free 6 7
update oban_jobs set state = 'available', scheduled_at = '2026-11-30 08:00:06.600000' where id in (6, 7) and state = 'suspended';
-- step: claim 7
with subset as (select id from oban_jobs where state = 'available' and id = 7 limit 1 for update skip locked) update oban_jobs set state = 'executing', attempted_at = '2026-11-30 08:00:07.000000', attempted_by = array['web@1', 'f0e1'], attempt = attempt + 1 from subset where oban_jobs.id = subset.id and attempt < max_attempts;
-- step: retry 7
update oban_jobs set state = 'retryable', scheduled_at = '2026-11-30 08:00:08.000000', errors = array_append(errors, '{"at": "2026-11-30T08:00:07.500000Z", "attempt": 1, "error": "** (RuntimeError) detail 7: gone for good"}'::jsonb) where id = 7;
-- step: due 7
update oban_jobs set state = 'available' where id = 7 and state in ('retryable', 'scheduled');
-- step: claim 7
with subset as (select id from oban_jobs where state = 'available' and id = 7 limit 1 for update skip locked) update oban_jobs set state = 'executing', attempted_at = '2026-11-30 08:00:08.100000', attempted_by = array['web@1', 'f0e1'], attempt = attempt + 1 from subset where oban_jobs.id = subset.id and attempt < max_attempts;
-- step: fail 7
update oban_jobs set state = 'discarded', discarded_at = '2026-11-30 08:00:08.600000', errors = array_append(errors, '{"at": "2026-11-30T08:00:08.600000Z", "attempt": 2, "error": "** (RuntimeError) detail 7: gone for good"}'::jsonb) where id = 7;
-- step: claim 6
with subset as (select id from oban_jobs where state = 'available' and id = 6 limit 1 for update skip locked) update oban_jobs set state = 'executing', attempted_at = '2026-11-30 08:00:09.000000', attempted_by = array['web@1', 'f0e1'], attempt = attempt + 1 from subset where oban_jobs.id = subset.id and attempt < max_attempts;
-- moment
-- step: finish 5
update oban_jobs set state = 'completed', completed_at = '2026-11-30 08:00:10.000000' where id = 5;
-- step: finish 4
update oban_jobs set state = 'completed', completed_at = '2026-11-30 08:00:10.200000' where id = 4;
-- step: free 11
update oban_jobs set state = 'available', scheduled_at = '2026-11-30 08:00:10.300000' where id in (11) and state = 'suspended';
-- step: claim 11
with subset as (select id from oban_jobs where state = 'available' and id = 11 limit 1 for update skip locked) update oban_jobs set state = 'executing', attempted_at = '2026-11-30 08:00:10.500000', attempted_by = array['web@1', 'f0e1'], attempt = attempt + 1 from subset where oban_jobs.id = subset.id and attempt < max_attempts;
-- step: finish 11
update oban_jobs set state = 'completed', completed_at = '2026-11-30 08:00:11.000000' where id = 11;
-- step: finish 6
update oban_jobs set state = 'completed', completed_at = '2026-11-30 08:00:11.200000' where id = 6;
-- step: byhand 7
update oban_jobs set state = 'available', max_attempts = greatest(max_attempts, attempt + 1), scheduled_at = '2026-11-30 08:00:20.000000', completed_at = null, cancelled_at = null, discarded_at = null where id = 7 and state not in ('available', 'executing');
-- step: claim 7
with subset as (select id from oban_jobs where state = 'available' and id = 7 limit 1 for update skip locked) update oban_jobs set state = 'executing', attempted_at = '2026-11-30 08:00:21.000000', attempted_by = array['web@1', 'f0e1'], attempt = attempt + 1 from subset where oban_jobs.id = subset.id and attempt < max_attempts;
-- step: finish 7
update oban_jobs set state = 'completed', completed_at = '2026-11-30 08:00:22.000000' where id = 7;
-- step: prune 4
delete from oban_jobs where id in (select id from oban_jobs where state = 'completed' and id = 4 limit 1000);
-- step: prune 11
delete from oban_jobs where id in (select id from oban_jobs where state = 'completed' and id = 11 limit 1000);
