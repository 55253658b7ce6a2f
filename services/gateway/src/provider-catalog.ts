import type { ConnectorManifest } from '@pes/contracts';
import type { Pool } from '@pes/store';
import { Ajv, type ErrorObject } from 'ajv';
import * as ajvFormats from 'ajv-formats';
import type { Logger } from '@pes/service-kit';
import { readManifests } from './data-access/read-manifests.sql.ts';
import type { FieldProblem } from './domain/refusal.ts';
import { fieldProblem } from './field-problem.ts';

export type SchemaPart = keyof ConnectorManifest['schemas'];

/** A provider as its connector announced it, with the checks of its forms. */
export interface Provider {
  manifest: ConnectorManifest;
  /** Complaints about a form's values; `root` goes before their fields. */
  check(part: SchemaPart, value: unknown, root: string): FieldProblem[];
}

export interface ProviderCatalog {
  find(provider: string): Promise<Provider | undefined>;
  all(): Promise<Provider[]>;
}

/** How old an answer may be: a connector that starts is there for everybody within this. */
const freshMs = 1_000;

const nothing = { type: 'object', additionalProperties: false, properties: {} };

function isEmpty(schema: object): boolean {
  return Object.keys(schema).length === 0;
}

/** A member that is not known may be a secret that was put into the wrong place, so its name is not repeated. */
function secretProblem(error: ErrorObject, root: string): FieldProblem {
  const problem = fieldProblem(error, root);
  if (error.keyword !== 'additionalProperties') return problem;
  return { field: root, message: problem.message.replace('is not known', 'holds a field that is not known') };
}

function createProvider(manifest: ConnectorManifest): Provider {
  const ajv = new Ajv({ allErrors: true, strict: false, verbose: true });
  ajvFormats.default.default(ajv);
  const compiled = new Map<SchemaPart, ReturnType<typeof ajv.compile>>();
  return {
    manifest,
    check(part, value, root) {
      const schema = manifest.schemas[part];
      const validate = compiled.get(part) ?? ajv.compile(isEmpty(schema) ? nothing : schema);
      compiled.set(part, validate);
      if (validate(value)) return [];
      const problem = part === 'credentials' ? secretProblem : fieldProblem;
      return (validate.errors ?? []).map((error) => problem(error, root));
    },
  };
}

/** A manifest whose schemas cannot be compiled would fail every request of its accounts; it is left out, and the log says so. */
function tryProvider(text: string, log: Logger): Provider | undefined {
  const manifest = JSON.parse(text) as ConnectorManifest;
  try {
    const provider = createProvider(manifest);
    for (const part of Object.keys(manifest.schemas) as SchemaPart[]) provider.check(part, {}, '');
    return provider;
  } catch (error) {
    log.error({ err: error, provider: manifest.provider }, 'a manifest has a schema that cannot be used; its provider is not offered');
    return undefined;
  }
}

/** The providers that have announced themselves. Forms are compiled once for each manifest. */
export function createProviderCatalog(db: Pool, log: Logger): ProviderCatalog {
  let known = new Map<string, { text: string; provider: Provider | undefined }>();
  let loading: Promise<void> | undefined;
  let loadedMs = -Infinity;

  async function load(): Promise<void> {
    const rows = await readManifests(db);
    known = new Map(rows.map(({ provider, text }) => {
      const before = known.get(provider);
      return [provider, before?.text === text ? before : { text, provider: tryProvider(text, log) }];
    }));
    loadedMs = performance.now();
  }

  async function current(): Promise<typeof known> {
    if (performance.now() - loadedMs > freshMs) {
      loading ??= load().finally(() => { loading = undefined; });
      await loading;
    }
    return known;
  }

  return {
    find: async (provider) => (await current()).get(provider)?.provider,
    all: async () => [...(await current()).values()].flatMap(({ provider }) => provider ?? []),
  };
}
