import { select, type Queryable } from '@pes/store';
import type { InvalidItemPolicy } from '../domain/evaluate-gate.ts';

const statement = {
  name: 'eligibility-read-policies',
  text: 'select site_id, invalid_item_policy from site_policy where site_id = any($1::uuid[])',
};

/** Policies by site. A site that nobody ever set a policy for is left out. */
export async function readPolicies(db: Queryable, siteIds: Iterable<string>): Promise<Map<string, InvalidItemPolicy>> {
  const ids = [...new Set(siteIds)];
  if (ids.length === 0) return new Map();
  const rows = await select<{ site_id: string; invalid_item_policy: InvalidItemPolicy }>(db, statement, [ids]);
  return new Map(rows.map((row) => [row.site_id, row.invalid_item_policy]));
}
