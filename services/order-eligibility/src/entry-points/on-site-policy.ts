import { consumers, subjects, validator, type RegistrySite } from '@pes/contracts';
import { consumeBatches, decodeJson, type Consumption, type Decoded, type RawMessage } from '@pes/messaging';
import { isDataError } from '@pes/store';
import { upsertPolicies } from '../data-access/upsert-policies.sql.ts';
import { redecideOrders, type RedecideParts } from './redecide-orders.ts';

const decode = decodeJson(validator('registry-site'));

/** Reads one site policy; the subject must name the same subscriber and site. */
export function decodeSitePolicy(message: RawMessage): Decoded<RegistrySite> {
  const decoded = decode(message);
  if (!decoded.ok) return decoded;
  const { subscriberId, siteId, name } = decoded.value;
  const expected = subjects.registrySite(subscriberId, siteId);
  if (message.subject !== expected) return { ok: false, code: 'subject_mismatch', errors: [`the site belongs on ${expected}, but came on ${message.subject}`] };
  if (name.includes('\0')) return { ok: false, code: 'nul_character', errors: ['/name holds the NUL character: leave it out'] };
  return decoded;
}

/** Consumes site policies. A message is acknowledged when the orders that its change concerns are decided again. */
export function startSitePolicies(parts: RedecideParts): Consumption {
  return consumeBatches(parts.bus, {
    consumer: consumers.eligibilitySites,
    decode: decodeSitePolicy,
    async handle(batch) {
      await upsertPolicies(parts.pool, batch.map(({ value }) => value));
      await redecideOrders(parts);
    },
    isDataError,
    maxBatch: 200,
    maxWaitMs: 20,
    maxFlushes: 1,
    onDead: (code) => parts.metrics.deadLettered(consumers.eligibilitySites.durable, code),
  });
}
