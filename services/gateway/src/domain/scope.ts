/**
 * Whose data a request may see: those of one subscriber, or of all when null. Null is what an operator of the platform has, whose token
 * has the role `sre`, and what `pes` has over NATS. A function with a scope must not run without one, so it is never optional.
 */
export interface Scope {
  subscriberId: string | null;
}

export const everySubscriber: Scope = { subscriberId: null };
