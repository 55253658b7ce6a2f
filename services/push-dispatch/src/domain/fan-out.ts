import type { ConnectorManifest, OrderDecision } from '@pes/contracts';
import type { RegistryContext } from '@pes/registry';
import { missingEntities, preflight, problemSentence } from './preflight.ts';
import type { PushState } from './push-state.ts';
import { itemReference, orderReference, referenceProblem } from './reference.ts';

/** A push as it comes into being. */
export interface PlannedPush {
  orderId: string;
  accountId: string;
  subscriberId: string;
  siteId: string;
  orderNumber: number;
  provider: string;
  reference: string;
  state: PushState;
  code: string | null;
  message: string;
  waitingFor: string[];
}

export type Plan =
  | { kind: 'pushes'; pushes: PlannedPush[] }
  | { kind: 'no-target'; code: 'site_unknown' | 'site_not_live'; message: string };

function plannedState(decision: OrderDecision, account: { accountId: string; name: string; referencePrefix: string; state: string }, planned: {
  manifest: ConnectorManifest | undefined; context: RegistryContext; reference: string;
}): Pick<PlannedPush, 'state' | 'code' | 'message' | 'waitingFor'> {
  const { manifest, context, reference } = planned;
  const queued = (code: string | null, message: string) => ({ state: 'queued' as const, code, message, waitingFor: [] });
  if (manifest === undefined) return queued('manifest_missing', `Waiting: the connector of account ${account.name} has not started yet.`);
  const longest = itemReference(reference, Math.max(...decision.itemNumbers), manifest.reference);
  const wrong = referenceProblem(longest, manifest.reference);
  if (wrong !== undefined) {
    const message = `Not sent: ${wrong}. Use a shorter or simpler prefix in a new account for ${manifest.displayName}.`;
    return { state: 'rejected', code: 'reference_invalid', message, waitingFor: [] };
  }
  const target = { account: context.accounts.get(account.accountId)!, activation: activationOf(decision, account.accountId, context)!, manifest };
  const result = preflight(decision.order!, decision.itemNumbers, target, context);
  if (!result.ok) {
    return { state: 'waiting-mapping', code: 'mapping_missing', message: problemSentence(result.problems), waitingFor: missingEntities(result.problems) };
  }
  if (account.state === 'paused') return queued('account_paused', `Waiting: account ${account.name} is paused.`);
  return queued(null, `Queued for ${account.name} as ${reference}.`);
}

function activationOf(decision: OrderDecision, accountId: string, context: RegistryContext) {
  return context.activations.get(decision.siteId)?.find((activation) => activation.accountId === accountId);
}

/**
 * Which accounts get an eligible order: those enabled and live on its site. An order that nobody gets is an outcome too and is said so;
 * a site that goes live later gets its backlog through Synchronize.
 */
export function fanOut(decision: OrderDecision, context: RegistryContext, manifests: ReadonlyMap<string, ConnectorManifest>): Plan {
  const activations = context.activations.get(decision.siteId) ?? [];
  const live = activations.filter(({ enabled, live: isLive, accountId }) => {
    const account = context.accounts.get(accountId);
    return enabled && isLive && account !== undefined && account.state !== 'deleted' && account.subscriberId === decision.subscriberId;
  });
  if (live.length === 0) {
    return activations.length === 0
      ? { kind: 'no-target', code: 'site_unknown', message: `Not sent: no account was ever set up for site ${decision.order?.siteName ?? decision.siteId}. Open the site, Embedded Services tab.` }
      : { kind: 'no-target', code: 'site_not_live', message: `Not sent: no account is live on site ${decision.order?.siteName ?? decision.siteId}. Switch IsLive on, then press Synchronize.` };
  }
  return {
    kind: 'pushes',
    pushes: live.map(({ accountId }) => {
      const account = context.accounts.get(accountId)!;
      const reference = orderReference(account.referencePrefix, decision.orderNumber);
      return {
        orderId: decision.orderId, accountId, subscriberId: decision.subscriberId, siteId: decision.siteId, orderNumber: decision.orderNumber,
        provider: account.provider, reference,
        ...plannedState(decision, account, { manifest: manifests.get(account.provider), context, reference }),
      };
    }),
  };
}
