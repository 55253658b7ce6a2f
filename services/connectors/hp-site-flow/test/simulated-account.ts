import {
  createEgressGuard, createHttpClient, createOutboundAgent, parseEgressAllow, type Call, type CallContext, type EarlierAttempts, type OutboundAgent,
} from '@pes/connector-sdk';
import { newId, systemClock } from '@pes/kernel';
import { startSiteFlowSimulator, type SimulatedAccount, type SimulatorOptions, type SiteFlowSimulator } from '../simulator/index.ts';

export const firstAttempt: EarlierAttempts = { firstSentAtMs: null, providerRef: null };

/** Shows up in any text that lets a secret out. */
export const canary = 'canary-9f1c27d0b4';

const skus: SimulatedAccount['skus'] = [
  'MENU-A5', { code: 'BROCHURE-28', components: ['text', 'cover'] }, { code: 'OLD-CARD', active: false },
];
const accounts: Record<'oneflow' | 'printos', SimulatedAccount> = {
  oneflow: { flavour: 'oneflow', token: '700200300400', secret: `${canary}-one`, sourceAccount: 'harbour.store', destinations: ['hp.pressline'], skus, stock: ['TWINE-10M'] },
  printos: { flavour: 'printos', token: 'pk31415926535897', secret: `${canary}-two`, sourceAccount: 'harbour.legacy', destinations: ['hp.pressline'], skus, stock: ['TWINE-10M'] },
};

export interface SimulatedSide {
  simulator: SiteFlowSimulator;
  account: SimulatedAccount;
  /** A fresh context, as the host makes one per order. Every finished call is added to `calls`. */
  context(changes?: { settings?: CallContext['settings']; credentials?: CallContext['credentials']; timeoutMs?: number; signal?: AbortSignal }): CallContext;
  calls: Call[];
  stop(): Promise<void>;
}

function allowLoopback(): OutboundAgent {
  const allow = parseEgressAllow('127.0.0.1:*');
  if (!allow.ok) throw new Error(allow.error.join('; '));
  return createOutboundAgent({ guard: createEgressGuard({ allow: allow.value }) });
}

export async function startSide(flavour: 'oneflow' | 'printos', options: Partial<SimulatorOptions> = {}): Promise<SimulatedSide> {
  const account = accounts[flavour];
  const simulator = await startSiteFlowSimulator({ accounts: Object.values(accounts), asyncDelayMs: 20, ...options });
  const agent = allowLoopback();
  const calls: Call[] = [];
  const submitBaseUrl = flavour === 'oneflow' ? simulator.submitUrl : simulator.url;
  return {
    simulator, account, calls,
    context({ settings, credentials, timeoutMs = 5_000, signal = new AbortController().signal } = {}) {
      return {
        accountId: newId(),
        credentials: { apiToken: account.token, apiSecret: account.secret, ...credentials },
        settings: { flavour, destinationAccount: 'hp.pressline', submitBaseUrl, apiBaseUrl: simulator.url, ...settings },
        http: createHttpClient({ agent, timeoutMs, signal, record: (call) => calls.push(call) }),
        clock: systemClock,
        signal,
      };
    },
    async stop() {
      await simulator.close();
      await agent.close();
    },
  };
}
