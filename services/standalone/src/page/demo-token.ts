import { SignJWT } from 'jose';
import { subscriberId } from '../seed/sites.ts';

/** A day's token for the demo subscriber, who may do everything with what is theirs. Tokens of real people come from Pressero. */
export async function demoToken(authSecret: string): Promise<string> {
  return new SignJWT({ subscriberId, roles: ['admin', 'operator', 'viewer'] })
    .setProtectedHeader({ alg: 'HS256' }).setSubject('demo-admin').setIssuedAt().setExpirationTime('24h')
    .sign(new TextEncoder().encode(authSecret));
}
