import { existsSync } from 'node:fs';
import { consumers, pushWorkConsumer, streams, subjects, type eventTypes, type OrderEvent, type SchemaName } from '@pes/contracts';

export type MessageName = keyof typeof eventTypes;

interface MessageFacts {
  schema: SchemaName;
  subject: string;
  writer: string;
  /** Readers that have no durable consumer of ours. */
  otherReaders?: string;
}

/** The name of a service; one that is not there yet is marked, so that the page promises nothing. */
function serviceName(name: string): string {
  return existsSync(new URL(`../../services/${name}/src/main.ts`, import.meta.url)) ? name : `${name} (planned)`;
}

const gateway = serviceName('gateway');
const registryWriter = `${gateway}; standalone for its demo`;

/** What the schemas do not say of a message. Every message of the contracts has a row: a missing one does not compile. */
export const messages: Record<MessageName, MessageFacts> = {
  presseroOrder: {
    schema: 'pressero-order-event', subject: subjects.presseroOrder('<event>' as OrderEvent, '<subscriber>'), writer: 'Pressero core',
  },
  registryAccount: { schema: 'registry-account', subject: subjects.registryAccount('<subscriber>', '<account>'), writer: registryWriter },
  registryActivation: {
    schema: 'registry-activation', subject: subjects.registryActivation('<subscriber>', '<site>', '<account>'), writer: registryWriter,
  },
  registryEntity: {
    schema: 'registry-entity', subject: subjects.registryEntity('<subscriber>', '<account>', '<kind>', '<entity>'), writer: registryWriter,
  },
  registrySite: { schema: 'registry-site', subject: subjects.registrySite('<subscriber>', '<site>'), writer: registryWriter },
  connectorManifest: { schema: 'connector-manifest', subject: subjects.connectorManifest('<provider>'), writer: 'each connector, when it starts' },
  orderDecided: { schema: 'order-decided', subject: subjects.orderDecided('<subscriber>'), writer: 'order-eligibility' },
  workPush: { schema: 'push-work', subject: subjects.workPush('<provider>', '<account>'), writer: 'push-dispatch' },
  workInbound: { schema: 'inbound-call', subject: subjects.workInbound('<provider>', '<account>'), writer: gateway, otherReaders: 'connector of the provider' },
  outcomePush: { schema: 'push-outcome', subject: subjects.outcomePush('<provider>', '<account>'), writer: 'connector of the provider' },
  pushChanged: { schema: 'push-changed', subject: subjects.pushChanged('<subscriber>'), writer: 'push-dispatch', otherReaders: 'Pressero core' },
  pushCommand: { schema: 'push-command', subject: subjects.pushCommand('<subscriber>'), writer: gateway },
  accountCommand: { schema: 'account-command', subject: subjects.accountCommand('<subscriber>'), writer: gateway },
  deadPush: { schema: 'dead-push', subject: subjects.deadPush('<provider>', '<account>'), writer: 'push-dispatch' },
  deadLetter: {
    schema: 'dead-letter', subject: subjects.dead('<consumer>', '<original subject>'), writer: 'every service that reads messages',
  },
};

export type RequestName = Extract<keyof typeof subjects, `rpc${string}`>;

interface RequestFacts {
  asks: string;
  answers: string;
  about: string;
  request?: SchemaName;
  reply?: SchemaName;
}

/** Requests over core NATS, neither stored nor repeated by the broker. */
export const requests: Record<RequestName, RequestFacts> = {
  rpcPresseroCheckAccess: {
    asks: gateway, answers: 'Pressero core', about: "Does an account's admin user reach this site?",
    request: 'access-check-request', reply: 'access-check-reply',
  },
  rpcDispatchKnown: {
    asks: 'order-eligibility', answers: 'push-dispatch', about: 'Which of these order versions are not held?',
    request: 'dispatch-known-request', reply: 'dispatch-known-reply',
  },
  rpcDispatchPushes: { asks: gateway, answers: 'push-dispatch', about: 'Pushes by state, account, site, time or text, a page at a time.', request: 'push-query' },
  rpcDispatchPush: { asks: gateway, answers: 'push-dispatch', about: 'One push with its attempts and commands.', request: 'push-detail-request' },
  rpcDispatchDead: { asks: gateway, answers: 'push-dispatch', about: 'Pushes out of attempts, 500 a page; `after` is the last one of the page before.' },
  rpcDispatchLanes: { asks: gateway, answers: 'push-dispatch', about: 'Backlog and pauses of each account, of one subscriber when `subscriberId` is given.' },
  rpcDispatchSums: { asks: gateway, answers: 'push-dispatch', about: 'How many orders and pushes there are, by state.' },
  rpcEligibilityDecisions: {
    asks: gateway, answers: 'order-eligibility', about: 'The standing decisions without snapshots, a page at a time, in the order in which they were made.', request: 'decision-query',
  },
  rpcEligibilityRedecide: {
    asks: gateway, answers: 'order-eligibility', about: 'Decide orders of sites again and publish that, a page at a time; answers which wait, and why.', request: 'redecide-request',
  },
};

/** Does a subject with <placeholders> fall under a filter with the wildcards of NATS? Some subjects of a wide one may not: <kind> against "account". */
export function covers(filter: string, subject: string): boolean {
  const tokens = subject.split(/\.(?![^<]*>)/);
  const parts = filter.split('.');
  const rest = parts.at(-1) === '>';
  const compared = rest ? parts.slice(0, -1) : parts;
  const lengthFits = rest ? tokens.length > compared.length : tokens.length === compared.length;
  return lengthFits && compared.every((part, index) => part === '*' || part === tokens[index]);
}

export function streamOf({ subject }: MessageFacts): string {
  const found = streams.find((stream) => stream.subjects.some((filter) => covers(filter, subject)));
  if (found === undefined) throw new Error(`no stream takes ${subject}`);
  return found.name;
}

const services: Record<string, string> = { eligibility: 'order-eligibility', dispatch: 'push-dispatch', connector: 'connector of the provider', gateway };

/** Who reads a message, from the durable consumers, plus the readers outside. */
export function readersOf({ subject, otherReaders }: MessageFacts): string[] {
  const durables = [...Object.values(consumers), pushWorkConsumer('<provider>')].filter(({ filter }) => covers(filter, subject));
  const names = durables.map(({ durable }) => {
    const [owner = ''] = durable.split('-');
    const service = services[owner];
    if (service === undefined) throw new Error(`no service is known for consumer ${durable}`);
    return service;
  });
  return [...new Set([...names, ...(otherReaders === undefined ? [] : [otherReaders])])];
}
