import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ids } from './fixtures.ts';
import { aManifest, runApi, sreToken, tokenOf, type RunningApi } from './running-api.ts';

let api: RunningApi;
beforeAll(async () => {
  api = await runApi({ CORS_ORIGINS: 'https://admin.example.com', FRAME_ANCESTORS: "'self' https://admin.example.com", BODY_MAX_KB: '4' });
  await api.announce(aManifest());
});
afterAll(() => api.close());

const grantPath = `/api/v1/entitlements/${ids.subscriber}/acme-press`;

describe('a token', () => {
  it.each([
    ['none', undefined], ['an expired one', { exp: 1_700_000_000 }], ['one of another signer', { secret: 'another secret that is long enough, too' }],
    ['one without roles', { roles: [] }], ['one with a bad subscriber', { subscriberId: 'all' }], ['one without sub', { sub: '' }],
  ])('%s is refused with 401 and a challenge', async (_name, claims) => {
    const answer = await api.call('GET', '/api/v1/providers', { token: claims === undefined ? undefined : await tokenOf(claims) });
    expect(answer.status).toBe(401);
    expect(answer.body).toMatchObject({ code: 'unauthenticated', status: 401 });
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  });

  it('that is unsigned or signed with another algorithm is refused', async () => {
    const claims = Buffer.from(JSON.stringify({ sub: 'x', roles: ['sre'], exp: 4_000_000_000 })).toString('base64url');
    for (const header of [{ alg: 'none' }, { alg: 'RS256' }, { alg: 'HS512' }]) {
      const token = `${Buffer.from(JSON.stringify(header)).toString('base64url')}.${claims}.AAAA`;
      expect((await api.call('GET', '/api/v1/entitlements', { token })).status).toBe(401);
    }
  });

  it('with too few rights gets 403 that names the role', async () => {
    const answer = await api.call('PUT', grantPath, { token: await tokenOf({ roles: ['admin'] }) });
    expect(answer).toMatchObject({ status: 403, body: { code: 'forbidden', detail: expect.stringContaining('sre') } });
  });
});

describe('an entitlement', () => {
  it('makes a provider appear for its subscriber only, and is audited once', async () => {
    const sre = await sreToken();
    expect((await api.call('GET', '/api/v1/providers/acme-press', { token: await tokenOf() })).status).toBe(404);
    expect((await api.call('PUT', grantPath, { token: sre })).status).toBe(201);
    expect((await api.call('PUT', grantPath, { token: sre })).status).toBe(200);
    expect((await api.call('GET', '/api/v1/providers/acme-press', { token: await tokenOf() })).status).toBe(200);
    expect((await api.call('GET', '/api/v1/providers/acme-press', { token: await tokenOf({ subscriberId: ids.otherSubscriber }) })).status).toBe(404);
    expect(await api.request('audit.list', { action: 'entitlements.grant' })).toMatchObject({ entries: [{ actor: 'sre@example.com', subscriberId: ids.subscriber }] });
    expect((await api.call('GET', '/api/v1/entitlements?limit=1', { token: sre })).body).toMatchObject({ items: [{ provider: 'acme-press' }], next: null });
  });
});

describe('bad input', () => {
  it('is answered with every complaint, each with its field', async () => {
    const answer = await api.call('GET', '/api/v1/entitlements?limit=0&subscriberId=me&colour=red', { token: await sreToken() });
    expect(answer.status).toBe(422);
    expect(answer.body['errors']).toEqual(expect.arrayContaining([
      { field: 'query.limit', message: 'must be >= 1. Most items of a page' }, { field: 'query.subscriberId', message: 'must be a UUID in lower case' },
      { field: 'query.colour', message: 'is not known; known are subscriberId, cursor, limit' },
    ]));
    expect(answer.body['traceId']).toBe(answer.headers.get('x-trace-id'));
  });

  it.each([
    ['an unknown path', 'GET', '/api/v1/nothing', 404, 'not_found'],
    ['a method that the path does not have', 'DELETE', '/api/v1/providers', 405, 'method_not_allowed'],
    ['a path that is no percent-encoding', 'GET', '/api/v1/providers/%zz', 400, 'bad_request'],
    ['a number without end', 'GET', '/api/v1/entitlements?limit=1e309', 422, 'invalid'],
    ['a forged cursor', 'GET', '/api/v1/entitlements?cursor=WyJhIiwiYiJd', 422, 'invalid'],
  ])('%s is a problem document', async (_name, method, path, status, code) => {
    const answer = await api.call(method, path, { token: await sreToken() });
    expect(answer).toMatchObject({ status, body: { code, type: `urn:pes:problem:${code}` } });
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
  });
});

describe('headers', () => {
  it('keep browsers out but for the listed origins, and frames but for the listed ancestors', async () => {
    const preflight = (origin: string) => fetch(`${api.url}/api/v1/providers`, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'GET' } });
    expect((await preflight('https://admin.example.com')).headers.get('access-control-allow-origin')).toBe('https://admin.example.com');
    expect((await preflight('https://evil.example.com')).headers.get('access-control-allow-origin')).toBeNull();
    const { headers } = await api.call('GET', '/api/v1/openapi.json');
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'self' https://admin.example.com");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-powered-by')).toBeNull();
  });

  it('continue the trace of the caller', async () => {
    const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
    const answer = await api.call('GET', '/api/v1/providers', { headers: { traceparent: `00-${trace}-00f067aa0ba902b7-01` } });
    expect(answer.body['traceId']).toBe(trace);
  });
});

describe('the page for people', () => {
  it('names every operation and loads nothing', async () => {
    const { text, headers } = await api.call('GET', '/api/v1/docs');
    for (const { operationId } of api.check.operations) expect(text).toContain(`id="${operationId}"`);
    expect(text).not.toMatch(/<script|<link|src=|https?:\/\/(?!\S*example)/);
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  });
});
