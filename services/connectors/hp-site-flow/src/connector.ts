import { blocked, rejected, type Connector } from '@pes/connector-sdk';
import { checkAccount } from './check-account.ts';
import { lookupTrouble } from './classify.ts';
import { absentAfter } from './confirmation.ts';
import { findOrder } from './find-order.ts';
import { manifest } from './manifest.ts';
import { pushOrder } from './push-order.ts';
import { isCredential, openSession } from './session.ts';

export const connector: Connector = {
  manifest,

  async check(context) {
    const session = openSession(context);
    return session.ok ? checkAccount(session.value) : { ok: false, code: 'validation', ...session.error };
  },

  async push(order, context) {
    const session = openSession(context);
    if (session.ok) return pushOrder(order, session.value, context);
    return isCredential(session.error) ? blocked('auth', session.error.message) : rejected('validation', session.error.message, [{ path: session.error.field, message: session.error.message }]);
  },

  async lookup(order, context, earlier) {
    const session = openSession(context);
    if (!session.ok) {
      const { message } = session.error;
      return isCredential(session.error) ? { kind: 'blocked', code: 'auth', message } : { kind: 'unclear', code: 'validation', message };
    }
    const found = await findOrder(session.value, order);
    switch (found.kind) {
      case 'ours':
        return { kind: 'found', providerRef: found.order.id, message: `Site Flow has the order (status ${found.order.status ?? 'not given'}).` };
      case 'foreign':
        return { kind: 'rejected', code: 'duplicate_foreign', message: `Site Flow has another order under the number ${order.reference} (id ${found.order.id}).` };
      case 'absent':
        return absentAfter(earlier, order.reference, context.clock.now());
      default:
        return lookupTrouble(found.reading);
    }
  },
};
