export { shipStation } from './connector.ts';
