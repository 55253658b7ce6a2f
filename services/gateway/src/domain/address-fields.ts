import { fail, ok, type Result } from '@pes/kernel';

/** A text of a form that will be called, and where it stands. */
export interface AddressField {
  field: string;
  text: string;
}

export interface Address {
  protocol: string;
  hostname: string;
  port: number;
}

const addressName = /(url|uri|endpoint|host|server|address)s?$/i;
/** A text that a URL parser, a careless one too, may take for an address with a host. */
const looksLikeAddress = /^[\s\0-\x20]*([a-z][a-z0-9+.-]*:)?[\s\0-\x20]*[\\/]\s*[\\/]|^[\s\0-\x20]*[a-z][a-z0-9+.-]*:\/\//i;

type Schema = Record<string, unknown> | undefined;

function isAddressSchema(schema: Schema): boolean {
  const { pattern, format } = schema ?? {};
  return (typeof pattern === 'string' && /^\^?\(?https?/.test(pattern)) || format === 'uri' || format === 'url' || format === 'hostname';
}

function memberSchema(schema: Schema, name: string): Schema {
  const properties = schema?.['properties'] as Record<string, Schema> | undefined;
  const known = properties !== undefined && Object.hasOwn(properties, name) ? properties[name] : undefined;
  return known ?? (schema?.['items'] as Schema) ?? (typeof schema?.['additionalProperties'] === 'object' ? (schema['additionalProperties'] as Schema) : undefined);
}

function isAddress(text: string, name: string, schema: Schema): boolean {
  return isAddressSchema(schema) || looksLikeAddress.test(text) || (addressName.test(name) && text.includes(':'));
}

/**
 * Every text in a form's values that is an address: by its schema, by the name of its field, or by its looks. Better one text too many than
 * one address that is not looked at. Secrets are keys and passwords, which nobody calls, so they are left alone.
 */
export function addressFields(schema: object, value: unknown, root: string): AddressField[] {
  const found: AddressField[] = [];
  const open: Array<{ part: unknown; schema: Schema; field: string; name: string }> = [{ part: value, schema: schema as Schema, field: root, name: '' }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { part, schema: known, field, name } = next;
    if (known?.['x-secret'] === true) continue;
    if (typeof part === 'string') {
      if (isAddress(part, name, known)) found.push({ field, text: part });
    } else if (typeof part === 'object' && part !== null) {
      for (const [key, member] of Object.entries(part)) {
        open.push({ part: member, schema: memberSchema(known, key), field: `${field}.${key}`, name: Array.isArray(part) ? name : key });
      }
    }
  }
  return found;
}

const plain = /^https?:\/\/[^\s\\@/?#\0-\x20\x7f-\xa0]+([/?][^\s\\#\0-\x20\x7f]*)?$/;

/**
 * Reads an address strictly: what two URL parsers could read differently is no address here. No user name, no fragment, no white space or
 * backslash, exactly two slashes.
 */
export function parseAddress(text: string): Result<Address, string> {
  if (!plain.test(text)) return fail('must be a plain http or https address such as https://api.example.com/v1, without user name, fragment, spaces or backslashes');
  const url = URL.parse(text);
  if (url === null || url.hostname === '') return fail('is not an address: check the host and the port');
  return ok({ protocol: url.protocol, hostname: url.hostname, port: url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port) });
}

