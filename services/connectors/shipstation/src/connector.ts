import type { Connector } from '@pes/connector-sdk';
import { checkAccount } from './check-account.ts';
import { manifest } from './manifest.ts';
import { pushMany } from './push-many.ts';
import { lookup, push } from './push-order.ts';
import { readRate } from './read-rate.ts';

export const shipStation: Connector = { manifest, check: checkAccount, push, pushMany, lookup, readRate };
