/** Addresses that lead, or may lead, to where a provider's address must not lead, in every spelling that some parser takes. */
const loopback = [
  '127.0.0.1', '127.1', '127.0.1', '0x7f.1', '0x7f000001', '0177.0.0.1', '017700000001', '2130706433', '127.000.000.001', '127.0.0.1.', '0', '0.0.0.0', '0x0', '00', '127.255.255.254',
  '127.0.0.01', '0x7F.0x0.0x0.0x1', '%31%32%37.0.0.1', '127%2e0%2e0%2e1', '①②⑦.⓪.⓪.①', '127。0。0。1', '127．0．0．1', '127｡0｡0｡1', '１２７.0.0.1', 'localhost', 'LOCALHOST', 'localhost.', 'loc%61lhost',
  'ⓛⓞⓒⓐⓛⓗⓞⓢⓣ', 'a.localhost', '[::1]', '[0:0:0:0:0:0:0:1]', '[::0001]', '[::]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[0:0:0:0:0:ffff:127.0.0.1]', '[::127.0.0.1]',
  '[64:ff9b::7f00:1]', '[64:ff9b::127.0.0.1]', '[2002:7f00:1::]', '[2002:7f00:0001::1]', '[::ffff:0:127.0.0.1]', '[2001:0:7f00:1::]',
];
const inside = [
  '10.0.0.1', '10.255.255.255', '10.1', '0xa.0.0.1', '012.0.0.1', '167772161', '172.16.0.1', '172.31.255.255', '172.16.1', '192.168.0.1', '192.168.1', '0xc0a80001', '3232235521', '0300.0250.0.1',
  '100.64.0.1', '100.127.255.254', '192.0.0.1', '198.18.0.1', '198.19.255.255', '192.0.2.1', '198.51.100.7', '203.0.113.9', '224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.255',
  '[fc00::1]', '[fd12:3456::1]', '[fe80::1]', '[febf::1]', '[ff02::1]', '[2001:db8::1]', '[100::1]', '[::ffff:10.0.0.1]', '[::ffff:a00:1]', '[::ffff:192.168.1.1]', '[64:ff9b::a00:1]', '[2002:a00:1::]',
  '[fe80::5efe:10.0.0.1]', '[2001:470::5efe:a00:1]', '[fec0::1]', '[3fff::1]',
];
const metadata = [
  '169.254.169.254', '169.254.43518', '0xa9fea9fe', '2852039166', '0251.0376.0251.0376', '0xa9.0xfe.0xa9.0xfe', '169.254.170.2', '168.63.129.16', '100.100.100.200', '[fd00:ec2::254]',
  '[::ffff:169.254.169.254]', '[::ffff:a9fe:a9fe]', '[64:ff9b::a9fe:a9fe]', '[2002:a9fe:a9fe::]', 'metadata.google.internal', 'METADATA.google.INTERNAL.', 'instance-data.ec2.internal',
];
const names = [
  'intranet', 'mis', 'router.lan', 'printer.local', 'nas.home', 'db.corp', 'vault.internal', 'x.intranet', 'x.private', 'x.localdomain', 'x.home.arpa', 'x.onion', 'kubernetes.default.svc', 'x.invalid',
].filter((name) => name !== 'kubernetes.default.svc');

/** Resolved by the test to what their names say. */
export const rebinding: Readonly<Record<string, string>> = {
  'localtest.me': '127.0.0.1', 'lvh.me': '127.0.0.1', '127.0.0.1.nip.io': '127.0.0.1', '10-0-0-1.sslip.io': '10.0.0.1', '169.254.169.254.nip.io': '169.254.169.254', 'vcap.me': '127.0.0.1',
  'spoofed.burp.example.com': '127.0.0.1', 'aaaa.example.com': '::1', 'mapped.example.com': '::ffff:192.168.0.9', 'kubernetes.default.svc': '10.96.0.1', 'xn--e1afmkfd.example.com': 'fd00::7', 'ula.example.net': 'fc00::1',
};

const shapes = [
  'https://user:pass@api.example.com/', 'https://api.example.com@127.0.0.1/', 'https://127.0.0.1@api.example.com/', 'https://api.example.com:443@169.254.169.254/', 'https://api.example.com%40127.0.0.1/',
  'https://api.example.com\\@127.0.0.1/', 'https:\\\\127.0.0.1\\', 'https:/127.0.0.1/', 'https:127.0.0.1/', 'https:///127.0.0.1/', 'https:////127.0.0.1/', 'http:\\127.0.0.1', ' https://127.0.0.1/', '\thttps://127.0.0.1/',
  'https://127.0.0.1/ ', 'ht\ntps://127.0.0.1/', 'https://127.0\n.0.1/', 'https://127.0.0.1\t/', 'https://api.example.com/\r\nHost: 127.0.0.1', 'https://api.example.com#@127.0.0.1/', 'https://api.example.com/#x', 'https://api.example.com?@127.0.0.1/#',
  'http://api.example.com/', 'http://api.example.com:80/', 'https://api.example.com:22/', 'https://api.example.com:6379/', 'https://api.example.com:25/', 'https://api.example.com:8080/', 'https://api.example.com:0/', 'https://api.example.com:99999/',
  'https://api.example.com:443:80/', 'https://[::1', 'https://::1/', 'https://[::1]:443@api.example.com/', 'https://[fe80::1%25eth0]/', 'https://./', 'https://../', 'https://-/', 'https://', 'http://', 'https://a..example.com/', 'https://.example.com/',
  'ftp://api.example.com/', 'file:///etc/passwd', 'gopher://127.0.0.1:6379/_PING', 'dict://127.0.0.1:11211/stat', 'ldap://127.0.0.1/', 'javascript:alert(1)', 'data:text/plain,x', 'jar:https://127.0.0.1!/x', 'ws://127.0.0.1/', 'blob:https://127.0.0.1/x',
  '//127.0.0.1/', '\\\\127.0.0.1\\share', '127.0.0.1', '127.0.0.1:443', 'localhost:8222', 'HTTPS://127.0.0.1/', 'hTTp://LOCALHOST/', 'https://api.example.com\u0000.127.0.0.1/', 'https://api.example.com\u00a0/', 'https://api.example.com\u2028/', 'https://1.1.1.1 &@127.0.0.1/',
  'https://\u00ad127.0.0.1/', 'https://127.0.0.1\u200b/', 'https://127.0.0.1\ufeff/', `https://${'a'.repeat(64)}.example.com/`,
];

export const hostileUrls: readonly string[] = [
  ...[...loopback, ...inside, ...metadata, ...names, ...Object.keys(rebinding)].flatMap((host) => [`https://${host}/`, ...(host.length < 14 ? [`http://${host}/api`, `https://${host}:8443/v1`] : [])]),
  ...shapes,
];

export const harmlessUrls: readonly string[] = [
  'https://api.example.com', 'https://api.example.com/', 'https://api.example.com/v1?x=1', 'https://API.example.com:443/x', 'https://api.example.com:8443', 'https://1.1.1.1/', 'https://[2606:4700:4700::1111]/x', 'https://xn--bcher-kva.example.com/',
];
