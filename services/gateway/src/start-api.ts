import { lookup } from 'node:dns/promises';
import { setMaxListeners } from 'node:events';
import { createEgressGuard, parseEgressAllow, type EgressGuard } from '@pes/connector-sdk';
import { parseKeyRing } from '@pes/secrets';
import type { Api } from './api.ts';
import { createFingerprint } from './fingerprint.ts';
import type { Gateway } from './gateway.ts';
import { createAuthenticate } from './http/authenticate.ts';
import { createApp } from './http/create-app.ts';
import { routes } from './http/routes.ts';
import { startServer, type HttpServer } from './http/start-server.ts';
import { createProviderCatalog } from './provider-catalog.ts';

type Config = Gateway['config'];

function createGuard({ EGRESS_ALLOW, EGRESS_PORTS }: Config): EgressGuard {
  const allow = parseEgressAllow(EGRESS_ALLOW);
  if (!allow.ok) throw new Error(allow.error.join('; '));
  return createEgressGuard({ allow: allow.value, ports: EGRESS_PORTS.split(',').map(Number) });
}

const resolveMs = 2_000;

/** Undefined when no name server answers in time: then only the connector, which looks again at every call, can tell. */
async function resolveHost(name: string): Promise<string[] | undefined> {
  const tooLong = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => tooLong.resolve(undefined), resolveMs);
  const found = lookup(name, { all: true }).then((addresses) => addresses.map(({ address }) => address), () => undefined);
  try {
    return await Promise.race([found, tooLong.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Is the API configured? Both kinds of token at once is a mistake. */
export function servesApi({ AUTH_SECRET, AUTH_JWKS_URL }: Config): boolean {
  if (AUTH_SECRET !== undefined && AUTH_JWKS_URL !== undefined) throw new Error('set either AUTH_SECRET or AUTH_JWKS_URL, not both');
  return AUTH_SECRET !== undefined || AUTH_JWKS_URL !== undefined;
}

async function createApi(gateway: Gateway): Promise<Api> {
  const { config, db, log } = gateway;
  if (config.MASTER_KEYS === undefined) throw new Error('MASTER_KEYS is not set: the API seals credentials with it');
  const masters = parseKeyRing(config.MASTER_KEYS);
  if (!masters.ok) throw new Error(`MASTER_KEYS: ${masters.error.join('; ')}`);
  return {
    ...gateway, masters: masters.value, providers: createProviderCatalog(db, log), fingerprint: await createFingerprint(db, masters.value), egress: createGuard(config),
    resolveHost, stopping: new AbortController().signal,
  };
}

/** Serves the HTTP API. Rejects when its settings are wrong or its address cannot be had. */
export async function startApi(gateway: Gateway): Promise<HttpServer> {
  const { config, log } = gateway;
  const stopping = new AbortController();
  // One for each request that runs.
  setMaxListeners(0, stopping.signal);
  const api: Api = { ...await createApi(gateway), stopping: stopping.signal };
  const server = await startServer(createApp(api, routes, createAuthenticate(config)), { host: config.API_HOST, port: config.API_PORT });
  log.info({ host: config.API_HOST, port: server.port }, 'the API is served');
  return {
    port: server.port,
    stop: () => {
      stopping.abort();
      return server.stop();
    },
  };
}
