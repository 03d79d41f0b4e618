-- The tables that GoodJob 4's generator makes (lib/generators/good_job/templates/install/migrations/create_good_jobs.rb.erb), as SQL.
create table good_jobs (
    id uuid default gen_random_uuid() primary key, queue_name text, priority integer, serialized_params jsonb, scheduled_at timestamp(6), performed_at timestamp(6),
    finished_at timestamp(6), error text, created_at timestamp(6) not null, updated_at timestamp(6) not null, active_job_id uuid, concurrency_key text, cron_key text,
    retried_good_job_id uuid, cron_at timestamp(6), batch_id uuid, batch_callback_id uuid, is_discrete boolean, executions_count integer, job_class text,
    error_event smallint, labels text[], locked_by_id uuid, locked_at timestamp(6), lock_type smallint);
create table good_job_processes (id uuid default gen_random_uuid() primary key, created_at timestamp(6) not null, updated_at timestamp(6) not null, state jsonb, lock_type smallint);
create table good_job_settings (id uuid default gen_random_uuid() primary key, created_at timestamp(6) not null, updated_at timestamp(6) not null, key text, value jsonb);
create unique index index_good_job_settings_on_key on good_job_settings (key);
create index index_good_jobs_on_scheduled_at on good_jobs (scheduled_at) where finished_at is null;
create index index_good_jobs_on_created_at on good_jobs (created_at);
