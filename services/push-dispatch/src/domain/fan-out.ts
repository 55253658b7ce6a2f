import type { ConnectorManifest, OrderDecision, OrderSnapshot } from '@pes/contracts';
import type { AccountContext, ActivationContext, RegistryContext } from '@pes/registry';
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

type PlannedState = Pick<PlannedPush, 'state' | 'code' | 'message' | 'waitingFor'>;

interface Candidate {
  account: AccountContext;
  activation: ActivationContext;
  manifest: ConnectorManifest | undefined;
  reference: string;
}

function queued(code: string | null, message: string): PlannedState {
  return { state: 'queued', code, message, waitingFor: [] };
}

function plannedState(order: OrderSnapshot, itemNumbers: readonly number[], { account, activation, manifest, reference }: Candidate, context: RegistryContext): PlannedState {
  if (manifest === undefined) return queued('manifest_missing', `Waiting: the connector of account ${account.name} has not started yet.`);
  const longest = itemReference(reference, Math.max(...itemNumbers), manifest.reference);
  const wrong = referenceProblem(longest, manifest.reference);
  if (wrong !== undefined) {
    const message = `Not sent: ${wrong}. Use a shorter or simpler prefix in a new account for ${manifest.displayName}.`;
    return { state: 'rejected', code: 'reference_invalid', message, waitingFor: [] };
  }
  const result = preflight(order, itemNumbers, { account, activation, manifest }, context);
  if (!result.ok) {
    return { state: 'waiting-mapping', code: 'mapping_missing', message: problemSentence(result.problems), waitingFor: missingEntities(result.problems) };
  }
  if (account.state === 'paused') return queued('account_paused', `Waiting: account ${account.name} is paused.`);
  return queued(null, `Queued for ${account.name} as ${reference}.`);
}

function untargeted(decision: OrderDecision, known: boolean): Plan {
  const site = decision.order?.siteName ?? decision.siteId;
  return known
    ? { kind: 'no-target', code: 'site_not_live', message: `Not sent: no account is live on site ${site}. Switch IsLive on, then press Synchronize.` }
    : { kind: 'no-target', code: 'site_unknown', message: `Not sent: no account was ever set up for site ${site}. Open the site, Embedded Services tab.` };
}

/**
 * Which accounts get an eligible order: those enabled and live on its site. An order that nobody gets is an outcome too and is said so;
 * a site that goes live later gets its backlog through Synchronize.
 */
export function fanOut(decision: OrderDecision, context: RegistryContext, manifests: ReadonlyMap<string, ConnectorManifest>): Plan {
  const { order, itemNumbers, subscriberId, orderId, siteId, orderNumber } = decision;
  const activations = context.activations.get(siteId) ?? [];
  const pushes = activations.flatMap((activation): PlannedPush[] => {
    const account = context.accounts.get(activation.accountId);
    if (order === null || account === undefined || account.state === 'deleted' || account.subscriberId !== subscriberId) return [];
    if (!activation.enabled || !activation.live) return [];
    const { accountId, provider } = account;
    const reference = orderReference(account.referencePrefix, orderNumber);
    const state = plannedState(order, itemNumbers, { account, activation, manifest: manifests.get(provider), reference }, context);
    return [{ orderId, accountId, subscriberId, siteId, orderNumber, provider, reference, ...state }];
  });
  return pushes.length > 0 ? { kind: 'pushes', pushes } : untargeted(decision, activations.length > 0);
}
