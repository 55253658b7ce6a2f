import { eventTypes, type SchemaName } from '@pes/contracts';

/** What a message on a subject must be: its schema and its CloudEvents type. */
export interface MessageContract {
  schema: SchemaName;
  type: string;
}

/** By the first tokens of the subject; the first that fits counts. */
const contracts: ReadonlyArray<MessageContract & { prefix: string }> = [
  { prefix: 'pressero.order.', schema: 'pressero-order-event', type: eventTypes.presseroOrder },
  { prefix: 'registry.account.', schema: 'registry-account', type: eventTypes.registryAccount },
  { prefix: 'registry.activation.', schema: 'registry-activation', type: eventTypes.registryActivation },
  { prefix: 'registry.entity.', schema: 'registry-entity', type: eventTypes.registryEntity },
  { prefix: 'registry.site.', schema: 'registry-site', type: eventTypes.registrySite },
  { prefix: 'connector.manifest.', schema: 'connector-manifest', type: eventTypes.connectorManifest },
  { prefix: 'order.decided.', schema: 'order-decided', type: eventTypes.orderDecided },
  { prefix: 'work.push.', schema: 'push-work', type: eventTypes.workPush },
  { prefix: 'work.inbound.', schema: 'inbound-call', type: eventTypes.workInbound },
  { prefix: 'outcome.push.', schema: 'push-outcome', type: eventTypes.outcomePush },
  { prefix: 'integration.push.changed.', schema: 'push-changed', type: eventTypes.pushChanged },
  { prefix: 'command.push.', schema: 'push-command', type: eventTypes.pushCommand },
  { prefix: 'command.account.', schema: 'account-command', type: eventTypes.accountCommand },
  { prefix: 'dead.push-dispatch.push.', schema: 'dead-push', type: eventTypes.deadPush },
  { prefix: 'dead.', schema: 'dead-letter', type: eventTypes.deadLetter },
];

export const contractSchemas: readonly SchemaName[] = contracts.map(({ schema }) => schema);

/** Undefined when nothing of ours is published on such a subject. */
export function messageContract(subject: string): MessageContract | undefined {
  return contracts.find(({ prefix }) => subject.startsWith(prefix));
}
