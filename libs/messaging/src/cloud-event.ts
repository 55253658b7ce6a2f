import { headers, type MsgHdrs } from '@nats-io/transport-node';

/** A message on its way out: CloudEvents 1.0 in binary mode, attributes as headers and the data as the JSON body. */
export interface OutMessage {
  subject: string;
  /** CloudEvents type, from eventTypes. */
  type: string;
  /** Deterministic: the same fact published twice carries the same id. Also the broker's duplicate check. */
  id: string;
  /** The service that says it. */
  source: string;
  /** Data as an object, or as JSON text that is ready to go. */
  data: object | string;
}

const encoder = new TextEncoder();

export function encodeBody(message: OutMessage): Uint8Array {
  return encoder.encode(typeof message.data === 'string' ? message.data : JSON.stringify(message.data));
}

export function encodeHeaders(message: OutMessage): MsgHdrs {
  const encoded = headers();
  encoded.set('ce-specversion', '1.0');
  encoded.set('ce-id', message.id);
  encoded.set('ce-type', message.type);
  encoded.set('ce-source', message.source);
  encoded.set('content-type', 'application/json');
  return encoded;
}

/** Headers as a plain object, first value of each. */
export function readHeaders(encoded: MsgHdrs | undefined): Record<string, string> {
  if (encoded === undefined) return {};
  return Object.fromEntries(encoded.keys().map((key) => [key, encoded.get(key)]));
}
