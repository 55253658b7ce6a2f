import { createHmac } from 'node:crypto';

/** The two generations of the API: they differ in hosts, header names and the text that is signed. */
export type Flavour = 'oneflow' | 'printos';
export type Algorithm = 'SHA256' | 'SHA1';

export interface ApiKey {
  token: string;
  secret: string;
}

export interface CallToSign {
  method: string;
  url: string;
  /** Sent as it is in the date header; the server refuses times that are more than minutes off. */
  date: string;
  algorithm?: Algorithm;
}

const headerNames = {
  oneflow: { authorization: 'x-oneflow-authorization', date: 'x-oneflow-date', algorithm: 'x-oneflow-algorithm' },
  printos: { authorization: 'x-hp-hmac-authentication', date: 'x-hp-hmac-date', algorithm: 'x-hp-hmac-algorithm' },
} as const;

/** The path is signed percent-decoded and without query, although it is sent encoded. The printos gateway strips what stands before /api/. */
function signedPath(flavour: Flavour, url: string): string {
  const path = decodeURIComponent(new URL(url).pathname);
  return flavour === 'printos' ? path.slice(Math.max(0, path.indexOf('/api/'))) : path;
}

/** Method, path and date; printos puts nothing between path and date (Site Flow docs, API authentication). */
export function stringToSign(flavour: Flavour, { method, url, date }: CallToSign): string {
  return `${method.toUpperCase()} ${signedPath(flavour, url)}${flavour === 'oneflow' ? ' ' : ''}${date}`;
}

/** The three headers that authenticate a call. printos refuses SHA1 since 2022. */
export function signatureHeaders(flavour: Flavour, key: ApiKey, call: CallToSign): Record<string, string> {
  const algorithm = call.algorithm ?? 'SHA256';
  const signature = createHmac(algorithm, key.secret).update(stringToSign(flavour, call)).digest('hex');
  const names = headerNames[flavour];
  return { [names.authorization]: `${key.token}:${signature}`, [names.date]: call.date, [names.algorithm]: algorithm };
}
