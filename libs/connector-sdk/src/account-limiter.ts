import { createSemaphore, type Semaphore } from '@pes/kernel';

/** At most `limit` tasks of one account at once; accounts do not wait for each other. Holds nothing for an account without tasks. */
export interface AccountLimiter {
  run<T>(accountId: string, task: () => Promise<T>): Promise<T>;
}

export function createAccountLimiter(limit: number): AccountLimiter {
  const lanes = new Map<string, { semaphore: Semaphore; tasks: number }>();
  return {
    async run(accountId, task) {
      const lane = lanes.get(accountId) ?? { semaphore: createSemaphore(limit), tasks: 0 };
      lanes.set(accountId, lane);
      lane.tasks += 1;
      try {
        return await lane.semaphore.run(task);
      } finally {
        lane.tasks -= 1;
        if (lane.tasks === 0) lanes.delete(accountId);
      }
    },
  };
}
