import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';

/** Just enough DER to make a self-signed certificate: neither node nor a dependency can, and a key in the repository is a finding. */
function der(tag: number, ...content: Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  const length = body.length < 128 ? Buffer.from([body.length]) : Buffer.from([0x82, body.length >> 8, body.length & 0xff]);
  return Buffer.concat([Buffer.from([tag]), length, body]);
}

const sequence = (...content: Uint8Array[]): Buffer => der(0x30, ...content);
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));
const utcTime = (date: Date): Buffer => der(0x17, Buffer.from(`${date.toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`));
const bits = (content: Uint8Array): Buffer => der(0x03, Buffer.from([0]), content);

const commonName = '550403';
const subjectAltName = '551d11';
const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'));

export interface SelfSigned { key: string; cert: string }

/** For `hostname`, valid for one hour around `at`. */
export function createSelfSigned(hostname: string, at = new Date()): SelfSigned {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const name = sequence(der(0x31, sequence(oid(commonName), der(0x0c, Buffer.from(hostname)))));
  const validity = sequence(utcTime(new Date(at.getTime() - 3_600_000)), utcTime(new Date(at.getTime() + 3_600_000)));
  const altName = sequence(oid(subjectAltName), der(0x04, sequence(der(0x82, Buffer.from(hostname)))));
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ecdsaWithSha256, name, validity, name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(altName)),
  );
  const certificate = sequence(body, ecdsaWithSha256, bits(sign('sha256', body, privateKey)));
  const lines = certificate.toString('base64').match(/.{1,64}/g)?.join('\n') ?? '';
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
  };
}
