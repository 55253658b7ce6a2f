import type { RegistrySite } from '@pes/contracts';
import { select, type Queryable } from '@pes/store';
import { defaultPolicy } from '../domain/evaluate-gate.ts';

// changed_at moves only when the policy does: a replay of the whole registry must not look like a change of every site.
const statement = {
  name: 'eligibility-upsert-policies',
  text: `insert into site_policy as stored (site_id, subscriber_id, name, invalid_item_policy, version, changed_at)
    select distinct on (site_id) site_id, subscriber_id, name, policy, version, case when policy = $6 then '-infinity' else now() end
    from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::bigint[]) as t(site_id, subscriber_id, name, policy, version)
    order by site_id, version desc
    on conflict (site_id) do update set
      subscriber_id = excluded.subscriber_id, name = excluded.name, invalid_item_policy = excluded.invalid_item_policy, version = excluded.version,
      changed_at = case when excluded.invalid_item_policy = stored.invalid_item_policy then stored.changed_at else now() end
    where excluded.version > stored.version`,
};

/** Stores newer versions of site policies. Older and repeated ones do nothing. */
export async function upsertPolicies(db: Queryable, sites: readonly RegistrySite[]): Promise<void> {
  await select(db, statement, [
    sites.map((site) => site.siteId), sites.map((site) => site.subscriberId), sites.map((site) => site.name),
    sites.map((site) => site.invalidItemPolicy), sites.map((site) => site.version), defaultPolicy,
  ]);
}
