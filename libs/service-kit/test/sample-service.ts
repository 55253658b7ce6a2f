import { baseConfigProperties, runService } from '../src/index.ts';

/** A service as a real process, which misbehaves as BEHAVIOUR says. */
const configSchema = {
  type: 'object',
  properties: {
    ...baseConfigProperties,
    BEHAVIOUR: { type: 'string', enum: ['well', 'fail-start', 'hang-start', 'throw', 'reject', 'throw-and-hang', 'hang-stop'], default: 'well' },
  },
  required: ['NATS_URL'],
} as const;

await runService({
  name: 'sample',
  configSchema,
  stopTimeoutMs: 300,
  start({ config, log, onStop }) {
    const hang = (): Promise<void> => new Promise(() => undefined);
    onStop('first', () => log.info('hook first'));
    onStop('second', async () => {
      await new Promise(setImmediate);
      log.info('hook second');
    });
    switch (config.BEHAVIOUR) {
      case 'fail-start':
        throw new Error('no such stream');
      case 'hang-start':
        log.info('hanging');
        return hang();
      case 'throw-and-hang':
        onStop('third', hang);
        setImmediate(() => {
          throw new Error('a bug');
        });
        return undefined;
      case 'throw':
        setImmediate(() => {
          throw new Error('a bug');
        });
        return undefined;
      case 'reject':
        setImmediate(() => void Promise.reject(new Error('a forgotten promise')));
        return undefined;
      case 'hang-stop':
        onStop('third', hang);
        return undefined;
      case 'well':
        return undefined;
    }
  },
});
