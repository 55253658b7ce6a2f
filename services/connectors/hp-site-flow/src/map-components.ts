import type { PushItem } from '@pes/connector-sdk';
import { fail, groupBy, ok, type Result } from '@pes/kernel';
import { isJson } from './read-answer.ts';
import { codesOf, type AccountSettings } from './settings.ts';

export interface Component {
  code: string;
  path: string;
  /** Site Flow downloads the path. */
  fetch: true;
  attributes: Record<string, unknown> | undefined;
}

/** eDoc files are made from the buyer's uploads, so they replace them. A proof is never produced. */
function productionFiles({ files }: PushItem['item']): PushItem['item']['files'] {
  const edocs = files.filter((file) => file.role === 'edoc');
  return edocs.length > 0 ? edocs : files.filter((file) => file.role === 'artwork');
}

/** The options that the buyer chose, then what the admin set. A name that occurs twice keeps both values. */
function attributesOf({ item, product }: PushItem): Record<string, unknown> | undefined {
  const chosen = [...groupBy(item.options ?? [], (option) => option.name)].map(([name, options]) => [name, options.map((option) => option.value).join(', ')]);
  const fixed = isJson(product.settings.attributes) ? Object.entries(product.settings.attributes) : [];
  return chosen.length + fixed.length === 0 ? undefined : (Object.fromEntries([...chosen, ...fixed]) as Record<string, unknown>);
}

/**
 * One component for each production file, in file order. Attributes go on every component, since some producers look at each of them.
 * The error is a sentence without its subject: a wrong number of files would print the wrong thing, so it is never guessed.
 */
export function mapComponents(entry: PushItem, sku: string, settings: AccountSettings): Result<Component[], string> {
  const files = productionFiles(entry.item);
  const codes = codesOf(entry.product.settings.componentCodes) ?? codesOf(settings.componentCodes[sku]) ?? [settings.defaultComponentCode];
  if (files.length === 0) return fail('has no production file. Add artwork to the order item, or tick "Picked from stock" on the product.');
  const notReady = files.find((file) => file.state !== 'ready' || file.url === undefined || file.url === '');
  if (notReady !== undefined) return fail(`has the file ${notReady.name}, which is not ready. Generate or upload it again.`);
  if (files.length !== codes.length) {
    return fail(`has ${files.length} production file(s), but SKU ${sku} takes ${codes.length} (${codes.join(', ')}). Open the product, Embedded Services tab, Component codes.`);
  }
  const attributes = attributesOf(entry);
  return ok(files.map(({ url = '' }, index) => ({ code: codes[index] ?? '', path: url, fetch: true, attributes })));
}
