namespace JobLineage.Dashboard.Demo.Research;

/// <summary>The table of research_jobs as its worker's database has it.</summary>
internal static class ResearchSchema
{
    public const string Create =
        """
        create table research_jobs (
            id           bigserial primary key,
            source       text        not null,
            job_type     text        not null,
            target_type  text        not null,
            target_id    uuid        not null,
            payload      jsonb       not null default '{}',
            result       jsonb,
            status       text        not null default 'queued' check (status in ('queued', 'running', 'done', 'failed', 'dead')),
            priority     smallint    not null default 100,
            attempts     smallint    not null default 0,
            max_attempts smallint    not null default 5,
            run_after    timestamptz not null default now(),
            claimed_at   timestamptz,
            claimed_by   text,
            finished_at  timestamptz,
            last_error   text,
            created_at   timestamptz not null default now(),
            updated_at   timestamptz not null default now()
        );
        create index on research_jobs (source, run_after, priority) where status = 'queued';
        create unique index on research_jobs (source, job_type, target_type, target_id) where status in ('queued', 'running');
        create index on research_jobs (target_type, target_id, source, finished_at desc);
        create index on research_jobs (status, claimed_at) where status = 'running';
        """;
}
