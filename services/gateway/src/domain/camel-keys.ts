/** push-dispatch answers rows as its tables name them; what we answer is named like everything else that leaves a process. */
export function camelKeys(row: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).map(([key, value]) => [key.replace(/_([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase()), value]));
}
