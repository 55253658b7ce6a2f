import { createHash, timingSafeEqual } from 'node:crypto';

/** What is kept of a token: it is random, so a plain hash cannot be turned back. */
export function hashOfToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

const nobodysHash = hashOfToken('');

/** Takes the same time whether the account exists, has a token, or has another one. */
export function tokenFits(token: string, hash: string | null | undefined): boolean {
  const expected = hash ?? nobodysHash;
  return timingSafeEqual(Buffer.from(hashOfToken(token), 'hex'), Buffer.from(expected, 'hex')) && hash !== null && hash !== undefined;
}

/** Of this connection, or of the browser of somebody: nothing that a connector needs. */
const dropped = new Set([
  'authorization', 'connection', 'content-length', 'cookie', 'expect', 'host', 'keep-alive', 'proxy-authorization', 'te', 'trailer', 'transfer-encoding', 'upgrade',
]);

/** Headers as a connector gets them: signatures and content types stay. */
export function keptHeaders(headers: NodeJS.Dict<string | string[]>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (value === undefined || dropped.has(name) ? [] : [[name, [value].flat().join(', ').slice(0, 8_192)]])));
}
