/**
 * Writes src/generated/types.ts from schemas/*.json. With --check it writes nothing and exits 1 when the file is not
 * what the schemas say, so that a schema cannot change without its types.
 */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { compile, type JSONSchema } from 'json-schema-to-typescript';

const schemaDir = new URL('../schemas/', import.meta.url);
const target = new URL('../src/generated/types.ts', import.meta.url);

/** One root that refers to every schema makes the compiler declare a shared type once instead of once per file. */
function rootSchema(): JSONSchema {
  const names = readdirSync(schemaDir).filter((name) => name.endsWith('.json')).sort();
  return {
    title: 'AllContracts',
    type: 'object',
    properties: Object.fromEntries(names.map((name) => [name.replace(/\.json$/, ''), { $ref: name }])),
  };
}

const types = await compile(rootSchema(), 'AllContracts', {
  additionalProperties: false,
  bannerComment: '/* Generated from schemas/*.json by scripts/generate-types.ts. Do not edit. */',
  cwd: schemaDir.pathname,
  style: { singleQuote: true, printWidth: 120 },
  ignoreMinAndMaxItems: true,
});

if (process.argv.includes('--check')) {
  if (readFileSync(target, 'utf8') !== types) {
    console.error('src/generated/types.ts is not what the schemas say. Run: node libs/contracts/scripts/generate-types.ts');
    process.exit(1);
  }
} else {
  writeFileSync(target, types);
}
