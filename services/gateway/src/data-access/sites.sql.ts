import type { RegistrySite } from '@pes/contracts';
import { select, type Queryable } from '@pes/store';

export interface Site extends RegistrySite {
  updatedAt: Date;
}

const columns = 'subscriber_id as "subscriberId", site_id as "siteId", name, invalid_item_policy as "invalidItemPolicy", version, updated_at as "updatedAt"';

const listStatement = {
  name: 'gateway-list-sites',
  text: `select ${columns} from site where subscriber_id = $1 and ($2::uuid is null or site_id > $2) order by site_id limit $3::integer`,
};

export async function listSites(db: Queryable, subscriberId: string, after: string | undefined, limit: number): Promise<Site[]> {
  return select<Site>(db, listStatement, [subscriberId, after ?? null, limit]);
}

const findStatement = { name: 'gateway-find-site', text: `select ${columns} from site where site_id = $2 and subscriber_id = $1` };

export async function findSite(db: Queryable, subscriberId: string, siteId: string): Promise<Site | undefined> {
  return (await select<Site>(db, findStatement, [subscriberId, siteId]))[0];
}

const putStatement = {
  name: 'gateway-put-site',
  text: `insert into site (site_id, subscriber_id, name, invalid_item_policy, version) values ($1, $2, $3, $4, $5)
    on conflict (site_id) do update set name = excluded.name, invalid_item_policy = excluded.invalid_item_policy, version = excluded.version, updated_at = now()
    where site.subscriber_id = excluded.subscriber_id returning ${columns}`,
};

/** Undefined when the site is another subscriber's. */
export async function putSite(db: Queryable, { siteId, subscriberId, name, invalidItemPolicy, version }: RegistrySite): Promise<Site | undefined> {
  return (await select<Site>(db, putStatement, [siteId, subscriberId, name, invalidItemPolicy, version]))[0];
}
