import { describe, expect, it } from '@jest/globals';
import { consumers, eventTypes, schemas, streams, subjects, type SchemaName } from '@pes/contracts';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { asyncApiDocument } from '../src/http/asyncapi.ts';
import { asyncApiPage } from '../src/http/asyncapi-page.ts';
import { contractSchemas } from '../src/domain/message-contract.ts';

const document = asyncApiDocument();
const names = Object.keys(document.channels);

/** Asked over core NATS, and pieces of others: no messages of a stream. */
const noMessages = new Set<SchemaName>(['address', 'order-snapshot', ...[...schemas.keys()].filter((name) => /-(query|request|reply)$/.test(name))]);

describe('the AsyncAPI document', () => {
  it('has a channel, a message and an operation for every event type, and none besides', () => {
    expect(names.toSorted()).toEqual(Object.keys(eventTypes).toSorted());
    expect(Object.keys(document.components.messages)).toEqual(names);
    expect(new Set(Object.values(document.components.messages).map(({ name }) => name))).toEqual(new Set(Object.values(eventTypes)));
    expect(Object.keys(document.operations)).toHaveLength(names.length);
    expect(document.asyncapi).toBe('3.0.0');
  });

  it('has an address for every subject of the contracts that a stream keeps, and none besides', () => {
    const published = Object.entries(subjects).filter(([name, subject]) => typeof subject === 'function' && !name.startsWith('provider')).map(([name]) => (name === 'dead' ? 'deadLetter' : name));
    expect(published.toSorted()).toEqual(names.toSorted());
    for (const { address, parameters } of Object.values(document.channels)) expect(Object.keys(parameters)).toEqual([...address.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
    expect(new Set(Object.values(document.channels).map((channel) => channel['x-stream']))).toEqual(new Set(streams.map(({ name }) => name)));
    const readers = new Set(Object.values(document.channels).flatMap((channel) => channel['x-readers']));
    for (const { durable } of Object.values(consumers)) expect(readers).toContain(durable);
  });

  it('refers to every schema of a message, and to nothing that is not there', () => {
    const used = Object.values(document.components.messages).map(({ payload }) => payload.schema.$ref.replace('#/components/schemas/', ''));
    expect(new Set(used)).toEqual(new Set(contractSchemas));
    expect(new Set([...used, ...noMessages])).toEqual(new Set(schemas.keys()));
    const at = (path: string): unknown => path.split('/').slice(1).reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], document);
    for (const [, path] of JSON.stringify(document).matchAll(/"\$ref":"#([^"]+)"/g)) expect([path, at(path!) !== undefined]).toEqual([path, true]);
    expect(JSON.stringify(document)).not.toMatch(/"\$ref":"[^#]/);
  });

  it.each(names)('describes %s so that its example passes and an empty body does not', (name) => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema({ $id: 'https://api.test/async', ...document });
    const { payload, examples } = document.components.messages[name]!;
    const check = ajv.compile({ $ref: `https://api.test/async${payload.schema.$ref}` });
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples as Array<{ payload: object }>) expect([check(example.payload), check.errors]).toEqual([true, null]);
    expect(check({})).toBe(false);
  });

  it('is a page without scripts that has every subject and leads to every schema', () => {
    const page = asyncApiPage(document);
    for (const { address } of Object.values(document.channels)) expect(page).toContain(`<code>${address}</code>`);
    for (const name of schemas.keys()) expect(page).toContain(`id="schema-${name}"`);
    expect(page).not.toMatch(/<script|src=|href="http/);
  });
});
