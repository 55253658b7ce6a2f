import { select, type Queryable } from '@pes/store';

const countUnsettledStatement = {
  name: 'dispatch-count-unsettled',
  text: `select provider, state, count(*) as count from push
    where state in ('queued', 'retrying', 'checking') or state = 'sending' or state in ('waiting-mapping', 'withdrawn', 'blocked')
    group by provider, state`,
};

/** Pushes that still wait for something, from the partial indexes. */
export async function countUnsettled(db: Queryable): Promise<Array<{ provider: string; state: string; count: number }>> {
  return select(db, countUnsettledStatement);
}
