import { createServer } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { waitUntil } from '@pes/testkit';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { createAuthenticate } from '../src/http/authenticate.ts';
import { ids } from './fixtures.ts';
import { aManifest, runApi, sreToken, tokenOf, type RunningApi } from './running-api.ts';

let api: RunningApi;
beforeAll(async () => {
  api = await runApi({ RATE_LIMIT_PER_MINUTE: '40', BODY_MAX_KB: '2' });
});
afterAll(() => api.close());

describe('the rate limit', () => {
  it('counts by token: one that asks too much is told to wait, and nobody else is', async () => {
    const greedy = await tokenOf({ sub: 'greedy@example.com' });
    const statuses = [];
    for (let n = 0; n < 45; n += 1) statuses.push((await api.call('GET', '/api/v1/providers', { token: greedy })).status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(40);
    const refused = await api.call('GET', '/api/v1/providers', { token: greedy });
    expect(refused).toMatchObject({ status: 429, body: { code: 'rate_limited' } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await api.call('GET', '/api/v1/providers', { token: await tokenOf({ sub: 'modest@example.com' }) })).status).toBe(200);
  });
});

describe('a body', () => {
  it.each([
    ['that is too large', { raw: JSON.stringify({ name: 'x'.repeat(3_000) }), headers: { 'content-type': 'application/json' } }, 413, 'too_large'],
    ['of another type', { raw: '<a/>', headers: { 'content-type': 'text/xml' } }, 415, 'unsupported_media_type'],
    ['that is compressed', { raw: 'x', headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' } }, 415, 'unsupported_media_type'],
    ['that is no JSON', { raw: '{"name": ', headers: { 'content-type': 'application/json' } }, 400, 'bad_json'],
    ['that is not UTF-8', { raw: Uint8Array.from([0x22, 0xff, 0x22]), headers: { 'content-type': 'application/json' } }, 400, 'bad_json'],
    ['that is nested without end', { raw: `${'['.repeat(500)}${']'.repeat(500)}`, headers: { 'content-type': 'application/json' } }, 422, 'invalid'],
    ['with text that cannot be stored', { raw: '{"name": "a\\u0000"}', headers: { 'content-type': 'application/json' } }, 422, 'invalid'],
  ])('%s is refused', async (_name, options, status, code) => {
    const answer = await api.call('PUT', `/api/v1/sites/${ids.site}`, { token: await tokenOf({ sub: `${code}@example.com` }), ...options });
    expect(answer).toMatchObject({ status, body: { code } });
  });

  it('that was not read to its end leaves a connection that answers the next request', async () => {
    await api.offer(aManifest(), ids.subscriber);
    const { accountId } = await api.account();
    const token = await tokenOf({ sub: 'csv@example.com' });
    const { hostname, port } = new URL(api.url);
    const socket = connect(Number(port), hostname);
    let seen = '';
    socket.on('data', (part: Buffer) => { seen += part.toString('utf8'); });
    const body = `price,nothing\n${'a,b\n'.repeat(2_000)}`;
    const head = (method: string, path: string, more: string): string => `${method} ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\n${more}\r\n`;
    socket.write(head('POST', `/api/v1/accounts/${accountId}/products/import`, `content-type: text/csv\r\ncontent-length: ${body.length}\r\n`) + body);
    await waitUntil(() => seen.includes('HTTP/1.1 422'));
    socket.write(head('GET', '/api/v1/providers', ''));
    await waitUntil(() => seen.includes('HTTP/1.1 200'), { timeoutMs: 5_000 });
    socket.destroy();
  });
});

describe('tokens of a key server', () => {
  it('are checked by its keys, by issuer and by audience, and never as if the key were a secret', async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
    const jwk = { ...await exportJWK(publicKey), kid: 'one', alg: 'ES256' };
    const server = createServer((_request, response) => response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [jwk] })));
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
    const authenticate = createAuthenticate({ AUTH_JWKS_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`, AUTH_ISSUER: 'https://id.example.com', AUTH_AUDIENCE: 'es' });
    const sign = async (changes: { issuer?: string; audience?: string; alg?: string } = {}) => {
      const token = new SignJWT({ roles: ['viewer'], subscriberId: ids.subscriber }).setProtectedHeader({ alg: changes.alg ?? 'ES256', kid: 'one' }).setSubject('kim').setExpirationTime('1h')
        .setIssuer(changes.issuer ?? 'https://id.example.com').setAudience(changes.audience ?? 'es');
      return `Bearer ${await token.sign(changes.alg === 'HS256' ? Buffer.from(JSON.stringify(jwk)) : privateKey)}`;
    };
    expect(await authenticate(await sign())).toEqual({ ok: true, value: { subject: 'kim', roles: ['viewer'], subscriberId: ids.subscriber } });
    expect(await authenticate(await sign({ issuer: 'https://evil.example.com' }))).toEqual({ ok: false, error: 'claim iss of the token is missing or not what is expected here' });
    expect(await authenticate(await sign({ audience: 'other' }))).toMatchObject({ ok: false, error: expect.stringContaining('aud') });
    expect(await authenticate(await sign({ alg: 'HS256' }))).toMatchObject({ ok: false });
    server.closeAllConnections();
    server.close();
  });
});

describe('a stop', () => {
  it('lets what runs end and takes nothing new', async () => {
    const running = Promise.all(Array.from({ length: 5 }, async () => api.call('GET', '/api/v1/docs', { token: await sreToken() })));
    await running;
    await api.stop();
    await expect(fetch(`${api.url}/api/v1/docs`)).rejects.toThrow();
  });
});
