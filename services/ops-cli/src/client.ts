import { connect, type NatsConnection } from '@nats-io/transport-node';
import { Failure } from './failure.ts';

/**
 * The only way to the gateway. Verbs and parameters are those of its API, so that this file can talk HTTP one day and no command notices.
 * Services wait for their broker; a person at a terminal wants to know at once, so this connection never retries.
 */
export interface Client {
  /** Answers as the gateway does. Throws a Failure when it refuses or does not answer. */
  request<T extends object>(verb: string, params: object): Promise<T>;
  /** For `pes doctor`, which looks at the broker itself: it must also work when the gateway does not. */
  nc: NatsConnection;
  close(): Promise<void>;
}

const connectPatienceMs = 3_000;
const answerPatienceMs = 30_000;

function cannotConnect(message: string): Failure {
  return new Failure(message, { exitCode: 3, code: 'cannot_connect' });
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

async function open(natsUrl: string): Promise<NatsConnection> {
  try {
    return await connect({ servers: natsUrl.split(',').map((server) => server.trim()), name: 'pes', reconnect: false, timeout: connectPatienceMs });
  } catch (error) {
    throw cannotConnect(`NATS at ${natsUrl} cannot be reached: ${reasonOf(error)}. Give the address with --nats-url or NATS_URL.`);
  }
}

interface Refusal { error?: unknown; code?: unknown; errors?: unknown }

function failureOf({ error, code, errors }: Refusal): Failure | undefined {
  if (typeof error !== 'string') return undefined;
  const details = Array.isArray(errors) ? errors.map(String) : [];
  // The gateway is there, what it needs is not.
  const exitCode = code === 'unavailable' ? 3 : 1;
  return new Failure(error, { exitCode, code: typeof code === 'string' ? code : 'failed', details });
}

export async function connectClient(natsUrl: string): Promise<Client> {
  const nc = await open(natsUrl);
  return {
    nc,
    async request<T extends object>(verb: string, params: object): Promise<T> {
      let answer: Refusal;
      try {
        answer = (await nc.request(`rpc.gateway.${verb}`, JSON.stringify(params), { timeout: answerPatienceMs })).json();
      } catch (error) {
        throw cannotConnect(`the gateway does not answer ${verb} at ${natsUrl} (${reasonOf(error)}). Is it running, and is this its NATS?`);
      }
      const failure = failureOf(answer);
      if (failure !== undefined) throw failure;
      return answer as T;
    },
    close: () => nc.close(),
  };
}
