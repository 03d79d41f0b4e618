-- What engines say of themselves: their version, pauses, who works. Written by each source's leader every few seconds; what is old is not believed.
create table job_lineage.engine (
    source_id smallint primary key,
    read_at   timestamptz not null default now(),
    version   text,
    queues_by text,                               -- the table that says what of queues; null: nothing does
    nodes_by  text,                               -- the table that says who works; null: nothing does
    problem   text                                -- why it could not be read
);

create table job_lineage.engine_queue (
    source_id smallint not null,
    queue     text not null,
    is_paused boolean not null,
    paused_at timestamptz,
    said_by   text not null,
    held      text,                               -- what else keeps jobs of it from being begun
    primary key (source_id, queue)
);

-- One row for each queue that a node serves; an empty queue: whichever.
create table job_lineage.engine_node (
    source_id  smallint not null,
    node       text not null,
    queue      text not null,
    started_at timestamptz,
    seen_at    timestamptz,
    is_alive   boolean not null,
    primary key (source_id, node, queue)
);
