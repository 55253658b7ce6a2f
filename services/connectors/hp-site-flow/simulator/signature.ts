import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { answers, type Answer } from './answer.ts';
import type { SimulatedAccount } from './settings.ts';

export interface SignedRequest {
  method: string;
  /** As it stands in the request line: still percent-encoded, with the query. */
  target: string;
  headers: IncomingHttpHeaders;
}

const allowedSkewMs = 5 * 60_000;

function header(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

/** Several notations of a time are accepted: ISO 8601 and seconds since the epoch. */
function timeOf(date: string): number {
  return /^\d{9,11}$/.test(date) ? Number(date) * 1000 : Date.parse(date);
}

function sameText(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}

interface Presented {
  flavour: SimulatedAccount['flavour'];
  authorization: string;
  date: string;
  algorithm: string;
}

function presentedBy(headers: IncomingHttpHeaders): Presented | undefined {
  const flavours = [['oneflow', 'x-oneflow-authorization', 'x-oneflow-date', 'x-oneflow-algorithm'],
    ['printos', 'x-hp-hmac-authentication', 'x-hp-hmac-date', 'x-hp-hmac-algorithm']] as const;
  for (const [flavour, authorizationName, dateName, algorithmName] of flavours) {
    const [authorization, date] = [header(headers, authorizationName), header(headers, dateName)];
    // Clients of the first years send no algorithm and sign with SHA-1.
    if (authorization !== undefined && date !== undefined) return { flavour, authorization, date, algorithm: header(headers, algorithmName) ?? 'SHA1' };
  }
  return undefined;
}

function expectedSignature({ flavour, date, algorithm }: Presented, { method, target }: SignedRequest, secret: string): string {
  const path = decodeURIComponent(target.split('?')[0] ?? '');
  const text = flavour === 'oneflow' ? `${method} ${path} ${date}` : `${method} ${path.replace(/^\/siteflow(?=\/api\/)/, '')}${date}`;
  return createHmac(algorithm.toLowerCase(), secret).update(text, 'utf8').digest('hex');
}

/** The account that signed the request, or the refusal. Wrong signatures are 401 at oneflow and a plain 400 at the printos gateway. */
export function authenticate(request: SignedRequest, accounts: ReadonlyMap<string, SimulatedAccount>, nowMs: number): SimulatedAccount | Answer {
  const presented = presentedBy(request.headers);
  if (presented === undefined) return answers.failure(401, 'Unauthorized', 'No authentication headers');
  const refuse = (message: string): Answer =>
    presented.flavour === 'printos' ? answers.gatewayMessage(400, 'Not Authorized') : answers.failure(401, 'Unauthorized', message);

  const colon = presented.authorization.lastIndexOf(':');
  const account = accounts.get(presented.authorization.slice(0, Math.max(0, colon)));
  if (account?.flavour !== presented.flavour) return answers.gatewayMessage(401, 'Token Not Found');
  if (presented.algorithm !== 'SHA256' && !(presented.algorithm === 'SHA1' && presented.flavour === 'oneflow')) return refuse('Algorithm not supported');
  const timeMs = timeOf(presented.date);
  if (Number.isNaN(timeMs) || Math.abs(nowMs - timeMs) > allowedSkewMs) return refuse('Request time too far off');
  return sameText(presented.authorization.slice(colon + 1), expectedSignature(presented, request, account.secret)) ? account : refuse('Signature does not match');
}
