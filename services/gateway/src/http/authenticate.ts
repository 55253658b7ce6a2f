import { createSecretKey } from 'node:crypto';
import { fail, ok, type Result } from '@pes/kernel';
import { createRemoteJWKSet, jwtVerify, type JWTPayload, type JWTVerifyOptions } from 'jose';
import type { Role } from './route.ts';

/** Who calls, as the token says. */
export interface Caller {
  subject: string;
  roles: readonly Role[];
  /** Null on tokens of the platform's own people. */
  subscriberId: string | null;
}

/** The failure is a sentence for whoever made the token; it never repeats the token. */
export type Authenticate = (authorization: string | undefined) => Promise<Result<Caller, string>>;

export interface TokenSettings {
  AUTH_SECRET?: string;
  AUTH_JWKS_URL?: string;
  AUTH_ISSUER?: string;
  AUTH_AUDIENCE?: string;
}

const roles: readonly Role[] = ['viewer', 'operator', 'admin', 'sre'];
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const asymmetric = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'];
const clockToleranceSeconds = 5;

function readClaims({ sub, roles: claimed, subscriberId }: JWTPayload): Result<Caller, string> {
  if (typeof sub !== 'string' || sub === '' || sub.length > 200 || /[\0\ud800-\udfff]/.test(sub)) return fail('claim sub must be a text of 1 to 200 characters');
  if (!Array.isArray(claimed)) return fail(`claim roles must be a list of ${roles.join(', ')}`);
  const known = roles.filter((role) => claimed.includes(role));
  if (known.length === 0) return fail(`claim roles must hold one of ${roles.join(', ')}`);
  if (subscriberId !== undefined && subscriberId !== null && (typeof subscriberId !== 'string' || !uuid.test(subscriberId))) {
    return fail('claim subscriberId must be a UUID in lower case');
  }
  return ok({ subject: sub, roles: known, subscriberId: subscriberId ?? null });
}

function reasonOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  switch (code) {
    case 'ERR_JWT_EXPIRED':
      return 'the token has expired: get a new one';
    case 'ERR_JWT_CLAIM_VALIDATION_FAILED':
      return `claim ${String((error as { claim?: unknown }).claim)} of the token is missing or not what is expected here`;
    case 'ERR_JOSE_ALG_NOT_ALLOWED':
      return 'the token is signed with an algorithm that is not accepted here';
    default:
      return 'the token is not valid';
  }
}

/**
 * Tokens signed with a shared secret (HS256), or with a key from a JWKS URL. Never both kinds at once: a public key must not be taken for
 * a secret. Rejects when the keys cannot be had.
 */
export function createAuthenticate(settings: TokenSettings): Authenticate {
  const { AUTH_SECRET: secret, AUTH_JWKS_URL: url } = settings;
  const options: JWTVerifyOptions = {
    algorithms: secret === undefined ? asymmetric : ['HS256'], requiredClaims: ['exp', 'sub'], clockTolerance: clockToleranceSeconds,
    ...(settings.AUTH_ISSUER !== undefined && { issuer: settings.AUTH_ISSUER }), ...(settings.AUTH_AUDIENCE !== undefined && { audience: settings.AUTH_AUDIENCE }),
  };
  const remote = url === undefined ? undefined : createRemoteJWKSet(new URL(url));
  const shared = secret === undefined ? undefined : createSecretKey(Buffer.from(secret, 'utf8'));

  const verify = async (token: string): Promise<JWTPayload> => {
    if (shared !== undefined) return (await jwtVerify(token, shared, options)).payload;
    if (remote !== undefined) return (await jwtVerify(token, remote, options)).payload;
    throw new Error('neither AUTH_SECRET nor AUTH_JWKS_URL is set');
  };

  return async (authorization) => {
    const token = /^Bearer +([A-Za-z0-9._~+/=-]+)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) return fail('send a token: Authorization: Bearer <JWT>');
    try {
      return readClaims(await verify(token));
    } catch (error) {
      const code = (error as { code?: unknown } | null)?.code;
      // The key server is down, or we are wrong: no fault of the caller.
      if (typeof code !== 'string' || !/^ERR_J(OSE|W)/.test(code) || code === 'ERR_JWKS_TIMEOUT' || code === 'ERR_JOSE_GENERIC') throw error;
      return fail(reasonOf(error));
    }
  };
}
