import { isIP } from 'node:net';
import { fail, ok, type Result } from '@pes/kernel';
import { emptyAllowList, isListedAddress, isListedHost, type EgressAllowList } from './egress-allow-list.ts';
import { isPublicAddress, isReachableByListedName } from './public-address.ts';

/**
 * Keeps a connector from being used as a way into the network that it runs in. A provider's address is a setting of a customer, so it is
 * checked three times: as the URL says it, as the name resolves, and as the socket connected. The first alone misses names that resolve
 * to private addresses; the second alone is never asked about literals; the third settles what a name server answered in between.
 *
 * The address rule says what the later checks have to hold:
 *   public         https, an allowed port, a public name or address: public addresses, or ones in a listed range
 *   listed-host    the host and port are on the allow-list: also private and loopback addresses, no https needed
 *   listed-address plain http or an unusual port to a name that is not listed: only addresses in a listed range
 */
export type AddressRule = 'public' | 'listed-host' | 'listed-address';

export interface EgressTarget {
  /** "https:" or "http:" */
  protocol: string;
  /** As `new URL()` writes it. */
  hostname: string;
  port: number;
}

export interface EgressGuard {
  /** Before any network traffic. The error is a sentence for the person who set the address. */
  checkTarget(target: EgressTarget): Result<AddressRule, string>;
  /** For a resolved or connected address; undefined when it may be used. */
  refuseAddress(address: string | undefined, rule: AddressRule): string | undefined;
}

export interface EgressGuardOptions {
  allow?: EgressAllowList;
  /** Ports that public hosts may be reached on. */
  ports?: readonly number[];
}

const defaultPorts = [443, 8443] as const;
const internalSuffixes = [
  'localhost', 'local', 'localdomain', 'internal', 'intranet', 'private', 'corp', 'home', 'lan', 'home.arpa', 'onion', 'invalid',
];

function isInternalName(name: string): boolean {
  if (!name.includes('.')) return true;
  return internalSuffixes.some((suffix) => name.endsWith(`.${suffix}`));
}

function isValidName(name: string): boolean {
  return name.length > 0 && name.length <= 253 && name.split('.').every((label) => label.length > 0 && label.length <= 63);
}

/** Literal without brackets, or undefined for a name. */
function literalOf(hostname: string): string | undefined {
  const bare = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
  return isIP(bare) === 0 ? undefined : bare;
}

export function createEgressGuard({ allow = emptyAllowList, ports = defaultPorts }: EgressGuardOptions = {}): EgressGuard {
  function checkOpen({ protocol, hostname, port }: EgressTarget): string | undefined {
    if (protocol !== 'https:') return `${hostname} must be reached over https, unless EGRESS_ALLOW lists it`;
    if (!ports.includes(port)) return `port ${port} of ${hostname} is not allowed (allowed: ${ports.join(', ')}), unless EGRESS_ALLOW lists it`;
    return undefined;
  }

  function checkLiteral(target: EgressTarget, literal: string): Result<AddressRule, string> {
    if (isListedAddress(allow, literal)) return ok('listed-address');
    if (!isPublicAddress(literal)) return fail(`${literal} is not a public address`);
    const refusal = checkOpen(target);
    return refusal === undefined ? ok('public') : fail(refusal);
  }

  function checkName(target: EgressTarget): Result<AddressRule, string> {
    const name = target.hostname.endsWith('.') ? target.hostname.slice(0, -1) : target.hostname;
    if (!isValidName(name)) return fail(`"${target.hostname}" is not a host name`);
    const refusal = isInternalName(name) ? `${name} is a name of an internal network` : checkOpen(target);
    if (refusal === undefined) return ok('public');
    // A range on the list may be what this name leads to; only its addresses can tell.
    return allow.ranges.length > 0 ? ok('listed-address') : fail(refusal);
  }

  return {
    checkTarget(target) {
      if (target.protocol !== 'https:' && target.protocol !== 'http:') return fail(`${target.protocol}// is not http`);
      if (isListedHost(allow, target.hostname, target.port)) return ok('listed-host');
      const literal = literalOf(target.hostname);
      return literal === undefined ? checkName(target) : checkLiteral(target, literal);
    },
    refuseAddress(address, rule) {
      if (address === undefined) return 'the address of the connection is unknown';
      if (isListedAddress(allow, address)) return undefined;
      if (rule === 'public' && isPublicAddress(address)) return undefined;
      if (rule === 'listed-host' && isReachableByListedName(address)) return undefined;
      return rule === 'listed-address' ? `${address} is not on the list in EGRESS_ALLOW` : `${address} is not a public address`;
    },
  };
}
