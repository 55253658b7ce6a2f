import type { AsyncApiDocument } from './asyncapi.ts';
import { escape, htmlPage, json, prose } from './docs-page.ts';

/** The messages for people. */
export function asyncApiPage({ info, channels, components }: AsyncApiDocument): string {
  const entries = Object.entries(channels).map(([name, { address, summary, 'x-stream': stream, 'x-readers': readers }]) => {
    const message = components.messages[name];
    const [example] = message?.examples ?? [];
    return `<details id="${escape(name)}"><summary><code>${escape(address)}</code></summary><p>${prose(summary)}</p>
<table><tr><th>Type</th><td><code>${escape(message?.name)}</code></td></tr><tr><th>Stream</th><td>${escape(stream ?? 'none')}</td></tr><tr><th>Durable readers</th><td>${escape(readers.join(', ') || 'none of ours')}</td></tr></table>
<h4>Body</h4>${json(message?.payload.schema)}<h4>Example</h4>${json((example as { payload?: unknown } | undefined)?.payload)}</details>`;
  });
  const schemas = Object.entries(components.schemas).map(([name, schema]) => `<details id="schema-${escape(name)}"><summary><code>${escape(name)}</code></summary>${json({ ...schema, examples: undefined })}</details>`);
  return htmlPage(info.title, `<p>${prose(info.description)}</p><p>For programs: <a href="asyncapi.json">asyncapi.json</a>. Requests over HTTP: <a href="docs">docs</a></p><h2>Messages</h2>${entries.join('')}<h2>Schemas</h2>${schemas.join('')}`);
}
