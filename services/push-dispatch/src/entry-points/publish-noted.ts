import { notePublished } from '../data-access/unpublished-changes.sql.ts';
import type { Dispatch } from '../dispatch.ts';
import { rowEvents } from '../domain/push-change.ts';
import type { PushRow } from '../domain/push-state.ts';

/** Publishes what a timer changed and takes its note back. After a failure the sweep finds the note and publishes again. */
export async function publishNoted(dispatch: Dispatch, rows: readonly PushRow[]): Promise<void> {
  if (rows.length === 0) return;
  await dispatch.integration.publish(rowEvents(rows));
  await notePublished(dispatch.db, rows);
}
