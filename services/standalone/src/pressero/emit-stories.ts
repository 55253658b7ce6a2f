import { eventTypes, subjects } from '@pes/contracts';
import { sleep } from '@pes/kernel';
import { publishAll, type Bus, type OutMessage } from '@pes/messaging';
import type { Story } from './generate-story.ts';
import type { StoryStep } from './story-steps.ts';

export interface EmitOptions {
  /** Between two steps of the same order, so that each is seen on its own. */
  pauseMs: number;
  /** Resolves when everything that was emitted has come to rest. */
  settled: () => Promise<void>;
  /** Called with each order before its first event. */
  onStory: (story: Story) => void;
  signal: AbortSignal;
}

const groupSize = 200;
const groupsAtOnce = 4;
const retryMs = 500;

/** Emits stories a group at a time, step by step, and at the end the steps that come after everything has settled. Memory stays bounded by the groups. */
export async function emitStories(bus: Bus, stories: Iterator<Story>, options: EmitOptions): Promise<void> {
  const late: OutMessage[] = [];
  const work = async (): Promise<void> => {
    for (let group = take(stories, groupSize); group.length > 0 && !options.signal.aborted; group = take(stories, groupSize)) {
      group.forEach(options.onStory);
      const messages = group.map((story) => story.steps.map((step, index) => ({ step, message: messageOf(story, step, index) })));
      late.push(...messages.flat().flatMap(({ step, message }) => (step.afterSettled === true ? [message] : [])));
      const prompt = messages.map((steps) => steps.filter(({ step }) => step.afterSettled !== true));
      for (let wave = 0; wave < Math.max(...prompt.map((steps) => steps.length)); wave += 1) {
        if (wave > 0) await sleep(options.pauseMs, options.signal);
        await emit(bus, prompt.flatMap((steps) => steps[wave]?.message ?? []), options.signal);
      }
    }
  };
  await Promise.all(Array.from({ length: groupsAtOnce }, work));
  if (late.length === 0 || options.signal.aborted) return;
  await options.settled();
  await emit(bus, late, options.signal);
}

function take(stories: Iterator<Story>, count: number): Story[] {
  const group: Story[] = [];
  while (group.length < count) {
    const next = stories.next();
    if (next.done === true) break;
    group.push(next.value);
  }
  return group;
}

/** The id counts the step, not the version: an event that Pressero sends twice is two messages. */
function messageOf({ orderId }: Story, { event, order }: StoryStep, index: number): OutMessage {
  return { subject: subjects.presseroOrder(event, order.subscriberId), type: eventTypes.presseroOrder, id: `${orderId}:${index}`, source: 'pressero-simulator', data: { order } };
}

/** Until the broker has it: the storefront does not forget an order because NATS is down. */
async function emit(bus: Bus, messages: readonly OutMessage[], signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await publishAll(bus, messages);
      return;
    } catch {
      await sleep(retryMs, signal);
    }
  }
}
