import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { subjects, validator, type RegistryEntity } from '@pes/contracts';
import { newId } from '@pes/kernel';
import { waitUntil } from '@pes/testkit';
import { ids } from './fixtures.ts';
import { aManifest, runApi, tokenOf, type RunningApi } from './running-api.ts';

let api: RunningApi;
let admin: string;
let accountId: string;

beforeAll(async () => {
  api = await runApi({ IMPORT_MAX_MB: '1' });
  await api.offer(aManifest(), ids.subscriber);
  admin = await tokenOf();
  ({ accountId } = await api.account());
});
afterAll(() => api.close());

interface Imported { rows: number; changed: number; unchanged: number; failed: number; errors: Array<{ line: number; field: string; message: string }>; registryVersion: number | null }

const importCsv = (csv: string, query = '', kind = 'products') => api.call<Imported>('POST', `/api/v1/accounts/${accountId}/${kind}/import${query}`, { token: admin, raw: csv, headers: { 'content-type': 'text/csv' } });
const eventOf = async (kind: string, entityId: string): Promise<RegistryEntity | undefined> => {
  const message = await api.bus.jsm.streams.getMessage('REGISTRY', { last_by_subj: subjects.registryEntity(ids.subscriber, accountId, kind, entityId) });
  return message?.json<RegistryEntity>();
};

describe.each([['products', 'product', { paper: 'matt' }], ['categories', 'category', {}], ['users', 'user', { department: 'East' }]])('settings of %s', (plural, kind, settings) => {
  it('are saved by the form of the provider, announced, and keep their version when nothing changes', async () => {
    const entityId = newId();
    const path = `/api/v1/accounts/${accountId}/${plural}/${entityId}`;
    expect((await api.call('GET', path, { token: admin })).status).toBe(404);
    expect(await api.call('PUT', path, { token: admin, body: { externalId: 'E-1', settings: { nothing: true } } })).toMatchObject({ status: 422, body: { errors: [{ field: 'body.settings.nothing' }] } });
    const saved = await api.call<{ version: number }>('PUT', path, { token: admin, body: { externalId: 'E-1', settings } });
    expect(saved).toMatchObject({ status: 200, body: { externalId: 'E-1', active: true, settings } });
    const event = await waitUntil(() => eventOf(kind, entityId));
    expect(validator('registry-entity')(event).ok).toBe(true);
    expect(event).toMatchObject({ externalId: 'E-1', version: saved.body.version });
    expect((await api.call<{ version: number }>('PUT', path, { token: admin, body: { externalId: 'E-1', settings } })).body.version).toBe(saved.body.version);
    expect((await api.call('PUT', path, { token: admin, body: { externalId: null }, headers: { 'if-match': '"3"' } })).status).toBe(412);
    expect((await api.call('PUT', path, { token: admin, body: { externalId: null }, headers: { 'if-match': `"${saved.body.version}"` } })).body).toMatchObject({ externalId: null });
    expect((await api.call<{ items: object[] }>('GET', `/api/v1/accounts/${accountId}/${plural}`, { token: admin })).body.items).toContainEqual(expect.objectContaining({ entityId, externalId: null }));
  });
});

describe('an import', () => {
  it('saves what can be read, names the lines that cannot, and changes nothing the second time', async () => {
    const [a, b] = [newId(), newId()];
    const csv = `\uFEFFentityId,externalId,active\n${a},"SKU, ""A""",\n\nnot-a-uuid,X,maybe\n${b},SKU-B,no\n${b},SKU-B2,\n`;
    const dry = await importCsv(csv, '?dryRun=true');
    expect(dry.body).toMatchObject({ rows: 4, changed: 2, failed: 1, registryVersion: null });
    expect(await eventOf('product', a)).toBeUndefined();
    const done = await importCsv(csv);
    expect(done.body).toMatchObject({ rows: 4, changed: 2, failed: 1, errors: [
      { line: 4, field: 'entityId', message: 'must be the UUID that Pressero shows' }, { line: 4, field: 'active', message: 'must be true, false or empty' },
    ] });
    expect((await waitUntil(() => eventOf('product', a))).externalId).toBe('SKU, "A"');
    expect((await waitUntil(() => eventOf('product', b)))).toMatchObject({ externalId: 'SKU-B2', active: true });
    expect((await importCsv(csv)).body).toMatchObject({ changed: 0, failed: 1, registryVersion: null });
    expect(await api.request('audit.list', { action: 'product.import' })).toMatchObject({ entries: [{ targetId: accountId, detail: { rows: 4, changed: 2, failed: 1 } }] });
  });

  it('leaves settings and Active of known products as they are', async () => {
    const entityId = newId();
    await api.call('PUT', `/api/v1/accounts/${accountId}/products/${entityId}`, { token: admin, body: { externalId: 'old', active: false, settings: { paper: 'gloss' } } });
    await importCsv(`externalId,entityId\nnew,${entityId.toUpperCase()}\n`);
    expect((await api.call('GET', `/api/v1/accounts/${accountId}/products/${entityId}`, { token: admin })).body).toMatchObject({ externalId: 'new', active: false, settings: { paper: 'gloss' } });
  });

  it.each([
    ['a column that is missing', 'entityId,active\n', 'externalId is missing'], ['a column that is not known', 'entityId,externalId,price\n', 'price is not a column'],
    ['quotes that never end', 'entityId,externalId\n"x,y\n', 'is not CSV'], ['too few columns', 'entityId,externalId\nx\n', 'line 2 is not CSV'],
  ])('with %s is refused with the place', async (_name, csv, message) => {
    expect(await importCsv(csv)).toMatchObject({ status: 422, body: { detail: expect.stringContaining(message) } });
  });

  it('of another type or above the cap is refused, and the answer arrives', async () => {
    expect((await api.call('POST', `/api/v1/accounts/${accountId}/products/import`, { token: admin, body: {} })).status).toBe(415);
    const rows = `${newId()},X\n`.repeat(30_000);
    expect((await importCsv(`entityId,externalId\n${rows}`)).status).toBe(413);
  });

  it('of 5,000 products takes seconds and announces every one', async () => {
    const products = Array.from({ length: 5_000 }, () => newId());
    const started = performance.now();
    const done = await importCsv(`entityId,externalId\n${products.map((entityId, n) => `${entityId},BULK-${n}`).join('\n')}`);
    expect(done.body).toMatchObject({ rows: 5_000, changed: 5_000, failed: 0 });
    expect(performance.now() - started).toBeLessThan(10_000);
    await waitUntil(async () => (await api.db.query('select from outbox where published_at is null')).rowCount === 0, { timeoutMs: 30_000 });
    for (const entityId of [products[0]!, products[4_999]!]) expect(await eventOf('product', entityId)).toMatchObject({ accountId });
  });
});
