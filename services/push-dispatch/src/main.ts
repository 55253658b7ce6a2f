import { runService } from '@pes/service-kit';
import { configSchema } from './config.ts';
import { startDispatch } from './start-dispatch.ts';

await runService({ name: 'push-dispatch', configSchema, start: startDispatch });
