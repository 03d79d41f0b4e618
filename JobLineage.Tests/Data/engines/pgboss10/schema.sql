-- Tables, types and indexes as the engine makes them (facts; its functions, triggers and views are left out): each queue has a partition, with the columns of its table.
CREATE SCHEMA pgboss;
CREATE TYPE pgboss.job_state AS ENUM ('created', 'retry', 'active', 'completed', 'cancelled', 'failed');
CREATE TABLE pgboss.archive (
    id uuid NOT NULL,
    name text NOT NULL,
    priority integer NOT NULL,
    data jsonb,
    state pgboss.job_state NOT NULL,
    retry_limit integer NOT NULL,
    retry_count integer NOT NULL,
    retry_delay integer NOT NULL,
    retry_backoff boolean NOT NULL,
    start_after timestamp with time zone NOT NULL,
    started_on timestamp with time zone,
    singleton_key text,
    singleton_on timestamp without time zone,
    expire_in interval NOT NULL,
    created_on timestamp with time zone NOT NULL,
    completed_on timestamp with time zone,
    keep_until timestamp with time zone NOT NULL,
    output jsonb,
    dead_letter text,
    policy text,
    archived_on timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE pgboss.job (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    name text NOT NULL,
    priority integer DEFAULT 0 NOT NULL,
    data jsonb,
    state pgboss.job_state DEFAULT 'created'::pgboss.job_state NOT NULL,
    retry_limit integer DEFAULT 2 NOT NULL,
    retry_count integer DEFAULT 0 NOT NULL,
    retry_delay integer DEFAULT 0 NOT NULL,
    retry_backoff boolean DEFAULT false NOT NULL,
    start_after timestamp with time zone DEFAULT now() NOT NULL,
    started_on timestamp with time zone,
    singleton_key text,
    singleton_on timestamp without time zone,
    expire_in interval DEFAULT '00:15:00'::interval NOT NULL,
    created_on timestamp with time zone DEFAULT now() NOT NULL,
    completed_on timestamp with time zone,
    keep_until timestamp with time zone DEFAULT (now() + '14 days'::interval) NOT NULL,
    output jsonb,
    dead_letter text,
    policy text
)
PARTITION BY LIST (name);
CREATE TABLE pgboss.j065e6a65e07d1053d0802bde1f2a4c3420229cf8c8cd99706ed7423f (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    name text NOT NULL,
    priority integer DEFAULT 0 NOT NULL,
    data jsonb,
    state pgboss.job_state DEFAULT 'created'::pgboss.job_state NOT NULL,
    retry_limit integer DEFAULT 2 NOT NULL,
    retry_count integer DEFAULT 0 NOT NULL,
    retry_delay integer DEFAULT 0 NOT NULL,
    retry_backoff boolean DEFAULT false NOT NULL,
    start_after timestamp with time zone DEFAULT now() NOT NULL,
    started_on timestamp with time zone,
    singleton_key text,
    singleton_on timestamp without time zone,
    expire_in interval DEFAULT '00:15:00'::interval NOT NULL,
    created_on timestamp with time zone DEFAULT now() NOT NULL,
    completed_on timestamp with time zone,
    keep_until timestamp with time zone DEFAULT (now() + '14 days'::interval) NOT NULL,
    output jsonb,
    dead_letter text,
    policy text,
    CONSTRAINT cjc CHECK ((name = 'detail'::text))
);
CREATE TABLE pgboss.j3f168501ed9816b51a9f5765e0742e1eb034ab6bf72c9ae3f3a975e3 (
    LIKE pgboss.job INCLUDING DEFAULTS,
    CONSTRAINT cjc CHECK ((name = '__pgboss__send-it'::text))
);
CREATE TABLE pgboss.j7f6da0d8879c3880fbe13dcee26264c95ec238f4e8c2f705a8b26f7a (
    LIKE pgboss.job INCLUDING DEFAULTS,
    CONSTRAINT cjc CHECK ((name = 'page'::text))
);
CREATE TABLE pgboss.ja05a57503d477a9fa7e955020fc114c21c22322a4bf29f5c6d49838d (
    LIKE pgboss.job INCLUDING DEFAULTS,
    CONSTRAINT cjc CHECK ((name = 'sync'::text))
);
CREATE TABLE pgboss.je0ea0fc57a6724519a7327f7e70cc8a4b014d5ed4c64873b6bba1d1c (
    LIKE pgboss.job INCLUDING DEFAULTS,
    CONSTRAINT cjc CHECK ((name = 'dead'::text))
);
CREATE TABLE pgboss.jef3d731256ef7e96323dcc7c22dcd96a0c256ba3219e8affddbd2ee4 (
    LIKE pgboss.job INCLUDING DEFAULTS,
    CONSTRAINT cjc CHECK ((name = 'show'::text))
);
CREATE TABLE pgboss.jf11ea74bef5986269f7ac9ed2106630a9ef4a3faf3cd1ee223101aaa (
    LIKE pgboss.job INCLUDING DEFAULTS,
    CONSTRAINT cjc CHECK ((name = 'report'::text))
);
CREATE TABLE pgboss.queue (
    name text NOT NULL,
    policy text,
    retry_limit integer,
    retry_delay integer,
    retry_backoff boolean,
    expire_seconds integer,
    retention_minutes integer,
    dead_letter text,
    partition_name text,
    created_on timestamp with time zone DEFAULT now() NOT NULL,
    updated_on timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE pgboss.schedule (
    name text NOT NULL,
    cron text NOT NULL,
    timezone text,
    data jsonb,
    options jsonb,
    created_on timestamp with time zone DEFAULT now() NOT NULL,
    updated_on timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE pgboss.subscription (
    event text NOT NULL,
    name text NOT NULL,
    created_on timestamp with time zone DEFAULT now() NOT NULL,
    updated_on timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE pgboss.version (
    version integer NOT NULL,
    maintained_on timestamp with time zone,
    cron_on timestamp with time zone,
    monitored_on timestamp with time zone
);
ALTER TABLE ONLY pgboss.job ATTACH PARTITION pgboss.j065e6a65e07d1053d0802bde1f2a4c3420229cf8c8cd99706ed7423f FOR VALUES IN ('detail');
ALTER TABLE ONLY pgboss.job ATTACH PARTITION pgboss.j3f168501ed9816b51a9f5765e0742e1eb034ab6bf72c9ae3f3a975e3 FOR VALUES IN ('__pgboss__send-it');
ALTER TABLE ONLY pgboss.job ATTACH PARTITION pgboss.j7f6da0d8879c3880fbe13dcee26264c95ec238f4e8c2f705a8b26f7a FOR VALUES IN ('page');
ALTER TABLE ONLY pgboss.job ATTACH PARTITION pgboss.ja05a57503d477a9fa7e955020fc114c21c22322a4bf29f5c6d49838d FOR VALUES IN ('sync');
ALTER TABLE ONLY pgboss.job ATTACH PARTITION pgboss.je0ea0fc57a6724519a7327f7e70cc8a4b014d5ed4c64873b6bba1d1c FOR VALUES IN ('dead');
ALTER TABLE ONLY pgboss.job ATTACH PARTITION pgboss.jef3d731256ef7e96323dcc7c22dcd96a0c256ba3219e8affddbd2ee4 FOR VALUES IN ('show');
ALTER TABLE ONLY pgboss.job ATTACH PARTITION pgboss.jf11ea74bef5986269f7ac9ed2106630a9ef4a3faf3cd1ee223101aaa FOR VALUES IN ('report');
ALTER TABLE ONLY pgboss.archive
    ADD CONSTRAINT archive_pkey PRIMARY KEY (name, id);
ALTER TABLE ONLY pgboss.job
    ADD CONSTRAINT job_pkey PRIMARY KEY (name, id);
ALTER TABLE ONLY pgboss.j065e6a65e07d1053d0802bde1f2a4c3420229cf8c8cd99706ed7423f
    ADD CONSTRAINT j065e6a65e07d1053d0802bde1f2a4c3420229cf8c8cd99706ed7423f_pkey PRIMARY KEY (name, id);
ALTER TABLE ONLY pgboss.j3f168501ed9816b51a9f5765e0742e1eb034ab6bf72c9ae3f3a975e3
    ADD CONSTRAINT j3f168501ed9816b51a9f5765e0742e1eb034ab6bf72c9ae3f3a975e3_pkey PRIMARY KEY (name, id);
ALTER TABLE ONLY pgboss.j7f6da0d8879c3880fbe13dcee26264c95ec238f4e8c2f705a8b26f7a
    ADD CONSTRAINT j7f6da0d8879c3880fbe13dcee26264c95ec238f4e8c2f705a8b26f7a_pkey PRIMARY KEY (name, id);
ALTER TABLE ONLY pgboss.ja05a57503d477a9fa7e955020fc114c21c22322a4bf29f5c6d49838d
    ADD CONSTRAINT ja05a57503d477a9fa7e955020fc114c21c22322a4bf29f5c6d49838d_pkey PRIMARY KEY (name, id);
ALTER TABLE ONLY pgboss.je0ea0fc57a6724519a7327f7e70cc8a4b014d5ed4c64873b6bba1d1c
    ADD CONSTRAINT je0ea0fc57a6724519a7327f7e70cc8a4b014d5ed4c64873b6bba1d1c_pkey PRIMARY KEY (name, id);
ALTER TABLE ONLY pgboss.jef3d731256ef7e96323dcc7c22dcd96a0c256ba3219e8affddbd2ee4
    ADD CONSTRAINT jef3d731256ef7e96323dcc7c22dcd96a0c256ba3219e8affddbd2ee4_pkey PRIMARY KEY (name, id);
ALTER TABLE ONLY pgboss.jf11ea74bef5986269f7ac9ed2106630a9ef4a3faf3cd1ee223101aaa
    ADD CONSTRAINT jf11ea74bef5986269f7ac9ed2106630a9ef4a3faf3cd1ee223101aaa_pkey PRIMARY KEY (name, id);
ALTER TABLE ONLY pgboss.queue
    ADD CONSTRAINT queue_pkey PRIMARY KEY (name);
ALTER TABLE ONLY pgboss.schedule
    ADD CONSTRAINT schedule_pkey PRIMARY KEY (name);
ALTER TABLE ONLY pgboss.subscription
    ADD CONSTRAINT subscription_pkey PRIMARY KEY (event, name);
ALTER TABLE ONLY pgboss.version
    ADD CONSTRAINT version_pkey PRIMARY KEY (version);
CREATE INDEX archive_i1 ON pgboss.archive USING btree (archived_on);
CREATE UNIQUE INDEX j065e6a65e07d1053d0802bde1f2a4c3420229cf8c8cd99706ed7423f_i1 ON pgboss.j065e6a65e07d1053d0802bde1f2a4c3420229cf8c8cd99706ed7423f USING btree (name, COALESCE(singleton_key, ''::text)) WHERE ((state = 'created'::pgboss.job_state) AND (policy = 'short'::text));
CREATE UNIQUE INDEX j065e6a65e07d1053d0802bde1f2a4c3420229cf8c8cd99706ed7423f_i2 ON pgboss.j065e6a65e07d1053d0802bde1f2a4c3420229cf8c8cd99706ed7423f USING btree (name, COALESCE(singleton_key, ''::text)) WHERE ((state = 'active'::pgboss.job_state) AND (policy = 'singleton'::text));
CREATE UNIQUE INDEX j065e6a65e07d1053d0802bde1f2a4c3420229cf8c8cd99706ed7423f_i3 ON pgboss.j065e6a65e07d1053d0802bde1f2a4c3420229cf8c8cd99706ed7423f USING btree (name, state, COALESCE(singleton_key, ''::text)) WHERE ((state <= 'active'::pgboss.job_state) AND (policy = 'stately'::text));
CREATE UNIQUE INDEX j065e6a65e07d1053d0802bde1f2a4c3420229cf8c8cd99706ed7423f_i4 ON pgboss.j065e6a65e07d1053d0802bde1f2a4c3420229cf8c8cd99706ed7423f USING btree (name, singleton_on, COALESCE(singleton_key, ''::text)) WHERE ((state <> 'cancelled'::pgboss.job_state) AND (singleton_on IS NOT NULL));
CREATE INDEX j065e6a65e07d1053d0802bde1f2a4c3420229cf8c8cd99706ed7423f_i5 ON pgboss.j065e6a65e07d1053d0802bde1f2a4c3420229cf8c8cd99706ed7423f USING btree (name, start_after) INCLUDE (priority, created_on, id) WHERE (state < 'active'::pgboss.job_state);
CREATE UNIQUE INDEX j3f168501ed9816b51a9f5765e0742e1eb034ab6bf72c9ae3f3a975e3_i1 ON pgboss.j3f168501ed9816b51a9f5765e0742e1eb034ab6bf72c9ae3f3a975e3 USING btree (name, COALESCE(singleton_key, ''::text)) WHERE ((state = 'created'::pgboss.job_state) AND (policy = 'short'::text));
CREATE UNIQUE INDEX j3f168501ed9816b51a9f5765e0742e1eb034ab6bf72c9ae3f3a975e3_i2 ON pgboss.j3f168501ed9816b51a9f5765e0742e1eb034ab6bf72c9ae3f3a975e3 USING btree (name, COALESCE(singleton_key, ''::text)) WHERE ((state = 'active'::pgboss.job_state) AND (policy = 'singleton'::text));
CREATE UNIQUE INDEX j3f168501ed9816b51a9f5765e0742e1eb034ab6bf72c9ae3f3a975e3_i3 ON pgboss.j3f168501ed9816b51a9f5765e0742e1eb034ab6bf72c9ae3f3a975e3 USING btree (name, state, COALESCE(singleton_key, ''::text)) WHERE ((state <= 'active'::pgboss.job_state) AND (policy = 'stately'::text));
CREATE UNIQUE INDEX j3f168501ed9816b51a9f5765e0742e1eb034ab6bf72c9ae3f3a975e3_i4 ON pgboss.j3f168501ed9816b51a9f5765e0742e1eb034ab6bf72c9ae3f3a975e3 USING btree (name, singleton_on, COALESCE(singleton_key, ''::text)) WHERE ((state <> 'cancelled'::pgboss.job_state) AND (singleton_on IS NOT NULL));
CREATE INDEX j3f168501ed9816b51a9f5765e0742e1eb034ab6bf72c9ae3f3a975e3_i5 ON pgboss.j3f168501ed9816b51a9f5765e0742e1eb034ab6bf72c9ae3f3a975e3 USING btree (name, start_after) INCLUDE (priority, created_on, id) WHERE (state < 'active'::pgboss.job_state);
CREATE UNIQUE INDEX j7f6da0d8879c3880fbe13dcee26264c95ec238f4e8c2f705a8b26f7a_i1 ON pgboss.j7f6da0d8879c3880fbe13dcee26264c95ec238f4e8c2f705a8b26f7a USING btree (name, COALESCE(singleton_key, ''::text)) WHERE ((state = 'created'::pgboss.job_state) AND (policy = 'short'::text));
CREATE UNIQUE INDEX j7f6da0d8879c3880fbe13dcee26264c95ec238f4e8c2f705a8b26f7a_i2 ON pgboss.j7f6da0d8879c3880fbe13dcee26264c95ec238f4e8c2f705a8b26f7a USING btree (name, COALESCE(singleton_key, ''::text)) WHERE ((state = 'active'::pgboss.job_state) AND (policy = 'singleton'::text));
CREATE UNIQUE INDEX j7f6da0d8879c3880fbe13dcee26264c95ec238f4e8c2f705a8b26f7a_i3 ON pgboss.j7f6da0d8879c3880fbe13dcee26264c95ec238f4e8c2f705a8b26f7a USING btree (name, state, COALESCE(singleton_key, ''::text)) WHERE ((state <= 'active'::pgboss.job_state) AND (policy = 'stately'::text));
CREATE UNIQUE INDEX j7f6da0d8879c3880fbe13dcee26264c95ec238f4e8c2f705a8b26f7a_i4 ON pgboss.j7f6da0d8879c3880fbe13dcee26264c95ec238f4e8c2f705a8b26f7a USING btree (name, singleton_on, COALESCE(singleton_key, ''::text)) WHERE ((state <> 'cancelled'::pgboss.job_state) AND (singleton_on IS NOT NULL));
CREATE INDEX j7f6da0d8879c3880fbe13dcee26264c95ec238f4e8c2f705a8b26f7a_i5 ON pgboss.j7f6da0d8879c3880fbe13dcee26264c95ec238f4e8c2f705a8b26f7a USING btree (name, start_after) INCLUDE (priority, created_on, id) WHERE (state < 'active'::pgboss.job_state);
CREATE UNIQUE INDEX ja05a57503d477a9fa7e955020fc114c21c22322a4bf29f5c6d49838d_i1 ON pgboss.ja05a57503d477a9fa7e955020fc114c21c22322a4bf29f5c6d49838d USING btree (name, COALESCE(singleton_key, ''::text)) WHERE ((state = 'created'::pgboss.job_state) AND (policy = 'short'::text));
CREATE UNIQUE INDEX ja05a57503d477a9fa7e955020fc114c21c22322a4bf29f5c6d49838d_i2 ON pgboss.ja05a57503d477a9fa7e955020fc114c21c22322a4bf29f5c6d49838d USING btree (name, COALESCE(singleton_key, ''::text)) WHERE ((state = 'active'::pgboss.job_state) AND (policy = 'singleton'::text));
CREATE UNIQUE INDEX ja05a57503d477a9fa7e955020fc114c21c22322a4bf29f5c6d49838d_i3 ON pgboss.ja05a57503d477a9fa7e955020fc114c21c22322a4bf29f5c6d49838d USING btree (name, state, COALESCE(singleton_key, ''::text)) WHERE ((state <= 'active'::pgboss.job_state) AND (policy = 'stately'::text));
CREATE UNIQUE INDEX ja05a57503d477a9fa7e955020fc114c21c22322a4bf29f5c6d49838d_i4 ON pgboss.ja05a57503d477a9fa7e955020fc114c21c22322a4bf29f5c6d49838d USING btree (name, singleton_on, COALESCE(singleton_key, ''::text)) WHERE ((state <> 'cancelled'::pgboss.job_state) AND (singleton_on IS NOT NULL));
CREATE INDEX ja05a57503d477a9fa7e955020fc114c21c22322a4bf29f5c6d49838d_i5 ON pgboss.ja05a57503d477a9fa7e955020fc114c21c22322a4bf29f5c6d49838d USING btree (name, start_after) INCLUDE (priority, created_on, id) WHERE (state < 'active'::pgboss.job_state);
CREATE UNIQUE INDEX je0ea0fc57a6724519a7327f7e70cc8a4b014d5ed4c64873b6bba1d1c_i1 ON pgboss.je0ea0fc57a6724519a7327f7e70cc8a4b014d5ed4c64873b6bba1d1c USING btree (name, COALESCE(singleton_key, ''::text)) WHERE ((state = 'created'::pgboss.job_state) AND (policy = 'short'::text));
CREATE UNIQUE INDEX je0ea0fc57a6724519a7327f7e70cc8a4b014d5ed4c64873b6bba1d1c_i2 ON pgboss.je0ea0fc57a6724519a7327f7e70cc8a4b014d5ed4c64873b6bba1d1c USING btree (name, COALESCE(singleton_key, ''::text)) WHERE ((state = 'active'::pgboss.job_state) AND (policy = 'singleton'::text));
CREATE UNIQUE INDEX je0ea0fc57a6724519a7327f7e70cc8a4b014d5ed4c64873b6bba1d1c_i3 ON pgboss.je0ea0fc57a6724519a7327f7e70cc8a4b014d5ed4c64873b6bba1d1c USING btree (name, state, COALESCE(singleton_key, ''::text)) WHERE ((state <= 'active'::pgboss.job_state) AND (policy = 'stately'::text));
CREATE UNIQUE INDEX je0ea0fc57a6724519a7327f7e70cc8a4b014d5ed4c64873b6bba1d1c_i4 ON pgboss.je0ea0fc57a6724519a7327f7e70cc8a4b014d5ed4c64873b6bba1d1c USING btree (name, singleton_on, COALESCE(singleton_key, ''::text)) WHERE ((state <> 'cancelled'::pgboss.job_state) AND (singleton_on IS NOT NULL));
CREATE INDEX je0ea0fc57a6724519a7327f7e70cc8a4b014d5ed4c64873b6bba1d1c_i5 ON pgboss.je0ea0fc57a6724519a7327f7e70cc8a4b014d5ed4c64873b6bba1d1c USING btree (name, start_after) INCLUDE (priority, created_on, id) WHERE (state < 'active'::pgboss.job_state);
CREATE UNIQUE INDEX jef3d731256ef7e96323dcc7c22dcd96a0c256ba3219e8affddbd2ee4_i1 ON pgboss.jef3d731256ef7e96323dcc7c22dcd96a0c256ba3219e8affddbd2ee4 USING btree (name, COALESCE(singleton_key, ''::text)) WHERE ((state = 'created'::pgboss.job_state) AND (policy = 'short'::text));
CREATE UNIQUE INDEX jef3d731256ef7e96323dcc7c22dcd96a0c256ba3219e8affddbd2ee4_i2 ON pgboss.jef3d731256ef7e96323dcc7c22dcd96a0c256ba3219e8affddbd2ee4 USING btree (name, COALESCE(singleton_key, ''::text)) WHERE ((state = 'active'::pgboss.job_state) AND (policy = 'singleton'::text));
CREATE UNIQUE INDEX jef3d731256ef7e96323dcc7c22dcd96a0c256ba3219e8affddbd2ee4_i3 ON pgboss.jef3d731256ef7e96323dcc7c22dcd96a0c256ba3219e8affddbd2ee4 USING btree (name, state, COALESCE(singleton_key, ''::text)) WHERE ((state <= 'active'::pgboss.job_state) AND (policy = 'stately'::text));
CREATE UNIQUE INDEX jef3d731256ef7e96323dcc7c22dcd96a0c256ba3219e8affddbd2ee4_i4 ON pgboss.jef3d731256ef7e96323dcc7c22dcd96a0c256ba3219e8affddbd2ee4 USING btree (name, singleton_on, COALESCE(singleton_key, ''::text)) WHERE ((state <> 'cancelled'::pgboss.job_state) AND (singleton_on IS NOT NULL));
CREATE INDEX jef3d731256ef7e96323dcc7c22dcd96a0c256ba3219e8affddbd2ee4_i5 ON pgboss.jef3d731256ef7e96323dcc7c22dcd96a0c256ba3219e8affddbd2ee4 USING btree (name, start_after) INCLUDE (priority, created_on, id) WHERE (state < 'active'::pgboss.job_state);
CREATE UNIQUE INDEX jf11ea74bef5986269f7ac9ed2106630a9ef4a3faf3cd1ee223101aaa_i1 ON pgboss.jf11ea74bef5986269f7ac9ed2106630a9ef4a3faf3cd1ee223101aaa USING btree (name, COALESCE(singleton_key, ''::text)) WHERE ((state = 'created'::pgboss.job_state) AND (policy = 'short'::text));
CREATE UNIQUE INDEX jf11ea74bef5986269f7ac9ed2106630a9ef4a3faf3cd1ee223101aaa_i2 ON pgboss.jf11ea74bef5986269f7ac9ed2106630a9ef4a3faf3cd1ee223101aaa USING btree (name, COALESCE(singleton_key, ''::text)) WHERE ((state = 'active'::pgboss.job_state) AND (policy = 'singleton'::text));
CREATE UNIQUE INDEX jf11ea74bef5986269f7ac9ed2106630a9ef4a3faf3cd1ee223101aaa_i3 ON pgboss.jf11ea74bef5986269f7ac9ed2106630a9ef4a3faf3cd1ee223101aaa USING btree (name, state, COALESCE(singleton_key, ''::text)) WHERE ((state <= 'active'::pgboss.job_state) AND (policy = 'stately'::text));
CREATE UNIQUE INDEX jf11ea74bef5986269f7ac9ed2106630a9ef4a3faf3cd1ee223101aaa_i4 ON pgboss.jf11ea74bef5986269f7ac9ed2106630a9ef4a3faf3cd1ee223101aaa USING btree (name, singleton_on, COALESCE(singleton_key, ''::text)) WHERE ((state <> 'cancelled'::pgboss.job_state) AND (singleton_on IS NOT NULL));
CREATE INDEX jf11ea74bef5986269f7ac9ed2106630a9ef4a3faf3cd1ee223101aaa_i5 ON pgboss.jf11ea74bef5986269f7ac9ed2106630a9ef4a3faf3cd1ee223101aaa USING btree (name, start_after) INCLUDE (priority, created_on, id) WHERE (state < 'active'::pgboss.job_state);
ALTER INDEX pgboss.job_pkey ATTACH PARTITION pgboss.j065e6a65e07d1053d0802bde1f2a4c3420229cf8c8cd99706ed7423f_pkey;
ALTER INDEX pgboss.job_pkey ATTACH PARTITION pgboss.j3f168501ed9816b51a9f5765e0742e1eb034ab6bf72c9ae3f3a975e3_pkey;
ALTER INDEX pgboss.job_pkey ATTACH PARTITION pgboss.j7f6da0d8879c3880fbe13dcee26264c95ec238f4e8c2f705a8b26f7a_pkey;
ALTER INDEX pgboss.job_pkey ATTACH PARTITION pgboss.ja05a57503d477a9fa7e955020fc114c21c22322a4bf29f5c6d49838d_pkey;
ALTER INDEX pgboss.job_pkey ATTACH PARTITION pgboss.je0ea0fc57a6724519a7327f7e70cc8a4b014d5ed4c64873b6bba1d1c_pkey;
ALTER INDEX pgboss.job_pkey ATTACH PARTITION pgboss.jef3d731256ef7e96323dcc7c22dcd96a0c256ba3219e8affddbd2ee4_pkey;
ALTER INDEX pgboss.job_pkey ATTACH PARTITION pgboss.jf11ea74bef5986269f7ac9ed2106630a9ef4a3faf3cd1ee223101aaa_pkey;
ALTER TABLE ONLY pgboss.j065e6a65e07d1053d0802bde1f2a4c3420229cf8c8cd99706ed7423f
    ADD CONSTRAINT dlq_fkey FOREIGN KEY (dead_letter) REFERENCES pgboss.queue(name) ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY pgboss.j3f168501ed9816b51a9f5765e0742e1eb034ab6bf72c9ae3f3a975e3
    ADD CONSTRAINT dlq_fkey FOREIGN KEY (dead_letter) REFERENCES pgboss.queue(name) ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY pgboss.j7f6da0d8879c3880fbe13dcee26264c95ec238f4e8c2f705a8b26f7a
    ADD CONSTRAINT dlq_fkey FOREIGN KEY (dead_letter) REFERENCES pgboss.queue(name) ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY pgboss.ja05a57503d477a9fa7e955020fc114c21c22322a4bf29f5c6d49838d
    ADD CONSTRAINT dlq_fkey FOREIGN KEY (dead_letter) REFERENCES pgboss.queue(name) ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY pgboss.je0ea0fc57a6724519a7327f7e70cc8a4b014d5ed4c64873b6bba1d1c
    ADD CONSTRAINT dlq_fkey FOREIGN KEY (dead_letter) REFERENCES pgboss.queue(name) ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY pgboss.jef3d731256ef7e96323dcc7c22dcd96a0c256ba3219e8affddbd2ee4
    ADD CONSTRAINT dlq_fkey FOREIGN KEY (dead_letter) REFERENCES pgboss.queue(name) ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY pgboss.jf11ea74bef5986269f7ac9ed2106630a9ef4a3faf3cd1ee223101aaa
    ADD CONSTRAINT dlq_fkey FOREIGN KEY (dead_letter) REFERENCES pgboss.queue(name) ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY pgboss.j065e6a65e07d1053d0802bde1f2a4c3420229cf8c8cd99706ed7423f
    ADD CONSTRAINT q_fkey FOREIGN KEY (name) REFERENCES pgboss.queue(name) ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY pgboss.j3f168501ed9816b51a9f5765e0742e1eb034ab6bf72c9ae3f3a975e3
    ADD CONSTRAINT q_fkey FOREIGN KEY (name) REFERENCES pgboss.queue(name) ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY pgboss.j7f6da0d8879c3880fbe13dcee26264c95ec238f4e8c2f705a8b26f7a
    ADD CONSTRAINT q_fkey FOREIGN KEY (name) REFERENCES pgboss.queue(name) ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY pgboss.ja05a57503d477a9fa7e955020fc114c21c22322a4bf29f5c6d49838d
    ADD CONSTRAINT q_fkey FOREIGN KEY (name) REFERENCES pgboss.queue(name) ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY pgboss.je0ea0fc57a6724519a7327f7e70cc8a4b014d5ed4c64873b6bba1d1c
    ADD CONSTRAINT q_fkey FOREIGN KEY (name) REFERENCES pgboss.queue(name) ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY pgboss.jef3d731256ef7e96323dcc7c22dcd96a0c256ba3219e8affddbd2ee4
    ADD CONSTRAINT q_fkey FOREIGN KEY (name) REFERENCES pgboss.queue(name) ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY pgboss.jf11ea74bef5986269f7ac9ed2106630a9ef4a3faf3cd1ee223101aaa
    ADD CONSTRAINT q_fkey FOREIGN KEY (name) REFERENCES pgboss.queue(name) ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY pgboss.queue
    ADD CONSTRAINT queue_dead_letter_fkey FOREIGN KEY (dead_letter) REFERENCES pgboss.queue(name);
ALTER TABLE ONLY pgboss.schedule
    ADD CONSTRAINT schedule_name_fkey FOREIGN KEY (name) REFERENCES pgboss.queue(name) ON DELETE CASCADE;
ALTER TABLE ONLY pgboss.subscription
    ADD CONSTRAINT subscription_name_fkey FOREIGN KEY (name) REFERENCES pgboss.queue(name) ON DELETE CASCADE;
