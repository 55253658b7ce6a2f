export interface Finding {
  check: string;
  status: 'ok' | 'warn' | 'fail';
  /** What is, and where it is wrong, what to do. */
  detail: string;
}
