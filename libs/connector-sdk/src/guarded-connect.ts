import { lookup as resolve, type LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import type { AddressRule, EgressGuard } from './egress-guard.ts';

/**
 * A connection that never came to be: the name did not resolve, nobody answered, the certificate is wrong, or the address is not allowed.
 * Whatever waited for it was certainly not sent. Its own code keeps undici from taking an inner code for a connection that broke later.
 */
export class ConnectFailure extends Error {
  readonly code = 'CONNECT_FAILED';
  readonly refused: boolean;

  constructor(message: string, options: { refused: boolean; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.name = 'ConnectFailure';
    this.refused = options.refused;
  }
}

/** Asks the system, and refuses the whole name when one of its addresses is not allowed: the next connection could take that one. */
function guardedLookup(guard: EgressGuard, rule: AddressRule): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      if (error !== null) return callback(error, '');
      for (const { address } of addresses) {
        const refusal = guard.refuseAddress(address, rule);
        if (refusal !== undefined) return callback(new ConnectFailure(`${hostname} resolves to an address that may not be used: ${refusal}`, { refused: true }), '');
      }
      const first = addresses[0];
      if (options.all === true || first === undefined) return callback(null, addresses);
      callback(null, first.address, first.family);
    });
  };
}

function literalHost(hostname: string): string {
  return hostname.includes(':') ? `[${hostname}]` : hostname;
}

/** The connect function of the agent: checks the target, every address that its name has, and the address that answered. */
export function guardedConnect(guard: EgressGuard, connectTimeoutMs: number): buildConnector.connector {
  const build = (rule: AddressRule): buildConnector.connector =>
    buildConnector({ timeout: connectTimeoutMs, allowH2: false, lookup: guardedLookup(guard, rule) });
  const connectors = { 'public': build('public'), 'listed-host': build('listed-host'), 'listed-address': build('listed-address') };

  return (options, callback) => {
    const port = options.port === '' ? (options.protocol === 'https:' ? 443 : 80) : Number(options.port);
    const target = guard.checkTarget({ protocol: options.protocol, hostname: literalHost(options.hostname), port });
    if (!target.ok) return queueMicrotask(() => callback(new ConnectFailure(target.error, { refused: true }), null));
    return connectors[target.value](options, (error, socket) => {
      if (error !== null) {
        const failure = error instanceof ConnectFailure ? error : new ConnectFailure(error.message, { refused: false, cause: error });
        return callback(failure, null);
      }
      const { remoteAddress } = socket;
      const refusal = guard.refuseAddress(remoteAddress, target.value);
      if (refusal === undefined) return callback(null, socket);
      socket.destroy();
      // A connection that broke at once has no address any more. That is the network's doing, and nothing went out.
      const message = remoteAddress === undefined ? `the connection to ${options.hostname} broke as soon as it was made` : `${options.hostname} connected to an address that may not be used: ${refusal}`;
      callback(new ConnectFailure(message, { refused: remoteAddress !== undefined }), null);
    });
  };
}
