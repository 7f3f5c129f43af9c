// Mercurius on Fastify as its documentation sets it up for speed: operations compiled after the first call (`jit`),
// loaders for what is nested, hand-written SQL per level. Each statement carries the tenant's settings itself, so that
// a read takes one round trip. Its schema is ours, as far as it is asked for, so the same documents go to both.
import Fastify from "fastify";
import { GraphQLScalarType } from "graphql";
import mercurius from "mercurius";
import pg from "pg";

const DATE = 1082;
const BIGINT = 20;
pg.types.setTypeParser(DATE, (text) => text);
pg.types.setTypeParser(BIGINT, Number);
const pool = new pg.Pool({
  connectionString: process.env.BENCH_DATABASE,
  max: Number(process.env.BENCH_POOL),
  options: "-c jit=off",
});
const network = process.env.BENCH_NETWORK;
const root = process.env.BENCH_ROOT;
const CONTEXT = `WITH ctx AS MATERIALIZED (SELECT set_config('app.network_id', $1, true) AS network,
    set_config('app.tenant_id', $2, true), set_config('app.lineage', $3, true))`;

// Rows of one statement as the tenant; a named statement is prepared once per connection. What is inside waits for the
// settings, which the planner would otherwise be free to make last: a small table was read before them and looked empty.
async function rows(tenant, name, inner, ...values) {
  const text = `${CONTEXT} SELECT t.* FROM ctx CROSS JOIN LATERAL (
    SELECT i.* FROM (${inner}) i WHERE ctx.network IS NOT NULL OFFSET 0) t`;
  return (await pool.query({ name, text, values: [network, tenant, `${root},${tenant}`, ...values] })).rows;
}

const globalId = (type, id) => Buffer.from(`${type}:${id}`).toString("base64url");

const schema = `
  scalar DateTime
  scalar Date
  enum RecordStatus { OPEN RESOLVED CLOSED }
  type Site { id: ID! key: String! name: String! }
  type RecordStep { id: ID! position: Int! key: String! status: String occurredAt: DateTime! }
  type RecordStepConnection { nodes: [RecordStep!]! }
  type Record {
    id: ID! channel: String! externalId: String! standardCode: String! standardVersion: String!
    status: RecordStatus! priority: String openedAt: DateTime! resolvedAt: DateTime stepCount: Int!
    site: Site
    steps(first: Int!): RecordStepConnection!
  }
  type RecordConnection { nodes: [Record!]! }
  type QualityFigures {
    records: Int! steps: Int! resolved: Int! withinPublishedLimit: Int! withinEffectiveLimit: Int!
    withinEffectiveShare: Float
  }
  type DimensionScore { rule: String! dimension: String! scored: Int! mean: Float }
  type QualityPerformance { figures: QualityFigures! medianResolutionSeconds: Float scores: [DimensionScore!]! }
  type QualityDay { day: Date! figures: QualityFigures! }
  type QualityDashboard { whole: QualityPerformance! days: [QualityDay!]! }
  input QualityPeriodInput { standardCode: String! firstDay: Date! lastDay: Date! }
  input OpenRecordInput { channel: String! standardCode: String! externalId: String! priority: String }
  type OpenRecordSuccess { record: Record! }
  input OpenRecordsInput { records: [OpenRecordInput!]! }
  type OpenRecordsSuccess { opened: Int! records: [Record!]! }
  type Refused { code: String! }
  union OpenRecordResult = OpenRecordSuccess | Refused
  union OpenRecordsResult = OpenRecordsSuccess | Refused
  type Query {
    records(first: Int!): RecordConnection
    qualityDashboard(period: QualityPeriodInput!): QualityDashboard
  }
  type Mutation {
    openRecord(input: OpenRecordInput!, idempotencyKey: String!): OpenRecordResult!
    openRecords(input: OpenRecordsInput!, idempotencyKey: String!): OpenRecordsResult!
  }
`;

const COLUMNS = `r.id, r.channel, r.external_id AS "externalId", r.standard_code AS "standardCode",
  r.standard_version AS "standardVersion", upper(r.status) AS status, r.priority, r.opened_at AS "openedAt",
  r.resolved_at AS "resolvedAt", r.step_count AS "stepCount", r.site_id AS "siteId"`;
const FIGURES = `records, steps, resolved, within_published AS "withinPublishedLimit",
  within_effective AS "withinEffectiveLimit"`;
const share = (one) => ({ ...one, withinEffectiveShare: one.resolved ? one.withinEffectiveLimit / one.resolved : null });

// One statement answers what a level needs; which figures are needed is seen from the selection.
async function dashboard(tenant, period, asked) {
  const values = [period.standardCode, period.firstDay, period.lastDay];
  if (asked.medianResolutionSeconds) {
    const [whole] = await rows(
      tenant,
      "scan",
      `SELECT ${FIGURES}, median AS "medianResolutionSeconds" FROM peers.dashboard_scan($4, $5::date, $6::date)`,
      ...values,
    );
    return { whole: { figures: share(whole), medianResolutionSeconds: whole.medianResolutionSeconds } };
  }
  const [whole, scores, days] = await Promise.all([
    rows(tenant, "sums", `SELECT ${FIGURES} FROM peers.dashboard_sums($4, $5::date, $6::date)`, ...values),
    rows(tenant, "scores", "SELECT * FROM peers.dashboard_scores($4, $5::date, $6::date)", ...values),
    rows(tenant, "days", `SELECT day, ${FIGURES} FROM peers.dashboard_days($4, $5::date, $6::date)`, ...values),
  ]);
  return {
    whole: { figures: share(whole[0]), scores },
    days: days.map(({ day, ...figures }) => ({ day, figures: share(figures) })),
  };
}

const resolvers = {
  DateTime: new GraphQLScalarType({ name: "DateTime", serialize: (at) => at.toISOString() }),
  Query: {
    records: async (_, { first }, { tenant }) => ({
      nodes: await rows(
        tenant,
        "page",
        `SELECT ${COLUMNS} FROM records r WHERE r.tenant_id = $4 AND r.network_id = ($1::text)::uuid ORDER BY r.opened_at DESC, r.id DESC LIMIT $5`,
        tenant,
        first,
      ),
    }),
    qualityDashboard: (_, { period }, { tenant }, info) => {
      const whole = info.fieldNodes[0].selectionSet.selections.find((one) => one.name.value === "whole");
      const asked = whole.selectionSet.selections.map((one) => [one.name.value, true]);
      return dashboard(tenant, period, Object.fromEntries(asked));
    },
  },
  Mutation: {
    openRecord: async (_, { input, idempotencyKey }, { tenant }) => {
      const [record] = await rows(
        tenant,
        "open",
        `SELECT ${COLUMNS} FROM peers.open_record($4, $5, $6, $7, $8) r`,
        input.channel,
        input.standardCode,
        input.externalId,
        input.priority,
        idempotencyKey,
      );
      return { __typename: "OpenRecordSuccess", record };
    },
    openRecords: async (_, { input, idempotencyKey }, { tenant }) => {
      const column = (name) => input.records.map((one) => one[name]);
      const records = await rows(
        tenant,
        "open-many",
        `SELECT ${COLUMNS} FROM peers.open_records($4, $5, $6, $7, $8) r`,
        column("channel"),
        column("standardCode"),
        column("externalId"),
        column("priority"),
        idempotencyKey,
      );
      return { __typename: "OpenRecordsSuccess", opened: records.length, records };
    },
  },
  Record: { id: (record) => globalId("Record", record.id) },
  RecordStep: { id: (step) => globalId("RecordStep", step.id) },
  Site: { id: (site) => globalId("Site", site.id) },
};

// What is nested: once per level for all rows of a page, not once per row.
const loaders = {
  Record: {
    steps: {
      loader: async (queries, { tenant }) => {
        const ids = queries.map(({ obj }) => obj.id);
        const found = await rows(
          tenant,
          "steps",
          `SELECT s.record_id AS "recordId", s.id, s.position, s.key, s.status, s.occurred_at AS "occurredAt"
           FROM unnest($5::uuid[]) AS wanted (id)
           CROSS JOIN LATERAL (
             SELECT * FROM record_steps WHERE tenant_id = $4 AND network_id = ($1::text)::uuid AND record_id = wanted.id
             ORDER BY position LIMIT $6
           ) s`,
          tenant,
          ids,
          queries[0].params.first,
        );
        const grouped = new Map(ids.map((id) => [id, []]));
        for (const step of found) grouped.get(step.recordId).push(step);
        return ids.map((id) => ({ nodes: grouped.get(id) }));
      },
      opts: { cache: false },
    },
    site: {
      loader: async (queries, { tenant }) => {
        const ids = [...new Set(queries.map(({ obj }) => obj.siteId).filter(Boolean))];
        const text = "SELECT id, key, name FROM sites WHERE tenant_id = $4 AND network_id = ($1::text)::uuid AND id = ANY($5::uuid[])";
        const found = new Map((await rows(tenant, "sites", text, tenant, ids)).map((site) => [site.id, site]));
        return queries.map(({ obj }) => found.get(obj.siteId) ?? null);
      },
      opts: { cache: false },
    },
  },
};

const app = Fastify({ logger: false });
// The request's tenant, from a header as behind a gateway that has looked at the token.
const context = (request) => ({ tenant: request.headers["touchstone-tenant"] });
app.register(mercurius, { schema, resolvers, loaders, context, jit: 1, graphiql: false });
await app.listen({ port: Number(process.env.BENCH_PORT), host: "127.0.0.1" });
