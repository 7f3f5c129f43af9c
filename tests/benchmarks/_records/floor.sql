-- What the product leaves behind when a record is opened, and when a step of it is completed: one function each, in
-- one round trip. They check nothing but the version, fold nothing, and take the standard from any other record.

CREATE SCHEMA floor;
GRANT USAGE ON SCHEMA floor TO touchstone_app;

CREATE FUNCTION floor.told(operation text, key text, record_id uuid, number integer) RETURNS void
LANGUAGE sql VOLATILE AS $$
    INSERT INTO public.idempotency_keys (tenant_id, network_id, id, actor_id, operation, key, fingerprint, ids, recorded_at)
    VALUES (current_setting('app.tenant_id')::uuid, current_setting('app.network_id')::uuid, uuidv7(),
            current_setting('app.tenant_id')::uuid, operation, key,
            encode(sha256(convert_to(operation || record_id, 'UTF8')), 'hex'), ARRAY[record_id], now());
    INSERT INTO public.outbox (tenant_id, network_id, id, topic, payload, target_tenant_id, actor_kind, actor_id,
                               status, due_at, handovers, attempts, sent_at)
    SELECT current_setting('app.tenant_id')::uuid, current_setting('app.network_id')::uuid, uuidv7(), topic,
           jsonb_build_object('record_id', record_id, 'number', number), current_setting('app.tenant_id')::uuid,
           'service', current_setting('app.tenant_id')::uuid, 'waiting', now(), 0, 0, now()
    FROM unnest(ARRAY['records.changed', 'quality.score_record']) AS topic;
$$;

CREATE FUNCTION floor.happened(
    record_id uuid, number integer, kind text, payload text, previous bytea
) RETURNS bytea
LANGUAGE sql VOLATILE AS $$
    INSERT INTO public.record_events (tenant_id, network_id, id, record_id, number, kind, occurred_at, recorded_at,
                                      actor_kind, actor_id, payload, previous, hash)
    VALUES (current_setting('app.tenant_id')::uuid, current_setting('app.network_id')::uuid, uuidv7(), record_id,
            number, kind, now(), now(), 'service', current_setting('app.tenant_id')::uuid, payload, previous,
            sha256(convert_to(concat_ws(' ', record_id, number, kind, now(), payload), 'UTF8') || previous))
    RETURNING hash
$$;

CREATE FUNCTION floor.open_record(channel text, standard_code text, external_id text, priority text, key text)
RETURNS public.records
LANGUAGE plpgsql VOLATILE AS $$
#variable_conflict use_column
DECLARE
    of_tenant CONSTANT uuid := current_setting('app.tenant_id')::uuid;
    of_network CONSTANT uuid := current_setting('app.network_id')::uuid;
    record_id CONSTANT uuid := uuidv7();
    made public.records;
BEGIN
    INSERT INTO public.record_keys (tenant_id, network_id, channel, external_id, record_id)
    VALUES (of_tenant, of_network, open_record.channel, open_record.external_id, record_id);
    INSERT INTO public.records (tenant_id, network_id, id, channel, external_id, standard_code, standard_version,
                                effective_hash, status, priority, opened_at, step_count, last_step_at, recorded_at,
                                updated_at, version, event_hash)
    SELECT of_tenant, of_network, record_id, open_record.channel, open_record.external_id, open_record.standard_code,
           d.version, d.hash, 'open', open_record.priority, now(), 0, now(), now(), now(), 1,
           floor.happened(record_id, 1, 'opened', json_build_object(
               'channel', open_record.channel, 'effectiveHash', d.hash, 'externalId', open_record.external_id,
               'priority', open_record.priority, 'standard', open_record.standard_code,
               'standardVersion', d.version)::text, decode(repeat('00', 32), 'hex'))
    FROM public.effective_documents d
    WHERE d.code = open_record.standard_code ORDER BY d.recorded_at DESC LIMIT 1
    RETURNING * INTO STRICT made;
    PERFORM floor.told('openRecord', open_record.key, record_id, 1);
    RETURN made;
END
$$;

CREATE FUNCTION floor.complete_step(record_id uuid, version integer, step text, key text)
RETURNS public.records
LANGUAGE plpgsql VOLATILE AS $$
#variable_conflict use_column
DECLARE
    of_tenant CONSTANT uuid := current_setting('app.tenant_id')::uuid;
    of_network CONSTANT uuid := current_setting('app.network_id')::uuid;
    held public.records;
BEGIN
    SELECT * INTO STRICT held FROM public.records r
    WHERE r.tenant_id = of_tenant AND r.id = complete_step.record_id AND r.version = complete_step.version FOR UPDATE;
    INSERT INTO public.record_steps (tenant_id, network_id, id, record_id, position, key, occurred_at, performer_id,
                                     recorded_at, state, round)
    VALUES (of_tenant, of_network, uuidv7(), held.id, held.step_count + 1, complete_step.step, now(), of_tenant, now(),
            'completed', 1);
    UPDATE public.records r
    SET first_response_at = coalesce(r.first_response_at, now()),
        first_response_seconds = coalesce(r.first_response_seconds, extract(epoch FROM now() - r.opened_at)::bigint),
        step_count = r.step_count + 1, last_step_at = now(), updated_at = now(), version = r.version + 1,
        event_hash = floor.happened(held.id, held.version + 1, 'step_completed', json_build_object(
            'answersCustomer', true, 'step', complete_step.step)::text, held.event_hash)
    WHERE r.tenant_id = of_tenant AND r.id = held.id
    RETURNING * INTO STRICT held;
    PERFORM floor.told('completeStep', complete_step.key, held.id, held.version);
    RETURN held;
END
$$;
