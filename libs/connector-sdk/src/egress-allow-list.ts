import { fail, ok, type Result } from '@pes/kernel';
import { isInRange, parseRange, type NetworkRange } from './public-address.ts';

/** What an installation may reach besides the public internet: on-premises providers, simulators. */
export interface EgressAllowList {
  /** "host:port" and "host:*", as the URL parser writes the host. */
  hosts: ReadonlySet<string>;
  ranges: readonly NetworkRange[];
}

export const emptyAllowList: EgressAllowList = { hosts: new Set(), ranges: [] };

/** The host as the URL parser writes it: 127.1 becomes 127.0.0.1, upper case becomes lower, IPv6 keeps its brackets. */
function normaliseHost(host: string): string | undefined {
  if (/[\s/@?#\\]/.test(host)) return undefined;
  const url = URL.parse(`http://${host}/`);
  return url === null || url.hostname === '' || url.port !== '' ? undefined : url.hostname;
}

function parseHostEntry(entry: string): Result<string, string> {
  const split = /^(.+):(\*|\d{1,5})$/.exec(entry);
  const host = split?.[1] === undefined ? undefined : normaliseHost(split[1]);
  const port = split?.[2];
  if (host === undefined || port === undefined) {
    return fail(`EGRESS_ALLOW: "${entry}" is neither host:port, host:* nor a range such as 10.0.0.0/8; write IPv6 hosts in brackets`);
  }
  if (port !== '*' && (Number(port) < 1 || Number(port) > 65_535)) return fail(`EGRESS_ALLOW: "${entry}" has no valid port (1 to 65535 or *)`);
  return ok(`${host}:${port === '*' ? port : Number(port)}`);
}

/** Reads the comma-separated EGRESS_ALLOW setting. Every bad entry is an error line that names it. */
export function parseEgressAllow(text: string): Result<EgressAllowList, string[]> {
  const hosts = new Set<string>();
  const ranges: NetworkRange[] = [];
  const errors: string[] = [];
  for (const entry of text.split(',').map((part) => part.trim()).filter((part) => part !== '')) {
    const range = parseRange(entry);
    if (range !== undefined) {
      ranges.push(range);
      continue;
    }
    const host = parseHostEntry(entry);
    if (host.ok) hosts.add(host.value);
    else errors.push(host.error);
  }
  return errors.length === 0 ? ok({ hosts, ranges }) : fail(errors);
}

export function isListedHost(list: EgressAllowList, hostname: string, port: number): boolean {
  return list.hosts.size > 0 && (list.hosts.has(`${hostname}:${port}`) || list.hosts.has(`${hostname}:*`));
}

export function isListedAddress(list: EgressAllowList, address: string): boolean {
  return list.ranges.some((range) => isInRange(address, range));
}
