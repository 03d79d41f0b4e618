-- Signing in, for all replicas alike.

-- The keys that protect cookies and forms, as ASP.NET's data protection writes them.
create table job_lineage.protection_key (
    id         bigint generated always as identity primary key,
    name       text not null,
    is_key     boolean not null,                  -- or what revokes some
    xml        text not null,
    created_at timestamptz not null default now()
);

-- Sessions by the hash of what their cookies hold: whoever reads this table, and the keys above, can make no cookie from it.
create table job_lineage.session (
    id       bytea primary key,
    began_at timestamptz not null default now(),
    ends_at  timestamptz not null
);
create index session_ends_at on job_lineage.session (ends_at);
