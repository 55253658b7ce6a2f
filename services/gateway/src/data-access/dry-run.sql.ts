import { select, type Queryable } from '@pes/store';
import type { LetterGroup } from '../domain/dry-run.ts';
import type { LetterFilter } from '../domain/letter-filter.ts';
import { filterCondition, filterValues } from './filter-condition.ts';

const groupsStatement = {
  name: 'gateway-dry-run',
  text: `select d.kind, d.provider, d.account_id as "accountId", d.code, d.duplicate_risk as "duplicateRisk", count(*) as count
    from dead_letter d where ${filterCondition} group by 1, 2, 3, 4, 5 order by count desc`,
};

export async function groupLetters(db: Queryable, filter: LetterFilter): Promise<LetterGroup[]> {
  return select<LetterGroup>(db, groupsStatement, filterValues(filter));
}
