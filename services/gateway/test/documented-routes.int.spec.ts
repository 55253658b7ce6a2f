import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { newId } from '@pes/kernel';
import type { Api } from '../src/api.ts';
import { createApp } from '../src/http/create-app.ts';
import { routes } from '../src/http/routes.ts';
import { ids } from './fixtures.ts';
import { aManifest, runApi, sreToken, tokenOf, type RunningApi } from './running-api.ts';

let api: RunningApi;
beforeAll(async () => {
  api = await runApi();
  await api.offer(aManifest(), ids.subscriber);
});
afterAll(() => api.close());

interface Layer { route?: { path: string; methods: Record<string, boolean> } }

describe('the OpenAPI document', () => {
  it('has what the server serves, and nothing else', () => {
    const parts = { config: { TRUSTED_PROXIES: 0, CORS_ORIGINS: '', FRAME_ANCESTORS: '', RATE_LIMIT_PER_MINUTE: 1 } } as unknown as Api;
    const app = createApp(parts, routes, async () => ({ ok: false, error: '' })) as unknown as { router: { stack: Layer[] } };
    // One more layer of each path refuses its other methods.
    const served = app.router.stack.flatMap(({ route }) => (route === undefined || Object.keys(route.methods).length > 1 || route.methods['_all'] === true ? []
      : Object.keys(route.methods).map((method) => `${method} ${route.path.replaceAll(/:(\w+)/g, '{$1}')}`)));
    const documented = api.check.operations.map(({ method, path }) => `${method} ${path}`);
    expect(new Set(documented).size).toBe(documented.length);
    expect(served.sort()).toEqual(documented.sort());
  });

  it('gives every operation an id, a summary, a tag, rights and its problems', () => {
    const operations = Object.values(api.document.paths).flatMap((methods) => Object.values(methods)) as Array<Record<string, unknown> & { responses: object; parameters: Array<{ in: string; name: string }> }>;
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
    for (const operation of operations) {
      expect(operation).toMatchObject({ operationId: expect.stringMatching(/^[a-z]\w+$/), summary: expect.any(String), tags: [expect.any(String)], responses: { 429: expect.anything(), 500: expect.anything() } });
      if ((operation['security'] as unknown[]).length > 0) expect(operation.responses).toMatchObject({ 401: expect.anything(), 403: expect.anything() });
    }
    for (const [path, methods] of Object.entries(api.document.paths)) {
      for (const operation of Object.values(methods) as Array<{ parameters: Array<{ in: string; name: string }> }>) {
        expect(operation.parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name).sort()).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort());
      }
    }
  });

  it('holds only schemas that can be compiled, and references that lead somewhere', () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema({ $id: 'https://api.test/all', ...api.document });
    const text = JSON.stringify(api.document);
    for (const [, name] of text.matchAll(/#\/components\/schemas\/(\w+)/g)) expect(api.document.components.schemas).toHaveProperty(name!);
    for (const name of Object.keys(api.document.components.schemas)) expect(() => ajv.compile({ $ref: `https://api.test/all#/components/schemas/${name}` })).not.toThrow();
    expect(text).not.toContain('$comment');
  });

  it('describes what every reading operation answers', async () => {
    const admin = await tokenOf();
    const { accountId } = await api.account();
    const siteId = await api.site();
    const entityId = newId();
    for (const plural of ['products', 'categories', 'users']) await api.call('PUT', `/api/v1/accounts/${accountId}/${plural}/${entityId}`, { token: admin, body: { externalId: 'x' } });
    await api.call('PUT', `/api/v1/sites/${siteId}/activations/${accountId}`, { token: admin, body: { enabled: true, live: false } });
    const known: Record<string, string> = { accountId, siteId, entityId, provider: 'acme-press' };
    const tried: string[] = [];
    for (const { method, path, operationId } of api.check.operations.filter((operation) => operation.method === 'get')) {
      const filled = path.replaceAll(/\{(\w+)\}/g, (whole, name: string) => known[name] ?? whole);
      if (filled.includes('{') || operationId === 'showAccountQueue') continue;
      const route = routes.find((candidate) => candidate.operationId === operationId)!;
      const answer = await api.call(method.toUpperCase(), filled, { token: route.tenancy === 'platform' ? await sreToken() : admin });
      expect([operationId, answer.status]).toEqual([operationId, 200]);
      tried.push(operationId);
    }
    expect(tried.length).toBeGreaterThan(15);
  });
});
