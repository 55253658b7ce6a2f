import { eventTypes, subjects, type PushCommand } from '@pes/contracts';
import { chunk, isoTime, newId } from '@pes/kernel';
import type { Queryable } from '@pes/store';
import { addToOutbox } from '../data-access/outbox.sql.ts';

/** What a person decides about pushes of one subscriber. */
export interface PushOrder extends Pick<PushCommand, 'action' | 'pushIds' | 'actor'> {
  commandId: string;
  subscriberId: string;
  note?: string | undefined;
  providerRef?: string | undefined;
  registryVersion?: number | undefined;
  atMs: number;
}

const pushesPerCommand = 500;

/** Writes the command into the outbox, in the transaction of its audit entry. All its messages have one id: push-dispatch applies it once per push. */
export async function commandPushes(db: Queryable, { pushIds, note, providerRef, registryVersion, atMs, ...command }: PushOrder): Promise<void> {
  await addToOutbox(db, chunk(pushIds, pushesPerCommand).map((part) => {
    const data: PushCommand = {
      ...command, pushIds: part, at: isoTime(atMs), ...(note !== undefined && { note }), ...(providerRef !== undefined && { providerRef }), ...(registryVersion !== undefined && { registryVersion }),
    };
    return { id: newId(), subject: subjects.pushCommand(command.subscriberId), type: eventTypes.pushCommand, source: 'gateway', data: JSON.stringify(data) };
  }));
}
