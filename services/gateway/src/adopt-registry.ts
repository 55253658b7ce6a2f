import { validator, type RegistryAccount, type Validator } from '@pes/contracts';
import { keyIdOf } from '@pes/secrets';
import { adoptAccounts, adoptActivations, adoptEntities, adoptSites, type AdoptedAccount } from './data-access/adopt-registry.sql.ts';
import type { Gateway } from './gateway.ts';

const stream = 'REGISTRY';
const pageSize = 500;

type Parts = Pick<Gateway, 'bus' | 'db' | 'log'>;

/** The newest message of every subject below the filter, in pages. What breaks its schema is left out and said. */
async function* pagesOf<T>({ bus, log }: Parts, filter: string, validate: Validator<T>): AsyncGenerator<T[]> {
  let page: T[] = [];
  for (let seq = 1; ;) {
    // The client sends it on but does not name it in its types.
    const next = { seq, next_by_subj: filter };
    const message = await bus.jsm.streams.getMessage(stream, next);
    if (message === null) break;
    seq = message.seq + 1;
    const valid = validate(message.json());
    if (valid.ok) page.push(valid.value);
    else log.warn({ subject: message.subject, errors: valid.errors.slice(0, 3) }, 'a registry event that breaks its schema is not taken over');
    if (page.length === pageSize) {
      yield page;
      page = [];
    }
  }
  if (page.length > 0) yield page;
}

/** The fingerprint of credentials needs them open, which only connectors do, so an account without one shares its rate with nobody. */
function toAdopt(account: RegistryAccount): AdoptedAccount[] {
  const keyId = keyIdOf(account.sealedCredentials);
  return keyId.ok ? [{ ...account, keyId: keyId.value, credentialKey: account.credentialKey ?? `account:${account.accountId}` }] : [];
}

/**
 * Takes over from REGISTRY what this database does not hold or holds in an older version: the stream is what every other service works
 * with. For a database that was lost or restored, and for registries that somebody else announced. Changes nothing when run again.
 * Sites and accounts come first, since the others refer to them.
 */
export async function adoptRegistry(parts: Parts): Promise<{ sites: number; accounts: number; activations: number; entities: number }> {
  const { db, log } = parts;
  const taken = { sites: 0, accounts: 0, activations: 0, entities: 0 };
  for await (const page of pagesOf(parts, 'registry.site.>', validator('registry-site'))) taken.sites += await adoptSites(db, page);
  for await (const page of pagesOf(parts, 'registry.account.>', validator('registry-account'))) taken.accounts += await adoptAccounts(db, page.flatMap(toAdopt));
  for await (const page of pagesOf(parts, 'registry.activation.>', validator('registry-activation'))) taken.activations += await adoptActivations(db, page);
  for await (const page of pagesOf(parts, 'registry.entity.>', validator('registry-entity'))) taken.entities += await adoptEntities(db, page);
  if (Object.values(taken).some((count) => count > 0)) log.warn(taken, 'taken over from the registry');
  return taken;
}
