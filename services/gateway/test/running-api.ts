import { randomBytes } from 'node:crypto';
import { eventTypes, schemas, subjects, type ConnectorManifest } from '@pes/contracts';
import { newId } from '@pes/kernel';
import { publish } from '@pes/messaging';
import { freePort, waitUntil } from '@pes/testkit';
import { SignJWT } from 'jose';
import type { OpenApiDocument } from '../src/http/openapi.ts';
import type { Role } from '../src/http/route.ts';
import { createAnswerCheck, type AnswerCheck } from './documented-answer.ts';
import { ids } from './fixtures.ts';
import { runGateway, type RunningGateway } from './running-gateway.ts';

export const secret = 'a secret of this test only, 32 bytes at least';
/** As in the gateway's environment. */
export const masterKeys = `first:${randomBytes(32).toString('base64')}`;

interface TestCall {
  token?: string | undefined;
  body?: unknown;
  /** Sent as it is, instead of `body`. */
  raw?: string | Uint8Array;
  headers?: Record<string, string>;
}

interface TestAnswer<T = Record<string, unknown>> {
  status: number;
  headers: Headers;
  body: T;
  text: string;
}

/** The gateway with its HTTP API. Every answer is held against the OpenAPI document. */
export interface RunningApi extends RunningGateway {
  url: string;
  check: AnswerCheck;
  document: OpenApiDocument;
  call<T = Record<string, unknown>>(method: string, path: string, options?: TestCall): Promise<TestAnswer<T>>;
  announce(manifest: ConnectorManifest): Promise<void>;
  /** The provider is there and its subscribers may use it. */
  offer(manifest: ConnectorManifest, ...subscriberIds: string[]): Promise<void>;
  /** Made by an admin of the subscriber. */
  account(changes?: Record<string, unknown>, subscriberId?: string): Promise<{ accountId: string; version: number }>;
  site(subscriberId?: string): Promise<string>;
}

export interface Claims { sub?: string; roles?: readonly Role[]; subscriberId?: string | null; exp?: number | string; secret?: string }

export async function tokenOf({ sub = 'kim@example.com', roles = ['admin'], subscriberId = ids.subscriber, exp = '1h', secret: signedWith = secret }: Claims = {}): Promise<string> {
  return new SignJWT({ roles, ...(subscriberId !== null && { subscriberId }) }).setProtectedHeader({ alg: 'HS256' }).setSubject(sub).setExpirationTime(exp).sign(Buffer.from(signedWith));
}

/** The platform's own people. */
export const sreToken = (): Promise<string> => tokenOf({ sub: 'sre@example.com', roles: ['sre'], subscriberId: null });

/** A provider with every kind of form. */
export function aManifest(changes: Partial<ConnectorManifest> = {}): ConnectorManifest {
  const example = structuredClone(schemas.get('connector-manifest')?.examples?.[0]) as ConnectorManifest;
  const text = { type: 'string', minLength: 1, maxLength: 200 };
  return {
    ...example, provider: 'acme-press', displayName: 'Acme Press',
    reference: { maxLength: 30, allowed: '[A-Za-z0-9-]', itemSeparator: '-' },
    mappings: [
      { entity: 'product', label: 'Acme SKU', required: true, fix: 'Open the product, Embedded Services tab.' },
      { entity: 'shipping-method', label: 'Acme carrier', required: true, siteSetting: 'carriers', accountFallback: 'defaultCarrier', fix: 'Open the site, Embedded Services tab.' },
    ],
    schemas: {
      credentials: {
        type: 'object', additionalProperties: false, required: ['apiKey', 'apiSecret'],
        properties: { apiKey: { ...text, title: 'API key', 'x-secret': true }, apiSecret: { ...text, 'x-secret': true, pattern: '^[!-~]+$' } },
      },
      accountSettings: {
        type: 'object', additionalProperties: false, required: [],
        properties: { baseUrl: { ...text, pattern: '^https?://', description: 'Address of the press.' }, factory: text, defaultCarrier: text, plates: { type: 'integer', minimum: 1, maximum: 9 } },
      },
      siteSettings: { type: 'object', additionalProperties: false, properties: { carriers: { type: 'object', additionalProperties: text }, customerId: { type: 'string', pattern: '^[0-9]+$' } } },
      productSettings: { type: 'object', additionalProperties: false, properties: { paper: text } },
      categorySettings: {},
      userSettings: { type: 'object', additionalProperties: false, properties: { department: text } },
    },
    ...changes,
  };
}

async function readAnswer<T>(response: Response): Promise<TestAnswer<T>> {
  // Live events have no end: that they began is all that such a call learns.
  const isLive = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
  if (isLive) await response.body?.cancel();
  const text = isLive ? '' : await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true && text !== '';
  return { status: response.status, headers: response.headers, text, body: (isJson ? JSON.parse(text) : text) as T };
}

export async function runApi(settings: Record<string, string> = {}): Promise<RunningApi> {
  const port = await freePort();
  const running = await runGateway({
    COMPARE_DEAD_MS: '600000', API_PORT: String(port), AUTH_SECRET: secret, MASTER_KEYS: masterKeys, RATE_LIMIT_PER_MINUTE: '10000000', ...settings,
  });
  const url = `http://127.0.0.1:${port}`;
  const document = await (await fetch(`${url}/api/v1/openapi.json`)).json() as OpenApiDocument;
  const check = createAnswerCheck(document);

  let prefixes = 0;
  const api: RunningApi = {
    ...running, url, check, document,
    async call<T>(method: string, path: string, { token, body, raw, headers = {} }: TestCall = {}) {
      const allHeaders = { ...(token !== undefined && { authorization: `Bearer ${token}` }), ...(body !== undefined && { 'content-type': 'application/json' }), ...headers };
      const response = await fetch(`${url}${path}`, { method, body: (raw ?? (body === undefined ? null : JSON.stringify(body))) as string | null, headers: allHeaders });
      const answer = await readAnswer<T>(response);
      const complaint = check.complaint({ method, path, status: response.status, contentType: response.headers.get('content-type') ?? undefined, body: answer.body });
      // Paths and methods that are not there are answered all the same.
      if (complaint !== undefined && ![404, 405].includes(response.status)) throw new Error(complaint);
      return answer;
    },
    async announce(manifest) {
      await publish(running.bus, { subject: subjects.connectorManifest(manifest.provider), type: eventTypes.connectorManifest, id: newId(), source: 'test', data: manifest });
      const token = await sreToken();
      await waitUntil(async () => {
        const response = await fetch(`${url}/api/v1/providers/${manifest.provider}`, { headers: { authorization: `Bearer ${token}` } });
        return response.status === 200 && ((await response.json()) as ConnectorManifest).version === manifest.version;
      }, { timeoutMs: 10_000, what: `${manifest.provider} to be offered` });
    },
    async offer(manifest, ...subscriberIds) {
      await api.announce(manifest);
      const token = await sreToken();
      for (const subscriberId of subscriberIds) await api.call('PUT', `/api/v1/entitlements/${subscriberId}/${manifest.provider}`, { token });
    },
    async account(changes = {}, subscriberId = ids.subscriber) {
      prefixes += 1;
      const answer = await api.call<{ accountId: string; version: number }>('POST', '/api/v1/accounts', {
        token: await tokenOf({ subscriberId }),
        body: {
          provider: 'acme-press', name: 'Acme East', adminUser: 'ops@example.com', referencePrefix: `P${prefixes}-`,
          settings: { factory: 'East', defaultCarrier: 'van' }, credentials: { apiKey: 'key of east', apiSecret: 'secret-of-east' }, ...changes,
        },
      });
      if (answer.status !== 201) throw new Error(answer.text);
      return answer.body;
    },
    async site(subscriberId = ids.subscriber) {
      const siteId = newId();
      const answer = await api.call('PUT', `/api/v1/sites/${siteId}`, { token: await tokenOf({ subscriberId }), body: { name: 'Brochure Bar' } });
      if (answer.status !== 201) throw new Error(answer.text);
      return siteId;
    },
  };
  return api;
}
