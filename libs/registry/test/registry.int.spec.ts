import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RegistryAccount, RegistryActivation, RegistryEntity } from '@pes/contracts';
import { createPool, migrate, type Pool } from '@pes/store';
import { createTestDatabase, type TestDatabase } from '@pes/testkit';
import { applyAccounts, applyActivations, applyEntities, loadContext, registryTables } from '../src/index.ts';

const id = (n: number): string => `33333333-0000-7000-8000-${String(n).padStart(12, '0')}`;
const account = (n: number, version: number, name = `account ${n}`): RegistryAccount => ({
  accountId: id(n), subscriberId: id(1), provider: 'acme-press', name, state: 'active', referencePrefix: 'X-', settings: { n }, sealedCredentials: 's', version,
});
const activation = (site: number, n: number, version: number, live: boolean): RegistryActivation => ({
  subscriberId: id(1), siteId: id(site), accountId: id(n), enabled: true, live, settings: {}, version,
});
const entity = (n: number, entityId: number, version: number, externalId: string | null): RegistryEntity => ({
  subscriberId: id(1), accountId: id(n), kind: 'product', entityId: id(entityId), externalId, active: true, settings: {}, version,
});

let database: TestDatabase;
let db: Pool;

beforeAll(async () => {
  database = await createTestDatabase();
  await migrate({ url: database.url, schema: 'reader', migrations: [{ name: 'registry', sql: [...registryTables] }] });
  db = createPool({ url: database.url, applicationName: 'test', maxConnections: 2, schema: 'reader' });
});
afterAll(async () => {
  await db.end();
  await database.drop();
});

describe('registry projection', () => {
  it('keeps the newest version when a batch repeats an account, and says which changed', async () => {
    expect(await applyAccounts(db, [account(10, 2, 'new'), account(10, 1, 'old'), account(10, 2, 'new')])).toEqual([id(10)]);
    expect(await applyAccounts(db, [account(10, 1, 'late'), account(10, 2, 'again')])).toEqual([]);
    const context = await loadContext(db, [], []);
    expect(context.accounts.size).toBe(0);
  });

  it('loads accounts, activations and entities of the sites asked for, and no others', async () => {
    await applyAccounts(db, [account(20, 1), account(21, 1)]);
    await applyActivations(db, [activation(30, 20, 1, true), activation(31, 21, 1, true), activation(30, 20, 2, false)]);
    await applyEntities(db, [entity(20, 40, 1, 'A'), entity(20, 40, 2, 'B'), entity(21, 40, 1, 'C'), entity(20, 41, 1, 'D')]);
    const context = await loadContext(db, [id(30)], [id(40)]);
    expect([...context.accounts.keys()]).toEqual([id(20)]);
    expect(context.activations.get(id(30))).toEqual([expect.objectContaining({ accountId: id(20), live: false })]);
    expect(context.entity(id(20), 'product', id(40))?.externalId).toBe('B');
    expect(context.entity(id(20), 'product', id(41))).toBeUndefined();
    expect(context.entity(id(21), 'product', id(40))).toBeUndefined();
  });
});
