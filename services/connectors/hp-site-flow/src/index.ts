export { connector } from './connector.ts';
export { manifest } from './manifest.ts';
