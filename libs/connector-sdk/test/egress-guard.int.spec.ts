import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ok } from '@pes/kernel';
import { createHttpClient } from '../src/create-http-client.ts';
import { createEgressGuard, type EgressGuard } from '../src/egress-guard.ts';
import { createOutboundAgent } from '../src/outbound-agent.ts';

/** Lets every URL through, as a name would that looks public and is not; addresses are judged by the real guard. */
const trustingNames: EgressGuard = { ...createEgressGuard(), checkTarget: () => ok('public') };

let server: Server;
let connections: number;
let bytes: number;
let port: number;

beforeEach(async () => {
  connections = 0;
  bytes = 0;
  server = createServer((socket) => {
    connections += 1;
    socket.on('error', () => undefined).on('data', (chunk) => { bytes += chunk.byteLength; });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});

afterEach(() => { server.close(); });

async function call(guard: EgressGuard, host: string): Promise<unknown> {
  const agent = createOutboundAgent({ guard });
  const result = await createHttpClient({ agent, timeoutMs: 3_000 }).request({ method: 'GET', url: `http://${host}:${port}/` });
  await agent.close();
  return result;
}

describe('egress guard on the wire', () => {
  it('refuses a name that resolves to a private address before any connection is made', async () => {
    expect(await call(trustingNames, 'localhost')).toMatchObject({
      kind: 'not-sent', code: 'egress_refused', message: expect.stringMatching(/^localhost resolves to an address that may not be used/),
    });
    expect(connections).toBe(0);
  });

  it('refuses a literal that reached the connection, for which no name is looked up, before a byte is sent', async () => {
    expect(await call(trustingNames, '127.0.0.1')).toMatchObject({
      kind: 'not-sent', code: 'egress_refused', message: expect.stringMatching(/^127\.0\.0\.1 connected to an address that may not be used/),
    });
    expect(bytes).toBe(0);
  });

  it('refuses a target that changed its mind between the check of the URL and the connection', async () => {
    let asked = 0;
    const flipping: EgressGuard = { ...trustingNames, checkTarget: (target) => ((asked += 1) === 1 ? ok('public') : createEgressGuard().checkTarget(target)) };
    expect(await call(flipping, '127.0.0.1')).toMatchObject({ kind: 'not-sent', code: 'egress_refused' });
    expect(connections).toBe(0);
  });
});
