import type { ParamsCheck } from '../check-params.ts';
import { refuse, type Answer } from '../domain/refusal.ts';
import type { Scope } from '../domain/scope.ts';
import type { Gateway } from '../gateway.ts';

/** A verb carried out: parameters as they came, checked, and an answer or a refusal as a value. What is outside of the scope is not there. */
export type Operation<T extends object = object> = (gateway: Gateway, scope: Scope, params: unknown) => Promise<Answer<T>>;

export function operation<P, T extends object>(check: ParamsCheck<P>, run: (gateway: Gateway, params: P, scope: Scope) => Promise<Answer<T>>): Operation<T> {
  return async (gateway, scope, params) => {
    const checked = check(params);
    return checked.ok ? run(gateway, checked.value, scope) : refuse('invalid', checked.error.join('; '), checked.error);
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
