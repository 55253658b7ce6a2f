import { describe, expect, it } from '@jest/globals';
import { signatureHeaders, stringToSign, type Algorithm, type Flavour } from '../src/sign.ts';

const keys = {
  oneflow: { token: '1000000000001', secret: '00112233445566778899aabbccddeeff0011223344556677' },
  printos: { token: 'demo0key0demo0key0demo0key000001', secret: 'demo0secret0demo0secret0demo0sec' },
};
const date = '2026-01-15T10:30:00.000Z';
const pro = 'https://pro-api.oneflowcloud.com';

interface Vector { name: string; flavour: Flavour; method: string; url: string; date?: string; algorithm?: Algorithm; text: string; signature: string }

const vectors: Vector[] = [
  {
    name: 'oneflow: submit', flavour: 'oneflow', method: 'POST', url: 'https://orders.oneflow.io/api/order',
    text: `POST /api/order ${date}`, signature: 'f466483bf7c0a1a92a54ce34a1cddb49198eead4b069b0741584cdbb6c3f796d',
  },
  {
    name: 'oneflow: submit with SHA1', flavour: 'oneflow', method: 'POST', url: 'https://orders.oneflow.io/api/order', algorithm: 'SHA1',
    text: `POST /api/order ${date}`, signature: 'c8befbc27656c97faec8208d6fb9e218def76aaa',
  },
  {
    name: 'oneflow: find by our number', flavour: 'oneflow', method: 'GET', url: `${pro}/api/order/bysourceid/PRS-10001`,
    text: `GET /api/order/bysourceid/PRS-10001 ${date}`, signature: '3ce229219107467be4daaebe1db92c22179d5c22c5eb502e57f746fa7a48da5d',
  },
  {
    name: 'oneflow: the query is not signed', flavour: 'oneflow', method: 'GET', url: `${pro}/api/order?page=2&pagesize=50`,
    text: `GET /api/order ${date}`, signature: '9a44f354665d6aa5d30cde08545d6633ed3760d8b4a8b761b2564c1ecb20dfa5',
  },
  {
    name: 'oneflow: an encoded path is signed decoded', flavour: 'oneflow', method: 'PUT', url: `${pro}/api/order/acme.store/PRS%2010001/cancel`,
    text: `PUT /api/order/acme.store/PRS 10001/cancel ${date}`, signature: '746a709d4d2889921e7060ddc232e24baa9fc81230a971fe87f8386d9efead9f',
  },
  {
    name: 'oneflow: date in seconds', flavour: 'oneflow', method: 'POST', url: 'https://orders.oneflow.io/api/order', date: '1768473000',
    text: 'POST /api/order 1768473000', signature: '99126d69b715d66c89916ffeb4c7a854452e10f742942b1ee1f20d8352bd74d6',
  },
  {
    name: 'printos: submit, gateway prefix not signed, no space before the date', flavour: 'printos', method: 'POST', url: 'https://printos.api.hp.com/siteflow/api/order',
    text: `POST /api/order${date}`, signature: '875a347e8530956a2f9aea03c8e4fec59dbcf3a593a0f53560dd5afcc2dbf017',
  },
];

describe('signature', () => {
  it.each(vectors)('$name', ({ flavour, text, signature, ...call }) => {
    const signed = { ...call, date: call.date ?? date };
    expect(stringToSign(flavour, signed)).toBe(text);
    const [prefix, authorization] = flavour === 'oneflow' ? ['x-oneflow', 'x-oneflow-authorization'] : ['x-hp-hmac', 'x-hp-hmac-authentication'];
    expect(signatureHeaders(flavour, keys[flavour], signed)).toEqual({
      [authorization]: `${keys[flavour].token}:${signature}`, [`${prefix}-date`]: signed.date, [`${prefix}-algorithm`]: call.algorithm ?? 'SHA256',
    });
  });

  it('writes the method in upper case, however it is given', () => {
    expect(stringToSign('oneflow', { method: 'get', url: `${pro}/api/sku`, date })).toBe(`GET /api/sku ${date}`);
  });

  it('signs printos paths from /api on also without a gateway prefix', () => {
    expect(stringToSign('printos', { method: 'GET', url: 'http://127.0.0.1:4010/api/sku?page=1', date })).toBe(`GET /api/sku${date}`);
  });
});
