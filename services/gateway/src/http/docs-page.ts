import { createHash } from 'node:crypto';
import type { OpenApiDocument } from './openapi.ts';

const style = `
:root { color-scheme: light dark; --line: #8884; --soft: #8882; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 62rem; padding: 1.5rem; }
h2 { border-bottom: 1px solid var(--line); margin-top: 2.5rem; }
details { border: 1px solid var(--line); border-radius: 6px; margin: .5rem 0; padding: .4rem .8rem; }
summary { cursor: pointer; }
code, pre { font: 13px/1.45 ui-monospace, monospace; }
pre { background: var(--soft); border-radius: 6px; overflow: auto; padding: .7rem; }
table { border-collapse: collapse; width: 100%; } td, th { border-bottom: 1px solid var(--line); padding: .25rem .5rem; text-align: left; vertical-align: top; }
.method { display: inline-block; font-weight: 700; min-width: 4.2rem; text-transform: uppercase; }
`;

/** The page loads nothing and runs nothing; this is all that it needs. */
export const docsStyleSource = `'sha256-${createHash('sha256').update(style).digest('base64')}'`;

export function escape(text: unknown): string {
  return String(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** `code` in sentences. */
export function prose(text: string): string {
  return escape(text).replaceAll(/`([^`]+)`/g, '<code>$1</code>').replaceAll('\n\n', '</p><p>');
}

interface Operation {
  operationId: string;
  tags: string[];
  summary: string;
  description: string;
  parameters: Array<{ name: string; in: string; required: boolean; description?: string; schema: object }>;
  requestBody?: { content: Record<string, { schema?: object }> };
  responses: Record<string, { description: string; content?: Record<string, { schema?: object }> }>;
}

export function json(value: unknown): string {
  return `<pre>${escape(JSON.stringify(value, null, 2)).replaceAll(/#\/components\/schemas\/([\w-]+)/g, '<a href="#schema-$1">$1</a>')}</pre>`;
}

function parameterTable({ parameters }: Operation): string {
  if (parameters.length === 0) return '';
  const rows = parameters.map(({ name, in: place, required, description, schema }) =>
    `<tr><td><code>${escape(name)}</code></td><td>${place}${required ? ', required' : ''}</td><td>${prose(description ?? '')} <code>${escape(JSON.stringify(schema))}</code></td></tr>`);
  return `<table><tr><th>Parameter</th><th>Where</th><th>Meaning</th></tr>${rows.join('')}</table>`;
}

function contentOf(content: Record<string, { schema?: object }> | undefined): string {
  return Object.entries(content ?? {}).map(([type, { schema }]) => `<p><code>${escape(type)}</code></p>${schema === undefined ? '' : json(schema)}`).join('');
}

function responseList({ responses }: Operation): string {
  return Object.entries(responses).map(([status, { description, content }]) =>
    `<details><summary><b>${status}</b> ${prose(description)}</summary>${Number(status) >= 400 ? '' : contentOf(content)}</details>`).join('');
}

function operationHtml(path: string, method: string, operation: Operation): string {
  const body = operation.requestBody === undefined ? '' : `<h4>Body</h4>${contentOf(operation.requestBody.content)}`;
  return `<details id="${operation.operationId}"><summary><span class="method">${method}</span> <code>${escape(path)}</code> ${prose(operation.summary)}</summary>
<p>${prose(operation.description)}</p>${parameterTable(operation)}${body}<h4>Answers</h4>${responseList(operation)}</details>`;
}

/** A page of ours: no scripts, nothing from other hosts. */
export function htmlPage(title: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escape(title)}</title><style>${style}</style></head>
<body><h1>${escape(title)}</h1>${body}</body></html>`;
}

/** The document for people: one page, no scripts, nothing from other hosts. */
export function docsPage(document: OpenApiDocument): string {
  const byTag = new Map<string, string[]>();
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(methods) as Array<[string, Operation]>) {
      const [tag = 'other'] = operation.tags;
      byTag.set(tag, [...(byTag.get(tag) ?? []), operationHtml(path, method, operation)]);
    }
  }
  const { title, description } = document.info as { title: string; description: string };
  const sections = [...byTag].map(([tag, operations]) => `<h2>${escape(tag)}</h2>${operations.join('')}`);
  const schemas = Object.entries(document.components.schemas).map(([name, schema]) => `<details id="schema-${name}"><summary><code>${name}</code></summary>${json(schema)}</details>`);
  return htmlPage(title, `<p>${prose(description)}</p><p>For programs: <a href="openapi.json">openapi.json</a>. Messages: <a href="asyncapi">asyncapi</a></p>${sections.join('')}<h2>Schemas</h2>${schemas.join('')}`);
}
