import { randomBytes } from 'node:crypto';
import { eventTypes, pushWorkConsumer, subjects, validator, type PushOutcomes, type PushResult, type PushWorkItem } from '@pes/contracts';
import { connectBus, ensureTopology, publish, type Bus } from '@pes/messaging';
import { deriveProviderKey, seal, type ProviderKey } from '@pes/secrets';
import { Registry } from '@pes/service-kit';
import { startNats, waitUntil, type NatsServer } from '@pes/testkit';
import { startConnectorHost, type ConnectorHost } from '../src/connector-host.ts';
import { createConnectorMetrics } from '../src/connector-metrics.ts';
import { parseEgressAllow } from '../src/egress-allow-list.ts';
import { createEgressGuard } from '../src/egress-guard.ts';
import { createCredentialOpener } from '../src/open-credentials.ts';
import { createOutboundAgent, type OutboundAgent } from '../src/outbound-agent.ts';
import { startToyProvider, toyProviderConnector, type ToyBehaviour, type ToyProvider } from './toy-provider.ts';
import { accountId, pushWork, subscriberId, workItem, type ToyOptions } from './toy-work.ts';

export const topology = { replicas: 1, storageBudgetBytes: 512 * 1024 * 1024 };
export const apiKey = 'toy-key-0815';

const validate = validator('push-outcome');

/** A real broker for one spec file; each trial is a provider of its own on it, so that trials do not meet. */
export interface HostFixture {
  server: NatsServer;
  bus: Bus;
  trial(answerAfter?: ToyBehaviour['answerAfter']): Promise<Trial>;
  close(): Promise<void>;
}

export interface Trial {
  provider: string;
  key: ProviderKey;
  toy: ToyProvider;
  metrics: Registry;
  start(options?: ToyOptions, bus?: Bus): ConnectorHost;
  sealed(credentials?: Record<string, unknown>): string;
  order(reference: string, change?: Partial<PushWorkItem>): PushWorkItem;
  send(orders: PushWorkItem[], id?: string): Promise<void>;
  sendData(id: string, data: object): Promise<void>;
  outcomeMessages(): Promise<PushOutcomes[]>;
  /** Waits until at least `count` results are published; each message must fit its schema. */
  results(count: number, timeoutMs?: number): Promise<PushResult[]>;
  consumerState(): Promise<{ pending: number; waiting: number; redelivered: number }>;
  acknowledged(timeoutMs?: number): Promise<unknown>;
}

async function readOutcomes(bus: Bus, subject: string): Promise<PushOutcomes[]> {
  const { state } = await bus.jsm.streams.info('OUTCOME');
  const found: PushOutcomes[] = [];
  for (let seq = Math.max(1, state.first_seq); seq <= state.last_seq; seq += 1) {
    const message = await bus.jsm.streams.getMessage('OUTCOME', { seq });
    if (message?.subject === subject) found.push(message.json<PushOutcomes>());
  }
  return found;
}

interface Shared { bus: Bus; agent: OutboundAgent; closing: Array<() => Promise<void>> }

function createTrial(provider: string, toy: ToyProvider, { bus, agent, closing }: Shared): Trial {
  const key = deriveProviderKey(randomBytes(32), provider, 'k1');
  const metrics = new Registry();
  const sealed: Trial['sealed'] = (credentials = { apiKey, address: toy.url }) => seal(key, credentials, { subscriberId, provider, accountId });
  const sendData: Trial['sendData'] = async (id, data) => {
    await publish(bus, { subject: subjects.workPush(provider, accountId), type: eventTypes.workPush, id: `work:${provider}:${id}`, source: 'test', data });
  };
  const outcomeMessages = (): Promise<PushOutcomes[]> => readOutcomes(bus, subjects.outcomePush(provider, accountId));
  const consumerState: Trial['consumerState'] = async () => {
    const info = await bus.jsm.consumers.info('WORK', pushWorkConsumer(provider).durable);
    return { pending: info.num_ack_pending, waiting: info.num_pending, redelivered: info.num_redelivered };
  };
  return {
    provider, key, toy, metrics, sealed, sendData, outcomeMessages, consumerState,
    start(options = {}, hostBus = bus) {
      const host = startConnectorHost({
        connector: toyProviderConnector(provider, options), bus: hostBus, agent, openCredentials: createCredentialOpener([key], { personal: false }),
        metrics: createConnectorMetrics(hostBus === bus ? metrics : new Registry(), provider), callsPerAccount: 16, messagesAtOnce: 64, maxAnswerBytes: 1_000_000,
      });
      closing.push(() => host.stop(0).catch(() => undefined));
      return host;
    },
    // Later than the start of the host by more than clocks may differ, so that it is not from before.
    order: (reference, change = {}) => workItem(Date.now() + 2_000, change, reference),
    send: (orders, id = orders.map(({ pushId }) => pushId).join()) => sendData(id, pushWork(orders, sealed(), provider)),
    async results(count, timeoutMs = 10_000) {
      const messages = await waitUntil(async () => {
        const found = await outcomeMessages();
        return found.flatMap((message) => message.results).length >= count && found;
      }, { timeoutMs, what: `${count} results` });
      for (const message of messages) {
        const valid = validate(message);
        if (!valid.ok) throw new Error(`outcomes break their schema: ${valid.errors.join('; ')}`);
      }
      return messages.flatMap((message) => message.results);
    },
    acknowledged: (timeoutMs = 10_000) => waitUntil(async () => {
      const { pending, waiting } = await consumerState();
      return pending + waiting === 0;
    }, { timeoutMs, what: 'acknowledgement' }),
  };
}

export async function startHostFixture(): Promise<HostFixture> {
  const server = await startNats();
  const bus = await connectBus({ servers: server.url, name: 'test' });
  await ensureTopology(bus, topology);
  const allow = parseEgressAllow('127.0.0.1:*');
  const agent = createOutboundAgent({ guard: createEgressGuard(allow.ok ? { allow: allow.value } : {}) });
  const closing: Array<() => Promise<void>> = [];
  let serial = 0;
  return {
    server, bus,
    async trial(answerAfter) {
      serial += 1;
      const toy = await startToyProvider(answerAfter === undefined ? {} : { answerAfter });
      closing.push(() => toy.close());
      return createTrial(`toy-${serial}`, toy, { bus, agent, closing });
    },
    async close() {
      await Promise.all(closing.map((close) => close()));
      await agent.close();
      await bus.close();
      await server.stop();
    },
  };
}
