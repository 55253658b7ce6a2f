import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { retry, unknown, accepted, outcomeOfFailure } from '../src/outcomes.ts';
import type { CallContext, Connector } from '../src/connector.ts';
import { toyConnector, type ToyOptions } from './toy-work.ts';

/** A provider of one endpoint: PUT /orders/<reference> takes an order, GET tells whether it is there. Keeps every order it was sent. */
export interface ToyProvider {
  url: string;
  /** References in the order in which they came, repeats included. */
  taken: string[];
  /** Keys that the calls carried. */
  keys: Set<string>;
  close(): Promise<void>;
}

export interface ToyBehaviour {
  /** What a PUT waits for after it was noted. */
  answerAfter?: (reference: string) => Promise<unknown>;
}

export async function startToyProvider({ answerAfter = () => Promise.resolve() }: ToyBehaviour = {}): Promise<ToyProvider> {
  const taken: string[] = [];
  const keys = new Set<string>();

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const reference = request.url?.split('/').at(-1) ?? '';
    keys.add(String(request.headers['x-key']));
    if (request.method === 'GET') {
      response.writeHead(taken.includes(reference) ? 200 : 404).end();
      return;
    }
    taken.push(reference);
    void answerAfter(reference).then(() => response.end(`{"id":"P-${reference}"}`));
  }

  const server = createServer((request, response) => {
    request.resume().on('end', () => answer(request, response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, taken, keys,
    close: () => new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
}

/** A whole connector for it; the address is a credential, so that it needs no account settings. */
export function toyProviderConnector(provider: string, options: ToyOptions = {}): Connector {
  const call = ({ http, credentials }: CallContext, method: 'GET' | 'PUT', reference: string) => http.request({
    method, url: `${String(credentials['address'])}/orders/${reference}`, headers: { 'x-key': String(credentials['apiKey']) }, ...(method === 'PUT' && { body: `{"reference":"${reference}"}` }),
  });
  const connector = toyConnector({
    manifest: { provider, ...options.manifest },
    async check(context) {
      const answer = await call(context, 'GET', 'none');
      return answer.kind === 'answer' ? { ok: true, message: `answered ${answer.status} to ${String(context.credentials['apiKey'])}` } : { ok: false, code: answer.code, message: answer.message };
    },
    async push({ reference }, context) {
      const answer = await call(context, 'PUT', reference);
      if (answer.kind !== 'answer') return outcomeOfFailure(answer);
      if (answer.status === 429) return retry('rate_limited', 'slow down');
      return answer.status === 200 ? accepted((JSON.parse(answer.body) as { id: string }).id) : unknown('provider_error', String(answer.status));
    },
    async lookup({ reference }, context) {
      const answer = await call(context, 'GET', reference);
      if (answer.kind !== 'answer') return { kind: 'unclear', code: answer.code, message: answer.message };
      return answer.status === 200 ? { kind: 'found', providerRef: `P-${reference}` } : { kind: 'absent' };
    },
    ...(options.push && { push: options.push }),
    ...(options.readRate && { readRate: options.readRate }),
  });
  if (options.lookup !== null) return connector;
  const { lookup: _lookup, manifest, ...rest } = connector;
  return { ...rest, manifest: { ...manifest, capabilities: { ...manifest.capabilities, lookup: false } } };
}
