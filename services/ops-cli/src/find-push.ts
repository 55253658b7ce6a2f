import { operationFailure } from './failure.ts';
import type { Session } from './session.ts';

/** A push as push-dispatch holds it. */
export interface Push {
  pushId: string;
  orderId: string;
  accountId: string;
  orderNumber: number;
  provider: string;
  reference: string;
  state: string;
  code: string | null;
  message: string;
  attempt: number;
  providerRef: string | null;
  runAt: string | null;
  updatedAt: string;
}

export interface PushDetail {
  push: Push & { createdAt: string; firstSentAt: string | null; failures: number };
  attempts: Array<{ attempt: number; startedAt: string; finishedAt: string; kind: string; code: string | null; message: string | null; exchanges: unknown[] }>;
  commands: Array<{ commandId: string; action: string; actor: string; note: string | null; appliedAt: string }>;
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** By id, or by our order reference at the provider, which may be the same at two accounts. */
export async function findPushId(session: Session, wanted: string): Promise<string> {
  if (uuid.test(wanted)) return wanted;
  const { pushes } = await session.request<{ pushes: Push[] }>('pushes.list', { text: wanted, limit: 500 });
  const [push, another] = pushes.filter(({ reference }) => reference === wanted);
  if (push === undefined) throw operationFailure(`no push has the reference ${wanted}: pes pushes list --text finds parts of it`, 'not_found');
  if (another !== undefined) throw operationFailure(`several pushes have the reference ${wanted}: give the id, one of ${pushes.map(({ pushId }) => pushId).join(', ')}`, 'ambiguous');
  return push.pushId;
}
