export { isoTime, systemClock, type Clock } from './clock.ts';
export { chunk, groupBy } from './group.ts';
export { newId } from './ids.ts';
export { fail, ok, unreachable, type Result } from './result.ts';
export { createSemaphore, type Semaphore } from './semaphore.ts';
export { sleep } from './sleep.ts';
