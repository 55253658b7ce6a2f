import { runConnector } from '../../src/run-connector.ts';
import { toyProviderConnector } from '../toy-provider.ts';

await runConnector(toyProviderConnector('toy-process', { manifest: { callTimeoutMs: 2_000 } }));
