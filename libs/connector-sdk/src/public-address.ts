import ipaddr from 'ipaddr.js';

// Addresses that look public and are not: Azure answers its instance metadata on the first.
const cloudInternal = ipaddr.parse('168.63.129.16').toString();
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');
const nat64 = ipaddr.IPv6.parseCIDR('64:ff9b::/96');

function isPublicIpv4(address: ipaddr.IPv4): boolean {
  return address.range() === 'unicast' && address.toString() !== cloudInternal;
}

function lastFourBytes(address: ipaddr.IPv6): ipaddr.IPv4 {
  return new ipaddr.IPv4(address.toByteArray().slice(-4));
}

// ISATAP writes an IPv4 address after 0:5efe or 200:5efe, under any prefix.
function isIsatap({ parts }: ipaddr.IPv6): boolean {
  return parts[5] === 0x5efe && (parts[4] === 0 || parts[4] === 0x200);
}

function isPublicIpv6(address: ipaddr.IPv6): boolean {
  if (address.isIPv4MappedAddress()) return isPublicIpv4(address.toIPv4Address());
  // A network without IPv4 resolves every IPv4 host to such an address, so it counts as the address inside.
  if (address.match(nat64)) return isPublicIpv4(lastFourBytes(address));
  return address.range() === 'unicast' && address.match(globalUnicast) && !isIsatap(address);
}

/**
 * Whether an address belongs to the public internet. Everything else is refused by default: private, loopback, link-local, carrier NAT,
 * documentation, benchmarking, multicast, reserved, unique-local, and the tunnels (6to4, Teredo, ISATAP) that can carry a private IPv4
 * address inside. Text that is no address is not public.
 */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.parse(text);
  return address.kind() === 'ipv4' ? isPublicIpv4(address as ipaddr.IPv4) : isPublicIpv6(address as ipaddr.IPv6);
}

const neverByName = new Set(['linkLocal', 'multicast', 'unspecified', 'broadcast', 'reserved']);

/**
 * Whether a name on the allow-list may lead there. Private and loopback addresses are what such a list is for; metadata services
 * (link-local), multicast and the like stay closed unless the list names the address itself.
 */
export function isReachableByListedName(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.process(text);
  const metadata = ['fd00:ec2::254', '100.100.100.200', cloudInternal].includes(address.toString());
  return !metadata && !neverByName.has(address.range());
}

/** One network range, such as 10.0.0.0/8. An IPv4 address inside an IPv6 one (::ffff:10.0.0.1) counts as IPv4. */
export type NetworkRange = [ipaddr.IPv4 | ipaddr.IPv6, number];

export function parseRange(text: string): NetworkRange | undefined {
  return ipaddr.isValidCIDR(text) ? ipaddr.parseCIDR(text) : undefined;
}

export function isInRange(text: string, [network, bits]: NetworkRange): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.process(text);
  return address.kind() === network.kind() && address.match(network, bits);
}
