import type { ParamsCheck } from '../check-params.ts';
import { refuse, type Answer } from '../domain/refusal.ts';
import type { Gateway } from '../gateway.ts';

/** A verb carried out: parameters as they came, checked, and an answer or a refusal as a value. */
export type Operation = (gateway: Gateway, params: unknown) => Promise<Answer<object>>;

export function operation<P>(check: ParamsCheck<P>, run: (gateway: Gateway, params: P) => Promise<Answer<object>>): Operation {
  return async (gateway, params) => {
    const checked = check(params);
    return checked.ok ? run(gateway, checked.value) : refuse('invalid', checked.error.join('; '), checked.error);
  };
}

/** The cursor of the next page, or null after the last one. */
export function nextOf(page: ReadonlyArray<{ id: string }>, limit: number): string | null {
  return page.length < limit ? null : (page.at(-1)?.id ?? null);
}

/** What the broker carries in one message, so also the size of an answer and of a message that is published again. */
export function maxAnswerBytes({ bus }: Gateway): number {
  return bus.nc.info?.max_payload ?? 1024 * 1024;
}
