import { sleep } from '@pes/kernel';
import type { Fault, FaultProxy } from '@pes/testkit';
import { bothProviders, type Cell } from './cell.ts';
import type { Proxies } from './rig.ts';

const links: ReadonlyArray<{ name: string; of(proxies: Proxies): readonly FaultProxy[] }> = [
  { name: 'NATS', of: ({ nats }) => [nats] },
  { name: 'PostgreSQL', of: ({ postgres }) => [postgres] },
  { name: 'providers', of: ({ providers }) => providers },
];

const faults: ReadonlyArray<{ name: string; fault: Fault }> = [
  { name: 'latency', fault: { latencyMs: 200 } },
  { name: 'reset', fault: 'reset' },
  { name: 'blackhole', fault: 'blackhole' },
  { name: 'half-open', fault: 'half-open' },
  { name: 'cut-after-request', fault: 'cut-after-request' },
];

async function setAll(proxies: readonly FaultProxy[], fault: Fault): Promise<void> {
  await Promise.all(proxies.map((proxy) => proxy.setFault(fault)));
}

export const networkCells: readonly Cell[] = links.flatMap((link) => faults.map(({ name, fault }) => ({
  name: `${name} to ${link.name}`, layout: 'proxied' as const, providers: bothProviders, seconds: 8,
  async inflict({ proxies }: { proxies: Proxies | undefined }, seconds: number) {
    if (proxies === undefined) throw new Error('this rig has no proxies');
    const broken = link.of(proxies);
    await setAll(broken, fault);
    await sleep(seconds * 1000);
    return () => setAll(broken, 'none');
  },
})));
