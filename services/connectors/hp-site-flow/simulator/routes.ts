import type { Step } from './faults.ts';

export interface Route {
  step: Step;
  name: 'submit' | 'validate' | 'by-source-id' | 'by-id' | 'sku' | 'cancel-by-source-id' | 'cancel-by-id';
  /** Decoded path parameters, in order. */
  parameters: string[];
}

const management: ReadonlyArray<[string, RegExp, Step, Route['name']]> = [
  ['POST', /^\/api\/order$/, 'submit', 'submit'],
  ['POST', /^\/api\/order\/validate$/, 'validate', 'validate'],
  ['GET', /^\/api\/order\/bysourceid\/([^/]+)$/, 'lookup', 'by-source-id'],
  ['GET', /^\/api\/order\/([^/]+)$/, 'lookup', 'by-id'],
  ['GET', /^\/api\/sku$/, 'sku', 'sku'],
  ['PUT', /^\/api\/order\/([^/]+)\/([^/]+)\/cancel$/, 'cancel', 'cancel-by-source-id'],
  ['PUT', /^\/api\/order\/([^/]+)\/cancel$/, 'cancel', 'cancel-by-id'],
];
const submitHost = management.filter(([, , , name]) => name === 'submit');

/** The submit host knows one path only. The printos gateway has a prefix in front of all its paths. */
export function findRoute(host: 'submit' | 'management', method: string, target: string): Route | undefined {
  const path = (target.split('?')[0] ?? '').replace(/^\/siteflow(?=\/api\/)/, '');
  for (const [routeMethod, pattern, step, name] of host === 'submit' ? submitHost : management) {
    const match = method === routeMethod ? pattern.exec(path) : null;
    if (match !== null) return { step, name, parameters: match.slice(1).map(decodeURIComponent) };
  }
  return undefined;
}
