import type { PushChange, PushChanged } from '@pes/contracts';
import { connectBus } from '@pes/messaging';
import { select, type Pool } from '@pes/store';

const pushes = { name: 'chaos-pushes', text: 'select push_id, state, revision from push' };

/** The newest word on each push, for somebody who reads INTEGRATION from its beginning. */
async function readIntegration(natsUrl: string): Promise<Map<string, PushChange>> {
  const newest = new Map<string, PushChange>();
  const bus = await connectBus({ servers: natsUrl, name: 'chaos-reader' });
  try {
    const { state: { last_seq: lastSequence } } = await bus.jsm.streams.info('INTEGRATION');
    const reader = await bus.js.consumers.get('INTEGRATION', { filter_subjects: 'integration.push.changed.>' });
    for await (const message of await reader.consume()) {
      for (const change of message.json<PushChanged>().changes) {
        const known = newest.get(change.pushId ?? '');
        if (change.pushId !== null && (known === undefined || change.revision > known.revision)) newest.set(change.pushId, change);
      }
      if (message.seq >= lastSequence) break;
    }
  } finally {
    await bus.close();
  }
  return newest;
}

/** Pushes whose present state such a reader would not know. */
export async function countUntold(dispatch: Pool, natsUrl: string): Promise<number> {
  const rows = await select<{ push_id: string; state: string; revision: number }>(dispatch, pushes);
  const told = await readIntegration(natsUrl);
  return rows.filter(({ push_id: id, revision }) => told.get(id)?.revision !== revision).length;
}
