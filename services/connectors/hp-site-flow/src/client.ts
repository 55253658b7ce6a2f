import type { CallContext } from '@pes/connector-sdk';
import { isoTime } from '@pes/kernel';
import { readAnswer, type Reading } from './read-answer.ts';
import type { SiteFlowOrder } from './map-order.ts';
import type { AccountSettings } from './settings.ts';
import { signatureHeaders, type ApiKey } from './sign.ts';

/** The calls that the connector makes. Every answer comes back read; nothing throws and nothing is repeated. */
export interface SiteFlowClient {
  findBySourceId(reference: string): Promise<Reading>;
  /** Dry run: same checks as a submission, nothing is stored. Exists on the management host only. */
  validate(order: SiteFlowOrder): Promise<Reading>;
  submit(order: SiteFlowOrder): Promise<Reading>;
  firstSku(): Promise<Reading>;
}

export function createSiteFlowClient(context: CallContext, settings: AccountSettings, key: ApiKey): SiteFlowClient {
  async function call(method: 'GET' | 'POST', url: string, body?: SiteFlowOrder): Promise<Reading> {
    // Signed at the last moment: the date is part of the signature and must be fresh.
    const headers = {
      ...signatureHeaders(settings.flavour, key, { method, url, date: isoTime(context.clock.now()) }),
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    const answer = await context.http.request({ method, url, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    return readAnswer(answer, { nowMs: context.clock.now(), secrets: [key.secret, key.token] });
  }

  return {
    findBySourceId: (reference) => call('GET', `${settings.apiBaseUrl}/api/order/bysourceid/${encodeURIComponent(reference)}`),
    validate: (order) => call('POST', `${settings.apiBaseUrl}/api/order/validate`, order),
    submit: (order) => call('POST', `${settings.submitBaseUrl}/api/order`, order),
    firstSku: () => call('GET', `${settings.apiBaseUrl}/api/sku?page=1&pagesize=1`),
  };
}
