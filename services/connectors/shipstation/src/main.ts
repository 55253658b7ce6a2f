import { runConnector } from '@pes/connector-sdk';
import { shipStation } from './connector.ts';

await runConnector(shipStation);
