import { consumers, eventTypes, pushWorkConsumer, schemas, streams, subjects, type OrderEvent } from '@pes/contracts';
import { messageContract } from '../domain/message-contract.ts';
import type { JsonSchema } from './route.ts';

type MessageName = keyof typeof eventTypes;

/** Subjects with their variable tokens in braces. A message of the contracts that has no row here does not compile. */
const addresses: Readonly<Record<MessageName, string>> = {
  presseroOrder: subjects.presseroOrder('{event}' as OrderEvent, '{subscriberId}'),
  registryAccount: subjects.registryAccount('{subscriberId}', '{accountId}'),
  registryActivation: subjects.registryActivation('{subscriberId}', '{siteId}', '{accountId}'),
  registryEntity: subjects.registryEntity('{subscriberId}', '{accountId}', '{kind}', '{entityId}'),
  registrySite: subjects.registrySite('{subscriberId}', '{siteId}'),
  connectorManifest: subjects.connectorManifest('{provider}'),
  orderDecided: subjects.orderDecided('{subscriberId}'),
  workPush: subjects.workPush('{provider}', '{accountId}'),
  workInbound: subjects.workInbound('{provider}', '{accountId}'),
  outcomePush: subjects.outcomePush('{provider}', '{accountId}'),
  pushChanged: subjects.pushChanged('{subscriberId}'),
  pushCommand: subjects.pushCommand('{subscriberId}'),
  accountCommand: subjects.accountCommand('{subscriberId}'),
  deadPush: subjects.deadPush('{provider}', '{accountId}'),
  deadLetter: subjects.dead('{consumer}', '{subject}'),
};

/** Pressero core sends these to us; all others are ours. */
const received: ReadonlySet<MessageName> = new Set(['presseroOrder']);

/** Does a subject of the table fall under a filter with the wildcards of NATS? A variable token may be anything. */
function covers(filter: string, address: string): boolean {
  const parts = filter.split('.');
  const tokens = address.split('.');
  const rest = parts.at(-1) === '>';
  const compared = rest ? parts.slice(0, -1) : parts;
  return (rest ? tokens.length > compared.length : tokens.length === compared.length) && compared.every((part, index) => part === '*' || part === tokens[index] || tokens[index]?.startsWith('{') === true);
}

/** References between the files of the contracts become references inside the document. */
function inlined(schema: object): JsonSchema {
  const { $id: _id, $schema: _schema, ...rest } = JSON.parse(JSON.stringify(schema, (key, value: unknown) =>
    (key === '$ref' && typeof value === 'string' ? value.replace(/^([\w-]+)\.json(#)?/, '#/components/schemas/$1') : value))) as Record<string, unknown>;
  return rest;
}

export interface AsyncApiDocument {
  asyncapi: string;
  info: { title: string; version: string; description: string };
  defaultContentType: string;
  channels: Record<string, { address: string; summary: string; parameters: object; messages: Record<string, { $ref: string }>; 'x-stream': string | null; 'x-readers': string[] }>;
  operations: Record<string, object>;
  components: { messages: Record<string, { name: string; summary: string; payload: { schemaFormat: string; schema: { $ref: string } }; headers: JsonSchema; examples: object[] }>; schemas: Record<string, JsonSchema> };
}

function headersOf(type: string): JsonSchema {
  const text = { type: 'string' };
  return {
    type: 'object', required: ['ce-specversion', 'ce-id', 'ce-type', 'ce-source'],
    properties: { 'ce-specversion': { const: '1.0' }, 'ce-id': { ...text, description: 'The same fact published twice carries the same id; also Nats-Msg-Id' }, 'ce-type': { const: type }, 'ce-source': text, 'content-type': { const: 'application/json' } },
  };
}

const schemaFormat = 'application/schema+json;version=draft-2020-12';

function describe(name: MessageName): { channel: AsyncApiDocument['channels'][string]; message: AsyncApiDocument['components']['messages'][string] } {
  const address = addresses[name];
  const contract = messageContract(address);
  if (contract === undefined || contract.type !== eventTypes[name]) throw new Error(`${address} has no contract of type ${eventTypes[name]}`);
  const schema = schemas.get(contract.schema) as (JsonSchema & { description?: string; examples?: object[] }) | undefined;
  if (schema === undefined) throw new Error(`there is no schema ${contract.schema}`);
  const summary = schema.description ?? name;
  const readers = [...Object.values(consumers), pushWorkConsumer('{provider}')].filter(({ filter }) => covers(filter, address)).map(({ durable }) => durable);
  return {
    channel: {
      address, summary, parameters: Object.fromEntries([...address.matchAll(/\{(\w+)\}/g)].map(([, parameter = '']) => [parameter, {}])), messages: { [name]: { $ref: `#/components/messages/${name}` } },
      'x-stream': streams.find((stream) => stream.subjects.some((filter) => covers(filter, address)))?.name ?? null, 'x-readers': readers,
    },
    message: {
      name: eventTypes[name], summary, payload: { schemaFormat, schema: { $ref: `#/components/schemas/${contract.schema}` } }, headers: headersOf(eventTypes[name]),
      examples: (schema.examples ?? []).map((payload) => ({ payload })),
    },
  };
}

/** Every message between the services, and to and from Pressero core, as an AsyncAPI 3.0 document made from the contracts. */
export function asyncApiDocument(): AsyncApiDocument {
  const names = Object.keys(addresses) as MessageName[];
  const parts = names.map((name) => ({ name, ...describe(name) }));
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Pressero Embedded Services: messages', version: '1.0.0',
      description: 'CloudEvents 1.0 in binary mode over NATS JetStream: the attributes are headers, the body is JSON. Delivery is at least once and in no certain order. Readers ignore members that they do not know.',
    },
    defaultContentType: 'application/json',
    channels: Object.fromEntries(parts.map(({ name, channel }) => [name, channel])),
    operations: Object.fromEntries(names.map((name) => [`${received.has(name) ? 'receive' : 'send'}${name.charAt(0).toUpperCase()}${name.slice(1)}`, {
      action: received.has(name) ? 'receive' : 'send', channel: { $ref: `#/channels/${name}` }, messages: [{ $ref: `#/channels/${name}/messages/${name}` }],
    }])),
    components: {
      messages: Object.fromEntries(parts.map(({ name, message }) => [name, message])),
      schemas: Object.fromEntries([...schemas].map(([name, schema]) => [name, inlined(schema)])),
    },
  };
}
