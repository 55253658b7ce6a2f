import { gzipSync } from 'node:zlib';
import { eventTypes, subjects, type DeadLetter } from '@pes/contracts';
import type { Bus } from './connect.ts';
import { publish } from './publish.ts';

export interface UnreadableMessage {
  consumer: string;
  stream: string;
  streamSequence: number;
  subject: string;
  headers: Record<string, string>;
  body: Uint8Array;
  deliveries: number;
  publishedAtMs: number;
  code: string;
  errors: string[];
}

// Base64 adds a third, so a body near the broker's message limit would not fit. JSON shrinks to a tenth; small bodies stay readable.
const compressAboveBytes = 512 * 1024;

function encode(body: Uint8Array): Pick<DeadLetter, 'body' | 'encoding'> {
  if (body.byteLength <= compressAboveBytes) return { body: Buffer.from(body).toString('base64'), encoding: 'base64' };
  return { body: gzipSync(body).toString('base64'), encoding: 'gzip-base64' };
}

/** Puts a message that nobody can read into DEAD, whole, with the reason. Resolves once the broker has it. */
export async function setAside(bus: Bus, message: UnreadableMessage, nowMs: number): Promise<void> {
  const data: DeadLetter = {
    consumer: message.consumer,
    stream: message.stream,
    streamSequence: message.streamSequence,
    subject: message.subject,
    code: message.code,
    errors: message.errors.slice(0, 50).map((line) => line.slice(0, 1000)),
    deliveries: message.deliveries,
    firstSeenAt: new Date(message.publishedAtMs).toISOString(),
    deadAt: new Date(nowMs).toISOString(),
    headers: message.headers,
    ...encode(message.body),
  };
  await publish(bus, {
    subject: subjects.dead(message.consumer, message.subject),
    type: eventTypes.deadLetter,
    id: `dead:${message.consumer}:${message.stream}:${message.streamSequence}:${message.publishedAtMs}`,
    source: message.consumer,
    data,
  });
}
