import { runService } from '@pes/service-kit';
import { configSchema } from './config.ts';
import { startGateway } from './start-gateway.ts';

await runService({ name: 'gateway', configSchema, start: startGateway });
