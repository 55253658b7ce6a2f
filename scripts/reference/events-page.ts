import { eventTypes, streams, subjects, type SchemaName } from '@pes/contracts';
import { code, foldedJson, generatedNote, page, table } from './markdown.ts';
import { messages, readersOf, requests, streamOf, type MessageName, type RequestName } from './messages.ts';
import { fieldsOf, shortExample } from './schema-fields.ts';
import { schemaOf } from './schema-node.ts';
import { sharedTypes } from './type-words.ts';

const messageNames = Object.keys(messages) as MessageName[];
const requestNames = Object.keys(requests) as RequestName[];

const transport = `Messages are CloudEvents 1.0 in binary mode over NATS: the attributes are headers, the body is JSON.

${table(['Header', 'Holds'], [
  [code('ce-specversion'), code('1.0')],
  [code('ce-id'), 'Follows from the content: the same fact published twice carries the same id'],
  [code('ce-type'), 'The type in the table below'],
  [code('ce-source'), 'The service that says it'],
  [code('content-type'), code('application/json')],
  [code('Nats-Msg-Id'), `As ${code('ce-id')}; the broker drops a repeat within its duplicate window`],
])}

Delivery is at least once and in no certain order; readers must bear a repeat. Readers ignore members that they do not know, so adding an optional
member is no new version. A message that breaks its schema goes to ${code('DEAD')} whole, with the list of errors.`;

function overview(): string {
  return table(['Message', 'Subject', 'Stream', 'Written by', 'Read by'], messageNames.map((name) => [
    `[${name}](#${name.toLowerCase()})`, code(messages[name].subject), code(streamOf(messages[name])), messages[name].writer, readersOf(messages[name]).join(', '),
  ]));
}

function streamTable(): string {
  return table(['Stream', 'Subjects', 'Kept', 'Share of the storage budget'], streams.map((stream) => [
    code(stream.name), stream.subjects.map(code).join(', '),
    stream.newestPerSubject === true ? 'the newest of each subject, for ever' : `${stream.maxAgeHours} h`, `${stream.budgetPercent}%`,
  ]));
}

function fieldTable(name: SchemaName): string {
  return table(['Field', 'Type', 'Required', 'Meaning'], fieldsOf(name).map((field) => [code(field.path), field.type, field.required ? 'yes' : 'no', field.meaning]));
}

/** Descriptions of messages begin with their subject, which the page has in its own line. */
function meaning(name: SchemaName): string[] {
  const { description } = schemaOf(name);
  if (description === undefined) return [];
  const text = description.replace(/^[a-z.]+\.[^:]*: /, '');
  return [`${text.charAt(0).toUpperCase()}${text.slice(1)}`];
}

function body(name: SchemaName): string[] {
  return [...meaning(name), fieldTable(name), foldedJson('Example', shortExample(name))];
}

function messageSection(name: MessageName): string[] {
  const facts = messages[name];
  const lines = [
    `- Subject ${code(facts.subject)}`, `- Type ${code(eventTypes[name])}`, `- Schema [${facts.schema}.json](../../libs/contracts/schemas/${facts.schema}.json)`,
    `- Written by ${facts.writer}; read by ${readersOf(facts).join(', ')}`,
  ];
  return [`### ${name}`, lines.join('\n'), ...body(facts.schema)];
}

function requestSection(name: RequestName): string[] {
  const { asks, answers, about, request, reply } = requests[name];
  return [
    `### ${name}`, about, `- Subject ${code(subjects[name])}\n- Asked by ${asks}, answered by ${answers}`,
    ...(request === undefined ? [] : [fieldTable(request), foldedJson('Example of a request', shortExample(request))]),
    ...(reply === undefined ? [] : ['The reply:', fieldTable(reply), foldedJson('Example of a reply', shortExample(reply))]),
  ];
}

function typeSection(name: SchemaName): string[] {
  return [`### ${name}`, `Schema [${name}.json](../../libs/contracts/schemas/${name}.json).`, ...body(name)];
}

/** docs/reference/events.md as text. */
export function eventsPage(): string {
  return page([
    generatedNote, '# Events', transport, overview(),
    '## Streams', 'A stream that is full refuses new messages; the sender keeps them in PostgreSQL.', streamTable(),
    '## Messages', ...messageNames.flatMap(messageSection),
    '## Requests', 'Over core NATS, not stored. A request that breaks its schema is answered with `{ "error": … }`.', ...requestNames.flatMap(requestSection),
    '## Shared types', ...sharedTypes.flatMap(typeSection),
  ]);
}
