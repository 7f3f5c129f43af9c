-- What both peers call for figures and for writing: one function each, as their documentation advises for
-- aggregates and for changes that touch several tables. They run as whoever calls, under the same row security.

CREATE SCHEMA peers;
GRANT USAGE ON SCHEMA peers TO touchstone_app;

-- Sums of the rollup and the median over the records themselves, of one standard over some days.
CREATE TYPE peers.whole AS (
    records bigint, steps bigint, resolved bigint, within_published bigint, within_effective bigint, median float8
);
CREATE FUNCTION peers.dashboard_scan(standard text, first_day date, last_day date) RETURNS peers.whole
LANGUAGE sql STABLE AS $$
    SELECT sum(records)::bigint, sum(steps)::bigint, sum(resolved)::bigint, sum(within_published)::bigint,
           sum(within_effective)::bigint,
           (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY resolution_seconds) FROM public.record_figures
            WHERE standard_code = standard AND day BETWEEN first_day AND last_day AND resolved)
    FROM public.quality_days WHERE standard_code = standard AND day BETWEEN first_day AND last_day
$$;

-- Days of the rollup; the sums over them and the scores are small functions of their own.
CREATE FUNCTION peers.dashboard_days(standard text, first_day date, last_day date) RETURNS SETOF public.quality_days
LANGUAGE sql STABLE ROWS 30 AS $$
    SELECT * FROM public.quality_days WHERE standard_code = standard AND day BETWEEN first_day AND last_day ORDER BY day
$$;
CREATE TYPE peers.figures AS (
    records bigint, steps bigint, resolved bigint, within_published bigint, within_effective bigint
);
CREATE FUNCTION peers.dashboard_sums(standard text, first_day date, last_day date) RETURNS peers.figures
LANGUAGE sql STABLE AS $$
    SELECT sum(records)::bigint, sum(steps)::bigint, sum(resolved)::bigint, sum(within_published)::bigint,
           sum(within_effective)::bigint
    FROM public.quality_days WHERE standard_code = standard AND day BETWEEN first_day AND last_day
$$;
CREATE TYPE peers.score AS (rule text, dimension text, scored bigint, mean float8);
CREATE FUNCTION peers.dashboard_scores(standard text, first_day date, last_day date) RETURNS SETOF peers.score
LANGUAGE sql STABLE ROWS 10 AS $$
    SELECT rule, dimension, sum(scored)::bigint, sum(basis_points)::float8 / nullif(sum(scored), 0)::float8 / 100
    FROM public.score_days WHERE standard_code = standard AND day BETWEEN first_day AND last_day
    GROUP BY rule, dimension ORDER BY rule, dimension
$$;

-- What opens a record is an event: its facts as canonical JSON (RFC 8785; what is asked for here needs no more than
-- PostgreSQL's own escapes), and the hash that its record's chain begins with, over the canonical JSON of all of it.
CREATE FUNCTION peers.opening(
    channel text, hash text, external_id text, priority text, standard text, version text
) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT concat('{"channel":', to_json(channel), ',"effectiveHash":"', hash, '","externalId":', to_json(external_id),
                  ',"priority":' || to_json(priority), ',"standard":', to_json(standard), ',"standardVersion":',
                  to_json(version), '}')
$$;
CREATE FUNCTION peers.instant(at timestamptz) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
$$;
CREATE FUNCTION peers.leaf(
    tenant uuid, actor uuid, id uuid, record uuid, at text, payload text
) RETURNS bytea LANGUAGE sql STABLE AS $$
    SELECT sha256('\x00'::bytea || convert_to(concat(
        '{"actorId":"', actor, '","actorKind":"service","clientId":null,"deviceAt":null,"id":"', id,
        '","kind":"opened","number":1,"occurredAt":"', at, '","onBehalfOf":null,"payload":"',
        encode(sha256(convert_to(payload, 'UTF8')), 'hex'), '","previous":"', repeat('0', 64), '","record":"', record,
        '","recordedAt":"', at, '","sealed":null,"tenant":"', tenant, '"}'), 'UTF8'))
$$;

-- The rows that one opened record leaves behind, in one round trip: idempotency key, external key, record, the event
-- that opens it, and the two messages for what follows. Reading the standard that holds is left out: the latest
-- document is taken.
CREATE FUNCTION peers.open_record(
    channel text, standard_code text, external_id text, priority text, idempotency_key text
) RETURNS public.records
LANGUAGE plpgsql VOLATILE AS $$
#variable_conflict use_column
DECLARE
    of_tenant CONSTANT uuid := current_setting('app.tenant_id')::uuid;
    of_network CONSTANT uuid := current_setting('app.network_id')::uuid;
    actor CONSTANT uuid := of_tenant;
    record_id CONSTANT uuid := uuidv7();
    event_id CONSTANT uuid := uuidv7();
    facts text;
    leaf bytea;
    held record;
    made public.records;
BEGIN
    INSERT INTO public.idempotency_keys (tenant_id, network_id, id, actor_id, operation, key, fingerprint, ids, recorded_at)
    VALUES (of_tenant, of_network, uuidv7(), actor, 'openRecord', open_record.idempotency_key,
            encode(sha256(convert_to(concat_ws(' ', open_record.channel, open_record.standard_code,
                                               open_record.external_id, open_record.priority), 'UTF8')), 'hex'),
            ARRAY[record_id], now());
    INSERT INTO public.record_keys (tenant_id, network_id, channel, external_id, record_id)
    VALUES (of_tenant, of_network, open_record.channel, open_record.external_id, record_id);
    SELECT d.version, d.hash INTO STRICT held FROM public.effective_documents d
    WHERE d.code = open_record.standard_code ORDER BY d.recorded_at DESC LIMIT 1;
    facts := peers.opening(open_record.channel, held.hash, open_record.external_id, open_record.priority,
                           open_record.standard_code, held.version);
    leaf := peers.leaf(of_tenant, actor, event_id, record_id, peers.instant(now()), facts);
    INSERT INTO public.records (tenant_id, network_id, id, channel, external_id, standard_code, standard_version,
                                effective_hash, status, priority, opened_at, step_count, last_step_at, recorded_at,
                                updated_at, version, event_hash)
    VALUES (of_tenant, of_network, record_id, open_record.channel, open_record.external_id, open_record.standard_code,
            held.version, held.hash, 'open', open_record.priority, now(), 0, now(), now(), now(), 1, leaf)
    RETURNING * INTO STRICT made;
    INSERT INTO public.record_events (tenant_id, network_id, id, record_id, number, kind, occurred_at, recorded_at,
                                      actor_kind, actor_id, payload, previous, hash)
    VALUES (of_tenant, of_network, event_id, record_id, 1, 'opened', now(), now(), 'service', actor, facts,
            decode(repeat('00', 32), 'hex'), leaf);
    INSERT INTO public.outbox (tenant_id, network_id, id, topic, payload, target_tenant_id, actor_kind, actor_id,
                               status, due_at, handovers, attempts, sent_at)
    VALUES (of_tenant, of_network, uuidv7(), 'records.changed', jsonb_build_object('record_id', record_id, 'number', 1),
            of_tenant, 'service', actor, 'waiting', now(), 0, 0, now()),
           (of_tenant, of_network, uuidv7(), 'quality.score_record', jsonb_build_object('record_id', record_id),
            of_tenant, 'service', actor, 'waiting', now(), 0, 0, now());
    RETURN made;
END
$$;

-- The same of many records: three rows for each, and one idempotency key and two messages for all of them.
CREATE FUNCTION peers.open_records(
    channels text[], standard_codes text[], external_ids text[], priorities text[], idempotency_key text
) RETURNS SETOF public.records
LANGUAGE plpgsql VOLATILE ROWS 1000 AS $$
#variable_conflict use_column
DECLARE
    of_tenant CONSTANT uuid := current_setting('app.tenant_id')::uuid;
    of_network CONSTANT uuid := current_setting('app.network_id')::uuid;
    actor CONSTANT uuid := of_tenant;
    at CONSTANT text := peers.instant(now());
    made CONSTANT uuid[] := ARRAY(SELECT uuidv7() FROM generate_series(1, cardinality(channels)));
BEGIN
    INSERT INTO public.idempotency_keys (tenant_id, network_id, id, actor_id, operation, key, fingerprint, ids, recorded_at)
    VALUES (of_tenant, of_network, uuidv7(), actor, 'openRecords', open_records.idempotency_key,
            encode(sha256(convert_to(concat_ws(' ', channels, standard_codes, external_ids, priorities), 'UTF8')), 'hex'),
            made, now());
    INSERT INTO public.record_keys (tenant_id, network_id, channel, external_id, record_id)
    SELECT of_tenant, of_network, given.* FROM unnest(channels, external_ids, made) AS given;
    INSERT INTO public.outbox (tenant_id, network_id, id, topic, payload, target_tenant_id, actor_kind, actor_id,
                               status, due_at, handovers, attempts, sent_at)
    VALUES (of_tenant, of_network, uuidv7(), 'records.changed', jsonb_build_object('record_ids', made, 'number', 1),
            of_tenant, 'service', actor, 'waiting', now(), 0, 0, now()),
           (of_tenant, of_network, uuidv7(), 'quality.score_records', jsonb_build_object('record_ids', made),
            of_tenant, 'service', actor, 'waiting', now(), 0, 0, now());
    RETURN QUERY
    WITH given AS (
        SELECT g.*, d.version, d.hash, uuidv7() AS event_id,
               peers.opening(g.channel, d.hash, g.external_id, g.priority, g.standard_code, d.version) AS facts
        FROM unnest(made, channels, standard_codes, external_ids, priorities)
               AS g (id, channel, standard_code, external_id, priority)
        JOIN (SELECT DISTINCT ON (code) code, version, hash FROM public.effective_documents
              WHERE code = ANY(standard_codes) ORDER BY code, recorded_at DESC) d ON d.code = g.standard_code
    ), hashed AS MATERIALIZED (
        SELECT g.*, peers.leaf(of_tenant, actor, g.event_id, g.id, at, g.facts) AS leaf
        FROM (SELECT * FROM given OFFSET 0) g
    ), told AS (
        INSERT INTO public.record_events (tenant_id, network_id, id, record_id, number, kind, occurred_at, recorded_at,
                                          actor_kind, actor_id, payload, previous, hash)
        SELECT of_tenant, of_network, h.event_id, h.id, 1, 'opened', now(), now(), 'service', actor, h.facts,
               decode(repeat('00', 32), 'hex'), h.leaf
        FROM hashed h
    )
    INSERT INTO public.records (tenant_id, network_id, id, channel, external_id, standard_code, standard_version,
                                effective_hash, status, priority, opened_at, step_count, last_step_at, recorded_at,
                                updated_at, version, event_hash)
    SELECT of_tenant, of_network, h.id, h.channel, h.external_id, h.standard_code, h.version, h.hash, 'open', h.priority,
           now(), 0, now(), now(), now(), 1, h.leaf
    FROM hashed h
    RETURNING *;
END
$$;

-- Records name their site without a foreign key (sites belong to another room); PostGraphile is told, so that it can follow.
COMMENT ON TABLE public.records IS E'@foreignKey (tenant_id, site_id) references public.sites (tenant_id, id)';
