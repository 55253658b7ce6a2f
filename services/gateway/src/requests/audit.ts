import { ok } from '@pes/kernel';
import { checkParams } from '../check-params.ts';
import { listAudit, type AuditFilter } from '../data-access/audit.sql.ts';
import { actor, limit, time, uuid } from '../param-schemas.ts';
import { nextOf, operation } from './operation.ts';

const name = { type: 'string', minLength: 1, maxLength: 200 };

export const auditList = operation(
  checkParams<AuditFilter & { after?: string; limit: number }>({ actor, action: name, targetId: name, from: time, to: time, after: uuid, limit }),
  async ({ db }, { after, limit: size, ...filter }, scope) => {
    const entries = await listAudit(db, scope, filter, { after, limit: size });
    return ok({ entries, next: nextOf(entries, size) });
  },
);
