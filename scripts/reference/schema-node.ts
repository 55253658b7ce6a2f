import { schemas, type SchemaName } from '@pes/contracts';

/** The part of JSON Schema that libs/contracts uses. */
export interface SchemaNode {
  $ref?: string;
  $defs?: Record<string, SchemaNode>;
  title?: string;
  description?: string;
  type?: string | string[];
  const?: string | number | boolean;
  enum?: Array<string | number | boolean | null>;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  items?: SchemaNode;
  properties?: Record<string, SchemaNode>;
  required?: string[];
  additionalProperties?: boolean | SchemaNode;
  anyOf?: SchemaNode[];
  oneOf?: SchemaNode[];
  examples?: unknown[];
}

export function schemaOf(name: SchemaName): SchemaNode {
  const schema = schemas.get(name);
  if (schema === undefined) throw new Error(`no schema is called ${name}`);
  return schema;
}

export interface Target {
  schemaName: SchemaName;
  node: SchemaNode;
}

/** Where a `$ref` such as "push-work.json#/$defs/pushItem" leads. */
export function follow(ref: string): Target {
  const [file = '', path] = ref.split('#/$defs/');
  const schemaName = file.replace(/\.json$/, '') as SchemaName;
  const schema = schemaOf(schemaName);
  const node = path === undefined ? schema : schema.$defs?.[path];
  if (node === undefined) throw new Error(`${ref} leads nowhere`);
  return { schemaName, node };
}
