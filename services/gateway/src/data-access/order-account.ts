import { eventTypes, subjects, type AccountCommand } from '@pes/contracts';
import { isoTime } from '@pes/kernel';
import type { Queryable } from '@pes/store';
import { writeAudit } from './audit.sql.ts';
import { addToOutbox } from './outbox.sql.ts';

export interface AccountOrder {
  id: string;
  subscriberId: string;
  accountId: string;
  action: AccountCommand['action'];
  actor: string;
  note: string | undefined;
  atMs: number;
  /** Under which registry it was asked for; undefined when the account may be unknown to this service. */
  registryVersion: number | undefined;
}

/** Commands push-dispatch to pause or go on with an account. Only inside a transaction. */
export async function orderAccount(db: Queryable, { id, subscriberId, accountId, action, actor, note, atMs, registryVersion }: AccountOrder): Promise<void> {
  const command: AccountCommand = {
    commandId: `person:${id}`, subscriberId, accountId, action, actor, at: isoTime(atMs), ...(note !== undefined && { note }), ...(registryVersion !== undefined && { registryVersion }),
  };
  await addToOutbox(db, [{ id, subject: subjects.accountCommand(subscriberId), type: eventTypes.accountCommand, source: 'gateway', data: JSON.stringify(command) }]);
  await writeAudit(db, [{ subscriberId, actor, action: `accounts.${action}`, targetKind: 'account', targetId: accountId, note }]);
}
