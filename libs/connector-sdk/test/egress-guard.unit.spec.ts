import { describe, expect, it } from '@jest/globals';
import { parseEgressAllow, type EgressAllowList } from '../src/egress-allow-list.ts';
import { createEgressGuard, type EgressGuard } from '../src/egress-guard.ts';

function listOf(text: string): EgressAllowList {
  const list = parseEgressAllow(text);
  if (!list.ok) throw new Error(list.error.join());
  return list.value;
}

/** The refusal, or the rule that holds for the addresses. A URL that cannot be parsed is refused by the client before the guard. */
function verdict(guard: EgressGuard, text: string): string {
  const url = URL.parse(text);
  if (url === null) return 'refused: not a URL';
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  const result = guard.checkTarget({ protocol: url.protocol, hostname: url.hostname, port });
  return result.ok ? result.value : `refused: ${result.error}`;
}

const open = createEgressGuard();

const hostileHosts = [
  // loopback, in every spelling the URL parser knows
  '127.0.0.1', '127.1', '127.0.1', '127.0.0.1.', '127.255.255.254', '0x7f.1', '0x7f.0.0.1', '0x7f000001', '0X7F000001', '2130706433', '017700000001', '0177.0.0.1',
  '0177.0x0.0.1', '127.0x1', '00000177.0.0.1', '%31%32%37.0.0.1', '１２７.０.０.１', '127。0。0。1', '127．0．0．1', '①②⑦.0.0.1',
  // unspecified and "this network"
  '0', '0.0.0.0', '0x0', '00', '0.1.2.3', '0.0.0.0.',
  // private
  '10.0.0.1', '10.1', '0xa.1', '167772161', '012.0.0.1', '10.255.255.255', '172.16.0.1', '172.31.255.255', '2886729729', '192.168.0.1', '192.168.1', '0xc0a80001', '3232235521',
  // link-local and metadata
  '169.254.169.254', '169.254.1.1', '2852039166', '0xa9fea9fe', '0251.0376.0251.0376', '168.63.129.16', '2822734096',
  // carrier NAT, with the metadata address of one cloud
  '100.64.0.1', '100.100.100.200', '100.127.255.255',
  // special purpose
  '192.0.0.1', '192.0.0.192', '192.0.2.1', '192.88.99.1', '198.18.0.1', '198.19.255.255', '198.51.100.1', '203.0.113.1',
  // multicast, class E, broadcast
  '224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.255', '4294967295',
  // IPv6 loopback and unspecified
  '[::1]', '[0:0:0:0:0:0:0:1]', '[::]', '[::0001]',
  // IPv4 inside IPv6
  '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[0:0:0:0:0:ffff:127.0.0.1]', '[::ffff:10.0.0.1]', '[::ffff:169.254.169.254]', '[::127.0.0.1]', '[::7f00:1]', '[::10.0.0.1]',
  '[::ffff:0:127.0.0.1]',
  // link-local, site-local, unique-local, multicast
  '[fe80::1]', '[febf::1]', '[fec0::1]', '[fc00::1]', '[fd00::1]', '[fd00:ec2::254]', '[fdff:ffff::1]', '[ff02::1]', '[ff0e::1]',
  // tunnels and translators with a private address inside
  '[2002:7f00:1::]', '[2002:a00:1::1]', '[2002:c0a8:101::]', '[2001:0:7f00:1::]', '[2001:0:4136:e378:8000:63bf:3fff:fdd2]', '[64:ff9b::127.0.0.1]', '[64:ff9b::10.0.0.1]',
  '[64:ff9b::a9fe:a9fe]', '[64:ff9b:1::1]', '[64:ff9b:1::7f00:1]', '[2600:1::5efe:10.0.0.1]', '[2600:1::200:5efe:10.0.0.1]',
  // documentation, benchmarking, discard, unassigned
  '[2001:db8::1]', '[3fff::1]', '[2001:2::1]', '[100::1]', '[2001:10::1]', '[2001:20::1]', '[4000::1]', '[5f00::1]', '[1::1]', '[e000::1]',
  // names of this machine and of inner networks
  'localhost', 'LOCALHOST', 'localhost.', 'ⓛocalhost', 'a.localhost', 'localhost.localdomain', 'db', 'postgres', 'nats', 'metadata', 'metadata.google.internal', 'vault.service.internal',
  'printer.local', 'kubernetes.default.svc.cluster.local', 'intra.corp', 'router.lan', 'nas.home', 'nas.home.arpa', 'x.intranet', 'abc.onion', 'a.private', 'x.invalid',
  // names that are none
  '.', '..', 'a..b', `${'a'.repeat(64)}.com`,
];

describe('egress guard without an allow-list', () => {
  it('is tried with at least 100 hostile hosts', () => {
    expect(hostileHosts.length).toBeGreaterThanOrEqual(100);
  });

  it.each(hostileHosts)('refuses https://%s/', (host) => {
    expect(verdict(open, `https://${host}/orders`)).toMatch(/^refused: /);
  });

  it.each([
    'http://api.example.com/', 'https://api.example.com:22/', 'https://api.example.com:80/', 'https://api.example.com:4222/', 'https://8.8.8.8:5432/', 'http://8.8.8.8/',
    'ftp://api.example.com/', 'file:///etc/passwd', 'gopher://api.example.com/', 'data:text/plain,x', 'javascript:alert(1)', 'ws://api.example.com/', 'https://[::1/', 'https:///',
    'https://256.256.256.256/', 'https://1.2.3.4.5/', 'https://api.example.com:99999/', 'https://[fe80::1%25eth0]/', 'https://exa mple.com/',
  ])('refuses %s', (url) => {
    expect(verdict(open, url)).toMatch(/^refused: /);
  });

  it.each([
    'https://api.example.com/', 'https://API.EXAMPLE.COM./', 'https://api.example.com:8443/', 'https://xn--bcher-kva.example/', 'https://bücher.example/', 'https://8.8.8.8/',
    'https://172.32.0.1/', 'https://172.15.255.255/', 'https://100.128.0.1/', 'https://[2606:4700:4700::1111]/', 'https://[64:ff9b::8.8.8.8]/', 'https://[::ffff:8.8.8.8]/', 'https://134744072/',
    'https://localhost.example.com/', 'https://internal.example.com/',
  ])('lets %s pass, on public addresses only', (url) => {
    expect(verdict(open, url)).toBe('public');
  });

  it('takes other ports where they are configured', () => {
    const guard = createEgressGuard({ ports: [9443] });
    expect(verdict(guard, 'https://api.example.com:9443/')).toBe('public');
    expect(verdict(guard, 'https://api.example.com/')).toBe('refused: port 443 of api.example.com is not allowed (allowed: 9443), unless EGRESS_ALLOW lists it');
  });

  it.each(['127.0.0.1', '10.1.2.3', '169.254.169.254', '::1', '::ffff:10.0.0.1', 'fe80::1', 'fe80::1%eth0', 'fd00::1', '64:ff9b::7f00:1', '2002:a00:1::', '0.0.0.0', '168.63.129.16', 'nonsense', ''])(
    'refuses %s as a resolved or connected address',
    (address) => {
      expect(open.refuseAddress(address, 'public')).toEqual(expect.any(String));
    },
  );

  it('takes public resolved addresses and refuses an unknown one', () => {
    expect(open.refuseAddress('8.8.8.8', 'public')).toBeUndefined();
    expect(open.refuseAddress('2606:4700:4700::1111', 'public')).toBeUndefined();
    expect(open.refuseAddress(undefined, 'public')).toEqual(expect.any(String));
  });
});

describe('egress guard with an allow-list', () => {
  const guard = createEgressGuard({ allow: listOf('mis.shop.local:9000, LOCALHOST:*, 127.1:8080, [::1]:8080, 10.20.0.0/16, fd12::/16, 169.254.7.7:80') });

  it.each([
    ['http://mis.shop.local:9000/x', 'listed-host'],
    ['https://mis.shop.local:9000/x', 'listed-host'],
    ['http://localhost:1/', 'listed-host'],
    ['http://localhost:65535/', 'listed-host'],
    ['http://127.0.0.1:8080/', 'listed-host'],
    ['http://0x7f.1:8080/', 'listed-host'],
    ['http://[::1]:8080/', 'listed-host'],
    ['http://10.20.3.4:8888/', 'listed-address'],
    ['http://[::ffff:10.20.3.4]/', 'listed-address'],
    ['http://[fd12::5]/', 'listed-address'],
    ['http://169.254.7.7/', 'listed-host'],
    ['https://api.example.com/', 'public'],
    // Only its addresses can tell whether this name lies in a listed range.
    ['http://erp:8080/', 'listed-address'],
    ['http://api.example.com/', 'listed-address'],
  ])('%s → %s', (url, rule) => {
    expect(verdict(guard, url)).toBe(rule);
  });

  it.each(['http://127.0.0.1:8081/', 'http://127.0.0.2:8080/', 'https://10.21.0.1/', 'http://[::1]:8081/', 'https://192.168.0.1/', 'http://8.8.8.8/', 'https://[fd13::1]/'])('still refuses %s', (url) => {
    expect(verdict(guard, url)).toMatch(/^refused: /);
  });

  it('refuses plain http to a listed-by-host name on another port when no range is listed', () => {
    const hostsOnly = createEgressGuard({ allow: listOf('mis.shop.local:9000') });
    expect(verdict(hostsOnly, 'http://mis.shop.local:9001/')).toMatch(/^refused: /);
  });

  it.each([
    ['10.20.3.4', 'listed-address', undefined],
    ['10.20.3.4', 'public', undefined],
    ['::ffff:10.20.3.4', 'listed-address', undefined],
    ['10.21.0.1', 'listed-address', '10.21.0.1 is not on the list in EGRESS_ALLOW'],
    ['8.8.8.8', 'listed-address', '8.8.8.8 is not on the list in EGRESS_ALLOW'],
    ['10.21.0.1', 'public', '10.21.0.1 is not a public address'],
    ['192.168.7.7', 'listed-host', undefined],
    ['127.0.0.1', 'listed-host', undefined],
    ['169.254.169.254', 'listed-host', '169.254.169.254 is not a public address'],
    ['100.100.100.200', 'listed-host', '100.100.100.200 is not a public address'],
    ['fd00:ec2::254', 'listed-host', 'fd00:ec2::254 is not a public address'],
    ['224.0.0.1', 'listed-host', '224.0.0.1 is not a public address'],
  ] as const)('address %s under %s → %s', (address, rule, expected) => {
    expect(guard.refuseAddress(address, rule)).toBe(expected);
  });
});

describe('EGRESS_ALLOW', () => {
  it('is empty for an empty text', () => {
    expect(listOf(' , ')).toEqual({ hosts: new Set(), ranges: [] });
  });

  it('names every entry that it cannot read', () => {
    const list = parseEgressAllow('foo, bar:0, ok.example:443, http://x:1, 10.0.0.0/33, [::1]');
    expect(list.ok).toBe(false);
    if (list.ok) return;
    expect(list.error.map((line) => /"([^"]+)"/.exec(line)?.[1])).toEqual(['foo', 'bar:0', 'http://x:1', '10.0.0.0/33', '[::1]']);
  });
});
