import type { SchemaName } from '@pes/contracts';
import { follow, schemaOf, type SchemaNode } from './schema-node.ts';
import { linkedType, typeWords } from './type-words.ts';

export interface Field {
  /** Such as `orders[].push.reference`; members of one variant of a choice as `outcome (Retry).afterMs`. */
  path: string;
  type: string;
  required: boolean;
  meaning: string;
}

interface Place {
  node: SchemaNode;
  path: string;
}

/** The object behind a node's references and lists; undefined for a plain value and for a type that has its own section. */
function objectBelow({ node, path }: Place, section: SchemaName): Place | undefined {
  if (node.$ref !== undefined) {
    return linkedType(node, section) === undefined ? objectBelow({ node: follow(node.$ref).node, path }, section) : undefined;
  }
  if (node.items !== undefined) return objectBelow({ node: node.items, path: `${path}[]` }, section);
  return node.properties === undefined && node.oneOf === undefined ? undefined : { node, path };
}

function fieldsBelow({ node, path }: Place, section: SchemaName): Field[] {
  const prefix = path === '' ? '' : `${path}.`;
  const own = Object.entries(node.properties ?? {}).flatMap(([name, child]) => {
    const place = { node: child, path: `${prefix}${name}` };
    const below = objectBelow(place, section);
    const field: Field = {
      path: place.path, type: typeWords(child, section), required: node.required?.includes(name) === true, meaning: child.description ?? '',
    };
    return [field, ...(below === undefined ? [] : fieldsBelow(below, section))];
  });
  const variants = (node.oneOf ?? []).flatMap((variant) => fieldsBelow({ node: variant, path: `${path} (${variant.title ?? '?'})` }, section));
  return [...own, ...variants];
}

/** Every field of a schema with its path, nested ones after their parent. */
export function fieldsOf(name: SchemaName): Field[] {
  return fieldsBelow({ node: schemaOf(name), path: '' }, name);
}

/** An example in which the parts that have a section of their own are only named, so that what is special to this message stands out. */
export function shortExample(name: SchemaName): unknown {
  const schema = schemaOf(name);
  return shorten(schema.examples?.[0], schema, name);
}

function shorten(value: unknown, node: SchemaNode | undefined, section: SchemaName): unknown {
  if (node === undefined || value === null || typeof value !== 'object') return value;
  if (node.$ref !== undefined) {
    const link = linkedType(node, section);
    const target = follow(node.$ref).node;
    return link === undefined ? shorten(value, target, section) : `… ${target.title ?? link}`;
  }
  if (Array.isArray(value)) return value.map((entry) => shorten(entry, node.items, section));
  const [notNull] = (node.anyOf ?? []).filter((variant) => variant.type !== 'null');
  if (notNull !== undefined) return shorten(value, notNull, section);
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, shorten(entry, node.properties?.[key], section)]));
}
