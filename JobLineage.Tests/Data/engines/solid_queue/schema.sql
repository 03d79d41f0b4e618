-- The tables that Solid Queue's generator makes (lib/generators/solid_queue/install/templates/db/queue_schema.rb), as SQL.
create table solid_queue_jobs (
    id bigserial primary key, queue_name varchar not null, class_name varchar not null, arguments text, priority integer default 0 not null, active_job_id varchar,
    scheduled_at timestamp(6), finished_at timestamp(6), concurrency_key varchar, created_at timestamp(6) not null, updated_at timestamp(6) not null);
create index index_solid_queue_jobs_on_active_job_id on solid_queue_jobs (active_job_id);
create index index_solid_queue_jobs_on_finished_at on solid_queue_jobs (finished_at);
create table solid_queue_blocked_executions (
    id bigserial primary key, job_id bigint not null unique references solid_queue_jobs on delete cascade, queue_name varchar not null, priority integer default 0 not null,
    concurrency_key varchar not null, expires_at timestamp(6) not null, created_at timestamp(6) not null);
create table solid_queue_claimed_executions (
    id bigserial primary key, job_id bigint not null unique references solid_queue_jobs on delete cascade, process_id bigint, created_at timestamp(6) not null);
create table solid_queue_failed_executions (
    id bigserial primary key, job_id bigint not null unique references solid_queue_jobs on delete cascade, error text, created_at timestamp(6) not null);
create table solid_queue_ready_executions (
    id bigserial primary key, job_id bigint not null unique references solid_queue_jobs on delete cascade, queue_name varchar not null, priority integer default 0 not null,
    created_at timestamp(6) not null);
create table solid_queue_scheduled_executions (
    id bigserial primary key, job_id bigint not null unique references solid_queue_jobs on delete cascade, queue_name varchar not null, priority integer default 0 not null,
    scheduled_at timestamp(6) not null, created_at timestamp(6) not null);
create table solid_queue_pauses (id bigserial primary key, queue_name varchar not null unique, created_at timestamp(6) not null);
create table solid_queue_processes (
    id bigserial primary key, kind varchar not null, last_heartbeat_at timestamp(6) not null, supervisor_id bigint, pid integer not null, hostname varchar, metadata text,
    created_at timestamp(6) not null, name varchar not null);
create table solid_queue_semaphores (
    id bigserial primary key, key varchar not null unique, value integer default 1 not null, expires_at timestamp(6) not null, created_at timestamp(6) not null, updated_at timestamp(6) not null);
