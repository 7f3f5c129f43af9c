// PostGraphile 5 as its documentation sets it up for production: Amber preset, one pool, plans and prepared
// statements cached (its defaults), no watching, no GraphiQL, and of the database only the tables that are asked for.
// Row security is fed as it advises: settings of the request's tenant by `pgSettings`.
import { createServer } from "node:http";
import { postgraphile } from "postgraphile";
import { makePgService } from "postgraphile/adaptors/pg";
import { grafserv } from "postgraphile/grafserv/node";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";

const TABLES = new Set(["records", "record_steps", "quality_days", "score_days", "sites"]);
const network = process.env.BENCH_NETWORK;
const root = process.env.BENCH_ROOT;

// The request's tenant, from a header as behind a gateway that has looked at the token.
function pgSettings(request) {
  const tenant = request.headers["touchstone-tenant"];
  return { "app.network_id": network, "app.tenant_id": tenant, "app.lineage": `${root},${tenant}` };
}

// Tables that no query asks for stay out of the schema; reads and the functions are all that is needed of the rest.
const OnlyWhatIsAsked = {
  name: "OnlyWhatIsAskedPlugin",
  version: "1.0.0",
  schema: {
    entityBehavior: {
      pgResource: {
        override: {
          provides: ["onlyWhatIsAsked"],
          after: ["inferred"],
          callback(behavior, resource) {
            if (resource.parameters) return behavior;
            return TABLES.has(resource.name) ? [behavior, "-insert", "-update", "-delete"] : "-*";
          },
        },
      },
    },
  },
};

const preset = {
  extends: [PostGraphileAmberPreset],
  plugins: [OnlyWhatIsAsked],
  pgServices: [
    makePgService({
      connectionString: process.env.BENCH_DATABASE,
      schemas: ["public", "peers"],
      poolConfig: { max: Number(process.env.BENCH_POOL) },
    }),
  ],
  gather: { pgStrictFunctions: true },
  grafast: { explain: false, context: ({ node }) => ({ pgSettings: pgSettings(node.req) }) },
  grafserv: { port: Number(process.env.BENCH_PORT), host: "127.0.0.1", graphiql: false, watch: false, maxRequestLength: 1048576 },
};

const serv = postgraphile(preset).createServ(grafserv);
const server = createServer();
await serv.addTo(server);
server.listen(preset.grafserv.port, preset.grafserv.host);
