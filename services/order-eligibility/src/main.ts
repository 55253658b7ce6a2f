import { runService } from '@pes/service-kit';
import { orderEligibility } from './service.ts';

await runService(orderEligibility);
