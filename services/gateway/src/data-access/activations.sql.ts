import { select, type Queryable } from '@pes/store';

export interface Activation {
  subscriberId: string;
  siteId: string;
  accountId: string;
  enabled: boolean;
  live: boolean;
  settings: Record<string, unknown>;
  version: number;
  updatedAt: Date;
}

const columns = 'subscriber_id as "subscriberId", site_id as "siteId", account_id as "accountId", enabled, live, settings, version, updated_at as "updatedAt"';

const listStatement = {
  name: 'gateway-list-activations',
  text: `select ${columns} from activation where subscriber_id = $1 and ($2::uuid is null or site_id = $2) and ($3::uuid is null or account_id = $3)
    order by site_id, account_id limit 1000`,
};

export async function listActivations(db: Queryable, subscriberId: string, { siteId, accountId }: { siteId?: string; accountId?: string }): Promise<Activation[]> {
  return select<Activation>(db, listStatement, [subscriberId, siteId ?? null, accountId ?? null]);
}

export async function findActivation(db: Queryable, subscriberId: string, siteId: string, accountId: string): Promise<Activation | undefined> {
  return (await listActivations(db, subscriberId, { siteId, accountId }))[0];
}

const putStatement = {
  name: 'gateway-put-activation',
  text: `insert into activation (subscriber_id, site_id, account_id, enabled, live, settings, version) values ($1, $2, $3, $4, $5, $6, $7)
    on conflict (site_id, account_id) do update set enabled = excluded.enabled, live = excluded.live, settings = excluded.settings, version = excluded.version, updated_at = now()
    where activation.subscriber_id = excluded.subscriber_id returning ${columns}`,
};

/** Site and account must be the subscriber's. */
export async function putActivation(db: Queryable, activation: Omit<Activation, 'updatedAt'>): Promise<Activation> {
  const { subscriberId, siteId, accountId, enabled, live, settings, version } = activation;
  const [row] = await select<Activation>(db, putStatement, [subscriberId, siteId, accountId, enabled, live, JSON.stringify(settings), version]);
  if (row === undefined) throw new Error(`the activation of ${accountId} on ${siteId} belongs to somebody else`);
  return row;
}

const offStatement = {
  name: 'gateway-switch-off-activations',
  text: `update activation set enabled = false, live = false, version = $3, updated_at = now() where subscriber_id = $1 and account_id = $2 and (enabled or live) returning ${columns}`,
};

/** Of an account that goes away. Answers those that were on. */
export async function switchOffActivations(db: Queryable, subscriberId: string, accountId: string, version: number): Promise<Activation[]> {
  return select<Activation>(db, offStatement, [subscriberId, accountId, version]);
}
