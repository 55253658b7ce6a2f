import { eventTypes, subjects, validator, type DeadPush, type PushChange, type PushCommand } from '@pes/contracts';
import { consumeBatches, decodeJson, publishAll, serveRpc, type Bus } from '@pes/messaging';

type State = PushChange['state'];

/** One push as push-dispatch would hold it. */
interface PlayedPush {
  dead: DeadPush;
  state: State;
  revision: number;
  /** Commands that moved it, in order. */
  effects: Array<{ commandId: string; action: PushCommand['action']; atMs: number }>;
}

/**
 * push-dispatch as far as the gateway sees it, played by the test: commands move dead pushes, a command once per push, and every move is
 * an event. It also counts what came more than once.
 */
export interface PlayedDispatch {
  pushes: Map<string, PlayedPush>;
  /** Every command as it came, repeats included. */
  commands: PushCommand[];
  /** What a push that was commanded becomes; undefined: it stays queued. */
  outcome: (push: PlayedPush) => State | undefined;
  add(...dead: DeadPush[]): void;
  /** Moves a push and says so. */
  move(pushId: string, ...states: State[]): Promise<void>;
  stop(): Promise<void>;
}

const commandStates: ReadonlyArray<State> = ['dead', 'rejected', 'retrying', 'needs-person'];

export function playDispatch(bus: Bus): PlayedDispatch {
  const applied = new Set<string>();

  const changeOf = ({ dead, state, revision }: PlayedPush): PushChange => ({
    pushId: dead.pushId, orderId: dead.orderId, orderNumber: dead.orderNumber, siteId: dead.siteId, accountId: dead.accountId, provider: dead.provider, state,
    code: state === 'retrying' ? 'unreachable' : null, message: `It is ${state}.`, reference: dead.reference, providerRef: null, attempt: 9, nextAttemptAt: null, revision,
    at: new Date().toISOString(),
  });

  async function announce(changes: ReadonlyArray<{ subscriberId: string; change: PushChange }>): Promise<void> {
    await publishAll(bus, changes.map(({ subscriberId, change }) => ({
      subject: subjects.pushChanged(subscriberId), type: eventTypes.pushChanged, id: `changed:${change.pushId}:${change.revision}`, source: 'push-dispatch',
      data: { subscriberId, changes: [change] },
    })));
  }

  function shift(push: PlayedPush, state: State): { subscriberId: string; change: PushChange } {
    push.state = state;
    push.revision += 1;
    return { subscriberId: push.dead.subscriberId, change: changeOf(push) };
  }

  function apply(command: PushCommand): Array<{ subscriberId: string; change: PushChange }> {
    played.commands.push(command);
    return command.pushIds.flatMap((pushId) => {
      const push = played.pushes.get(pushId);
      const key = `${command.commandId} ${pushId}`;
      if (push === undefined || push.dead.subscriberId !== command.subscriberId || applied.has(key) || !commandStates.includes(push.state)) return [];
      applied.add(key);
      push.effects.push({ commandId: command.commandId, action: command.action, atMs: Date.now() });
      if (command.action === 'dismiss') return [shift(push, 'dismissed')];
      const queued = shift(push, 'queued');
      const outcome = played.outcome(push);
      return outcome === undefined ? [queued] : [queued, shift(push, outcome)];
    });
  }

  const consumption = consumeBatches<PushCommand>(bus, {
    consumer: { stream: 'COMMAND', durable: `played-dispatch-${Math.random().toString(36).slice(2)}`, filter: 'command.push.*', maxAckPending: 200, ackWaitMs: 4_000 },
    decode: decodeJson(validator('push-command')), isDataError: () => false, maxBatch: 50, maxWaitMs: 1, maxFlushes: 1,
    handle: async (batch) => announce(batch.flatMap(({ value }) => apply(value))),
  });

  const deadPage = (after: string): DeadPush[] => [...played.pushes.values()]
    .filter(({ state, dead }) => state === 'dead' && dead.pushId > after).map(({ dead, revision }) => ({ ...dead, revision }))
    .sort((a, b) => (a.pushId < b.pushId ? -1 : 1)).slice(0, 100);

  const detail = (pushId: string): object => {
    const push = played.pushes.get(pushId);
    return push === undefined
      ? { error: `there is no push ${pushId}` }
      : {
        push: { push_id: pushId, subscriber_id: push.dead.subscriberId, state: push.state },
        attempts: [{
          attempt: push.dead.attempts, started_at: push.dead.lastAttemptAt, finished_at: push.dead.lastAttemptAt, kind: 'retry', code: push.dead.code, message: push.dead.message,
          exchanges: [{ method: 'POST', url: 'https://press.example.com/orders', status: 503 }],
        }],
        commands: push.effects.map(({ commandId, action, atMs }) => ({ command_id: commandId, action, actor: 'kim', note: null, applied_at: new Date(atMs).toISOString() })),
      };
  };

  const servers = [
    serveRpc(bus, subjects.rpcDispatchDead, async (request) => ({ dead: deadPage((request as { after: string }).after) })),
    serveRpc(bus, subjects.rpcDispatchPush, async (request) => detail((request as { pushId: string }).pushId)),
  ];

  const played: PlayedDispatch = {
    pushes: new Map(),
    commands: [],
    outcome: () => 'sent',
    add(...dead) {
      for (const push of dead) played.pushes.set(push.pushId, { dead: push, state: 'dead', revision: push.revision, effects: [] });
    },
    async move(pushId, ...states) {
      const push = played.pushes.get(pushId);
      if (push === undefined) throw new Error(`${pushId} was not added`);
      await announce(states.map((state) => shift(push, state)));
    },
    async stop() {
      await consumption.stop();
      await Promise.all(servers.map((server) => server.stop()));
    },
  };
  return played;
}
