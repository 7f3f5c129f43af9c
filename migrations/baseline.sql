-- The schema that the migrations come to, for databases that have nothing in them: what the migrations send, recorded.
-- Renewed by `touchstone migrate --record` after a migration was added; never edited.

-- 0001

CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL,
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);

CREATE FUNCTION touchstone_set_local(name text, value text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF name !~ '^app\.[a-z_]+$' THEN
    RAISE EXCEPTION 'only settings of this application may be set' USING ERRCODE = '42501';
  END IF;
  EXECUTE format('SET LOCAL %s = %L', name, value);
END $$;

GRANT EXECUTE ON FUNCTION touchstone_set_local(text, text) TO touchstone_app, touchstone_region, touchstone_network, touchstone_worker, touchstone_login;

GRANT SELECT ON alembic_version TO touchstone_app;

CREATE TABLE audit_entries (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	action TEXT NOT NULL,
	subject_kind TEXT NOT NULL,
	subject_id UUID NOT NULL,
	actor_kind TEXT NOT NULL,
	actor_id UUID NOT NULL,
	on_behalf_of UUID,
	details TEXT NOT NULL,
	occurred_at TIMESTAMP WITH TIME ZONE NOT NULL,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT audit_entries_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT audit_entries_actor_kind CHECK (actor_kind IN ('person', 'service', 'system'))
);

GRANT SELECT, INSERT ON audit_entries TO touchstone_app;

GRANT SELECT ON audit_entries TO touchstone_region, touchstone_network;

CREATE POLICY audit_entries_app_all ON audit_entries FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY audit_entries_region_select ON audit_entries FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY audit_entries_network_select ON audit_entries FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY audit_entries_owner_all ON audit_entries FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE audit_entries ENABLE ROW LEVEL SECURITY;

ALTER TABLE audit_entries FORCE ROW LEVEL SECURITY;

CREATE INDEX audit_entries_subject ON audit_entries (tenant_id, subject_id, id);

CREATE TABLE outbox (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	topic TEXT NOT NULL,
	payload JSONB NOT NULL,
	target_tenant_id UUID NOT NULL,
	actor_kind TEXT NOT NULL,
	actor_id UUID NOT NULL,
	status TEXT NOT NULL,
	due_at TIMESTAMP WITH TIME ZONE NOT NULL,
	handovers INTEGER NOT NULL,
	attempts INTEGER NOT NULL,
	last_error TEXT,
	trace TEXT,
	sent_at TIMESTAMP WITH TIME ZONE NOT NULL,
	finished_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT outbox_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT outbox_actor_kind CHECK (actor_kind IN ('person', 'service', 'system')),
	CONSTRAINT outbox_status CHECK (status IN ('waiting', 'handed', 'running', 'done', 'dead'))
);

GRANT SELECT, INSERT, UPDATE, DELETE ON outbox TO touchstone_app;

GRANT SELECT ON outbox TO touchstone_region, touchstone_network;

CREATE POLICY outbox_app_all ON outbox FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY outbox_region_select ON outbox FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY outbox_network_select ON outbox FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY outbox_owner_all ON outbox FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

GRANT SELECT ON outbox TO touchstone_worker;

CREATE POLICY outbox_worker_select ON outbox FOR SELECT TO touchstone_worker USING (true);

ALTER TABLE outbox ENABLE ROW LEVEL SECURITY;

ALTER TABLE outbox FORCE ROW LEVEL SECURITY;

REVOKE ALL ON outbox FROM touchstone_worker;

GRANT SELECT (tenant_id, network_id, id, status, due_at, finished_at) ON outbox TO touchstone_worker;

CREATE INDEX outbox_open ON outbox (tenant_id, due_at, id) WHERE status IN ('waiting', 'handed', 'running');

CREATE INDEX outbox_due ON outbox (due_at, tenant_id) WHERE status IN ('waiting', 'handed', 'running');

CREATE INDEX outbox_finished ON outbox (finished_at, tenant_id) WHERE status = 'done';

CREATE INDEX outbox_dead ON outbox (tenant_id, id) WHERE status = 'dead';

CREATE TABLE command_receipts (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	command_id UUID NOT NULL,
	topic TEXT NOT NULL,
	sender_tenant_id UUID NOT NULL,
	actor_kind TEXT NOT NULL,
	actor_id UUID NOT NULL,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT command_receipts_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT command_receipts_actor_kind CHECK (actor_kind IN ('person', 'service', 'system')),
	CONSTRAINT command_receipts_command UNIQUE (tenant_id, command_id)
);

GRANT SELECT, INSERT ON command_receipts TO touchstone_app;

GRANT SELECT ON command_receipts TO touchstone_region, touchstone_network;

CREATE POLICY command_receipts_app_all ON command_receipts FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY command_receipts_region_select ON command_receipts FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY command_receipts_network_select ON command_receipts FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY command_receipts_owner_all ON command_receipts FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE command_receipts ENABLE ROW LEVEL SECURITY;

ALTER TABLE command_receipts FORCE ROW LEVEL SECURITY;

CREATE TABLE idempotency_keys (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	actor_id UUID NOT NULL,
	operation TEXT NOT NULL,
	key TEXT NOT NULL,
	fingerprint TEXT NOT NULL,
	ids UUID[] NOT NULL,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT idempotency_keys_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT idempotency_keys_request UNIQUE (tenant_id, actor_id, operation, key)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON idempotency_keys TO touchstone_app;

GRANT SELECT ON idempotency_keys TO touchstone_region, touchstone_network;

CREATE POLICY idempotency_keys_app_all ON idempotency_keys FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY idempotency_keys_region_select ON idempotency_keys FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY idempotency_keys_network_select ON idempotency_keys FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY idempotency_keys_owner_all ON idempotency_keys FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE idempotency_keys ENABLE ROW LEVEL SECURITY;

ALTER TABLE idempotency_keys FORCE ROW LEVEL SECURITY;

CREATE INDEX idempotency_keys_recorded ON idempotency_keys (tenant_id, recorded_at);

CREATE TABLE timers (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	kind TEXT NOT NULL,
	subject_id UUID NOT NULL,
	due_at TIMESTAMP WITH TIME ZONE NOT NULL,
	set_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT timers_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT timers_subject UNIQUE (tenant_id, kind, subject_id)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON timers TO touchstone_app;

GRANT SELECT ON timers TO touchstone_region, touchstone_network;

CREATE POLICY timers_app_all ON timers FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY timers_region_select ON timers FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY timers_network_select ON timers FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY timers_owner_all ON timers FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

GRANT SELECT ON timers TO touchstone_worker;

CREATE POLICY timers_worker_select ON timers FOR SELECT TO touchstone_worker USING (true);

ALTER TABLE timers ENABLE ROW LEVEL SECURITY;

ALTER TABLE timers FORCE ROW LEVEL SECURITY;

REVOKE ALL ON timers FROM touchstone_worker;

GRANT SELECT (tenant_id, network_id, id, due_at) ON timers TO touchstone_worker;

CREATE INDEX timers_due ON timers (due_at, tenant_id);

CREATE TABLE work_items (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	kind TEXT NOT NULL,
	subject_kind TEXT NOT NULL,
	subject_id UUID NOT NULL,
	status TEXT NOT NULL,
	facts TEXT NOT NULL,
	for_role TEXT,
	assignee_id UUID,
	due_at TIMESTAMP WITH TIME ZONE,
	opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
	closed_at TIMESTAMP WITH TIME ZONE,
	closed_by UUID,
	version INTEGER NOT NULL,
	CONSTRAINT work_items_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT work_items_status CHECK (status IN ('open', 'taken', 'done', 'dismissed')),
	CONSTRAINT work_items_taken_by_somebody CHECK ((status = 'taken') <= (assignee_id IS NOT NULL)),
	CONSTRAINT work_items_closed CHECK ((status IN ('open', 'taken')) = (closed_at IS NULL))
);

GRANT SELECT, INSERT, UPDATE, DELETE ON work_items TO touchstone_app;

GRANT SELECT ON work_items TO touchstone_region, touchstone_network;

CREATE POLICY work_items_app_all ON work_items FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY work_items_region_select ON work_items FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY work_items_network_select ON work_items FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY work_items_owner_all ON work_items FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE work_items ENABLE ROW LEVEL SECURITY;

ALTER TABLE work_items FORCE ROW LEVEL SECURITY;

CREATE UNIQUE INDEX work_items_one_open ON work_items (tenant_id, kind, subject_id) WHERE status IN ('open', 'taken');

CREATE INDEX work_items_inbox ON work_items (tenant_id, status, id);

CREATE TABLE jobs (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	kind TEXT NOT NULL,
	subject_kind TEXT NOT NULL,
	subject_id UUID NOT NULL,
	status TEXT NOT NULL,
	done INTEGER NOT NULL,
	total INTEGER,
	error TEXT,
	actor_kind TEXT NOT NULL,
	actor_id UUID NOT NULL,
	cancel_asked_at TIMESTAMP WITH TIME ZONE,
	cancel_asked_by UUID,
	started_at TIMESTAMP WITH TIME ZONE,
	updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
	finished_at TIMESTAMP WITH TIME ZONE,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT jobs_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT jobs_actor_kind CHECK (actor_kind IN ('person', 'service', 'system')),
	CONSTRAINT jobs_status CHECK (status IN ('waiting', 'running', 'done', 'failed', 'cancelled')),
	CONSTRAINT jobs_progress CHECK (done >= 0 AND (total IS NULL OR done <= total)),
	CONSTRAINT jobs_finished CHECK ((status IN ('waiting', 'running')) = (finished_at IS NULL))
);

GRANT SELECT, INSERT, UPDATE, DELETE ON jobs TO touchstone_app;

GRANT SELECT ON jobs TO touchstone_region, touchstone_network;

CREATE POLICY jobs_app_all ON jobs FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY jobs_region_select ON jobs FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY jobs_network_select ON jobs FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY jobs_owner_all ON jobs FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE jobs ENABLE ROW LEVEL SECURITY;

ALTER TABLE jobs FORCE ROW LEVEL SECURITY;

CREATE INDEX jobs_status ON jobs (tenant_id, status, id);

CREATE INDEX jobs_subject ON jobs (tenant_id, subject_id, id);

CREATE TABLE approvals (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	kind TEXT NOT NULL,
	subject_kind TEXT NOT NULL,
	subject_id UUID NOT NULL,
	subject_version INTEGER NOT NULL,
	author_id UUID NOT NULL,
	status TEXT NOT NULL,
	decided_by UUID,
	reason TEXT,
	asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
	decided_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT approvals_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT approvals_status CHECK (status IN ('asked', 'approved', 'rejected', 'withdrawn')),
	CONSTRAINT approvals_decided CHECK ((status = 'asked') = (decided_at IS NULL)),
	CONSTRAINT approvals_by_another CHECK (status NOT IN ('approved', 'rejected') OR decided_by <> author_id),
	CONSTRAINT approvals_decided_by CHECK ((decided_at IS NULL) = (decided_by IS NULL))
);

GRANT SELECT, INSERT, UPDATE, DELETE ON approvals TO touchstone_app;

GRANT SELECT ON approvals TO touchstone_region, touchstone_network;

CREATE POLICY approvals_app_all ON approvals FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY approvals_region_select ON approvals FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY approvals_network_select ON approvals FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY approvals_owner_all ON approvals FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE approvals ENABLE ROW LEVEL SECURITY;

ALTER TABLE approvals FORCE ROW LEVEL SECURITY;

CREATE UNIQUE INDEX approvals_one_asked ON approvals (tenant_id, kind, subject_id) WHERE status = 'asked';

CREATE INDEX approvals_subject ON approvals (tenant_id, subject_id, id);

CREATE TABLE reading_grants (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	kind TEXT NOT NULL,
	tenant_ids UUID[] NOT NULL,
	purpose TEXT NOT NULL,
	actor_kind TEXT NOT NULL,
	actor_id UUID NOT NULL,
	opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
	expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT reading_grants_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT reading_grants_actor_kind CHECK (actor_kind IN ('person', 'service', 'system')),
	CONSTRAINT reading_grants_kind CHECK (kind IN ('network', 'region')),
	CONSTRAINT reading_grants_expires CHECK (expires_at > opened_at)
);

GRANT SELECT, INSERT ON reading_grants TO touchstone_app;

GRANT SELECT ON reading_grants TO touchstone_region, touchstone_network;

CREATE POLICY reading_grants_app_all ON reading_grants FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY reading_grants_region_select ON reading_grants FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY reading_grants_network_select ON reading_grants FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY reading_grants_owner_all ON reading_grants FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE reading_grants ENABLE ROW LEVEL SECURITY;

ALTER TABLE reading_grants FORCE ROW LEVEL SECURITY;

CREATE INDEX reading_grants_actor ON reading_grants (tenant_id, actor_id, expires_at);

CREATE TABLE data_keys (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	subject_kind TEXT NOT NULL,
	subject_id UUID NOT NULL,
	number INTEGER NOT NULL,
	wrapped BYTEA NOT NULL,
	master_key_id TEXT NOT NULL,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT data_keys_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT data_keys_subject_kind CHECK (subject_kind IN ('tenant', 'person')),
	CONSTRAINT data_keys_subject UNIQUE (tenant_id, subject_id, number)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON data_keys TO touchstone_app;

GRANT SELECT ON data_keys TO touchstone_region, touchstone_network;

CREATE POLICY data_keys_app_all ON data_keys FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY data_keys_region_select ON data_keys FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY data_keys_network_select ON data_keys FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY data_keys_owner_all ON data_keys FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE data_keys ENABLE ROW LEVEL SECURITY;

ALTER TABLE data_keys FORCE ROW LEVEL SECURITY;

DROP POLICY data_keys_region_select ON data_keys;

REVOKE ALL ON data_keys FROM touchstone_region;

DROP POLICY data_keys_network_select ON data_keys;

REVOKE ALL ON data_keys FROM touchstone_network;

-- 0002

CREATE TABLE networks (
	network_id UUID NOT NULL,
	headquarters_id UUID NOT NULL,
	key TEXT NOT NULL,
	name TEXT NOT NULL,
	founded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	tree_revision INTEGER NOT NULL,
	CONSTRAINT networks_pkey PRIMARY KEY (network_id),
	CONSTRAINT networks_key_once UNIQUE (key)
);

GRANT SELECT, INSERT, UPDATE ON networks TO touchstone_app;

GRANT SELECT ON networks TO touchstone_region, touchstone_network;

CREATE POLICY networks_app_select ON networks FOR SELECT TO touchstone_app USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY networks_app_insert ON networks FOR INSERT TO touchstone_app WITH CHECK (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND headquarters_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

CREATE POLICY networks_app_update ON networks FOR UPDATE TO touchstone_app USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND headquarters_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND headquarters_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

CREATE POLICY networks_region_select ON networks FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY networks_network_select ON networks FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY networks_owner_all ON networks FOR ALL TO touchstone_owner USING (true) WITH CHECK (true);

ALTER TABLE networks ENABLE ROW LEVEL SECURITY;

ALTER TABLE networks FORCE ROW LEVEL SECURITY;

CREATE TABLE tenants (
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	owner_tenant_id UUID NOT NULL,
	key TEXT NOT NULL,
	name TEXT NOT NULL,
	kind TEXT NOT NULL,
	locale TEXT NOT NULL,
	time_zone TEXT NOT NULL,
	currency TEXT NOT NULL,
	status TEXT NOT NULL,
	suspended_at TIMESTAMP WITH TIME ZONE,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	version INTEGER NOT NULL,
	settings_version INTEGER NOT NULL,
	CONSTRAINT tenants_pkey PRIMARY KEY (network_id, id),
	CONSTRAINT tenants_key_once UNIQUE (network_id, key),
	CONSTRAINT tenants_network FOREIGN KEY(network_id) REFERENCES networks (network_id),
	CONSTRAINT tenants_kind CHECK (kind IN ('headquarters', 'region', 'franchisee')),
	CONSTRAINT tenants_status CHECK (status IN ('active', 'suspended')),
	CONSTRAINT tenants_suspended_since CHECK ((status = 'suspended') = (suspended_at IS NOT NULL))
);

GRANT SELECT, INSERT, UPDATE ON tenants TO touchstone_app;

GRANT SELECT ON tenants TO touchstone_region, touchstone_network;

CREATE POLICY tenants_app_select ON tenants FOR SELECT TO touchstone_app USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY tenants_app_insert ON tenants FOR INSERT TO touchstone_app WITH CHECK (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND owner_tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

CREATE POLICY tenants_app_update ON tenants FOR UPDATE TO touchstone_app USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND owner_tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND owner_tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

CREATE POLICY tenants_region_select ON tenants FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY tenants_network_select ON tenants FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY tenants_owner_all ON tenants FOR ALL TO touchstone_owner USING (true) WITH CHECK (true);

ALTER TABLE tenants ENABLE ROW LEVEL SECURITY;

ALTER TABLE tenants FORCE ROW LEVEL SECURITY;

CREATE TABLE tenant_placements (
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	owner_tenant_id UUID NOT NULL,
	child_id UUID NOT NULL,
	parent_id UUID,
	valid_from TIMESTAMP WITH TIME ZONE NOT NULL,
	valid_to TIMESTAMP WITH TIME ZONE,
	recorded_from TIMESTAMP WITH TIME ZONE NOT NULL,
	recorded_to TIMESTAMP WITH TIME ZONE,
	CONSTRAINT tenant_placements_pkey PRIMARY KEY (network_id, id),
	CONSTRAINT placements_child FOREIGN KEY(network_id, child_id) REFERENCES tenants (network_id, id),
	CONSTRAINT placements_parent FOREIGN KEY(network_id, parent_id) REFERENCES tenants (network_id, id),
	CONSTRAINT placements_valid_span CHECK (valid_to > valid_from),
	CONSTRAINT placements_recorded_span CHECK (recorded_to >= recorded_from),
	CONSTRAINT placements_not_below_itself CHECK (parent_id <> child_id)
);

GRANT SELECT, INSERT, UPDATE ON tenant_placements TO touchstone_app;

GRANT SELECT ON tenant_placements TO touchstone_region, touchstone_network;

CREATE POLICY tenant_placements_app_select ON tenant_placements FOR SELECT TO touchstone_app USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY tenant_placements_app_insert ON tenant_placements FOR INSERT TO touchstone_app WITH CHECK (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND owner_tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

CREATE POLICY tenant_placements_app_update ON tenant_placements FOR UPDATE TO touchstone_app USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND owner_tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND owner_tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

CREATE POLICY tenant_placements_region_select ON tenant_placements FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY tenant_placements_network_select ON tenant_placements FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY tenant_placements_owner_all ON tenant_placements FOR ALL TO touchstone_owner USING (true) WITH CHECK (true);

ALTER TABLE tenant_placements ENABLE ROW LEVEL SECURITY;

ALTER TABLE tenant_placements FORCE ROW LEVEL SECURITY;

ALTER TABLE tenant_placements ADD CONSTRAINT placements_one_place_at_a_time EXCLUDE USING gist (network_id WITH =, child_id WITH =, tstzrange(valid_from, valid_to) WITH &&, tstzrange(recorded_from, recorded_to) WITH &&);

CREATE INDEX placements_by_child ON tenant_placements (network_id, child_id, valid_from, id);

CREATE INDEX placements_by_parent ON tenant_placements (network_id, parent_id, valid_from, id);

CREATE TABLE tenant_settings (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	name TEXT NOT NULL,
	time_zone TEXT NOT NULL,
	locale TEXT NOT NULL,
	currency TEXT NOT NULL,
	preferences JSONB NOT NULL,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	version INTEGER NOT NULL,
	CONSTRAINT tenant_settings_pkey PRIMARY KEY (tenant_id)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON tenant_settings TO touchstone_app;

GRANT SELECT ON tenant_settings TO touchstone_region, touchstone_network;

CREATE POLICY tenant_settings_app_all ON tenant_settings FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY tenant_settings_region_select ON tenant_settings FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY tenant_settings_network_select ON tenant_settings FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY tenant_settings_owner_all ON tenant_settings FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE tenant_settings ENABLE ROW LEVEL SECURITY;

ALTER TABLE tenant_settings FORCE ROW LEVEL SECURITY;

CREATE TABLE sites (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	key TEXT NOT NULL,
	name TEXT NOT NULL,
	time_zone TEXT NOT NULL,
	locale TEXT NOT NULL,
	currency TEXT NOT NULL,
	address JSONB NOT NULL,
	status TEXT NOT NULL,
	opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
	closed_at TIMESTAMP WITH TIME ZONE,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	version INTEGER NOT NULL,
	CONSTRAINT sites_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT sites_key_once UNIQUE (tenant_id, key),
	CONSTRAINT sites_status CHECK (status IN ('open', 'closed')),
	CONSTRAINT sites_closed_since CHECK ((status = 'closed') = (closed_at IS NOT NULL))
);

GRANT SELECT, INSERT, UPDATE, DELETE ON sites TO touchstone_app;

GRANT SELECT ON sites TO touchstone_region, touchstone_network;

CREATE POLICY sites_app_all ON sites FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY sites_region_select ON sites FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY sites_network_select ON sites FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY sites_owner_all ON sites FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE sites ENABLE ROW LEVEL SECURITY;

ALTER TABLE sites FORCE ROW LEVEL SECURITY;

CREATE INDEX sites_by_status ON sites (tenant_id, status, key, id);

CREATE INDEX sites_by_network ON sites (network_id, tenant_id, id);

CREATE TABLE roles (
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	owner_tenant_id UUID NOT NULL,
	key TEXT NOT NULL,
	name TEXT NOT NULL,
	description TEXT NOT NULL,
	permissions JSONB NOT NULL,
	kinds JSONB NOT NULL,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	version INTEGER NOT NULL,
	CONSTRAINT roles_pkey PRIMARY KEY (network_id, id),
	CONSTRAINT roles_key_once UNIQUE (network_id, key)
);

GRANT SELECT, INSERT, UPDATE ON roles TO touchstone_app;

GRANT SELECT ON roles TO touchstone_region, touchstone_network;

CREATE POLICY roles_app_select ON roles FOR SELECT TO touchstone_app USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY roles_app_insert ON roles FOR INSERT TO touchstone_app WITH CHECK (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND owner_tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

CREATE POLICY roles_app_update ON roles FOR UPDATE TO touchstone_app USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND owner_tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND owner_tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

CREATE POLICY roles_region_select ON roles FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY roles_network_select ON roles FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY roles_owner_all ON roles FOR ALL TO touchstone_owner USING (true) WITH CHECK (true);

ALTER TABLE roles ENABLE ROW LEVEL SECURITY;

ALTER TABLE roles FORCE ROW LEVEL SECURITY;

CREATE TABLE issuers (
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	owner_tenant_id UUID NOT NULL,
	issuer TEXT NOT NULL,
	audience TEXT NOT NULL,
	name TEXT NOT NULL,
	status TEXT NOT NULL,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	version INTEGER NOT NULL,
	CONSTRAINT issuers_pkey PRIMARY KEY (network_id, id),
	CONSTRAINT issuers_once UNIQUE (network_id, issuer, audience),
	CONSTRAINT issuers_status CHECK (status IN ('active', 'withdrawn'))
);

GRANT SELECT, INSERT, UPDATE ON issuers TO touchstone_app;

GRANT SELECT ON issuers TO touchstone_region, touchstone_network;

CREATE POLICY issuers_app_select ON issuers FOR SELECT TO touchstone_app USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY issuers_app_insert ON issuers FOR INSERT TO touchstone_app WITH CHECK (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND owner_tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

CREATE POLICY issuers_app_update ON issuers FOR UPDATE TO touchstone_app USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND owner_tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND owner_tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

CREATE POLICY issuers_region_select ON issuers FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY issuers_network_select ON issuers FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY issuers_owner_all ON issuers FOR ALL TO touchstone_owner USING (true) WITH CHECK (true);

ALTER TABLE issuers ENABLE ROW LEVEL SECURITY;

ALTER TABLE issuers FORCE ROW LEVEL SECURITY;

CREATE INDEX issuers_by_url ON issuers (issuer, network_id, id);

GRANT SELECT ON issuers TO touchstone_login;

CREATE POLICY issuers_login_select ON issuers FOR SELECT TO touchstone_login USING (true);

CREATE TABLE service_accounts (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	name TEXT NOT NULL,
	roles JSONB NOT NULL,
	secret_hash TEXT NOT NULL,
	previous_secret_hash TEXT,
	previous_until TIMESTAMP WITH TIME ZONE,
	status TEXT NOT NULL,
	created_by UUID NOT NULL,
	created_at TIMESTAMP WITH TIME ZONE NOT NULL,
	rotated_at TIMESTAMP WITH TIME ZONE,
	revoked_at TIMESTAMP WITH TIME ZONE,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	version INTEGER NOT NULL,
	CONSTRAINT service_accounts_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT service_accounts_name_once UNIQUE (tenant_id, name),
	CONSTRAINT service_accounts_status CHECK (status IN ('active', 'revoked')),
	CONSTRAINT service_accounts_revoked_since CHECK ((status = 'revoked') = (revoked_at IS NOT NULL))
);

GRANT SELECT, INSERT, UPDATE, DELETE ON service_accounts TO touchstone_app;

GRANT SELECT ON service_accounts TO touchstone_region, touchstone_network;

CREATE POLICY service_accounts_app_all ON service_accounts FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY service_accounts_region_select ON service_accounts FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY service_accounts_network_select ON service_accounts FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY service_accounts_owner_all ON service_accounts FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE service_accounts ENABLE ROW LEVEL SECURITY;

ALTER TABLE service_accounts FORCE ROW LEVEL SECURITY;

CREATE INDEX service_accounts_by_network ON service_accounts (network_id, tenant_id, id);

CREATE TABLE plugin_approvals (
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	owner_tenant_id UUID NOT NULL,
	plugin TEXT NOT NULL,
	scopes JSONB NOT NULL,
	status TEXT NOT NULL,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	version INTEGER NOT NULL,
	CONSTRAINT plugin_approvals_pkey PRIMARY KEY (network_id, id),
	CONSTRAINT plugin_approvals_once UNIQUE (network_id, plugin),
	CONSTRAINT plugin_approvals_status CHECK (status IN ('approved', 'withdrawn'))
);

GRANT SELECT, INSERT, UPDATE ON plugin_approvals TO touchstone_app;

GRANT SELECT ON plugin_approvals TO touchstone_region, touchstone_network;

CREATE POLICY plugin_approvals_app_select ON plugin_approvals FOR SELECT TO touchstone_app USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY plugin_approvals_app_insert ON plugin_approvals FOR INSERT TO touchstone_app WITH CHECK (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND owner_tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

CREATE POLICY plugin_approvals_app_update ON plugin_approvals FOR UPDATE TO touchstone_app USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND owner_tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND owner_tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

CREATE POLICY plugin_approvals_region_select ON plugin_approvals FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY plugin_approvals_network_select ON plugin_approvals FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY plugin_approvals_owner_all ON plugin_approvals FOR ALL TO touchstone_owner USING (true) WITH CHECK (true);

ALTER TABLE plugin_approvals ENABLE ROW LEVEL SECURITY;

ALTER TABLE plugin_approvals FORCE ROW LEVEL SECURITY;

CREATE TABLE plugin_activations (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	plugin TEXT NOT NULL,
	enabled BOOLEAN NOT NULL,
	scopes JSONB NOT NULL,
	configuration JSONB NOT NULL,
	revoked_at TIMESTAMP WITH TIME ZONE,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	version INTEGER NOT NULL,
	CONSTRAINT plugin_activations_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT plugin_activations_once UNIQUE (tenant_id, plugin),
	CONSTRAINT plugin_activations_revoked CHECK (NOT (enabled AND revoked_at IS NOT NULL))
);

GRANT SELECT, INSERT, UPDATE, DELETE ON plugin_activations TO touchstone_app;

GRANT SELECT ON plugin_activations TO touchstone_region, touchstone_network;

CREATE POLICY plugin_activations_app_all ON plugin_activations FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY plugin_activations_region_select ON plugin_activations FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY plugin_activations_network_select ON plugin_activations FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY plugin_activations_owner_all ON plugin_activations FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE plugin_activations ENABLE ROW LEVEL SECURITY;

ALTER TABLE plugin_activations FORCE ROW LEVEL SECURITY;

CREATE INDEX plugin_activations_by_network ON plugin_activations (network_id, tenant_id, id);

CREATE TABLE memberships (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	person_id UUID NOT NULL,
	display_name BYTEA,
	roles JSONB NOT NULL,
	status TEXT NOT NULL,
	joined_at TIMESTAMP WITH TIME ZONE NOT NULL,
	ended_at TIMESTAMP WITH TIME ZONE,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	version INTEGER NOT NULL,
	CONSTRAINT memberships_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT memberships_person_once UNIQUE (tenant_id, person_id),
	CONSTRAINT memberships_status CHECK (status IN ('active', 'ended')),
	CONSTRAINT memberships_ended_since CHECK ((status = 'ended') = (ended_at IS NOT NULL))
);

GRANT SELECT, INSERT, UPDATE, DELETE ON memberships TO touchstone_app;

GRANT SELECT ON memberships TO touchstone_region, touchstone_network;

CREATE POLICY memberships_app_all ON memberships FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY memberships_region_select ON memberships FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY memberships_network_select ON memberships FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY memberships_owner_all ON memberships FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE memberships ENABLE ROW LEVEL SECURITY;

ALTER TABLE memberships FORCE ROW LEVEL SECURITY;

CREATE INDEX memberships_by_status ON memberships (tenant_id, status, id);

CREATE INDEX memberships_by_network ON memberships (network_id, tenant_id, id);

CREATE TABLE invitations (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	roles JSONB NOT NULL,
	invitee BYTEA,
	code_hash TEXT NOT NULL,
	status TEXT NOT NULL,
	invited_by UUID NOT NULL,
	invited_at TIMESTAMP WITH TIME ZONE NOT NULL,
	expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
	person_id UUID,
	closed_at TIMESTAMP WITH TIME ZONE,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT invitations_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT invitations_status CHECK (status IN ('pending', 'accepted', 'withdrawn')),
	CONSTRAINT invitations_closed_since CHECK ((status = 'pending') = (closed_at IS NULL)),
	CONSTRAINT invitations_accepted_by CHECK ((status = 'accepted') = (person_id IS NOT NULL))
);

GRANT SELECT, INSERT, UPDATE, DELETE ON invitations TO touchstone_app;

GRANT SELECT ON invitations TO touchstone_region, touchstone_network;

CREATE POLICY invitations_app_all ON invitations FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY invitations_region_select ON invitations FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY invitations_network_select ON invitations FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY invitations_owner_all ON invitations FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE invitations ENABLE ROW LEVEL SECURITY;

ALTER TABLE invitations FORCE ROW LEVEL SECURITY;

CREATE INDEX invitations_by_status ON invitations (tenant_id, status, expires_at, id);

CREATE INDEX invitations_by_network ON invitations (network_id, tenant_id, id);

CREATE TABLE people (
	person_id UUID NOT NULL,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT people_pkey PRIMARY KEY (person_id)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON people TO touchstone_app;

CREATE POLICY people_app_all ON people FOR ALL TO touchstone_app USING (person_id = NULLIF(current_setting('app.person_id', true), '')::uuid) WITH CHECK (person_id = NULLIF(current_setting('app.person_id', true), '')::uuid);

CREATE POLICY people_owner_all ON people FOR ALL TO touchstone_owner USING (person_id = NULLIF(current_setting('app.person_id', true), '')::uuid) WITH CHECK (person_id = NULLIF(current_setting('app.person_id', true), '')::uuid);

ALTER TABLE people ENABLE ROW LEVEL SECURITY;

ALTER TABLE people FORCE ROW LEVEL SECURITY;

CREATE TABLE person_identities (
	person_id UUID NOT NULL,
	identity_key UUID NOT NULL,
	issuer TEXT NOT NULL,
	linked_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT person_identities_pkey PRIMARY KEY (person_id, identity_key)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON person_identities TO touchstone_app;

CREATE POLICY person_identities_app_all ON person_identities FOR ALL TO touchstone_app USING (person_id = NULLIF(current_setting('app.person_id', true), '')::uuid) WITH CHECK (person_id = NULLIF(current_setting('app.person_id', true), '')::uuid);

CREATE POLICY person_identities_owner_all ON person_identities FOR ALL TO touchstone_owner USING (person_id = NULLIF(current_setting('app.person_id', true), '')::uuid) WITH CHECK (person_id = NULLIF(current_setting('app.person_id', true), '')::uuid);

ALTER TABLE person_identities ENABLE ROW LEVEL SECURITY;

ALTER TABLE person_identities FORCE ROW LEVEL SECURITY;

CREATE TABLE person_tenants (
	person_id UUID NOT NULL,
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	tenant_key TEXT NOT NULL,
	tenant_name TEXT NOT NULL,
	active BOOLEAN NOT NULL,
	version INTEGER NOT NULL,
	CONSTRAINT person_tenants_pkey PRIMARY KEY (person_id, tenant_id)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON person_tenants TO touchstone_app;

CREATE POLICY person_tenants_app_all ON person_tenants FOR ALL TO touchstone_app USING (person_id = NULLIF(current_setting('app.person_id', true), '')::uuid) WITH CHECK (person_id = NULLIF(current_setting('app.person_id', true), '')::uuid);

CREATE POLICY person_tenants_owner_all ON person_tenants FOR ALL TO touchstone_owner USING (person_id = NULLIF(current_setting('app.person_id', true), '')::uuid) WITH CHECK (person_id = NULLIF(current_setting('app.person_id', true), '')::uuid);

ALTER TABLE person_tenants ENABLE ROW LEVEL SECURITY;

ALTER TABLE person_tenants FORCE ROW LEVEL SECURITY;

CREATE TABLE identity_keys (
	identity_key UUID NOT NULL,
	person_id UUID NOT NULL,
	CONSTRAINT identity_keys_pkey PRIMARY KEY (identity_key)
);

GRANT SELECT ON identity_keys TO touchstone_login;

GRANT INSERT ON identity_keys TO touchstone_app;

CREATE POLICY identity_keys_login_select ON identity_keys FOR SELECT TO touchstone_login USING (true);

CREATE POLICY identity_keys_app_insert ON identity_keys FOR INSERT TO touchstone_app WITH CHECK (person_id = NULLIF(current_setting('app.person_id', true), '')::uuid);

CREATE POLICY identity_keys_owner_all ON identity_keys FOR ALL TO touchstone_owner USING (person_id = NULLIF(current_setting('app.person_id', true), '')::uuid) WITH CHECK (person_id = NULLIF(current_setting('app.person_id', true), '')::uuid);

ALTER TABLE identity_keys ENABLE ROW LEVEL SECURITY;

ALTER TABLE identity_keys FORCE ROW LEVEL SECURITY;

-- 0003

CREATE TABLE standards (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	code TEXT NOT NULL,
	title JSONB NOT NULL,
	layer TEXT NOT NULL,
	revision INTEGER NOT NULL,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT standards_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT standards_code_once UNIQUE (tenant_id, code),
	CONSTRAINT standards_layer CHECK (layer IN ('foundation', 'business', 'management', 'technical'))
);

GRANT SELECT, INSERT, UPDATE, DELETE ON standards TO touchstone_app;

GRANT SELECT ON standards TO touchstone_region, touchstone_network;

CREATE POLICY standards_app_all ON standards FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY standards_region_select ON standards FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY standards_network_select ON standards FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY standards_owner_all ON standards FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE standards ENABLE ROW LEVEL SECURITY;

ALTER TABLE standards FORCE ROW LEVEL SECURITY;

CREATE TABLE standard_versions (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	standard_id UUID NOT NULL,
	number TEXT NOT NULL,
	major INTEGER NOT NULL,
	minor INTEGER NOT NULL,
	patch INTEGER NOT NULL,
	status TEXT NOT NULL,
	title JSONB NOT NULL,
	layer TEXT NOT NULL,
	change_log TEXT NOT NULL,
	hash TEXT NOT NULL,
	author_id UUID NOT NULL,
	editors JSONB NOT NULL,
	approver_id UUID,
	submitted_at TIMESTAMP WITH TIME ZONE,
	approved_at TIMESTAMP WITH TIME ZONE,
	published_at TIMESTAMP WITH TIME ZONE,
	valid_from TIMESTAMP WITH TIME ZONE,
	valid_to TIMESTAMP WITH TIME ZONE,
	revision INTEGER NOT NULL,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT standard_versions_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT standard_versions_number_once UNIQUE (tenant_id, standard_id, number),
	CONSTRAINT standard_versions_standard FOREIGN KEY(tenant_id, standard_id) REFERENCES standards (tenant_id, id),
	CONSTRAINT standard_versions_status CHECK (status IN ('draft', 'in_review', 'approved', 'published', 'superseded', 'withdrawn')),
	CONSTRAINT standard_versions_by_another CHECK (approver_id <> author_id),
	CONSTRAINT standard_versions_approved CHECK (status IN ('draft', 'in_review', 'withdrawn') OR approver_id IS NOT NULL),
	CONSTRAINT standard_versions_published_with_validity CHECK ((published_at IS NULL) = (valid_from IS NULL)),
	CONSTRAINT standard_versions_valid_span CHECK (valid_to > valid_from)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON standard_versions TO touchstone_app;

GRANT SELECT ON standard_versions TO touchstone_region, touchstone_network;

CREATE POLICY standard_versions_app_all ON standard_versions FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY standard_versions_region_select ON standard_versions FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY standard_versions_network_select ON standard_versions FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY standard_versions_owner_all ON standard_versions FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE standard_versions ENABLE ROW LEVEL SECURITY;

ALTER TABLE standard_versions FORCE ROW LEVEL SECURITY;

CREATE TABLE clauses (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	version_id UUID NOT NULL,
	key TEXT NOT NULL,
	kind TEXT NOT NULL,
	level TEXT NOT NULL,
	obligation TEXT NOT NULL,
	flexibility TEXT NOT NULL,
	position INTEGER NOT NULL,
	text JSONB NOT NULL,
	operators JSONB NOT NULL,
	body JSONB,
	CONSTRAINT clauses_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT clauses_key_once UNIQUE (tenant_id, version_id, key),
	CONSTRAINT clauses_version FOREIGN KEY(tenant_id, version_id) REFERENCES standard_versions (tenant_id, id),
	CONSTRAINT clauses_kind CHECK (kind IN ('requirement', 'step', 'limit', 'wording', 'evidence', 'indicator', 'surroundings', 'process')),
	CONSTRAINT clauses_level CHECK (level IN ('baseline', 'expected', 'differentiated')),
	CONSTRAINT clauses_obligation CHECK (obligation IN ('must', 'should', 'may')),
	CONSTRAINT clauses_flexibility CHECK (flexibility IN ('core', 'flexible'))
);

GRANT SELECT, INSERT, UPDATE, DELETE ON clauses TO touchstone_app;

GRANT SELECT ON clauses TO touchstone_region, touchstone_network;

CREATE POLICY clauses_app_all ON clauses FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY clauses_region_select ON clauses FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY clauses_network_select ON clauses FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY clauses_owner_all ON clauses FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE clauses ENABLE ROW LEVEL SECURITY;

ALTER TABLE clauses FORCE ROW LEVEL SECURITY;

CREATE INDEX clauses_by_position ON clauses (tenant_id, version_id, position, id);

CREATE TABLE parameters (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	version_id UUID NOT NULL,
	clause_id UUID NOT NULL,
	clause_key TEXT NOT NULL,
	key TEXT NOT NULL,
	type TEXT NOT NULL,
	unit TEXT,
	default_value JSONB NOT NULL,
	operators JSONB NOT NULL,
	bounds JSONB NOT NULL,
	position INTEGER NOT NULL,
	CONSTRAINT parameters_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT parameters_key_once UNIQUE (tenant_id, clause_id, key),
	CONSTRAINT parameters_clause FOREIGN KEY(tenant_id, clause_id) REFERENCES clauses (tenant_id, id),
	CONSTRAINT parameters_type CHECK (type IN ('duration', 'integer', 'decimal', 'percent', 'money', 'boolean', 'choice', 'choices', 'text')),
	CONSTRAINT parameters_unit CHECK (unit IN ('elapsed', 'business')),
	CONSTRAINT parameters_unit_of_durations CHECK ((type = 'duration') = (unit IS NOT NULL))
);

GRANT SELECT, INSERT, UPDATE, DELETE ON parameters TO touchstone_app;

GRANT SELECT ON parameters TO touchstone_region, touchstone_network;

CREATE POLICY parameters_app_all ON parameters FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY parameters_region_select ON parameters FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY parameters_network_select ON parameters FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY parameters_owner_all ON parameters FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE parameters ENABLE ROW LEVEL SECURITY;

ALTER TABLE parameters FORCE ROW LEVEL SECURITY;

CREATE INDEX parameters_by_version ON parameters (tenant_id, version_id, clause_id, position, id);

CREATE TABLE standard_heads (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	code TEXT NOT NULL,
	revision INTEGER NOT NULL,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT standard_heads_pkey PRIMARY KEY (tenant_id, code)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON standard_heads TO touchstone_app;

GRANT SELECT ON standard_heads TO touchstone_region, touchstone_network;

CREATE POLICY standard_heads_app_all ON standard_heads FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY standard_heads_region_select ON standard_heads FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY standard_heads_network_select ON standard_heads FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY standard_heads_owner_all ON standard_heads FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE standard_heads ENABLE ROW LEVEL SECURITY;

ALTER TABLE standard_heads FORCE ROW LEVEL SECURITY;

CREATE TABLE published_versions (
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	owner_tenant_id UUID NOT NULL,
	standard_id UUID NOT NULL,
	code TEXT NOT NULL,
	number TEXT NOT NULL,
	major INTEGER NOT NULL,
	minor INTEGER NOT NULL,
	patch INTEGER NOT NULL,
	title JSONB NOT NULL,
	layer TEXT NOT NULL,
	document TEXT NOT NULL,
	hash TEXT NOT NULL,
	change_log TEXT NOT NULL,
	author_id UUID NOT NULL,
	approver_id UUID NOT NULL,
	approved_at TIMESTAMP WITH TIME ZONE NOT NULL,
	published_at TIMESTAMP WITH TIME ZONE NOT NULL,
	valid_from TIMESTAMP WITH TIME ZONE NOT NULL,
	valid_to TIMESTAMP WITH TIME ZONE,
	CONSTRAINT published_versions_pkey PRIMARY KEY (network_id, id),
	CONSTRAINT published_versions_number_once UNIQUE (network_id, code, number),
	CONSTRAINT published_versions_valid_span CHECK (valid_to > valid_from),
	CONSTRAINT published_versions_by_another CHECK (approver_id <> author_id)
);

GRANT SELECT, INSERT, UPDATE ON published_versions TO touchstone_app;

GRANT SELECT ON published_versions TO touchstone_region, touchstone_network;

CREATE POLICY published_versions_app_select ON published_versions FOR SELECT TO touchstone_app USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND owner_tenant_id = ANY(string_to_array(current_setting('app.lineage', true), ',')::uuid[]));

CREATE POLICY published_versions_app_insert ON published_versions FOR INSERT TO touchstone_app WITH CHECK (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND owner_tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

CREATE POLICY published_versions_app_update ON published_versions FOR UPDATE TO touchstone_app USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND owner_tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND owner_tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

CREATE POLICY published_versions_region_select ON published_versions FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY published_versions_network_select ON published_versions FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY published_versions_owner_all ON published_versions FOR ALL TO touchstone_owner USING (true) WITH CHECK (true);

ALTER TABLE published_versions ENABLE ROW LEVEL SECURITY;

ALTER TABLE published_versions FORCE ROW LEVEL SECURITY;

ALTER TABLE published_versions ADD CONSTRAINT published_versions_one_at_a_time EXCLUDE USING gist (network_id WITH =, code WITH =, tstzrange(valid_from, valid_to) WITH &&);

CREATE TABLE published_overlays (
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	owner_tenant_id UUID NOT NULL,
	code TEXT NOT NULL,
	kind TEXT NOT NULL,
	published_version_id UUID,
	adaptation_id UUID,
	operator TEXT,
	based_on UUID,
	clause_key TEXT NOT NULL,
	parameter_key TEXT NOT NULL,
	variant TEXT NOT NULL,
	aspect TEXT NOT NULL,
	value JSONB,
	narrowing JSONB,
	reason TEXT NOT NULL,
	legal_basis TEXT NOT NULL,
	author_id UUID NOT NULL,
	approver_id UUID,
	valid_from TIMESTAMP WITH TIME ZONE NOT NULL,
	valid_to TIMESTAMP WITH TIME ZONE,
	recorded_from TIMESTAMP WITH TIME ZONE NOT NULL,
	recorded_to TIMESTAMP WITH TIME ZONE,
	CONSTRAINT published_overlays_pkey PRIMARY KEY (network_id, id),
	CONSTRAINT published_overlays_version FOREIGN KEY(network_id, published_version_id) REFERENCES published_versions (network_id, id),
	CONSTRAINT published_overlays_kind CHECK (kind IN ('version', 'adaptation')),
	CONSTRAINT published_overlays_names_version CHECK ((kind = 'version') = (published_version_id IS NOT NULL)),
	CONSTRAINT published_overlays_names_adaptation CHECK ((kind = 'adaptation') = (adaptation_id IS NOT NULL AND operator IS NOT NULL)),
	CONSTRAINT published_overlays_valid_span CHECK (valid_to > valid_from),
	CONSTRAINT published_overlays_recorded_span CHECK (recorded_to >= recorded_from)
);

GRANT SELECT, INSERT, UPDATE ON published_overlays TO touchstone_app;

GRANT SELECT ON published_overlays TO touchstone_region, touchstone_network;

CREATE POLICY published_overlays_app_select ON published_overlays FOR SELECT TO touchstone_app USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND owner_tenant_id = ANY(string_to_array(current_setting('app.lineage', true), ',')::uuid[]));

CREATE POLICY published_overlays_app_insert ON published_overlays FOR INSERT TO touchstone_app WITH CHECK (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND owner_tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

CREATE POLICY published_overlays_app_update ON published_overlays FOR UPDATE TO touchstone_app USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND owner_tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND owner_tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

CREATE POLICY published_overlays_region_select ON published_overlays FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY published_overlays_network_select ON published_overlays FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY published_overlays_owner_all ON published_overlays FOR ALL TO touchstone_owner USING (true) WITH CHECK (true);

ALTER TABLE published_overlays ENABLE ROW LEVEL SECURITY;

ALTER TABLE published_overlays FORCE ROW LEVEL SECURITY;

ALTER TABLE published_overlays ADD CONSTRAINT published_overlays_one_version EXCLUDE USING gist (network_id WITH =, code WITH =, tstzrange(valid_from, valid_to) WITH &&, tstzrange(recorded_from, recorded_to) WITH &&) WHERE (kind = 'version');

ALTER TABLE published_overlays ADD CONSTRAINT published_overlays_one_adaptation EXCLUDE USING gist (network_id WITH =, owner_tenant_id WITH =, code WITH =, clause_key WITH =, parameter_key WITH =, variant WITH =, aspect WITH =, tstzrange(valid_from, valid_to) WITH &&, tstzrange(recorded_from, recorded_to) WITH &&) WHERE (kind = 'adaptation');

CREATE INDEX published_overlays_by_code ON published_overlays (network_id, code, owner_tenant_id, id);

CREATE TABLE adaptations (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	code TEXT NOT NULL,
	clause_key TEXT NOT NULL,
	parameter_key TEXT NOT NULL,
	variant TEXT NOT NULL,
	aspect TEXT NOT NULL,
	value JSONB,
	narrowing JSONB,
	reason TEXT NOT NULL,
	legal_basis TEXT NOT NULL,
	author_id UUID NOT NULL,
	approver_id UUID,
	operator TEXT NOT NULL,
	based_on UUID NOT NULL,
	origin_id UUID NOT NULL,
	revision INTEGER NOT NULL,
	valid_from TIMESTAMP WITH TIME ZONE NOT NULL,
	valid_to TIMESTAMP WITH TIME ZONE,
	recorded_from TIMESTAMP WITH TIME ZONE NOT NULL,
	recorded_to TIMESTAMP WITH TIME ZONE,
	CONSTRAINT adaptations_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT adaptations_operator CHECK (operator IN ('assign', 'narrow', 'append', 'remove')),
	CONSTRAINT adaptations_aspect CHECK ((operator = 'narrow') = (aspect = 'bounds')),
	CONSTRAINT adaptations_narrowing CHECK ((operator = 'narrow') = (narrowing IS NOT NULL)),
	CONSTRAINT adaptations_value CHECK ((operator = 'narrow') = (value IS NULL)),
	CONSTRAINT adaptations_valid_span CHECK (valid_to > valid_from),
	CONSTRAINT adaptations_recorded_span CHECK (recorded_to >= recorded_from)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON adaptations TO touchstone_app;

GRANT SELECT ON adaptations TO touchstone_region, touchstone_network;

CREATE POLICY adaptations_app_all ON adaptations FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY adaptations_region_select ON adaptations FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY adaptations_network_select ON adaptations FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY adaptations_owner_all ON adaptations FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE adaptations ENABLE ROW LEVEL SECURITY;

ALTER TABLE adaptations FORCE ROW LEVEL SECURITY;

ALTER TABLE adaptations ADD CONSTRAINT adaptations_one_at_a_time EXCLUDE USING gist (tenant_id WITH =, code WITH =, clause_key WITH =, parameter_key WITH =, variant WITH =, aspect WITH =, tstzrange(valid_from, valid_to) WITH &&, tstzrange(recorded_from, recorded_to) WITH &&);

CREATE INDEX adaptations_by_code ON adaptations (tenant_id, code, id);

CREATE TABLE effective_documents (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	hash TEXT NOT NULL,
	code TEXT NOT NULL,
	version TEXT NOT NULL,
	document TEXT NOT NULL,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT effective_documents_pkey PRIMARY KEY (tenant_id, hash)
);

GRANT SELECT, INSERT ON effective_documents TO touchstone_app;

GRANT SELECT ON effective_documents TO touchstone_region, touchstone_network;

CREATE POLICY effective_documents_app_all ON effective_documents FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY effective_documents_region_select ON effective_documents FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY effective_documents_network_select ON effective_documents FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY effective_documents_owner_all ON effective_documents FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE effective_documents ENABLE ROW LEVEL SECURITY;

ALTER TABLE effective_documents FORCE ROW LEVEL SECURITY;

-- 0004

CREATE TABLE records (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	channel TEXT NOT NULL,
	external_id TEXT NOT NULL,
	standard_code TEXT NOT NULL,
	standard_version TEXT NOT NULL,
	effective_hash TEXT NOT NULL,
	status TEXT NOT NULL,
	priority TEXT,
	site_id UUID,
	opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
	first_response_at TIMESTAMP WITH TIME ZONE,
	resolved_at TIMESTAMP WITH TIME ZONE,
	closed_at TIMESTAMP WITH TIME ZONE,
	first_response_seconds BIGINT,
	resolution_seconds BIGINT,
	step_count INTEGER NOT NULL,
	last_step_at TIMESTAMP WITH TIME ZONE NOT NULL,
	import_chunk_id UUID,
	import_position BIGINT,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
	version INTEGER NOT NULL,
	CONSTRAINT records_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT records_status CHECK (status IN ('open', 'resolved', 'closed')),
	CONSTRAINT records_resolved CHECK ((status = 'open') = (resolved_at IS NULL)),
	CONSTRAINT records_closed CHECK ((status = 'closed') = (closed_at IS NOT NULL)),
	CONSTRAINT records_first_response CHECK (first_response_seconds >= 0 AND (first_response_seconds IS NULL) = (first_response_at IS NULL)),
	CONSTRAINT records_resolution CHECK (resolution_seconds >= 0 AND (resolution_seconds IS NULL) = (resolved_at IS NULL))
);

GRANT SELECT, INSERT, UPDATE, DELETE ON records TO touchstone_app;

GRANT SELECT ON records TO touchstone_region, touchstone_network;

CREATE POLICY records_app_all ON records FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY records_region_select ON records FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY records_network_select ON records FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY records_owner_all ON records FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE records ENABLE ROW LEVEL SECURITY;

ALTER TABLE records FORCE ROW LEVEL SECURITY;

CREATE INDEX records_by_opening ON records (tenant_id, opened_at, id);

CREATE INDEX records_by_standard ON records (tenant_id, standard_code, opened_at, id);

CREATE INDEX records_by_status ON records (tenant_id, status, opened_at, id);

CREATE INDEX records_by_channel ON records (tenant_id, channel, opened_at, id);

CREATE INDEX records_by_external_id ON records (tenant_id, external_id, id);

CREATE INDEX records_by_chunk ON records (tenant_id, import_chunk_id, id);

CREATE INDEX records_of_network ON records (network_id, opened_at, id);

CREATE TABLE record_keys (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	channel TEXT NOT NULL,
	external_id TEXT NOT NULL,
	record_id UUID NOT NULL,
	CONSTRAINT record_keys_pkey PRIMARY KEY (tenant_id, channel, external_id)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON record_keys TO touchstone_app;

GRANT SELECT ON record_keys TO touchstone_region, touchstone_network;

CREATE POLICY record_keys_app_all ON record_keys FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY record_keys_region_select ON record_keys FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY record_keys_network_select ON record_keys FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY record_keys_owner_all ON record_keys FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE record_keys ENABLE ROW LEVEL SECURITY;

ALTER TABLE record_keys FORCE ROW LEVEL SECURITY;

CREATE TABLE record_steps (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	record_id UUID NOT NULL,
	position INTEGER NOT NULL,
	key TEXT NOT NULL,
	status TEXT,
	occurred_at TIMESTAMP WITH TIME ZONE NOT NULL,
	performer_id UUID,
	performer_pseudonym TEXT,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT record_steps_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT record_steps_position UNIQUE (tenant_id, record_id, position),
	CONSTRAINT record_steps_record FOREIGN KEY(tenant_id, record_id) REFERENCES records (tenant_id, id),
	CONSTRAINT record_steps_from_one CHECK (position >= 1)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON record_steps TO touchstone_app;

GRANT SELECT ON record_steps TO touchstone_region, touchstone_network;

CREATE POLICY record_steps_app_all ON record_steps FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY record_steps_region_select ON record_steps FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY record_steps_network_select ON record_steps FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY record_steps_owner_all ON record_steps FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE record_steps ENABLE ROW LEVEL SECURITY;

ALTER TABLE record_steps FORCE ROW LEVEL SECURITY;

CREATE TABLE import_runs (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	file_name TEXT NOT NULL,
	file_hash TEXT NOT NULL,
	mapping_name TEXT NOT NULL,
	mapping_hash TEXT NOT NULL,
	status TEXT NOT NULL,
	attempts INTEGER NOT NULL,
	bytes_total BIGINT NOT NULL,
	bytes_read BIGINT NOT NULL,
	records_seen BIGINT NOT NULL,
	records_imported BIGINT NOT NULL,
	records_already_there BIGINT NOT NULL,
	records_refused BIGINT NOT NULL,
	steps_imported BIGINT NOT NULL,
	placeholders BIGINT NOT NULL,
	errors_omitted BIGINT NOT NULL,
	error_code TEXT,
	error_message TEXT,
	started_at TIMESTAMP WITH TIME ZONE NOT NULL,
	updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
	finished_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT import_runs_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT import_runs_same UNIQUE (tenant_id, file_hash, mapping_hash),
	CONSTRAINT import_runs_status CHECK (status IN ('running', 'finished', 'failed')),
	CONSTRAINT import_runs_finished CHECK ((status = 'running') = (finished_at IS NULL)),
	CONSTRAINT import_runs_failed CHECK ((status = 'failed') = (error_code IS NOT NULL))
);

GRANT SELECT, INSERT, UPDATE, DELETE ON import_runs TO touchstone_app;

GRANT SELECT ON import_runs TO touchstone_region, touchstone_network;

CREATE POLICY import_runs_app_all ON import_runs FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY import_runs_region_select ON import_runs FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY import_runs_network_select ON import_runs FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY import_runs_owner_all ON import_runs FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE import_runs ENABLE ROW LEVEL SECURITY;

ALTER TABLE import_runs FORCE ROW LEVEL SECURITY;

CREATE INDEX import_runs_by_start ON import_runs (tenant_id, started_at, id);

CREATE INDEX import_runs_by_status ON import_runs (tenant_id, status, started_at, id);

CREATE TABLE import_refusals (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	run_id UUID NOT NULL,
	position BIGINT NOT NULL,
	external_id TEXT,
	code TEXT NOT NULL,
	message TEXT NOT NULL,
	attempt INTEGER NOT NULL,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT import_refusals_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT import_refusals_position UNIQUE (tenant_id, run_id, position),
	CONSTRAINT import_refusals_run FOREIGN KEY(tenant_id, run_id) REFERENCES import_runs (tenant_id, id)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON import_refusals TO touchstone_app;

GRANT SELECT ON import_refusals TO touchstone_region, touchstone_network;

CREATE POLICY import_refusals_app_all ON import_refusals FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY import_refusals_region_select ON import_refusals FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY import_refusals_network_select ON import_refusals FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY import_refusals_owner_all ON import_refusals FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE import_refusals ENABLE ROW LEVEL SECURITY;

ALTER TABLE import_refusals FORCE ROW LEVEL SECURITY;

CREATE TABLE import_chunks (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	run_id UUID NOT NULL,
	first_position BIGINT NOT NULL,
	last_position BIGINT NOT NULL,
	records INTEGER NOT NULL,
	steps INTEGER NOT NULL,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT import_chunks_pkey PRIMARY KEY (tenant_id, id)
);

GRANT SELECT, INSERT ON import_chunks TO touchstone_app;

GRANT SELECT ON import_chunks TO touchstone_region, touchstone_network;

CREATE POLICY import_chunks_app_all ON import_chunks FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY import_chunks_region_select ON import_chunks FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY import_chunks_network_select ON import_chunks FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY import_chunks_owner_all ON import_chunks FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE import_chunks ENABLE ROW LEVEL SECURITY;

ALTER TABLE import_chunks FORCE ROW LEVEL SECURITY;

CREATE INDEX import_chunks_by_run ON import_chunks (tenant_id, run_id, id);

-- 0005

CREATE TABLE record_scores (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	record_id UUID NOT NULL,
	rule TEXT NOT NULL,
	rule_version TEXT NOT NULL,
	dimension TEXT NOT NULL,
	basis_points INTEGER,
	reason TEXT NOT NULL,
	message TEXT NOT NULL,
	measured JSONB NOT NULL,
	effective_hash TEXT NOT NULL,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT record_scores_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT record_scores_once UNIQUE (tenant_id, record_id, rule, dimension),
	CONSTRAINT record_scores_basis_points CHECK (basis_points BETWEEN 0 AND 10000)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON record_scores TO touchstone_app;

GRANT SELECT ON record_scores TO touchstone_region, touchstone_network;

CREATE POLICY record_scores_app_all ON record_scores FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY record_scores_region_select ON record_scores FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY record_scores_network_select ON record_scores FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY record_scores_owner_all ON record_scores FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE record_scores ENABLE ROW LEVEL SECURITY;

ALTER TABLE record_scores FORCE ROW LEVEL SECURITY;

CREATE TABLE record_figures (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	standard_code TEXT NOT NULL,
	day DATE NOT NULL,
	resolved BOOLEAN NOT NULL,
	resolution_seconds BIGINT,
	published_limit_seconds BIGINT,
	effective_limit_seconds BIGINT,
	step_count INTEGER NOT NULL,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT record_figures_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT record_figures_resolution CHECK (resolution_seconds >= 0)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON record_figures TO touchstone_app;

GRANT SELECT ON record_figures TO touchstone_region, touchstone_network;

CREATE POLICY record_figures_app_all ON record_figures FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY record_figures_region_select ON record_figures FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY record_figures_network_select ON record_figures FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY record_figures_owner_all ON record_figures FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE record_figures ENABLE ROW LEVEL SECURITY;

ALTER TABLE record_figures FORCE ROW LEVEL SECURITY;

CREATE INDEX record_figures_by_day ON record_figures (tenant_id, standard_code, day, id);

CREATE INDEX record_figures_by_network ON record_figures (network_id, standard_code, day);

CREATE TABLE quality_days (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	standard_code TEXT NOT NULL,
	day DATE NOT NULL,
	records BIGINT NOT NULL,
	resolved BIGINT NOT NULL,
	within_published BIGINT NOT NULL,
	within_effective BIGINT NOT NULL,
	resolution_seconds BIGINT NOT NULL,
	steps BIGINT NOT NULL,
	CONSTRAINT quality_days_pkey PRIMARY KEY (tenant_id, standard_code, day)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON quality_days TO touchstone_app;

GRANT SELECT ON quality_days TO touchstone_region, touchstone_network;

CREATE POLICY quality_days_app_all ON quality_days FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY quality_days_region_select ON quality_days FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY quality_days_network_select ON quality_days FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY quality_days_owner_all ON quality_days FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE quality_days ENABLE ROW LEVEL SECURITY;

ALTER TABLE quality_days FORCE ROW LEVEL SECURITY;

CREATE INDEX quality_days_by_network ON quality_days (network_id, standard_code, day);

CREATE TABLE score_days (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	standard_code TEXT NOT NULL,
	day DATE NOT NULL,
	rule TEXT NOT NULL,
	dimension TEXT NOT NULL,
	scored BIGINT NOT NULL,
	basis_points BIGINT NOT NULL,
	CONSTRAINT score_days_pkey PRIMARY KEY (tenant_id, standard_code, day, rule, dimension)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON score_days TO touchstone_app;

GRANT SELECT ON score_days TO touchstone_region, touchstone_network;

CREATE POLICY score_days_app_all ON score_days FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY score_days_region_select ON score_days FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY score_days_network_select ON score_days FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY score_days_owner_all ON score_days FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE score_days ENABLE ROW LEVEL SECURITY;

ALTER TABLE score_days FORCE ROW LEVEL SECURITY;

CREATE INDEX score_days_by_network ON score_days (network_id, standard_code, day);

CREATE TABLE quality_heads (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	revision INTEGER NOT NULL,
	CONSTRAINT quality_heads_pkey PRIMARY KEY (tenant_id)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON quality_heads TO touchstone_app;

GRANT SELECT ON quality_heads TO touchstone_region, touchstone_network;

CREATE POLICY quality_heads_app_all ON quality_heads FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY quality_heads_region_select ON quality_heads FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY quality_heads_network_select ON quality_heads FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY quality_heads_owner_all ON quality_heads FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE quality_heads ENABLE ROW LEVEL SECURITY;

ALTER TABLE quality_heads FORCE ROW LEVEL SECURITY;

-- 0006

CREATE TABLE trusted_documents (
	hash TEXT NOT NULL,
	text TEXT NOT NULL,
	registered_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT trusted_documents_pkey PRIMARY KEY (hash),
	CONSTRAINT trusted_documents_hash CHECK (hash ~ '^[0-9a-f]{64}$')
);

GRANT SELECT ON trusted_documents TO touchstone_app, touchstone_region, touchstone_network, touchstone_worker, touchstone_login;

CREATE POLICY trusted_documents_app_select ON trusted_documents FOR SELECT TO touchstone_app USING (true);

CREATE POLICY trusted_documents_region_select ON trusted_documents FOR SELECT TO touchstone_region USING (true);

CREATE POLICY trusted_documents_network_select ON trusted_documents FOR SELECT TO touchstone_network USING (true);

CREATE POLICY trusted_documents_worker_select ON trusted_documents FOR SELECT TO touchstone_worker USING (true);

CREATE POLICY trusted_documents_login_select ON trusted_documents FOR SELECT TO touchstone_login USING (true);

CREATE POLICY trusted_documents_owner_all ON trusted_documents FOR ALL TO touchstone_owner USING (true) WITH CHECK (true);

ALTER TABLE trusted_documents ENABLE ROW LEVEL SECURITY;

ALTER TABLE trusted_documents FORCE ROW LEVEL SECURITY;

CREATE TABLE trusted_document_builds (
	hash TEXT NOT NULL,
	application TEXT NOT NULL,
	version TEXT NOT NULL,
	registered_at TIMESTAMP WITH TIME ZONE NOT NULL,
	retired_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT trusted_document_builds_pkey PRIMARY KEY (hash, application, version),
	CONSTRAINT trusted_document_builds_document FOREIGN KEY(hash) REFERENCES trusted_documents (hash),
	CONSTRAINT trusted_document_builds_named CHECK (application <> '' AND version <> '')
);

GRANT SELECT ON trusted_document_builds TO touchstone_app, touchstone_region, touchstone_network, touchstone_worker, touchstone_login;

CREATE POLICY trusted_document_builds_app_select ON trusted_document_builds FOR SELECT TO touchstone_app USING (true);

CREATE POLICY trusted_document_builds_region_select ON trusted_document_builds FOR SELECT TO touchstone_region USING (true);

CREATE POLICY trusted_document_builds_network_select ON trusted_document_builds FOR SELECT TO touchstone_network USING (true);

CREATE POLICY trusted_document_builds_worker_select ON trusted_document_builds FOR SELECT TO touchstone_worker USING (true);

CREATE POLICY trusted_document_builds_login_select ON trusted_document_builds FOR SELECT TO touchstone_login USING (true);

CREATE POLICY trusted_document_builds_owner_all ON trusted_document_builds FOR ALL TO touchstone_owner USING (true) WITH CHECK (true);

ALTER TABLE trusted_document_builds ENABLE ROW LEVEL SECURITY;

ALTER TABLE trusted_document_builds FORCE ROW LEVEL SECURITY;

CREATE INDEX trusted_document_builds_build ON trusted_document_builds (application, version);

-- 0007

CREATE INDEX work_items_open ON work_items (tenant_id, opened_at, id) WHERE status IN ('open', 'taken');

CREATE INDEX work_items_open_by_kind ON work_items (tenant_id, kind, opened_at, id) WHERE status IN ('open', 'taken');

CREATE INDEX jobs_by_recording ON jobs (tenant_id, recorded_at, id);

CREATE INDEX jobs_by_kind ON jobs (tenant_id, kind, recorded_at, id);

CREATE INDEX approvals_by_asking ON approvals (tenant_id, asked_at, id);

CREATE INDEX outbox_dead_by_sending ON outbox (tenant_id, sent_at, id) WHERE status = 'dead';

-- 0008

CREATE INDEX published_versions_by_code ON published_versions (network_id, code, valid_from DESC, id DESC);

CREATE INDEX adaptations_by_clause ON adaptations (tenant_id, clause_key, id);

CREATE INDEX adaptations_known_now ON adaptations (tenant_id, id) WHERE recorded_to IS NULL;

-- 0009

CREATE INDEX tenants_by_kind ON tenants (network_id, kind, key, id);

CREATE INDEX tenants_by_status ON tenants (network_id, status, key, id);

-- 0010

CREATE INDEX records_of_network_by_status ON records (network_id, status, opened_at, id);

CREATE INDEX records_of_network_by_external_id ON records (network_id, external_id, id);

-- 0011

ALTER TABLE parameters ADD COLUMN variants JSONB DEFAULT '[]'::jsonb NOT NULL;

ALTER TABLE parameters ALTER COLUMN variants DROP DEFAULT;

ALTER TABLE standard_versions ADD COLUMN profile JSONB DEFAULT '{}'::jsonb NOT NULL;

ALTER TABLE standard_versions ALTER COLUMN profile DROP DEFAULT;

ALTER TABLE standard_versions ADD COLUMN withdrawn_because TEXT DEFAULT '' NOT NULL;

ALTER TABLE standard_versions ALTER COLUMN withdrawn_because DROP DEFAULT;

ALTER TABLE standard_versions ADD COLUMN withdrawn_at TIMESTAMP WITH TIME ZONE;

ALTER TABLE standard_versions ADD CONSTRAINT standard_versions_withdrawn CHECK ((status = 'withdrawn') = (withdrawn_at IS NOT NULL));

ALTER TABLE standards ADD COLUMN review_months INTEGER DEFAULT 6 NOT NULL;

ALTER TABLE standards ALTER COLUMN review_months DROP DEFAULT;

ALTER TABLE published_versions ADD COLUMN withdrawn_at TIMESTAMP WITH TIME ZONE;

ALTER TABLE published_versions DROP CONSTRAINT published_versions_one_at_a_time;

ALTER TABLE published_versions ADD CONSTRAINT published_versions_one_at_a_time EXCLUDE USING gist (network_id WITH =, code WITH =, tstzrange(valid_from, valid_to) WITH &&) WHERE (withdrawn_at IS NULL);

CREATE TABLE adaptation_proposals (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	code TEXT NOT NULL,
	clause_key TEXT NOT NULL,
	parameter_key TEXT NOT NULL,
	variant TEXT NOT NULL,
	operator TEXT NOT NULL,
	value JSONB,
	narrowing JSONB,
	reason TEXT NOT NULL,
	legal_basis TEXT NOT NULL,
	status TEXT NOT NULL,
	refusal TEXT NOT NULL,
	valid_from TIMESTAMP WITH TIME ZONE,
	valid_to TIMESTAMP WITH TIME ZONE,
	adaptation_id UUID,
	author_id UUID NOT NULL,
	decided_by UUID,
	proposed_at TIMESTAMP WITH TIME ZONE NOT NULL,
	decided_at TIMESTAMP WITH TIME ZONE,
	revision INTEGER NOT NULL,
	CONSTRAINT adaptation_proposals_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT adaptation_proposals_operator CHECK (operator IN ('assign', 'narrow', 'append', 'remove')),
	CONSTRAINT adaptation_proposals_status CHECK (status IN ('asked', 'approved', 'rejected', 'refused')),
	CONSTRAINT adaptation_proposals_became CHECK ((status = 'approved') = (adaptation_id IS NOT NULL)),
	CONSTRAINT adaptation_proposals_by_another CHECK (decided_by <> author_id)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON adaptation_proposals TO touchstone_app;

GRANT SELECT ON adaptation_proposals TO touchstone_region, touchstone_network;

CREATE POLICY adaptation_proposals_app_all ON adaptation_proposals FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY adaptation_proposals_region_select ON adaptation_proposals FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY adaptation_proposals_network_select ON adaptation_proposals FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY adaptation_proposals_owner_all ON adaptation_proposals FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE adaptation_proposals ENABLE ROW LEVEL SECURITY;

ALTER TABLE adaptation_proposals FORCE ROW LEVEL SECURITY;

CREATE INDEX adaptation_proposals_by_code ON adaptation_proposals (tenant_id, code, id);

CREATE INDEX adaptation_proposals_by_status ON adaptation_proposals (tenant_id, status, id);

CREATE TABLE adaptation_rules (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	by_two BOOLEAN NOT NULL,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT adaptation_rules_pkey PRIMARY KEY (tenant_id)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON adaptation_rules TO touchstone_app;

GRANT SELECT ON adaptation_rules TO touchstone_region, touchstone_network;

CREATE POLICY adaptation_rules_app_all ON adaptation_rules FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY adaptation_rules_region_select ON adaptation_rules FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY adaptation_rules_network_select ON adaptation_rules FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY adaptation_rules_owner_all ON adaptation_rules FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE adaptation_rules ENABLE ROW LEVEL SECURITY;

ALTER TABLE adaptation_rules FORCE ROW LEVEL SECURITY;

-- 0012

CREATE TABLE waivers (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	code TEXT NOT NULL,
	clause_key TEXT NOT NULL,
	parameter_key TEXT NOT NULL,
	variant TEXT NOT NULL,
	value JSONB NOT NULL,
	measure TEXT NOT NULL,
	reason TEXT NOT NULL,
	legal_basis TEXT NOT NULL,
	bound TEXT NOT NULL,
	bound_limit JSONB,
	author_id UUID NOT NULL,
	status TEXT NOT NULL,
	expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
	asked_until TIMESTAMP WITH TIME ZONE NOT NULL,
	round INTEGER NOT NULL,
	renewals INTEGER NOT NULL,
	asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
	decided_at TIMESTAMP WITH TIME ZONE,
	decision_reason TEXT NOT NULL,
	revision INTEGER NOT NULL,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	renewal_asked BOOLEAN NOT NULL,
	granting_tenant_id UUID NOT NULL,
	approver_id UUID,
	valid_from TIMESTAMP WITH TIME ZONE,
	CONSTRAINT waivers_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT waivers_status CHECK (status IN ('asked', 'granted', 'rejected', 'withdrawn', 'ended', 'revoked', 'expired')),
	CONSTRAINT waivers_rounds CHECK (round >= renewals AND renewals >= 0),
	CONSTRAINT waivers_of_another CHECK (granting_tenant_id <> tenant_id)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON waivers TO touchstone_app;

GRANT SELECT ON waivers TO touchstone_region, touchstone_network;

CREATE POLICY waivers_app_all ON waivers FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY waivers_region_select ON waivers FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY waivers_network_select ON waivers FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY waivers_owner_all ON waivers FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE waivers ENABLE ROW LEVEL SECURITY;

ALTER TABLE waivers FORCE ROW LEVEL SECURITY;

CREATE UNIQUE INDEX waivers_one_asked ON waivers (tenant_id, code, clause_key, parameter_key, variant) WHERE status = 'asked';

CREATE INDEX waivers_by_expiry ON waivers (tenant_id, expires_at, id);

CREATE INDEX waivers_by_code ON waivers (tenant_id, code, expires_at, id);

CREATE INDEX waivers_by_status ON waivers (tenant_id, status, expires_at, id);

CREATE TABLE waiver_spans (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	waiver_id UUID NOT NULL,
	code TEXT NOT NULL,
	clause_key TEXT NOT NULL,
	parameter_key TEXT NOT NULL,
	variant TEXT NOT NULL,
	value JSONB NOT NULL,
	measure TEXT NOT NULL,
	reason TEXT NOT NULL,
	legal_basis TEXT NOT NULL,
	bound TEXT NOT NULL,
	bound_limit JSONB,
	author_id UUID NOT NULL,
	granting_tenant_id UUID NOT NULL,
	approver_id UUID NOT NULL,
	valid_from TIMESTAMP WITH TIME ZONE NOT NULL,
	valid_to TIMESTAMP WITH TIME ZONE NOT NULL,
	recorded_from TIMESTAMP WITH TIME ZONE NOT NULL,
	recorded_to TIMESTAMP WITH TIME ZONE,
	CONSTRAINT waiver_spans_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT spans_waiver FOREIGN KEY(tenant_id, waiver_id) REFERENCES waivers (tenant_id, id),
	CONSTRAINT waiver_spans_by_another CHECK (approver_id <> author_id),
	CONSTRAINT waiver_spans_valid_span CHECK (valid_to > valid_from),
	CONSTRAINT waiver_spans_recorded_span CHECK (recorded_to >= recorded_from)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON waiver_spans TO touchstone_app;

GRANT SELECT ON waiver_spans TO touchstone_region, touchstone_network;

CREATE POLICY waiver_spans_app_all ON waiver_spans FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY waiver_spans_region_select ON waiver_spans FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY waiver_spans_network_select ON waiver_spans FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY waiver_spans_owner_all ON waiver_spans FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE waiver_spans ENABLE ROW LEVEL SECURITY;

ALTER TABLE waiver_spans FORCE ROW LEVEL SECURITY;

ALTER TABLE waiver_spans ADD CONSTRAINT waiver_spans_one_at_a_time EXCLUDE USING gist (tenant_id WITH =, code WITH =, clause_key WITH =, parameter_key WITH =, variant WITH =, tstzrange(valid_from, valid_to) WITH &&, tstzrange(recorded_from, recorded_to) WITH &&);

CREATE INDEX waiver_spans_by_code ON waiver_spans (tenant_id, code, id);

CREATE INDEX waiver_spans_by_waiver ON waiver_spans (tenant_id, waiver_id, id);

CREATE INDEX waiver_spans_of_network ON waiver_spans (network_id, code, tenant_id);

CREATE TABLE waiver_events (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	waiver_id UUID NOT NULL,
	round INTEGER NOT NULL,
	kind TEXT NOT NULL,
	at TIMESTAMP WITH TIME ZONE NOT NULL,
	until TIMESTAMP WITH TIME ZONE,
	reason TEXT NOT NULL,
	actor_kind TEXT NOT NULL,
	actor_id UUID NOT NULL,
	by_tenant_id UUID NOT NULL,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT waiver_events_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT events_waiver FOREIGN KEY(tenant_id, waiver_id) REFERENCES waivers (tenant_id, id),
	CONSTRAINT waiver_events_kind CHECK (kind IN ('asked', 'granted', 'rejected', 'withdrawn', 'ended', 'revoked', 'expired')),
	CONSTRAINT waiver_events_once UNIQUE (tenant_id, waiver_id, round, kind)
);

GRANT SELECT, INSERT ON waiver_events TO touchstone_app;

GRANT SELECT ON waiver_events TO touchstone_region, touchstone_network;

CREATE POLICY waiver_events_app_all ON waiver_events FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY waiver_events_region_select ON waiver_events FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY waiver_events_network_select ON waiver_events FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY waiver_events_owner_all ON waiver_events FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE waiver_events ENABLE ROW LEVEL SECURITY;

ALTER TABLE waiver_events FORCE ROW LEVEL SECURITY;

CREATE INDEX waiver_events_by_waiver ON waiver_events (tenant_id, waiver_id, id);

CREATE TABLE waiver_requests (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	asking_tenant_id UUID NOT NULL,
	code TEXT NOT NULL,
	clause_key TEXT NOT NULL,
	parameter_key TEXT NOT NULL,
	variant TEXT NOT NULL,
	value JSONB NOT NULL,
	measure TEXT NOT NULL,
	reason TEXT NOT NULL,
	legal_basis TEXT NOT NULL,
	bound TEXT NOT NULL,
	bound_limit JSONB,
	author_id UUID NOT NULL,
	status TEXT NOT NULL,
	expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
	asked_until TIMESTAMP WITH TIME ZONE NOT NULL,
	round INTEGER NOT NULL,
	renewals INTEGER NOT NULL,
	asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
	decided_at TIMESTAMP WITH TIME ZONE,
	decision_reason TEXT NOT NULL,
	revision INTEGER NOT NULL,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	first_author_id UUID NOT NULL,
	approval_id UUID NOT NULL,
	decided_by UUID,
	granted_at TIMESTAMP WITH TIME ZONE,
	ended_reason TEXT NOT NULL,
	CONSTRAINT waiver_requests_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT waiver_requests_status CHECK (status IN ('asked', 'granted', 'rejected', 'withdrawn', 'ended', 'revoked', 'expired')),
	CONSTRAINT waiver_requests_of_another CHECK (asking_tenant_id <> tenant_id)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON waiver_requests TO touchstone_app;

GRANT SELECT ON waiver_requests TO touchstone_region, touchstone_network;

CREATE POLICY waiver_requests_app_all ON waiver_requests FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY waiver_requests_region_select ON waiver_requests FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY waiver_requests_network_select ON waiver_requests FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY waiver_requests_owner_all ON waiver_requests FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE waiver_requests ENABLE ROW LEVEL SECURITY;

ALTER TABLE waiver_requests FORCE ROW LEVEL SECURITY;

CREATE INDEX waiver_requests_by_expiry ON waiver_requests (tenant_id, expires_at, id);

CREATE INDEX waiver_requests_by_code ON waiver_requests (tenant_id, code, expires_at, id);

CREATE INDEX waiver_requests_by_status ON waiver_requests (tenant_id, status, expires_at, id);

CREATE TABLE waiver_rules (
	network_id UUID NOT NULL,
	owner_tenant_id UUID NOT NULL,
	longest_days INTEGER NOT NULL,
	most_renewals INTEGER NOT NULL,
	remind_days JSONB NOT NULL,
	revision INTEGER NOT NULL,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT waiver_rules_pkey PRIMARY KEY (network_id, owner_tenant_id),
	CONSTRAINT waiver_rules_longest CHECK (longest_days BETWEEN 1 AND 3660),
	CONSTRAINT waiver_rules_renewals CHECK (most_renewals BETWEEN 0 AND 100)
);

GRANT SELECT, INSERT, UPDATE ON waiver_rules TO touchstone_app;

GRANT SELECT ON waiver_rules TO touchstone_region, touchstone_network;

CREATE POLICY waiver_rules_app_select ON waiver_rules FOR SELECT TO touchstone_app USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY waiver_rules_app_insert ON waiver_rules FOR INSERT TO touchstone_app WITH CHECK (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND owner_tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

CREATE POLICY waiver_rules_app_update ON waiver_rules FOR UPDATE TO touchstone_app USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND owner_tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND owner_tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

CREATE POLICY waiver_rules_region_select ON waiver_rules FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY waiver_rules_network_select ON waiver_rules FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY waiver_rules_owner_all ON waiver_rules FOR ALL TO touchstone_owner USING (true) WITH CHECK (true);

ALTER TABLE waiver_rules ENABLE ROW LEVEL SECURITY;

ALTER TABLE waiver_rules FORCE ROW LEVEL SECURITY;

CREATE TABLE suggestions (
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	owner_tenant_id UUID NOT NULL,
	source TEXT NOT NULL,
	locale TEXT NOT NULL,
	territory TEXT NOT NULL,
	code TEXT NOT NULL,
	clause_key TEXT NOT NULL,
	parameter_key TEXT NOT NULL,
	variant TEXT NOT NULL,
	operator TEXT NOT NULL,
	value JSONB,
	narrowing JSONB,
	reason TEXT NOT NULL,
	legal_basis TEXT NOT NULL,
	from_version TEXT NOT NULL,
	before_version TEXT NOT NULL,
	author_id UUID NOT NULL,
	offered_at TIMESTAMP WITH TIME ZONE NOT NULL,
	withdrawn_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT suggestions_pkey PRIMARY KEY (network_id, id),
	CONSTRAINT suggestions_operator CHECK (operator IN ('assign', 'narrow', 'append', 'remove')),
	CONSTRAINT suggestions_narrowing CHECK ((operator = 'narrow') = (narrowing IS NOT NULL)),
	CONSTRAINT suggestions_value CHECK ((operator = 'narrow') = (value IS NULL))
);

GRANT SELECT, INSERT, UPDATE ON suggestions TO touchstone_app;

GRANT SELECT ON suggestions TO touchstone_region, touchstone_network;

CREATE POLICY suggestions_app_select ON suggestions FOR SELECT TO touchstone_app USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND owner_tenant_id = ANY(string_to_array(current_setting('app.lineage', true), ',')::uuid[]));

CREATE POLICY suggestions_app_insert ON suggestions FOR INSERT TO touchstone_app WITH CHECK (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND owner_tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

CREATE POLICY suggestions_app_update ON suggestions FOR UPDATE TO touchstone_app USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND owner_tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND owner_tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

CREATE POLICY suggestions_region_select ON suggestions FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY suggestions_network_select ON suggestions FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY suggestions_owner_all ON suggestions FOR ALL TO touchstone_owner USING (true) WITH CHECK (true);

ALTER TABLE suggestions ENABLE ROW LEVEL SECURITY;

ALTER TABLE suggestions FORCE ROW LEVEL SECURITY;

CREATE INDEX suggestions_by_code ON suggestions (network_id, code, id);

CREATE INDEX suggestions_by_source ON suggestions (network_id, source, id);

CREATE TABLE suggestion_answers (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	suggestion_id UUID NOT NULL,
	code TEXT NOT NULL,
	status TEXT NOT NULL,
	reason TEXT NOT NULL,
	adaptation_id UUID,
	decided_by UUID NOT NULL,
	decided_at TIMESTAMP WITH TIME ZONE NOT NULL,
	revision INTEGER NOT NULL,
	CONSTRAINT suggestion_answers_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT suggestion_answers_once UNIQUE (tenant_id, suggestion_id),
	CONSTRAINT suggestion_answers_status CHECK (status IN ('adopted', 'rejected')),
	CONSTRAINT suggestion_answers_adaptation CHECK ((status = 'adopted') = (adaptation_id IS NOT NULL))
);

GRANT SELECT, INSERT, UPDATE, DELETE ON suggestion_answers TO touchstone_app;

GRANT SELECT ON suggestion_answers TO touchstone_region, touchstone_network;

CREATE POLICY suggestion_answers_app_all ON suggestion_answers FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY suggestion_answers_region_select ON suggestion_answers FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY suggestion_answers_network_select ON suggestion_answers FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY suggestion_answers_owner_all ON suggestion_answers FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE suggestion_answers ENABLE ROW LEVEL SECURITY;

ALTER TABLE suggestion_answers FORCE ROW LEVEL SECURITY;

CREATE INDEX suggestion_answers_by_code ON suggestion_answers (tenant_id, code, id);

CREATE INDEX suggestion_answers_by_status ON suggestion_answers (tenant_id, status, id);

ALTER TABLE adaptations ADD COLUMN suggestion_id UUID;

ALTER TABLE published_overlays ADD COLUMN suggestion_id UUID;

-- 0013

ALTER TABLE standard_versions ADD COLUMN lineage JSONB DEFAULT '[]'::jsonb NOT NULL;

ALTER TABLE standard_versions ALTER COLUMN lineage DROP DEFAULT;

CREATE TABLE merge_outcomes (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	code TEXT NOT NULL,
	adaptation_id UUID NOT NULL,
	origin_id UUID NOT NULL,
	based_on UUID NOT NULL,
	version_id UUID NOT NULL,
	version_number TEXT NOT NULL,
	outcome TEXT NOT NULL,
	clause_key TEXT NOT NULL,
	parameter_key TEXT NOT NULL,
	variant TEXT NOT NULL,
	clause_key_after TEXT,
	parameter_key_after TEXT,
	at TIMESTAMP WITH TIME ZONE NOT NULL,
	limit_kind TEXT,
	limit_value JSONB,
	set_by UUID,
	problem TEXT NOT NULL,
	proposal TEXT NOT NULL,
	proposed_clause_key TEXT,
	proposed_parameter_key TEXT,
	proposed_value JSONB,
	ended BOOLEAN NOT NULL,
	status TEXT NOT NULL,
	resolution TEXT,
	reason TEXT NOT NULL,
	resolved_by UUID,
	settled_at TIMESTAMP WITH TIME ZONE,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT merge_outcomes_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT merge_outcomes_outcome CHECK (outcome IN ('clean', 'merged', 'out_of_bounds', 'orphaned', 'locked', 'type_changed')),
	CONSTRAINT merge_outcomes_proposal CHECK (proposal IN ('keep', 'move', 'nearest', 'drop', 'ask_waiver')),
	CONSTRAINT merge_outcomes_status CHECK (status IN ('followed', 'open', 'resolved', 'overtaken')),
	CONSTRAINT merge_outcomes_resolution CHECK (resolution IN ('accept_proposal', 'adjust', 'drop', 'keep_suspended')),
	CONSTRAINT merge_outcomes_resolved CHECK ((status = 'resolved') = (resolution IS NOT NULL)),
	CONSTRAINT merge_outcomes_settled CHECK ((status = 'open') = (settled_at IS NULL)),
	CONSTRAINT merge_outcomes_followed CHECK ((status = 'followed') = (outcome IN ('clean', 'merged')))
);

GRANT SELECT, INSERT, UPDATE, DELETE ON merge_outcomes TO touchstone_app;

GRANT SELECT ON merge_outcomes TO touchstone_region, touchstone_network;

CREATE POLICY merge_outcomes_app_all ON merge_outcomes FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY merge_outcomes_region_select ON merge_outcomes FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY merge_outcomes_network_select ON merge_outcomes FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY merge_outcomes_owner_all ON merge_outcomes FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE merge_outcomes ENABLE ROW LEVEL SECURITY;

ALTER TABLE merge_outcomes FORCE ROW LEVEL SECURITY;

CREATE INDEX merge_outcomes_by_code ON merge_outcomes (tenant_id, code, id);

CREATE INDEX merge_outcomes_by_version ON merge_outcomes (tenant_id, version_id, id);

CREATE INDEX merge_outcomes_by_outcome ON merge_outcomes (tenant_id, outcome, id);

CREATE INDEX merge_outcomes_open ON merge_outcomes (tenant_id, id) WHERE settled_at IS NULL;

CREATE UNIQUE INDEX merge_outcomes_open_once ON merge_outcomes (tenant_id, adaptation_id) WHERE settled_at IS NULL;

-- 0014

CREATE TABLE rollouts (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	version_id UUID NOT NULL,
	code TEXT NOT NULL,
	number TEXT NOT NULL,
	status TEXT NOT NULL,
	reminder_days JSONB NOT NULL,
	published_version_id UUID,
	job_id UUID,
	author_id UUID NOT NULL,
	started_at TIMESTAMP WITH TIME ZONE,
	halted_at TIMESTAMP WITH TIME ZONE,
	halt_reason TEXT NOT NULL,
	ended_at TIMESTAMP WITH TIME ZONE,
	revision INTEGER NOT NULL,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT rollouts_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT rollouts_one_a_version UNIQUE (tenant_id, version_id),
	CONSTRAINT rollouts_version FOREIGN KEY(tenant_id, version_id) REFERENCES standard_versions (tenant_id, id),
	CONSTRAINT rollouts_status CHECK (status IN ('planned', 'starting', 'running', 'halted', 'finished', 'superseded')),
	CONSTRAINT rollouts_started CHECK ((status = 'planned') = (started_at IS NULL)),
	CONSTRAINT rollouts_published CHECK ((started_at IS NULL) = (published_version_id IS NULL)),
	CONSTRAINT rollouts_halted CHECK ((status = 'halted') = (halted_at IS NOT NULL))
);

GRANT SELECT, INSERT, UPDATE, DELETE ON rollouts TO touchstone_app;

GRANT SELECT ON rollouts TO touchstone_region, touchstone_network;

CREATE POLICY rollouts_app_all ON rollouts FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY rollouts_region_select ON rollouts FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY rollouts_network_select ON rollouts FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY rollouts_owner_all ON rollouts FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE rollouts ENABLE ROW LEVEL SECURITY;

ALTER TABLE rollouts FORCE ROW LEVEL SECURITY;

CREATE INDEX rollouts_by_code ON rollouts (tenant_id, code, id);

CREATE INDEX rollouts_by_status ON rollouts (tenant_id, status, id);

CREATE TABLE rollout_waves (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	rollout_id UUID NOT NULL,
	position INTEGER NOT NULL,
	name TEXT NOT NULL,
	kind TEXT NOT NULL,
	tenant_ids JSONB NOT NULL,
	percentage INTEGER,
	mode TEXT NOT NULL,
	gate TEXT NOT NULL,
	starts_at TIMESTAMP WITH TIME ZONE,
	starts_after INTEGER,
	deadline_at TIMESTAMP WITH TIME ZONE,
	deadline_after INTEGER,
	gate_passed_at TIMESTAMP WITH TIME ZONE,
	gate_passed_by UUID,
	gate_reason TEXT NOT NULL,
	begins_at TIMESTAMP WITH TIME ZONE,
	deadline TIMESTAMP WITH TIME ZONE,
	enforced_from TIMESTAMP WITH TIME ZONE,
	rolled_back_at TIMESTAMP WITH TIME ZONE,
	rollback_reason TEXT NOT NULL,
	CONSTRAINT rollout_waves_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT rollout_waves_position_once UNIQUE (tenant_id, rollout_id, position),
	CONSTRAINT rollout_waves_rollout FOREIGN KEY(tenant_id, rollout_id) REFERENCES rollouts (tenant_id, id),
	CONSTRAINT rollout_waves_kind CHECK (kind IN ('tenants', 'regions', 'percentage', 'rest')),
	CONSTRAINT rollout_waves_mode CHECK (mode IN ('audit', 'advisory', 'enforced')),
	CONSTRAINT rollout_waves_percentage CHECK ((kind = 'percentage') = (percentage IS NOT NULL)),
	CONSTRAINT rollout_waves_percent CHECK (percentage BETWEEN 1 AND 100),
	CONSTRAINT rollout_waves_one_start CHECK (starts_at IS NULL OR starts_after IS NULL),
	CONSTRAINT rollout_waves_one_deadline CHECK (deadline_at IS NULL OR deadline_after IS NULL)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON rollout_waves TO touchstone_app;

GRANT SELECT ON rollout_waves TO touchstone_region, touchstone_network;

CREATE POLICY rollout_waves_app_all ON rollout_waves FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY rollout_waves_region_select ON rollout_waves FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY rollout_waves_network_select ON rollout_waves FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY rollout_waves_owner_all ON rollout_waves FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE rollout_waves ENABLE ROW LEVEL SECURITY;

ALTER TABLE rollout_waves FORCE ROW LEVEL SECURITY;

CREATE TABLE rollout_members (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	rollout_id UUID NOT NULL,
	wave_id UUID NOT NULL,
	adopter_id UUID NOT NULL,
	adopted_at TIMESTAMP WITH TIME ZONE,
	acknowledged_at TIMESTAMP WITH TIME ZONE,
	told_revision INTEGER NOT NULL,
	CONSTRAINT rollout_members_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT rollout_members_once UNIQUE (tenant_id, rollout_id, adopter_id),
	CONSTRAINT rollout_members_wave FOREIGN KEY(tenant_id, wave_id) REFERENCES rollout_waves (tenant_id, id)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON rollout_members TO touchstone_app;

GRANT SELECT ON rollout_members TO touchstone_region, touchstone_network;

CREATE POLICY rollout_members_app_all ON rollout_members FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY rollout_members_region_select ON rollout_members FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY rollout_members_network_select ON rollout_members FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY rollout_members_owner_all ON rollout_members FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE rollout_members ENABLE ROW LEVEL SECURITY;

ALTER TABLE rollout_members FORCE ROW LEVEL SECURITY;

CREATE INDEX rollout_members_by_wave ON rollout_members (tenant_id, wave_id, adopter_id);

CREATE TABLE rollout_assignments (
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	owner_tenant_id UUID NOT NULL,
	code TEXT NOT NULL,
	published_version_id UUID NOT NULL,
	wave_id UUID NOT NULL,
	adopter_id UUID NOT NULL,
	recorded_from TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT rollout_assignments_pkey PRIMARY KEY (network_id, id),
	CONSTRAINT rollout_assignments_once UNIQUE (network_id, published_version_id, adopter_id),
	CONSTRAINT rollout_assignments_version FOREIGN KEY(network_id, published_version_id) REFERENCES published_versions (network_id, id)
);

GRANT SELECT, INSERT, UPDATE ON rollout_assignments TO touchstone_app;

GRANT SELECT ON rollout_assignments TO touchstone_region, touchstone_network;

CREATE POLICY rollout_assignments_app_select ON rollout_assignments FOR SELECT TO touchstone_app USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND owner_tenant_id = ANY(string_to_array(current_setting('app.lineage', true), ',')::uuid[]));

CREATE POLICY rollout_assignments_app_insert ON rollout_assignments FOR INSERT TO touchstone_app WITH CHECK (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND owner_tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

CREATE POLICY rollout_assignments_app_update ON rollout_assignments FOR UPDATE TO touchstone_app USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND owner_tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND owner_tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

CREATE POLICY rollout_assignments_region_select ON rollout_assignments FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY rollout_assignments_network_select ON rollout_assignments FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY rollout_assignments_owner_all ON rollout_assignments FOR ALL TO touchstone_owner USING (true) WITH CHECK (true);

ALTER TABLE rollout_assignments ENABLE ROW LEVEL SECURITY;

ALTER TABLE rollout_assignments FORCE ROW LEVEL SECURITY;

CREATE TABLE rollout_stages (
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	owner_tenant_id UUID NOT NULL,
	code TEXT NOT NULL,
	number TEXT NOT NULL,
	published_version_id UUID NOT NULL,
	rollout_id UUID NOT NULL,
	wave_id UUID NOT NULL,
	position INTEGER NOT NULL,
	name TEXT NOT NULL,
	is_rest BOOLEAN NOT NULL,
	mode TEXT NOT NULL,
	phase TEXT NOT NULL,
	halted BOOLEAN NOT NULL,
	planned_at TIMESTAMP WITH TIME ZONE,
	deadline TIMESTAMP WITH TIME ZONE,
	enforced_from TIMESTAMP WITH TIME ZONE,
	reminder_days JSONB NOT NULL,
	valid_from TIMESTAMP WITH TIME ZONE NOT NULL,
	valid_to TIMESTAMP WITH TIME ZONE,
	recorded_from TIMESTAMP WITH TIME ZONE NOT NULL,
	recorded_to TIMESTAMP WITH TIME ZONE,
	CONSTRAINT rollout_stages_pkey PRIMARY KEY (network_id, id),
	CONSTRAINT rollout_stages_valid_span CHECK (valid_to > valid_from),
	CONSTRAINT rollout_stages_recorded_span CHECK (recorded_to >= recorded_from),
	CONSTRAINT rollout_stages_version FOREIGN KEY(network_id, published_version_id) REFERENCES published_versions (network_id, id),
	CONSTRAINT rollout_stages_mode CHECK (mode IN ('audit', 'advisory', 'enforced')),
	CONSTRAINT rollout_stages_phase CHECK (phase IN ('waiting', 'begun', 'rolled_back')),
	CONSTRAINT rollout_stages_in_force CHECK (phase = 'begun' OR enforced_from IS NULL)
);

GRANT SELECT, INSERT, UPDATE ON rollout_stages TO touchstone_app;

GRANT SELECT ON rollout_stages TO touchstone_region, touchstone_network;

CREATE POLICY rollout_stages_app_select ON rollout_stages FOR SELECT TO touchstone_app USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND owner_tenant_id = ANY(string_to_array(current_setting('app.lineage', true), ',')::uuid[]));

CREATE POLICY rollout_stages_app_insert ON rollout_stages FOR INSERT TO touchstone_app WITH CHECK (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND owner_tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

CREATE POLICY rollout_stages_app_update ON rollout_stages FOR UPDATE TO touchstone_app USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND owner_tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND owner_tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

CREATE POLICY rollout_stages_region_select ON rollout_stages FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY rollout_stages_network_select ON rollout_stages FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY rollout_stages_owner_all ON rollout_stages FOR ALL TO touchstone_owner USING (true) WITH CHECK (true);

ALTER TABLE rollout_stages ENABLE ROW LEVEL SECURITY;

ALTER TABLE rollout_stages FORCE ROW LEVEL SECURITY;

ALTER TABLE rollout_stages ADD CONSTRAINT rollout_stages_one_at_a_time EXCLUDE USING gist (network_id WITH =, wave_id WITH =, tstzrange(valid_from, valid_to) WITH &&, tstzrange(recorded_from, recorded_to) WITH &&);

CREATE INDEX rollout_stages_by_code ON rollout_stages (network_id, code, owner_tenant_id, id);

CREATE TABLE adoptions (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	code TEXT NOT NULL,
	number TEXT NOT NULL,
	published_version_id UUID NOT NULL,
	reason TEXT NOT NULL,
	author_id UUID NOT NULL,
	revision INTEGER NOT NULL,
	valid_from TIMESTAMP WITH TIME ZONE NOT NULL,
	valid_to TIMESTAMP WITH TIME ZONE,
	recorded_from TIMESTAMP WITH TIME ZONE NOT NULL,
	recorded_to TIMESTAMP WITH TIME ZONE,
	CONSTRAINT adoptions_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT adoptions_valid_span CHECK (valid_to > valid_from),
	CONSTRAINT adoptions_recorded_span CHECK (recorded_to >= recorded_from)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON adoptions TO touchstone_app;

GRANT SELECT ON adoptions TO touchstone_region, touchstone_network;

CREATE POLICY adoptions_app_all ON adoptions FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY adoptions_region_select ON adoptions FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY adoptions_network_select ON adoptions FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY adoptions_owner_all ON adoptions FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE adoptions ENABLE ROW LEVEL SECURITY;

ALTER TABLE adoptions FORCE ROW LEVEL SECURITY;

ALTER TABLE adoptions ADD CONSTRAINT adoptions_one_at_a_time EXCLUDE USING gist (tenant_id WITH =, published_version_id WITH =, tstzrange(valid_from, valid_to) WITH &&, tstzrange(recorded_from, recorded_to) WITH &&);

CREATE INDEX adoptions_by_code ON adoptions (tenant_id, code, id);

CREATE TABLE acknowledgements (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	code TEXT NOT NULL,
	number TEXT NOT NULL,
	published_version_id UUID NOT NULL,
	rollout_id UUID NOT NULL,
	publisher_id UUID NOT NULL,
	status TEXT NOT NULL,
	difference TEXT NOT NULL,
	difference_hash TEXT NOT NULL,
	asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
	acknowledged_hash TEXT,
	acknowledged_by UUID,
	acknowledged_at TIMESTAMP WITH TIME ZONE,
	revision INTEGER NOT NULL,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT acknowledgements_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT acknowledgements_once UNIQUE (tenant_id, published_version_id),
	CONSTRAINT acknowledgements_status CHECK (status IN ('asked', 'acknowledged', 'settled')),
	CONSTRAINT acknowledgements_of_what_was_asked CHECK (status <> 'acknowledged' OR acknowledged_hash = difference_hash),
	CONSTRAINT acknowledgements_by_whom_and_when CHECK ((acknowledged_hash IS NULL) = (acknowledged_at IS NULL))
);

GRANT SELECT, INSERT, UPDATE, DELETE ON acknowledgements TO touchstone_app;

GRANT SELECT ON acknowledgements TO touchstone_region, touchstone_network;

CREATE POLICY acknowledgements_app_all ON acknowledgements FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY acknowledgements_region_select ON acknowledgements FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY acknowledgements_network_select ON acknowledgements FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY acknowledgements_owner_all ON acknowledgements FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE acknowledgements ENABLE ROW LEVEL SECURITY;

ALTER TABLE acknowledgements FORCE ROW LEVEL SECURITY;

-- 0015

CREATE TABLE promises (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	code TEXT NOT NULL,
	scope JSONB NOT NULL,
	limits JSONB NOT NULL,
	expected_time JSONB,
	reason TEXT NOT NULL,
	origin_id UUID NOT NULL,
	revision INTEGER NOT NULL,
	author_id UUID NOT NULL,
	valid_from TIMESTAMP WITH TIME ZONE NOT NULL,
	valid_to TIMESTAMP WITH TIME ZONE,
	recorded_from TIMESTAMP WITH TIME ZONE NOT NULL,
	recorded_to TIMESTAMP WITH TIME ZONE,
	CONSTRAINT promises_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT promises_valid_span CHECK (valid_to > valid_from),
	CONSTRAINT promises_recorded_span CHECK (recorded_to >= recorded_from)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON promises TO touchstone_app;

GRANT SELECT ON promises TO touchstone_region, touchstone_network;

CREATE POLICY promises_app_all ON promises FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY promises_region_select ON promises FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY promises_network_select ON promises FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY promises_owner_all ON promises FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE promises ENABLE ROW LEVEL SECURITY;

ALTER TABLE promises FORCE ROW LEVEL SECURITY;

ALTER TABLE promises ADD CONSTRAINT promises_one_at_a_time EXCLUDE USING gist (tenant_id WITH =, code WITH =, tstzrange(valid_from, valid_to) WITH &&, tstzrange(recorded_from, recorded_to) WITH &&);

CREATE INDEX promises_by_code ON promises (tenant_id, code, id);

CREATE INDEX promises_known_now ON promises (tenant_id, id) WHERE recorded_to IS NULL;

CREATE TABLE standard_reviews (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	standard_id UUID NOT NULL,
	code TEXT NOT NULL,
	number TEXT NOT NULL,
	outcome TEXT NOT NULL,
	note TEXT NOT NULL,
	reviewer_id UUID NOT NULL,
	reviewed_at TIMESTAMP WITH TIME ZONE NOT NULL,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT standard_reviews_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT standard_reviews_standard FOREIGN KEY(tenant_id, standard_id) REFERENCES standards (tenant_id, id),
	CONSTRAINT standard_reviews_outcome CHECK (outcome IN ('keep', 'change', 'withdraw'))
);

GRANT SELECT, INSERT ON standard_reviews TO touchstone_app;

GRANT SELECT ON standard_reviews TO touchstone_region, touchstone_network;

CREATE POLICY standard_reviews_app_all ON standard_reviews FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY standard_reviews_region_select ON standard_reviews FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY standard_reviews_network_select ON standard_reviews FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY standard_reviews_owner_all ON standard_reviews FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE standard_reviews ENABLE ROW LEVEL SECURITY;

ALTER TABLE standard_reviews FORCE ROW LEVEL SECURITY;

CREATE INDEX standard_reviews_by_code ON standard_reviews (tenant_id, code, id);

CREATE TABLE standard_review_dates (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	standard_id UUID NOT NULL,
	code TEXT NOT NULL,
	last_at TIMESTAMP WITH TIME ZONE NOT NULL,
	months INTEGER NOT NULL,
	due_at TIMESTAMP WITH TIME ZONE NOT NULL,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT standard_review_dates_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT standard_review_dates_once UNIQUE (tenant_id, standard_id),
	CONSTRAINT standard_review_dates_of FOREIGN KEY(tenant_id, standard_id) REFERENCES standards (tenant_id, id),
	CONSTRAINT standard_review_dates_months CHECK (months > 0)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON standard_review_dates TO touchstone_app;

GRANT SELECT ON standard_review_dates TO touchstone_region, touchstone_network;

CREATE POLICY standard_review_dates_app_all ON standard_review_dates FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY standard_review_dates_region_select ON standard_review_dates FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY standard_review_dates_network_select ON standard_review_dates FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY standard_review_dates_owner_all ON standard_review_dates FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE standard_review_dates ENABLE ROW LEVEL SECURITY;

ALTER TABLE standard_review_dates FORCE ROW LEVEL SECURITY;

CREATE INDEX standard_review_dates_by_due ON standard_review_dates (tenant_id, due_at, id);

CREATE TABLE version_readings (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	version_id UUID NOT NULL,
	code TEXT NOT NULL,
	person_id UUID NOT NULL,
	read_at TIMESTAMP WITH TIME ZONE NOT NULL,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT version_readings_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT version_readings_once UNIQUE (tenant_id, version_id, person_id),
	CONSTRAINT version_readings_version FOREIGN KEY(network_id, version_id) REFERENCES published_versions (network_id, id)
);

GRANT SELECT, INSERT ON version_readings TO touchstone_app;

GRANT SELECT ON version_readings TO touchstone_region, touchstone_network;

CREATE POLICY version_readings_app_all ON version_readings FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY version_readings_region_select ON version_readings FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY version_readings_network_select ON version_readings FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY version_readings_owner_all ON version_readings FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE version_readings ENABLE ROW LEVEL SECURITY;

ALTER TABLE version_readings FORCE ROW LEVEL SECURITY;

CREATE INDEX version_readings_of_network ON version_readings (network_id, version_id, tenant_id, read_at);

CREATE INDEX adaptations_of_network ON adaptations (network_id, tenant_id, code, id) WHERE recorded_to IS NULL;

-- 0016

CREATE TABLE previews (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	version_id UUID NOT NULL,
	job_id UUID NOT NULL,
	code TEXT NOT NULL,
	number TEXT NOT NULL,
	version_hash TEXT NOT NULL,
	version_revision INTEGER NOT NULL,
	at TIMESTAMP WITH TIME ZONE NOT NULL,
	known_from TIMESTAMP WITH TIME ZONE NOT NULL,
	asked_by UUID NOT NULL,
	asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
	tenants INTEGER NOT NULL,
	affected INTEGER NOT NULL,
	CONSTRAINT previews_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT previews_version FOREIGN KEY(tenant_id, version_id) REFERENCES standard_versions (tenant_id, id),
	CONSTRAINT previews_one_of_a_version UNIQUE (tenant_id, version_id)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON previews TO touchstone_app;

GRANT SELECT ON previews TO touchstone_region, touchstone_network;

CREATE POLICY previews_app_all ON previews FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY previews_region_select ON previews FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY previews_network_select ON previews FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY previews_owner_all ON previews FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE previews ENABLE ROW LEVEL SECURITY;

ALTER TABLE previews FORCE ROW LEVEL SECURITY;

CREATE TABLE preview_findings (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	preview_id UUID NOT NULL,
	version_id UUID NOT NULL,
	subject_id UUID NOT NULL,
	finding TEXT NOT NULL,
	count INTEGER NOT NULL,
	details TEXT NOT NULL,
	CONSTRAINT preview_findings_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT preview_findings_preview FOREIGN KEY(tenant_id, preview_id) REFERENCES previews (tenant_id, id),
	CONSTRAINT preview_findings_once UNIQUE (tenant_id, preview_id, subject_id, finding),
	CONSTRAINT preview_findings_finding CHECK (finding IN ('clean', 'merged', 'out_of_bounds', 'orphaned', 'locked', 'type_changed', 'limits_changed'))
);

GRANT SELECT, INSERT, UPDATE, DELETE ON preview_findings TO touchstone_app;

GRANT SELECT ON preview_findings TO touchstone_region, touchstone_network;

CREATE POLICY preview_findings_app_all ON preview_findings FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY preview_findings_region_select ON preview_findings FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY preview_findings_network_select ON preview_findings FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY preview_findings_owner_all ON preview_findings FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE preview_findings ENABLE ROW LEVEL SECURITY;

ALTER TABLE preview_findings FORCE ROW LEVEL SECURITY;

CREATE INDEX preview_findings_by_tenant ON preview_findings (tenant_id, version_id, subject_id, id);

CREATE INDEX preview_findings_by_finding ON preview_findings (tenant_id, finding, version_id, subject_id, id);

CREATE TABLE preview_limits (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	preview_id UUID NOT NULL,
	place TEXT NOT NULL,
	variant TEXT NOT NULL,
	before TEXT NOT NULL,
	after TEXT NOT NULL,
	digest TEXT NOT NULL,
	tenants INTEGER NOT NULL,
	CONSTRAINT preview_limits_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT preview_limits_preview FOREIGN KEY(tenant_id, preview_id) REFERENCES previews (tenant_id, id),
	CONSTRAINT preview_limits_once UNIQUE (tenant_id, preview_id, digest)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON preview_limits TO touchstone_app;

GRANT SELECT ON preview_limits TO touchstone_region, touchstone_network;

CREATE POLICY preview_limits_app_all ON preview_limits FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY preview_limits_region_select ON preview_limits FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY preview_limits_network_select ON preview_limits FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY preview_limits_owner_all ON preview_limits FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE preview_limits ENABLE ROW LEVEL SECURITY;

ALTER TABLE preview_limits FORCE ROW LEVEL SECURITY;

CREATE INDEX preview_limits_by_place ON preview_limits (tenant_id, preview_id, place, id);

CREATE INDEX standard_heads_of_network ON standard_heads (network_id, code, recorded_at);

-- 0017

CREATE TABLE consultations (
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	owner_tenant_id UUID NOT NULL,
	version_id UUID NOT NULL,
	code TEXT NOT NULL,
	number TEXT NOT NULL,
	title JSONB NOT NULL,
	document TEXT NOT NULL,
	hash TEXT NOT NULL,
	note TEXT NOT NULL,
	opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
	ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
	closed_at TIMESTAMP WITH TIME ZONE,
	revision INTEGER NOT NULL,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT consultations_pkey PRIMARY KEY (network_id, id),
	CONSTRAINT consultations_span CHECK (ends_at > opened_at)
);

GRANT SELECT, INSERT, UPDATE ON consultations TO touchstone_app;

GRANT SELECT ON consultations TO touchstone_region, touchstone_network;

CREATE POLICY consultations_app_select ON consultations FOR SELECT TO touchstone_app USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND owner_tenant_id = ANY(string_to_array(current_setting('app.lineage', true), ',')::uuid[]));

CREATE POLICY consultations_app_insert ON consultations FOR INSERT TO touchstone_app WITH CHECK (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND owner_tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

CREATE POLICY consultations_app_update ON consultations FOR UPDATE TO touchstone_app USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND owner_tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND owner_tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

CREATE POLICY consultations_region_select ON consultations FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY consultations_network_select ON consultations FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY consultations_owner_all ON consultations FOR ALL TO touchstone_owner USING (true) WITH CHECK (true);

ALTER TABLE consultations ENABLE ROW LEVEL SECURITY;

ALTER TABLE consultations FORCE ROW LEVEL SECURITY;

CREATE INDEX consultations_by_end ON consultations (network_id, ends_at, id) WHERE closed_at IS NULL;

CREATE INDEX consultations_by_code ON consultations (network_id, code, ends_at, id) WHERE closed_at IS NULL;

CREATE INDEX consultations_by_version ON consultations (network_id, version_id, id);

CREATE TABLE draft_comments (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	consultation_id UUID NOT NULL,
	owner_tenant_id UUID NOT NULL,
	code TEXT NOT NULL,
	number TEXT NOT NULL,
	clause_key TEXT NOT NULL,
	parameter_key TEXT NOT NULL,
	text TEXT NOT NULL,
	commented_at TIMESTAMP WITH TIME ZONE NOT NULL,
	author_id UUID NOT NULL,
	status TEXT NOT NULL,
	answer TEXT NOT NULL,
	answered_at TIMESTAMP WITH TIME ZONE,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT draft_comments_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT draft_comments_status CHECK (status IN ('open', 'accepted', 'declined')),
	CONSTRAINT draft_comments_answered CHECK ((status = 'open') = (answered_at IS NULL)),
	CONSTRAINT draft_comments_of_another CHECK (owner_tenant_id <> tenant_id)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON draft_comments TO touchstone_app;

GRANT SELECT ON draft_comments TO touchstone_region, touchstone_network;

CREATE POLICY draft_comments_app_all ON draft_comments FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY draft_comments_region_select ON draft_comments FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY draft_comments_network_select ON draft_comments FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY draft_comments_owner_all ON draft_comments FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE draft_comments ENABLE ROW LEVEL SECURITY;

ALTER TABLE draft_comments FORCE ROW LEVEL SECURITY;

CREATE INDEX draft_comments_by_consultation ON draft_comments (tenant_id, consultation_id, id);

CREATE INDEX draft_comments_open ON draft_comments (tenant_id, id) WHERE answered_at IS NULL;

CREATE TABLE consultation_comments (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	consultation_id UUID NOT NULL,
	version_id UUID NOT NULL,
	from_tenant_id UUID NOT NULL,
	code TEXT NOT NULL,
	number TEXT NOT NULL,
	clause_key TEXT NOT NULL,
	parameter_key TEXT NOT NULL,
	text TEXT NOT NULL,
	commented_at TIMESTAMP WITH TIME ZONE NOT NULL,
	status TEXT NOT NULL,
	answer TEXT NOT NULL,
	answered_at TIMESTAMP WITH TIME ZONE,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	answered_by UUID,
	revision INTEGER NOT NULL,
	CONSTRAINT consultation_comments_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT consultation_comments_status CHECK (status IN ('open', 'accepted', 'declined')),
	CONSTRAINT consultation_comments_answered CHECK ((status = 'open') = (answered_at IS NULL)),
	CONSTRAINT consultation_comments_of_another CHECK (from_tenant_id <> tenant_id)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON consultation_comments TO touchstone_app;

GRANT SELECT ON consultation_comments TO touchstone_region, touchstone_network;

CREATE POLICY consultation_comments_app_all ON consultation_comments FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY consultation_comments_region_select ON consultation_comments FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY consultation_comments_network_select ON consultation_comments FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY consultation_comments_owner_all ON consultation_comments FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE consultation_comments ENABLE ROW LEVEL SECURITY;

ALTER TABLE consultation_comments FORCE ROW LEVEL SECURITY;

CREATE INDEX consultation_comments_by_version ON consultation_comments (tenant_id, version_id, id);

CREATE INDEX consultation_comments_by_clause ON consultation_comments (tenant_id, clause_key, id);

CREATE INDEX consultation_comments_open ON consultation_comments (tenant_id, id) WHERE answered_at IS NULL;

-- 0018

CREATE INDEX data_keys_by_master_key ON data_keys (tenant_id, master_key_id, id);

GRANT SELECT (tenant_id, network_id, master_key_id) ON data_keys TO touchstone_worker;

CREATE POLICY data_keys_worker_select ON data_keys FOR SELECT TO touchstone_worker USING (true);

-- 0021

CREATE TABLE record_events (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	record_id UUID NOT NULL,
	number INTEGER NOT NULL,
	kind TEXT NOT NULL,
	occurred_at TIMESTAMP WITH TIME ZONE NOT NULL,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	actor_kind TEXT NOT NULL,
	actor_id UUID NOT NULL,
	on_behalf_of UUID,
	client_id UUID,
	device_at TIMESTAMP WITH TIME ZONE,
	payload TEXT NOT NULL,
	sealed BYTEA,
	previous BYTEA NOT NULL,
	hash BYTEA NOT NULL,
	CONSTRAINT record_events_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT record_events_actor_kind CHECK (actor_kind IN ('person', 'service', 'system')),
	CONSTRAINT record_events_from_one CHECK (number >= 1),
	CONSTRAINT record_events_number UNIQUE (tenant_id, record_id, number),
	CONSTRAINT record_events_client UNIQUE (tenant_id, record_id, client_id)
);

GRANT SELECT, INSERT ON record_events TO touchstone_app;

GRANT SELECT ON record_events TO touchstone_region, touchstone_network;

CREATE POLICY record_events_app_all ON record_events FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY record_events_region_select ON record_events FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY record_events_network_select ON record_events FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY record_events_owner_all ON record_events FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE record_events ENABLE ROW LEVEL SECURITY;

ALTER TABLE record_events FORCE ROW LEVEL SECURITY;

CREATE TABLE record_contacts (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	record_id UUID NOT NULL,
	position INTEGER NOT NULL,
	channel TEXT NOT NULL,
	external_id TEXT,
	site_id UUID,
	occurred_at TIMESTAMP WITH TIME ZONE NOT NULL,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT record_contacts_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT record_contacts_position UNIQUE (tenant_id, record_id, position),
	CONSTRAINT record_contacts_record FOREIGN KEY(tenant_id, record_id) REFERENCES records (tenant_id, id),
	CONSTRAINT record_contacts_from_one CHECK (position >= 1)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON record_contacts TO touchstone_app;

GRANT SELECT ON record_contacts TO touchstone_region, touchstone_network;

CREATE POLICY record_contacts_app_all ON record_contacts FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY record_contacts_region_select ON record_contacts FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY record_contacts_network_select ON record_contacts FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY record_contacts_owner_all ON record_contacts FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE record_contacts ENABLE ROW LEVEL SECURITY;

ALTER TABLE record_contacts FORCE ROW LEVEL SECURITY;

ALTER TABLE records ADD COLUMN confirmed_at TIMESTAMP WITH TIME ZONE;

ALTER TABLE records ADD COLUMN waiting_for TEXT;

ALTER TABLE records ADD COLUMN waiting_since TIMESTAMP WITH TIME ZONE;

ALTER TABLE records ADD COLUMN holder_id UUID;

ALTER TABLE records ADD COLUMN holder_role TEXT;

ALTER TABLE records ADD COLUMN service_type TEXT;

ALTER TABLE records ADD COLUMN reopened_count INTEGER DEFAULT 0 NOT NULL;

ALTER TABLE records ADD COLUMN event_hash BYTEA;

ALTER TABLE records DROP CONSTRAINT records_status;

ALTER TABLE records DROP CONSTRAINT records_resolved;

ALTER TABLE records ADD CONSTRAINT records_status CHECK (status IN ('open', 'waiting', 'resolved', 'closed'));

ALTER TABLE records ADD CONSTRAINT records_resolved CHECK ((status IN ('open', 'waiting')) = (resolved_at IS NULL));

ALTER TABLE records ADD CONSTRAINT records_waiting CHECK ((status = 'waiting') = (waiting_for IS NOT NULL));

ALTER TABLE records ADD CONSTRAINT records_waiting_for CHECK (waiting_for IN ('customer', 'staff', 'partner'));

ALTER TABLE records ADD CONSTRAINT records_waiting_since CHECK ((waiting_for IS NULL) = (waiting_since IS NULL));

CREATE INDEX records_by_waiting ON records (tenant_id, waiting_for, opened_at, id) WHERE waiting_for IS NOT NULL;

CREATE INDEX records_by_holder ON records (tenant_id, holder_id, opened_at, id) WHERE holder_id IS NOT NULL;

CREATE INDEX records_by_role ON records (tenant_id, holder_role, opened_at, id) WHERE holder_role IS NOT NULL;

CREATE INDEX records_by_service ON records (tenant_id, service_type, opened_at, id) WHERE service_type IS NOT NULL;

ALTER TABLE record_steps ADD COLUMN state TEXT DEFAULT 'completed' NOT NULL;

ALTER TABLE record_steps ADD COLUMN round INTEGER DEFAULT 1 NOT NULL;

ALTER TABLE record_steps ADD COLUMN started_at TIMESTAMP WITH TIME ZONE;

ALTER TABLE record_steps ADD COLUMN reason_code TEXT;

ALTER TABLE record_steps ADD COLUMN counts_as TEXT;

ALTER TABLE record_steps ADD CONSTRAINT record_steps_state CHECK (state IN ('started', 'completed', 'skipped'));

CREATE INDEX record_steps_under_way ON record_steps (tenant_id, key, record_id) WHERE state = 'started';

ALTER TABLE records NO FORCE ROW LEVEL SECURITY;

ALTER TABLE records FORCE ROW LEVEL SECURITY;

ALTER TABLE records NO FORCE ROW LEVEL SECURITY;

ALTER TABLE records FORCE ROW LEVEL SECURITY;

ALTER TABLE records ALTER COLUMN event_hash SET NOT NULL;

ALTER TABLE records ALTER COLUMN event_hash SET DEFAULT decode(repeat('00', 32), 'hex');

-- 0023

CREATE TABLE business_calendars (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	key TEXT NOT NULL,
	name TEXT NOT NULL,
	time_zone TEXT,
	week TEXT NOT NULL,
	dates TEXT NOT NULL,
	revision INTEGER NOT NULL,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT business_calendars_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT business_calendars_key_once UNIQUE (tenant_id, key),
	CONSTRAINT business_calendars_revision CHECK (revision >= 1)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON business_calendars TO touchstone_app;

GRANT SELECT ON business_calendars TO touchstone_region, touchstone_network;

CREATE POLICY business_calendars_app_all ON business_calendars FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY business_calendars_region_select ON business_calendars FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY business_calendars_network_select ON business_calendars FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY business_calendars_owner_all ON business_calendars FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE business_calendars ENABLE ROW LEVEL SECURITY;

ALTER TABLE business_calendars FORCE ROW LEVEL SECURITY;

CREATE TABLE calendar_revisions (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	calendar_id UUID NOT NULL,
	number INTEGER NOT NULL,
	time_zone TEXT,
	week TEXT NOT NULL,
	dates TEXT NOT NULL,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT calendar_revisions_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT calendar_revisions_number_once UNIQUE (tenant_id, calendar_id, number),
	CONSTRAINT calendar_revisions_calendar FOREIGN KEY(tenant_id, calendar_id) REFERENCES business_calendars (tenant_id, id)
);

GRANT SELECT, INSERT ON calendar_revisions TO touchstone_app;

GRANT SELECT ON calendar_revisions TO touchstone_region, touchstone_network;

CREATE POLICY calendar_revisions_app_all ON calendar_revisions FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY calendar_revisions_region_select ON calendar_revisions FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY calendar_revisions_network_select ON calendar_revisions FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY calendar_revisions_owner_all ON calendar_revisions FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE calendar_revisions ENABLE ROW LEVEL SECURITY;

ALTER TABLE calendar_revisions FORCE ROW LEVEL SECURITY;

CREATE TABLE calendar_assignments (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	site_id UUID NOT NULL,
	calendar_id UUID NOT NULL,
	version INTEGER NOT NULL,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT calendar_assignments_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT calendar_assignments_site_once UNIQUE (tenant_id, site_id),
	CONSTRAINT calendar_assignments_calendar FOREIGN KEY(tenant_id, calendar_id) REFERENCES business_calendars (tenant_id, id)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON calendar_assignments TO touchstone_app;

GRANT SELECT ON calendar_assignments TO touchstone_region, touchstone_network;

CREATE POLICY calendar_assignments_app_all ON calendar_assignments FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY calendar_assignments_region_select ON calendar_assignments FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY calendar_assignments_network_select ON calendar_assignments FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY calendar_assignments_owner_all ON calendar_assignments FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE calendar_assignments ENABLE ROW LEVEL SECURITY;

ALTER TABLE calendar_assignments FORCE ROW LEVEL SECURITY;

CREATE INDEX calendar_assignments_of ON calendar_assignments (tenant_id, calendar_id, id);

-- 0022

CREATE TABLE log_leaves (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	number BIGINT NOT NULL,
	kind TEXT NOT NULL,
	subject_id UUID NOT NULL,
	hash BYTEA NOT NULL,
	CONSTRAINT log_leaves_pkey PRIMARY KEY (tenant_id, number),
	CONSTRAINT log_leaves_kind CHECK (kind IN ('event', 'audit')),
	CONSTRAINT log_leaves_number CHECK (number >= 0),
	CONSTRAINT log_leaves_subject UNIQUE (tenant_id, subject_id)
);

GRANT SELECT, INSERT ON log_leaves TO touchstone_app;

GRANT SELECT ON log_leaves TO touchstone_region, touchstone_network;

CREATE POLICY log_leaves_app_all ON log_leaves FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY log_leaves_region_select ON log_leaves FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY log_leaves_network_select ON log_leaves FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY log_leaves_owner_all ON log_leaves FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE log_leaves ENABLE ROW LEVEL SECURITY;

ALTER TABLE log_leaves FORCE ROW LEVEL SECURITY;

CREATE TABLE log_nodes (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	level INTEGER NOT NULL,
	number BIGINT NOT NULL,
	hash BYTEA NOT NULL,
	CONSTRAINT log_nodes_pkey PRIMARY KEY (tenant_id, level, number),
	CONSTRAINT log_nodes_place CHECK (level >= 1 AND number >= 0)
);

GRANT SELECT, INSERT ON log_nodes TO touchstone_app;

GRANT SELECT ON log_nodes TO touchstone_region, touchstone_network;

CREATE POLICY log_nodes_app_all ON log_nodes FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY log_nodes_region_select ON log_nodes FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY log_nodes_network_select ON log_nodes FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY log_nodes_owner_all ON log_nodes FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE log_nodes ENABLE ROW LEVEL SECURITY;

ALTER TABLE log_nodes FORCE ROW LEVEL SECURITY;

CREATE TABLE log_heads (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	size BIGINT NOT NULL,
	after_size BIGINT NOT NULL,
	root BYTEA NOT NULL,
	signed_at TIMESTAMP WITH TIME ZONE NOT NULL,
	complete_to TIMESTAMP WITH TIME ZONE,
	key_number INTEGER NOT NULL,
	signature BYTEA NOT NULL,
	CONSTRAINT log_heads_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT log_heads_size CHECK (size > after_size AND after_size >= 0),
	CONSTRAINT log_heads_of_size UNIQUE (tenant_id, size)
);

GRANT SELECT, INSERT ON log_heads TO touchstone_app;

GRANT SELECT ON log_heads TO touchstone_region, touchstone_network;

CREATE POLICY log_heads_app_all ON log_heads FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY log_heads_region_select ON log_heads FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY log_heads_network_select ON log_heads FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY log_heads_owner_all ON log_heads FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE log_heads ENABLE ROW LEVEL SECURITY;

ALTER TABLE log_heads FORCE ROW LEVEL SECURITY;

CREATE TABLE signing_keys (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	number INTEGER NOT NULL,
	public_key BYTEA NOT NULL,
	endorsement BYTEA NOT NULL,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT signing_keys_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT signing_keys_from_one CHECK (number >= 1),
	CONSTRAINT signing_keys_number UNIQUE (tenant_id, number)
);

GRANT SELECT, INSERT ON signing_keys TO touchstone_app;

GRANT SELECT ON signing_keys TO touchstone_region, touchstone_network;

CREATE POLICY signing_keys_app_all ON signing_keys FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY signing_keys_region_select ON signing_keys FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY signing_keys_network_select ON signing_keys FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY signing_keys_owner_all ON signing_keys FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE signing_keys ENABLE ROW LEVEL SECURITY;

ALTER TABLE signing_keys FORCE ROW LEVEL SECURITY;

CREATE TABLE log_positions (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	source TEXT NOT NULL,
	reached UUID NOT NULL,
	settled UUID NOT NULL,
	CONSTRAINT log_positions_pkey PRIMARY KEY (tenant_id, source),
	CONSTRAINT log_positions_source CHECK (source IN ('event', 'audit'))
);

GRANT SELECT, INSERT, UPDATE, DELETE ON log_positions TO touchstone_app;

GRANT SELECT ON log_positions TO touchstone_region, touchstone_network;

CREATE POLICY log_positions_app_all ON log_positions FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY log_positions_region_select ON log_positions FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY log_positions_network_select ON log_positions FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY log_positions_owner_all ON log_positions FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE log_positions ENABLE ROW LEVEL SECURITY;

ALTER TABLE log_positions FORCE ROW LEVEL SECURITY;

CREATE TABLE event_tombstones (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	payload_hash BYTEA NOT NULL,
	sealed_hash BYTEA,
	audit_id UUID NOT NULL,
	CONSTRAINT event_tombstones_pkey PRIMARY KEY (tenant_id, id)
);

GRANT SELECT, INSERT ON event_tombstones TO touchstone_app;

GRANT SELECT ON event_tombstones TO touchstone_region, touchstone_network;

CREATE POLICY event_tombstones_app_all ON event_tombstones FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY event_tombstones_region_select ON event_tombstones FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY event_tombstones_network_select ON event_tombstones FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY event_tombstones_owner_all ON event_tombstones FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE event_tombstones ENABLE ROW LEVEL SECURITY;

ALTER TABLE event_tombstones FORCE ROW LEVEL SECURITY;

-- 0019

ALTER TABLE adaptations ADD COLUMN ended_because TEXT DEFAULT '' NOT NULL;

ALTER TABLE promises ADD COLUMN ended_because TEXT DEFAULT '' NOT NULL;

ALTER TABLE waiver_requests ADD COLUMN hands JSONB DEFAULT '[]'::jsonb NOT NULL;

ALTER TABLE adaptation_proposals ADD COLUMN withdraws UUID;

ALTER TABLE merge_outcomes ADD COLUMN waiver_id UUID;

CREATE INDEX merge_outcomes_by_waiver ON merge_outcomes (tenant_id, waiver_id);

ALTER TABLE adaptations ALTER COLUMN ended_because DROP DEFAULT;

ALTER TABLE promises ALTER COLUMN ended_because DROP DEFAULT;

ALTER TABLE waiver_requests ALTER COLUMN hands DROP DEFAULT;

ALTER TABLE adaptation_proposals DROP CONSTRAINT adaptation_proposals_status;

ALTER TABLE adaptation_proposals ADD CONSTRAINT adaptation_proposals_status CHECK (status IN ('asked', 'approved', 'rejected', 'refused', 'withdrawn'));

ALTER TABLE merge_outcomes DROP CONSTRAINT merge_outcomes_resolution;

ALTER TABLE merge_outcomes ADD CONSTRAINT merge_outcomes_resolution CHECK (resolution IN ('accept_proposal', 'adjust', 'drop', 'keep_suspended', 'ask_waiver'));

-- 0020

ALTER TABLE parameters DROP CONSTRAINT parameters_type;

ALTER TABLE parameters ADD CONSTRAINT parameters_type CHECK (type IN ('duration', 'integer', 'decimal', 'percent', 'money', 'boolean', 'choice', 'choices', 'text', 'steps'));

CREATE TABLE catalogue_services (
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	owner_tenant_id UUID NOT NULL,
	key TEXT NOT NULL,
	kind TEXT NOT NULL,
	title JSONB NOT NULL,
	description JSONB NOT NULL,
	standard_code TEXT NOT NULL,
	parts JSONB NOT NULL,
	granted_to JSONB NOT NULL,
	status TEXT NOT NULL,
	published_by UUID NOT NULL,
	published_at TIMESTAMP WITH TIME ZONE NOT NULL,
	withdrawn_at TIMESTAMP WITH TIME ZONE,
	revision INTEGER NOT NULL,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT catalogue_services_pkey PRIMARY KEY (network_id, id),
	CONSTRAINT catalogue_services_key UNIQUE (network_id, key),
	CONSTRAINT catalogue_services_kind CHECK (kind IN ('basic', 'additional', 'bespoke', 'bundle')),
	CONSTRAINT catalogue_services_status CHECK (status IN ('published', 'withdrawn')),
	CONSTRAINT catalogue_services_withdrawn CHECK ((status = 'withdrawn') = (withdrawn_at IS NOT NULL)),
	CONSTRAINT catalogue_services_parts CHECK ((kind = 'bundle') = (parts <> '[]'::jsonb))
);

GRANT SELECT, INSERT, UPDATE ON catalogue_services TO touchstone_app;

GRANT SELECT ON catalogue_services TO touchstone_region, touchstone_network;

CREATE POLICY catalogue_services_app_select ON catalogue_services FOR SELECT TO touchstone_app USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND owner_tenant_id = ANY(string_to_array(current_setting('app.lineage', true), ',')::uuid[]));

CREATE POLICY catalogue_services_app_insert ON catalogue_services FOR INSERT TO touchstone_app WITH CHECK (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND owner_tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

CREATE POLICY catalogue_services_app_update ON catalogue_services FOR UPDATE TO touchstone_app USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND owner_tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND owner_tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

CREATE POLICY catalogue_services_region_select ON catalogue_services FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY catalogue_services_network_select ON catalogue_services FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY catalogue_services_owner_all ON catalogue_services FOR ALL TO touchstone_owner USING (true) WITH CHECK (true);

ALTER TABLE catalogue_services ENABLE ROW LEVEL SECURITY;

ALTER TABLE catalogue_services FORCE ROW LEVEL SECURITY;

CREATE INDEX catalogue_services_by_key ON catalogue_services (network_id, key, id);

CREATE INDEX catalogue_services_by_kind ON catalogue_services (network_id, kind, key, id);

CREATE INDEX catalogue_services_by_status ON catalogue_services (network_id, status, key, id);

CREATE TABLE service_offers (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	key TEXT NOT NULL,
	based_on TEXT NOT NULL,
	title JSONB NOT NULL,
	description JSONB NOT NULL,
	status TEXT NOT NULL,
	offered_by UUID NOT NULL,
	offered_at TIMESTAMP WITH TIME ZONE NOT NULL,
	ended_at TIMESTAMP WITH TIME ZONE,
	revision INTEGER NOT NULL,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT service_offers_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT service_offers_key UNIQUE (tenant_id, key),
	CONSTRAINT service_offers_status CHECK (status IN ('offered', 'ended')),
	CONSTRAINT service_offers_ended CHECK ((status = 'ended') = (ended_at IS NOT NULL)),
	CONSTRAINT service_offers_own CHECK ((based_on <> '') = (key LIKE 'own.%'))
);

GRANT SELECT, INSERT, UPDATE, DELETE ON service_offers TO touchstone_app;

GRANT SELECT ON service_offers TO touchstone_region, touchstone_network;

CREATE POLICY service_offers_app_all ON service_offers FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY service_offers_region_select ON service_offers FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY service_offers_network_select ON service_offers FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY service_offers_owner_all ON service_offers FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE service_offers ENABLE ROW LEVEL SECURITY;

ALTER TABLE service_offers FORCE ROW LEVEL SECURITY;

CREATE INDEX service_offers_by_key ON service_offers (tenant_id, key, id);

CREATE INDEX service_offers_by_status ON service_offers (tenant_id, status, key, id);

-- 0024

ALTER TABLE calendar_assignments RENAME recorded_at TO recorded_from;

ALTER TABLE calendar_assignments ADD COLUMN recorded_to TIMESTAMP WITH TIME ZONE;

ALTER TABLE calendar_assignments DROP COLUMN version;

ALTER TABLE calendar_assignments DROP CONSTRAINT calendar_assignments_site_once;

CREATE UNIQUE INDEX calendar_assignments_one_now ON calendar_assignments (tenant_id, site_id) WHERE recorded_to IS NULL;

-- 0025

CREATE TABLE record_clocks (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	record_id UUID NOT NULL,
	kind TEXT NOT NULL,
	step_key TEXT NOT NULL,
	step_position INTEGER NOT NULL,
	unit TEXT NOT NULL,
	limit_seconds BIGINT NOT NULL,
	calendar_revision_id UUID,
	time_zone TEXT,
	status TEXT NOT NULL,
	started_at TIMESTAMP WITH TIME ZONE NOT NULL,
	stopped_at TIMESTAMP WITH TIME ZONE,
	due_at TIMESTAMP WITH TIME ZONE,
	due_order TIMESTAMP WITH TIME ZONE NOT NULL,
	warn_at TIMESTAMP WITH TIME ZONE,
	warned_at TIMESTAMP WITH TIME ZONE,
	breached_at TIMESTAMP WITH TIME ZONE,
	used_seconds BIGINT,
	paused_customer_seconds BIGINT NOT NULL,
	paused_partner_seconds BIGINT NOT NULL,
	paused_staff_seconds BIGINT NOT NULL,
	escalations INTEGER NOT NULL,
	head INTEGER NOT NULL,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT record_clocks_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT record_clocks_kind CHECK (kind IN ('first_response', 'resolution', 'step')),
	CONSTRAINT record_clocks_unit CHECK (unit IN ('elapsed', 'business')),
	CONSTRAINT record_clocks_status CHECK (status IN ('running', 'paused', 'breached', 'met', 'missed')),
	CONSTRAINT record_clocks_stopped CHECK ((status IN ('met', 'missed')) = (stopped_at IS NOT NULL)),
	CONSTRAINT record_clocks_late CHECK ((status IN ('breached', 'missed')) = (breached_at IS NOT NULL)),
	CONSTRAINT record_clocks_once UNIQUE (tenant_id, record_id, kind, step_position),
	CONSTRAINT record_clocks_record FOREIGN KEY(tenant_id, record_id) REFERENCES records (tenant_id, id)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON record_clocks TO touchstone_app;

GRANT SELECT ON record_clocks TO touchstone_region, touchstone_network;

CREATE POLICY record_clocks_app_all ON record_clocks FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY record_clocks_region_select ON record_clocks FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY record_clocks_network_select ON record_clocks FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY record_clocks_owner_all ON record_clocks FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE record_clocks ENABLE ROW LEVEL SECURITY;

ALTER TABLE record_clocks FORCE ROW LEVEL SECURITY;

CREATE INDEX record_clocks_of_record ON record_clocks (tenant_id, record_id, started_at, id);

CREATE INDEX record_clocks_by_due ON record_clocks (tenant_id, due_order, id);

CREATE INDEX record_clocks_by_status ON record_clocks (tenant_id, status, due_order, id);

-- 0026

CREATE INDEX log_heads_by_size ON log_heads (tenant_id, size, id);

CREATE INDEX signing_keys_by_number ON signing_keys (tenant_id, number, id);

-- 0027

ALTER TABLE records ALTER COLUMN tenant_id SET (n_distinct = -0.004);

ANALYZE records (tenant_id);

-- 0028

CREATE TABLE evidence_uploads (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	record_id UUID NOT NULL,
	actor_id UUID NOT NULL,
	kind TEXT NOT NULL,
	media_type TEXT NOT NULL,
	size BIGINT NOT NULL,
	content TEXT NOT NULL,
	sha256 BYTEA NOT NULL,
	blob TEXT NOT NULL,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	given_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT evidence_uploads_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT evidence_uploads_size CHECK (size > 0),
	CONSTRAINT evidence_uploads_blob UNIQUE (tenant_id, blob),
	CONSTRAINT evidence_uploads_record FOREIGN KEY(tenant_id, record_id) REFERENCES records (tenant_id, id)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON evidence_uploads TO touchstone_app;

GRANT SELECT ON evidence_uploads TO touchstone_region, touchstone_network;

CREATE POLICY evidence_uploads_app_all ON evidence_uploads FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY evidence_uploads_region_select ON evidence_uploads FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY evidence_uploads_network_select ON evidence_uploads FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY evidence_uploads_owner_all ON evidence_uploads FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE evidence_uploads ENABLE ROW LEVEL SECURITY;

ALTER TABLE evidence_uploads FORCE ROW LEVEL SECURITY;

CREATE INDEX evidence_uploads_waiting ON evidence_uploads (tenant_id, recorded_at, id) WHERE given_at IS NULL;

CREATE INDEX evidence_uploads_of_record ON evidence_uploads (tenant_id, record_id, id) WHERE given_at IS NULL;

CREATE TABLE record_evidence (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	record_id UUID NOT NULL,
	position INTEGER NOT NULL,
	step TEXT NOT NULL,
	round INTEGER NOT NULL,
	asked TEXT NOT NULL,
	kind TEXT NOT NULL,
	media_type TEXT NOT NULL,
	size BIGINT NOT NULL,
	content TEXT NOT NULL,
	blob TEXT NOT NULL,
	place TEXT,
	taken_at TIMESTAMP WITH TIME ZONE NOT NULL,
	given_at TIMESTAMP WITH TIME ZONE NOT NULL,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	given_by UUID NOT NULL,
	given_by_person BOOLEAN NOT NULL,
	confirmed_by UUID,
	confirmed_at TIMESTAMP WITH TIME ZONE,
	withdrawn_at TIMESTAMP WITH TIME ZONE,
	withdrawn_code TEXT,
	counts_as TEXT,
	CONSTRAINT record_evidence_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT record_evidence_position UNIQUE (tenant_id, record_id, position),
	CONSTRAINT record_evidence_from_one CHECK (position >= 1),
	CONSTRAINT record_evidence_confirmed CHECK ((confirmed_by IS NULL) = (confirmed_at IS NULL)),
	CONSTRAINT record_evidence_record FOREIGN KEY(tenant_id, record_id) REFERENCES records (tenant_id, id)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON record_evidence TO touchstone_app;

GRANT SELECT ON record_evidence TO touchstone_region, touchstone_network;

CREATE POLICY record_evidence_app_all ON record_evidence FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY record_evidence_region_select ON record_evidence FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY record_evidence_network_select ON record_evidence FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY record_evidence_owner_all ON record_evidence FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE record_evidence ENABLE ROW LEVEL SECURITY;

ALTER TABLE record_evidence FORCE ROW LEVEL SECURITY;

CREATE INDEX record_evidence_by_step ON record_evidence (tenant_id, record_id, step, position, id);

CREATE INDEX record_evidence_by_kind ON record_evidence (tenant_id, record_id, kind, position, id);

-- 0032

ALTER TABLE records ADD COLUMN told_due_at TIMESTAMP WITH TIME ZONE;

CREATE TABLE import_uploads (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	file_name TEXT NOT NULL,
	bytes BIGINT NOT NULL,
	file_hash TEXT NOT NULL,
	uploaded_by UUID NOT NULL,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	mapping TEXT,
	run_id UUID,
	job_id UUID,
	CONSTRAINT import_uploads_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT import_uploads_ordered CHECK ((mapping IS NULL) = (job_id IS NULL)),
	CONSTRAINT import_uploads_run CHECK ((run_id IS NULL) = (job_id IS NULL))
);

GRANT SELECT, INSERT, UPDATE, DELETE ON import_uploads TO touchstone_app;

GRANT SELECT ON import_uploads TO touchstone_region, touchstone_network;

CREATE POLICY import_uploads_app_all ON import_uploads FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY import_uploads_region_select ON import_uploads FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY import_uploads_network_select ON import_uploads FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY import_uploads_owner_all ON import_uploads FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE import_uploads ENABLE ROW LEVEL SECURITY;

ALTER TABLE import_uploads FORCE ROW LEVEL SECURITY;

CREATE INDEX import_uploads_by_time ON import_uploads (tenant_id, recorded_at, id);

-- 0030

CREATE TABLE customers (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	name BYTEA,
	address BYTEA,
	version INTEGER NOT NULL,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
	erased_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT customers_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT customers_erased CHECK (erased_at IS NULL OR (name IS NULL AND address IS NULL))
);

GRANT SELECT, INSERT, UPDATE, DELETE ON customers TO touchstone_app;

GRANT SELECT ON customers TO touchstone_region, touchstone_network;

CREATE POLICY customers_app_all ON customers FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY customers_region_select ON customers FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY customers_network_select ON customers FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY customers_owner_all ON customers FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE customers ENABLE ROW LEVEL SECURITY;

ALTER TABLE customers FORCE ROW LEVEL SECURITY;

CREATE TABLE customer_keys (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	customer_id UUID NOT NULL,
	kind TEXT NOT NULL,
	key_hash TEXT NOT NULL,
	contact BYTEA NOT NULL,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT customer_keys_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT customer_keys_hash UNIQUE (tenant_id, key_hash),
	CONSTRAINT customer_keys_customer FOREIGN KEY(tenant_id, customer_id) REFERENCES customers (tenant_id, id)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON customer_keys TO touchstone_app;

GRANT SELECT ON customer_keys TO touchstone_region, touchstone_network;

CREATE POLICY customer_keys_app_all ON customer_keys FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY customer_keys_region_select ON customer_keys FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY customer_keys_network_select ON customer_keys FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY customer_keys_owner_all ON customer_keys FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE customer_keys ENABLE ROW LEVEL SECURITY;

ALTER TABLE customer_keys FORCE ROW LEVEL SECURITY;

CREATE INDEX customer_keys_of ON customer_keys (tenant_id, customer_id, recorded_at, id);

ALTER TABLE records ADD COLUMN customer_id UUID;

CREATE INDEX records_by_customer ON records (tenant_id, customer_id, opened_at, id) WHERE customer_id IS NOT NULL;

-- 0029

CREATE TABLE record_deviations (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	record_id UUID NOT NULL,
	kind TEXT NOT NULL,
	step_key TEXT NOT NULL,
	step_position INTEGER NOT NULL,
	detail TEXT NOT NULL,
	clause_key TEXT NOT NULL,
	grade TEXT NOT NULL,
	since TIMESTAMP WITH TIME ZONE NOT NULL,
	since_event INTEGER NOT NULL,
	settled_at TIMESTAMP WITH TIME ZONE,
	is_open BOOLEAN NOT NULL,
	lacking TEXT NOT NULL,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT record_deviations_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT record_deviations_kind CHECK (kind IN ('missing', 'out_of_order', 'repeated', 'unforeseen', 'late', 'unqualified', 'evidence_missing')),
	CONSTRAINT record_deviations_grade CHECK (grade IN ('baseline', 'expected', 'differentiated')),
	CONSTRAINT record_deviations_open CHECK (is_open = (settled_at IS NULL)),
	CONSTRAINT record_deviations_once UNIQUE (tenant_id, record_id, kind, step_key, step_position, detail),
	CONSTRAINT record_deviations_record FOREIGN KEY(tenant_id, record_id) REFERENCES records (tenant_id, id)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON record_deviations TO touchstone_app;

GRANT SELECT ON record_deviations TO touchstone_region, touchstone_network;

CREATE POLICY record_deviations_app_all ON record_deviations FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY record_deviations_region_select ON record_deviations FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY record_deviations_network_select ON record_deviations FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY record_deviations_owner_all ON record_deviations FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE record_deviations ENABLE ROW LEVEL SECURITY;

ALTER TABLE record_deviations FORCE ROW LEVEL SECURITY;

CREATE INDEX record_deviations_of_record ON record_deviations (tenant_id, record_id, since, id);

CREATE INDEX record_deviations_by_since ON record_deviations (tenant_id, since, id);

CREATE INDEX record_deviations_by_kind ON record_deviations (tenant_id, kind, since, id);

CREATE INDEX record_deviations_by_grade ON record_deviations (tenant_id, grade, since, id);

CREATE INDEX record_deviations_by_step ON record_deviations (tenant_id, step_key, since, id);

CREATE INDEX record_deviations_by_open ON record_deviations (tenant_id, is_open, since, id);

CREATE TABLE record_conformance (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	record_id UUID NOT NULL,
	fitness INTEGER NOT NULL,
	produced INTEGER NOT NULL,
	consumed INTEGER NOT NULL,
	missing INTEGER NOT NULL,
	remaining INTEGER NOT NULL,
	deviations INTEGER NOT NULL,
	open INTEGER NOT NULL,
	baseline INTEGER NOT NULL,
	expected INTEGER NOT NULL,
	differentiated INTEGER NOT NULL,
	is_broken BOOLEAN NOT NULL,
	planned_end TIMESTAMP WITH TIME ZONE,
	expected_end TIMESTAMP WITH TIME ZONE,
	share BIGINT NOT NULL,
	is_flagged BOOLEAN NOT NULL,
	head INTEGER NOT NULL,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT record_conformance_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT record_conformance_fitness CHECK (fitness BETWEEN 0 AND 10000),
	CONSTRAINT record_conformance_broken CHECK (is_broken = (baseline > 0)),
	CONSTRAINT record_conformance_once UNIQUE (tenant_id, record_id),
	CONSTRAINT record_conformance_record FOREIGN KEY(tenant_id, record_id) REFERENCES records (tenant_id, id)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON record_conformance TO touchstone_app;

GRANT SELECT ON record_conformance TO touchstone_region, touchstone_network;

CREATE POLICY record_conformance_app_all ON record_conformance FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY record_conformance_region_select ON record_conformance FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY record_conformance_network_select ON record_conformance FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY record_conformance_owner_all ON record_conformance FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE record_conformance ENABLE ROW LEVEL SECURITY;

ALTER TABLE record_conformance FORCE ROW LEVEL SECURITY;

CREATE INDEX record_conformance_by_fitness ON record_conformance (tenant_id, fitness, id);

CREATE INDEX record_conformance_by_broken ON record_conformance (tenant_id, is_broken, fitness, id);

CREATE INDEX record_conformance_by_flagged ON record_conformance (tenant_id, is_flagged, fitness, id);

-- 0031

CREATE TABLE legal_holds (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	subject_kind TEXT NOT NULL,
	subject_id UUID NOT NULL,
	reason_code TEXT NOT NULL,
	legal_basis TEXT NOT NULL,
	until TIMESTAMP WITH TIME ZONE,
	placed_at TIMESTAMP WITH TIME ZONE NOT NULL,
	placed_by UUID NOT NULL,
	lifted_at TIMESTAMP WITH TIME ZONE,
	lifted_by UUID,
	CONSTRAINT legal_holds_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT legal_holds_subject_kind CHECK (subject_kind IN ('customer', 'record')),
	CONSTRAINT legal_holds_lifted CHECK ((lifted_at IS NULL) = (lifted_by IS NULL))
);

GRANT SELECT, INSERT, UPDATE, DELETE ON legal_holds TO touchstone_app;

GRANT SELECT ON legal_holds TO touchstone_region, touchstone_network;

CREATE POLICY legal_holds_app_all ON legal_holds FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY legal_holds_region_select ON legal_holds FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY legal_holds_network_select ON legal_holds FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY legal_holds_owner_all ON legal_holds FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE legal_holds ENABLE ROW LEVEL SECURITY;

ALTER TABLE legal_holds FORCE ROW LEVEL SECURITY;

CREATE INDEX legal_holds_of ON legal_holds (tenant_id, subject_id, placed_at, id);

CREATE INDEX legal_holds_by_placing ON legal_holds (tenant_id, placed_at, id);

CREATE INDEX legal_holds_in_force ON legal_holds (tenant_id, subject_id, id) WHERE lifted_at IS NULL;

CREATE TABLE retention_classes (
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	owner_tenant_id UUID NOT NULL,
	key TEXT NOT NULL,
	service_types TEXT[] NOT NULL,
	days INTEGER NOT NULL,
	least_days INTEGER NOT NULL,
	most_days INTEGER NOT NULL,
	version INTEGER NOT NULL,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT retention_classes_pkey PRIMARY KEY (network_id, id),
	CONSTRAINT retention_classes_days CHECK (least_days >= 1 AND days >= least_days AND most_days >= days),
	CONSTRAINT retention_classes_key UNIQUE (network_id, key)
);

GRANT SELECT, INSERT, UPDATE ON retention_classes TO touchstone_app;

GRANT SELECT ON retention_classes TO touchstone_region, touchstone_network;

CREATE POLICY retention_classes_app_select ON retention_classes FOR SELECT TO touchstone_app USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY retention_classes_app_insert ON retention_classes FOR INSERT TO touchstone_app WITH CHECK (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND owner_tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

CREATE POLICY retention_classes_app_update ON retention_classes FOR UPDATE TO touchstone_app USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND owner_tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND owner_tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

CREATE POLICY retention_classes_region_select ON retention_classes FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY retention_classes_network_select ON retention_classes FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY retention_classes_owner_all ON retention_classes FOR ALL TO touchstone_owner USING (true) WITH CHECK (true);

ALTER TABLE retention_classes ENABLE ROW LEVEL SECURITY;

ALTER TABLE retention_classes FORCE ROW LEVEL SECURITY;

CREATE TABLE retention_choices (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	key TEXT NOT NULL,
	days INTEGER,
	version INTEGER NOT NULL,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT retention_choices_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT retention_choices_days CHECK (days >= 1),
	CONSTRAINT retention_choices_key UNIQUE (tenant_id, key)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON retention_choices TO touchstone_app;

GRANT SELECT ON retention_choices TO touchstone_region, touchstone_network;

CREATE POLICY retention_choices_app_all ON retention_choices FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY retention_choices_region_select ON retention_choices FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY retention_choices_network_select ON retention_choices FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY retention_choices_owner_all ON retention_choices FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE retention_choices ENABLE ROW LEVEL SECURITY;

ALTER TABLE retention_choices FORCE ROW LEVEL SECURITY;

CREATE TABLE record_removals (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	retention_key TEXT NOT NULL,
	days INTEGER NOT NULL,
	events INTEGER NOT NULL,
	audit_id UUID NOT NULL,
	removed_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT record_removals_pkey PRIMARY KEY (tenant_id, id)
);

GRANT SELECT, INSERT ON record_removals TO touchstone_app;

GRANT SELECT ON record_removals TO touchstone_region, touchstone_network;

CREATE POLICY record_removals_app_all ON record_removals FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY record_removals_region_select ON record_removals FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY record_removals_network_select ON record_removals FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY record_removals_owner_all ON record_removals FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE record_removals ENABLE ROW LEVEL SECURITY;

ALTER TABLE record_removals FORCE ROW LEVEL SECURITY;

CREATE TABLE erasures (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	reason_code TEXT NOT NULL,
	legal_basis TEXT NOT NULL,
	erased_at TIMESTAMP WITH TIME ZONE NOT NULL,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT erasures_pkey PRIMARY KEY (tenant_id, id)
);

GRANT SELECT, INSERT ON erasures TO touchstone_app;

GRANT SELECT ON erasures TO touchstone_region, touchstone_network;

CREATE POLICY erasures_app_all ON erasures FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY erasures_region_select ON erasures FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY erasures_network_select ON erasures FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY erasures_owner_all ON erasures FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE erasures ENABLE ROW LEVEL SECURITY;

ALTER TABLE erasures FORCE ROW LEVEL SECURITY;

CREATE INDEX erasures_by_time ON erasures (tenant_id, erased_at, id);

CREATE TABLE subject_exports (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	customer_id UUID NOT NULL,
	job_id UUID NOT NULL,
	content BYTEA,
	size BIGINT,
	asked_by UUID NOT NULL,
	asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
	made_at TIMESTAMP WITH TIME ZONE,
	expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT subject_exports_pkey PRIMARY KEY (tenant_id, id)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON subject_exports TO touchstone_app;

GRANT SELECT ON subject_exports TO touchstone_region, touchstone_network;

CREATE POLICY subject_exports_app_all ON subject_exports FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY subject_exports_region_select ON subject_exports FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY subject_exports_network_select ON subject_exports FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY subject_exports_owner_all ON subject_exports FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE subject_exports ENABLE ROW LEVEL SECURITY;

ALTER TABLE subject_exports FORCE ROW LEVEL SECURITY;

CREATE INDEX subject_exports_of ON subject_exports (tenant_id, customer_id, id);

CREATE FUNCTION bury_events(record uuid, act uuid, whole boolean, chosen uuid[]) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  tenant uuid := NULLIF(current_setting('app.tenant_id', true), '')::uuid;
  buried integer;
BEGIN
  IF NOT EXISTS (
    SELECT FROM audit_entries a WHERE a.tenant_id = tenant AND a.id = act AND a.subject_id = record
      AND a.xmin = pg_current_xact_id()::xid
      AND a.action = CASE WHEN whole THEN 'privacy.remove_content' ELSE 'privacy.remove_texts' END
  ) THEN
    RAISE EXCEPTION 'content is removed by an act of the same transaction alone' USING ERRCODE = '42501';
  END IF;
  IF whole AND (
    NOT EXISTS (SELECT FROM records r WHERE r.tenant_id = tenant AND r.id = record AND r.status = 'closed')
    OR EXISTS (
      SELECT FROM legal_holds h LEFT JOIN records r ON r.tenant_id = tenant AND r.id = record
      WHERE h.tenant_id = tenant AND h.subject_id IN (record, r.customer_id) AND h.lifted_at IS NULL
        AND (h.until IS NULL OR h.until > now()))
    OR EXISTS (
      SELECT FROM record_events e LEFT JOIN log_leaves l ON l.tenant_id = tenant AND l.subject_id = e.id
      WHERE e.tenant_id = tenant AND e.record_id = record AND l.number IS NULL)
  ) THEN
    RAISE EXCEPTION 'this record is open, held, or not sealed yet' USING ERRCODE = '42501';
  END IF;
  INSERT INTO event_tombstones (tenant_id, network_id, id, payload_hash, sealed_hash, audit_id)
    SELECT e.tenant_id, e.network_id, e.id, sha256(convert_to(e.payload, 'UTF8')), sha256(e.sealed), act
    FROM record_events e JOIN log_leaves l ON l.tenant_id = tenant AND l.subject_id = e.id
    WHERE e.tenant_id = tenant AND e.record_id = record
      AND (whole OR (e.id = ANY (chosen) AND e.sealed IS NOT NULL))
    ON CONFLICT (tenant_id, id) DO UPDATE SET audit_id = excluded.audit_id;
  UPDATE record_events e SET payload = CASE WHEN whole THEN 'null' ELSE e.payload END, sealed = NULL
    FROM event_tombstones t
    WHERE t.tenant_id = tenant AND t.id = e.id AND t.audit_id = act AND e.tenant_id = tenant AND e.record_id = record;
  GET DIAGNOSTICS buried = ROW_COUNT;
  RETURN buried;
END $$;

REVOKE INSERT ON event_tombstones FROM touchstone_app;

GRANT EXECUTE ON FUNCTION bury_events(uuid, uuid, boolean, uuid[]) TO touchstone_app;

-- 0034

CREATE TABLE record_terms (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	term TEXT NOT NULL,
	opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
	record_id UUID NOT NULL,
	CONSTRAINT record_terms_pkey PRIMARY KEY (tenant_id, term, opened_at, record_id)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON record_terms TO touchstone_app;

GRANT SELECT ON record_terms TO touchstone_region, touchstone_network;

CREATE POLICY record_terms_app_all ON record_terms FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY record_terms_region_select ON record_terms FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY record_terms_network_select ON record_terms FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY record_terms_owner_all ON record_terms FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE record_terms ENABLE ROW LEVEL SECURITY;

ALTER TABLE record_terms FORCE ROW LEVEL SECURITY;

CREATE INDEX record_terms_of_record ON record_terms (tenant_id, record_id);

ALTER TABLE record_terms ALTER COLUMN tenant_id SET (n_distinct = -0.004);

CREATE TABLE saved_views (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	owner_id UUID NOT NULL,
	name TEXT NOT NULL,
	shared BOOLEAN NOT NULL,
	filter TEXT NOT NULL,
	ordering TEXT NOT NULL,
	columns TEXT NOT NULL,
	version INTEGER NOT NULL,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT saved_views_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT saved_views_ordering CHECK (ordering IN ('latest_first', 'earliest_first')),
	CONSTRAINT saved_views_name UNIQUE (tenant_id, owner_id, name)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON saved_views TO touchstone_app;

GRANT SELECT ON saved_views TO touchstone_region, touchstone_network;

CREATE POLICY saved_views_app_all ON saved_views FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY saved_views_region_select ON saved_views FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY saved_views_network_select ON saved_views FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY saved_views_owner_all ON saved_views FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE saved_views ENABLE ROW LEVEL SECURITY;

ALTER TABLE saved_views FORCE ROW LEVEL SECURITY;

CREATE INDEX saved_views_shared ON saved_views (tenant_id, name, id) WHERE shared;

CREATE INDEX records_by_site ON records (tenant_id, site_id, opened_at, id) WHERE site_id IS NOT NULL;

CREATE INDEX records_by_priority ON records (tenant_id, priority, opened_at, id) WHERE priority IS NOT NULL;

CREATE INDEX records_by_resolution ON records (tenant_id, resolved_at, id) WHERE resolved_at IS NOT NULL;

-- 0035

CREATE TABLE record_links (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	record_id UUID NOT NULL,
	actor_kind TEXT NOT NULL,
	actor_id UUID NOT NULL,
	shared_at TIMESTAMP WITH TIME ZONE NOT NULL,
	expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
	revoked_at TIMESTAMP WITH TIME ZONE,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT record_links_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT record_links_actor_kind CHECK (actor_kind IN ('person', 'service', 'system')),
	CONSTRAINT record_links_expiry CHECK (expires_at > shared_at),
	CONSTRAINT record_links_record FOREIGN KEY(tenant_id, record_id) REFERENCES records (tenant_id, id)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON record_links TO touchstone_app;

GRANT SELECT ON record_links TO touchstone_region, touchstone_network;

CREATE POLICY record_links_app_all ON record_links FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY record_links_region_select ON record_links FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY record_links_network_select ON record_links FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY record_links_owner_all ON record_links FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE record_links ENABLE ROW LEVEL SECURITY;

ALTER TABLE record_links FORCE ROW LEVEL SECURITY;

CREATE INDEX record_links_of_record ON record_links (tenant_id, record_id, shared_at, id);

-- 0033

ALTER TABLE waivers ADD COLUMN based_on UUID;

ALTER TABLE waiver_spans ADD COLUMN based_on UUID;

DROP INDEX waivers_one_asked;

CREATE UNIQUE INDEX waivers_one_asked ON waivers (tenant_id, code, based_on, clause_key, parameter_key, variant) WHERE status = 'asked';

ALTER TABLE waiver_spans DROP CONSTRAINT waiver_spans_one_at_a_time;

ALTER TABLE waiver_spans ADD CONSTRAINT waiver_spans_one_at_a_time EXCLUDE USING gist (tenant_id WITH =, code WITH =, based_on WITH =, clause_key WITH =, parameter_key WITH =, variant WITH =, tstzrange(valid_from, valid_to) WITH &&, tstzrange(recorded_from, recorded_to) WITH &&);

ALTER TABLE preview_findings DROP CONSTRAINT preview_findings_finding;

ALTER TABLE preview_findings ADD CONSTRAINT preview_findings_finding CHECK (finding IN ('clean', 'merged', 'out_of_bounds', 'orphaned', 'locked', 'type_changed', 'waiver_lost', 'limits_changed'));

CREATE TABLE rollout_events (
	tenant_id UUID NOT NULL,
	network_id UUID NOT NULL,
	id UUID NOT NULL,
	rollout_id UUID NOT NULL,
	wave_id UUID,
	kind TEXT NOT NULL,
	reason TEXT NOT NULL,
	at TIMESTAMP WITH TIME ZONE NOT NULL,
	actor_id UUID NOT NULL,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT rollout_events_pkey PRIMARY KEY (tenant_id, id),
	CONSTRAINT rollout_events_rollout FOREIGN KEY(tenant_id, rollout_id) REFERENCES rollouts (tenant_id, id),
	CONSTRAINT rollout_events_kind CHECK (kind IN ('wave_started', 'gate_passed', 'halted', 'resumed', 'rolled_back'))
);

GRANT SELECT, INSERT ON rollout_events TO touchstone_app;

GRANT SELECT ON rollout_events TO touchstone_region, touchstone_network;

CREATE POLICY rollout_events_app_all ON rollout_events FOR ALL TO touchstone_app USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid AND network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY rollout_events_region_select ON rollout_events FOR SELECT TO touchstone_region USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[]));

CREATE POLICY rollout_events_network_select ON rollout_events FOR SELECT TO touchstone_network USING (network_id = NULLIF(current_setting('app.network_id', true), '')::uuid);

CREATE POLICY rollout_events_owner_all ON rollout_events FOR ALL TO touchstone_owner USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE rollout_events ENABLE ROW LEVEL SECURITY;

ALTER TABLE rollout_events FORCE ROW LEVEL SECURITY;

CREATE INDEX rollout_events_by_rollout ON rollout_events (tenant_id, rollout_id, id);

-- 0039

ALTER TABLE sites ADD COLUMN attributes JSONB DEFAULT '{}' NOT NULL;

ALTER TABLE sites ALTER COLUMN attributes DROP DEFAULT;

ALTER TABLE customers ADD COLUMN tier TEXT;

ALTER TABLE customers ADD CONSTRAINT customers_erased_tier CHECK (erased_at IS NULL OR tier IS NULL);

-- 0040

CREATE INDEX records_by_closing ON records (tenant_id, closed_at, id) WHERE closed_at IS NOT NULL;

CREATE INDEX records_by_version ON records (tenant_id, standard_version, opened_at, id);

CREATE INDEX record_clocks_unstopped ON record_clocks (tenant_id, due_order, record_id) WHERE stopped_at IS NULL;

-- 0041

DROP INDEX records_by_chunk;

CREATE INDEX records_by_chunk ON records (tenant_id, import_chunk_id, id) WHERE import_chunk_id IS NOT NULL;

ALTER TABLE record_events DROP CONSTRAINT record_events_client;

CREATE UNIQUE INDEX record_events_client ON record_events (tenant_id, record_id, client_id) WHERE client_id IS NOT NULL;

-- 0042

DROP INDEX records_of_network_by_external_id;

DROP INDEX records_by_external_id;

CREATE INDEX records_by_external_id ON records (network_id, external_id, tenant_id, id);

-- 0043

ALTER TABLE outbox ALTER COLUMN payload SET STORAGE EXTERNAL;

ALTER TABLE idempotency_keys ALTER COLUMN ids SET STORAGE EXTERNAL;

-- 0046

ALTER TABLE records ALTER COLUMN site_id SET (n_distinct = 10);

ANALYZE records (site_id);

-- 0047

ALTER TABLE evidence_uploads DROP CONSTRAINT evidence_uploads_record;

ALTER TABLE record_clocks DROP CONSTRAINT record_clocks_record;

ALTER TABLE record_conformance DROP CONSTRAINT record_conformance_record;

ALTER TABLE record_contacts DROP CONSTRAINT record_contacts_record;

ALTER TABLE record_deviations DROP CONSTRAINT record_deviations_record;

ALTER TABLE record_evidence DROP CONSTRAINT record_evidence_record;

ALTER TABLE record_links DROP CONSTRAINT record_links_record;

ALTER TABLE record_steps DROP CONSTRAINT record_steps_record;

ALTER TABLE records DROP CONSTRAINT records_pkey;

ALTER TABLE records ADD CONSTRAINT records_pkey PRIMARY KEY (tenant_id, id);

ALTER TABLE evidence_uploads ADD CONSTRAINT evidence_uploads_record FOREIGN KEY (tenant_id, record_id) REFERENCES records(tenant_id, id);

ALTER TABLE record_clocks ADD CONSTRAINT record_clocks_record FOREIGN KEY (tenant_id, record_id) REFERENCES records(tenant_id, id);

ALTER TABLE record_conformance ADD CONSTRAINT record_conformance_record FOREIGN KEY (tenant_id, record_id) REFERENCES records(tenant_id, id);

ALTER TABLE record_contacts ADD CONSTRAINT record_contacts_record FOREIGN KEY (tenant_id, record_id) REFERENCES records(tenant_id, id);

ALTER TABLE record_deviations ADD CONSTRAINT record_deviations_record FOREIGN KEY (tenant_id, record_id) REFERENCES records(tenant_id, id);

ALTER TABLE record_evidence ADD CONSTRAINT record_evidence_record FOREIGN KEY (tenant_id, record_id) REFERENCES records(tenant_id, id);

ALTER TABLE record_links ADD CONSTRAINT record_links_record FOREIGN KEY (tenant_id, record_id) REFERENCES records(tenant_id, id);

ALTER TABLE record_steps ADD CONSTRAINT record_steps_record FOREIGN KEY (tenant_id, record_id) REFERENCES records(tenant_id, id);

INSERT INTO alembic_version (version_num) VALUES ('0047');
