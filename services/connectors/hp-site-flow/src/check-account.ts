import type { CheckResult } from '@pes/connector-sdk';
import { lookupTrouble } from './classify.ts';
import { isJson } from './read-answer.ts';
import type { Session } from './session.ts';

/** Asks for one SKU: needs a valid signature and creates nothing. */
export async function checkAccount({ settings, client }: Session): Promise<CheckResult> {
  const reading = await client.firstSku();
  if (reading.kind === 'ok') {
    return isJson(reading.body) && Array.isArray(reading.body.data)
      ? { ok: true, message: `Site Flow accepts the credentials. Orders go to ${settings.destinationAccount}.` }
      : { ok: false, code: 'answer_unreadable', field: 'apiBaseUrl', message: 'The API address answers, but not as Site Flow does. Check the address.' };
  }
  const { code, message } = lookupTrouble(reading);
  if (reading.kind === 'auth') return { ok: false, code, field: reading.field, message };
  const isAddress = reading.kind === 'unreadable' || (reading.kind === 'no-answer' && reading.failure.kind === 'not-sent');
  return { ok: false, code, message, ...(isAddress ? { field: 'apiBaseUrl' } : {}) };
}
