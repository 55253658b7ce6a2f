import { runConnector } from '@pes/connector-sdk';
import { connector } from './connector.ts';

await runConnector(connector);
