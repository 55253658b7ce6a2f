import { select, type Queryable } from '@pes/store';

/**
 * A rebuild goes through these in order. `place` is where its current walk stands.
 *   streams: the readers begin at the start of their streams again; decisions, pushes: what the streams no longer hold is asked for, a page
 *   at a time; untargeted: orders that are ready, old, and have no push had no target; done.
 */
export type RebuildState = 'streams' | 'decisions' | 'pushes' | 'untargeted' | 'done';

export interface Rebuild {
  rebuildId: string;
  actor: string;
  state: RebuildState;
  place: Record<string, string> | null;
  decisions: number;
  pushes: number;
  startedAt: Date;
  finishedAt: Date | null;
}

const columns = 'rebuild_id as "rebuildId", actor, state, place, decisions, pushes, started_at as "startedAt", finished_at as "finishedAt"';

const startStatement = {
  name: 'gateway-start-rebuild',
  text: `insert into read_model_rebuild (rebuild_id, actor, state) values ($1, $2, 'streams') on conflict do nothing returning ${columns}`,
};

/** Undefined while another one runs. */
export async function startRebuild(db: Queryable, rebuildId: string, actor: string): Promise<Rebuild | undefined> {
  return (await select<Rebuild>(db, startStatement, [rebuildId, actor]))[0];
}

const clearStatement = { name: 'gateway-clear-read-model', text: 'truncate read_order, read_push, read_account' };

/** All but the timeline: it is history, its entries name themselves, and the streams do not hold the old ones any more. */
export async function clearReadModel(db: Queryable): Promise<void> {
  await select(db, clearStatement);
}

const takeStatement = { name: 'gateway-take-rebuild', text: `select ${columns} from read_model_rebuild where finished_at is null for update skip locked` };

/** The rebuild that runs, for this transaction alone; undefined when there is none or another replica works on it. */
export async function takeRebuild(db: Queryable): Promise<Rebuild | undefined> {
  return (await select<Rebuild>(db, takeStatement))[0];
}

const moveStatement = {
  name: 'gateway-move-rebuild',
  text: `update read_model_rebuild set state = $2, place = $3, decisions = decisions + $4, pushes = pushes + $5, finished_at = case when $2 = 'done' then now() end where rebuild_id = $1`,
};

export async function moveRebuild(db: Queryable, rebuildId: string, to: { state: RebuildState; place: object | null; decisions?: number; pushes?: number }): Promise<void> {
  await select(db, moveStatement, [rebuildId, to.state, to.place === null ? null : JSON.stringify(to.place), to.decisions ?? 0, to.pushes ?? 0]);
}

const lastStatement = { name: 'gateway-last-rebuild', text: `select ${columns} from read_model_rebuild order by rebuild_id desc limit 1` };

export async function lastRebuild(db: Queryable): Promise<Rebuild | undefined> {
  return (await select<Rebuild>(db, lastStatement))[0];
}

const untargetedStatement = {
  name: 'gateway-mark-untargeted',
  text: `with page as materialized (
      select order_id, state, decided_at from read_order where order_id > $1 order by order_id limit 5000),
    marked as (
      update read_order o set no_target_version = o.version, no_target_message = 'Not sent: no account was live on its site. Switch IsLive on, then press Synchronize.'
      from page where o.order_id = page.order_id and page.state = 'pending' and page.decided_at < $2::timestamptz - interval '1 minute')
    select max(order_id::text) as last from page`,
};

/** Of the next orders after one: ready, decided before a time, and without a push. Answers the last of the page; null after the last page. */
export async function markUntargeted(db: Queryable, after: string, decidedBefore: Date): Promise<string | null> {
  return (await select<{ last: string | null }>(db, untargetedStatement, [after, decidedBefore]))[0]?.last ?? null;
}
