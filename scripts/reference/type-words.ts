import type { SchemaName } from '@pes/contracts';
import { follow, type SchemaNode } from './schema-node.ts';

/** Types that several messages carry. They have a section of their own, to which the messages link. */
export const sharedTypes: readonly SchemaName[] = ['order-snapshot', 'address'];

const uuidPattern = '^[0-9a-f]{8}-';
const timePattern = '^\\d{4}-\\d{2}';

function range(low: number | undefined, high: number | undefined): string {
  if (low !== undefined && high !== undefined) return ` ${low} to ${high}`;
  if (low !== undefined) return ` ≥ ${low}`;
  return high === undefined ? '' : ` ≤ ${high}`;
}

function textWords({ pattern, minLength, maxLength }: SchemaNode): string {
  if (pattern === undefined) return `text${range(minLength, maxLength)}`;
  if (pattern.startsWith(uuidPattern)) return 'UUID';
  return pattern.startsWith(timePattern) ? 'UTC time' : `text \`${pattern}\``;
}

function listWords({ items, minItems, maxItems }: SchemaNode, section: SchemaName): string {
  return `list of${range(minItems, maxItems)} ${items === undefined ? 'anything' : typeWords(items, section)}`;
}

function plainWords(node: SchemaNode, section: SchemaName): string {
  if (node.type === 'string') return textWords(node);
  if (node.type === 'array') return listWords(node, section);
  if (node.type === 'object') return node.properties === undefined ? 'object, any members' : 'object';
  if (Array.isArray(node.type)) return node.type.join(' or ');
  return `${node.type ?? 'anything'}${range(node.minimum, node.maximum)}`;
}

/** A reference to a shared type, seen from another section, is a link and not a part of that section. */
export function linkedType(node: SchemaNode, section: SchemaName): SchemaName | undefined {
  if (node.$ref === undefined) return undefined;
  const { schemaName } = follow(node.$ref);
  return schemaName !== section && sharedTypes.includes(schemaName) ? schemaName : undefined;
}

/** The type of a node in words that fit a table cell. `section` is the schema whose table it stands in. */
export function typeWords(node: SchemaNode, section: SchemaName): string {
  if (node.$ref !== undefined) {
    const link = linkedType(node, section);
    const { node: target } = follow(node.$ref);
    return link === undefined ? typeWords(target, section) : `[${target.title ?? link}](#${link})`;
  }
  const variants = node.oneOf ?? node.anyOf;
  if (variants !== undefined) return variants.map((variant) => variant.title ?? typeWords(variant, section)).join(' or ');
  if (node.const !== undefined) return `\`${String(node.const)}\``;
  if (node.enum !== undefined) return node.enum.map((value) => `\`${String(value)}\``).join(', ');
  return plainWords(node, section);
}
