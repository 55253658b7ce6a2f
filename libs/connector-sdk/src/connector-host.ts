import { pushWorkConsumer, validator, type PushWork } from '@pes/contracts';
import { sleep, systemClock, type Clock } from '@pes/kernel';
import { decodeJson, type Bus, type Decoded, type RawMessage } from '@pes/messaging';
import { createAccountLimiter } from './account-limiter.ts';
import { createAttemptMemory } from './attempt-memory.ts';
import { createBreakers, type BreakerSettings } from './breaker.ts';
import type { Connector } from './connector.ts';
import { connectorConfigSchema } from './connector-config.ts';
import type { ConnectorMetrics } from './connector-metrics.ts';
import { consumeWork } from './consume-work.ts';
import { createHttpClient, type Call } from './create-http-client.ts';
import type { HttpClient } from './http-client.ts';
import type { CredentialOpener } from './open-credentials.ts';
import { createOutcomePublisher } from './outcome-publisher.ts';
import type { OutboundAgent } from './outbound-agent.ts';
import { processPushWork, type PushHost } from './process-push-work.ts';
import { checkManifest, publishManifest } from './publish-manifest.ts';
import { createRateBook } from './rate-book.ts';
import { serveCheck } from './serve-check.ts';

export interface ConnectorHostOptions {
  connector: Connector;
  bus: Bus;
  agent: OutboundAgent;
  openCredentials: CredentialOpener;
  metrics: ConnectorMetrics;
  /** Orders of one account that are worked on at once. */
  callsPerAccount: number;
  messagesAtOnce: number;
  maxAnswerBytes: number;
  /** Defaults as in the configuration. */
  breaker?: Partial<BreakerSettings>;
  clock?: Clock;
}

export interface ConnectorHost {
  isManifestPublished(): boolean;
  /** Starts nothing new, lets running calls finish for up to `patienceMs`, then cuts them off; reports every outcome before it resolves. */
  stop(patienceMs: number): Promise<void>;
}

const maxHeldBytes = 64 * 1024 * 1024;
// Once calls are cut off, their outcomes are still to be published; a broker that does not answer must not hold up the stop.
const publishPatienceMs = 2_000;
// For what a connector does besides waiting for answers.
const probeMarginMs = 1_000;
const { BREAKER_MIN_CALLS, BREAKER_FAILURE_PERCENT, BREAKER_WINDOW_SECONDS, BREAKER_OPEN_SECONDS } = connectorConfigSchema.properties;
const defaultBreaker = {
  minCalls: BREAKER_MIN_CALLS.default, failurePercent: BREAKER_FAILURE_PERCENT.default,
  windowMs: BREAKER_WINDOW_SECONDS.default * 1_000, openMs: BREAKER_OPEN_SECONDS.default * 1_000,
};

/** Work of another provider or account than its subject says is somebody's mistake, and no order to send. */
function decodeWork(provider: string): (message: RawMessage) => Decoded<PushWork> {
  const decode = decodeJson(validator('push-work'));
  return (message) => {
    const decoded = decode(message);
    if (!decoded.ok) return decoded;
    const { provider: named, account } = decoded.value;
    if (named === provider && message.subject.endsWith(`.${named}.${account.accountId}`)) return decoded;
    return { ok: false, code: 'subject_mismatch', errors: [`/provider and /account/accountId (${named}, ${account.accountId}) do not fit the subject ${message.subject}`] };
  };
}

/** The running connector: work in, outcomes out, manifest and check served. Wired by runConnector; tests start it on their own bus. */
export function startConnectorHost(options: ConnectorHostOptions): ConnectorHost {
  const { connector, bus, agent, metrics, openCredentials, maxAnswerBytes, clock = systemClock } = options;
  const { provider, callTimeoutMs } = connector.manifest;
  checkManifest(connector);
  const stopping = new AbortController();
  const cutOff = new AbortController();
  const giveUp = new AbortController();

  function createClient({ signal, record }: { signal: AbortSignal; record?: (call: Call) => void }): HttpClient {
    return createHttpClient({
      agent, timeoutMs: callTimeoutMs, maxAnswerBytes, signal, clock,
      record(call) {
        metrics.called(call.durationMs, call.result);
        record?.(call);
      },
    });
  }

  const breakers = createBreakers({
    settings: { ...defaultBreaker, probeMs: callTimeoutMs * connector.manifest.rateLimit.requestsPerPush + probeMarginMs, ...options.breaker },
    onOpened(accountId) {
      metrics.breakerOpened();
      bus.log.warn({ accountId }, 'calls for this account failed repeatedly; it is left alone for a while');
    },
    onClosed: (accountId) => bus.log.info({ accountId }, 'calls for this account are answered again'),
  });
  metrics.watchBreakers(breakers.states);
  const rates = createRateBook(connector, clock);

  const host: PushHost = {
    connector, clock, log: bus.log, createClient, breakers, rates, openCredentials, stopping: stopping.signal, cutOff: cutOff.signal,
    limiter: createAccountLimiter(options.callsPerAccount), memory: createAttemptMemory(), startedAtMs: clock.now(), onStarted: metrics.started, onSettled: metrics.settled,
  };

  const manifest = publishManifest(bus, connector);
  const checks = serveCheck({ bus, connector, clock, openCredentials, createClient });
  const work = consumeWork<PushWork>(bus, {
    consumer: pushWorkConsumer(provider), decode: decodeWork(provider), maxMessages: options.messagesAtOnce, maxBytes: maxHeldBytes, onDead: metrics.dead,
    async handle(message, deliveryCount) {
      const { accountId } = message.account;
      const publisher = createOutcomePublisher({ bus, provider, accountId, giveUp: giveUp.signal, takeRate: () => rates.take(accountId) });
      await processPushWork({ work: message, deliveryCount }, host, publisher.add);
      await publisher.finish();
    },
  });

  async function stop(patienceMs: number): Promise<void> {
    stopping.abort();
    const done = new AbortController();
    const bound = sleep(patienceMs, done.signal)
      .then(() => cutOff.abort())
      .then(() => sleep(publishPatienceMs, done.signal))
      .then(() => giveUp.abort());
    await Promise.race([Promise.all([work.stop(), checks.stop(), manifest.stop()]), bound]);
    done.abort();
    breakers.stop();
  }

  let stopped: Promise<void> | undefined;
  return { isManifestPublished: manifest.isPublished, stop: (patienceMs) => (stopped ??= stop(patienceMs)) };
}
