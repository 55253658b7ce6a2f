import type { Command } from 'commander';
import { brokerFindings } from '../doctor/broker-findings.ts';
import type { Finding } from '../doctor/finding.ts';
import { probeBroker } from '../doctor/probe-broker.ts';
import { databaseFindings, serviceFinding } from '../doctor/service-findings.ts';
import { renderTable } from '../output/table.ts';
import { plural } from '../output/text.ts';
import type { Session, Sessions } from '../session.ts';
import { collect } from '../time-argument.ts';

async function findings(session: Session, services: readonly string[]): Promise<Finding[]> {
  const { nc } = await session.client();
  // Without JetStream there is nothing else to see, and that is a finding, not a crash.
  const broker = await probeBroker(nc).then(brokerFindings, (error: unknown): Finding[] => [
    { check: 'JetStream', status: 'fail', detail: `does not answer: ${error instanceof Error ? error.message : String(error)}. Is it switched on, and is this user allowed to ask?` },
  ]);
  return [...broker, ...await databaseFindings(session), ...await Promise.all(services.map(serviceFinding))];
}

function text(all: readonly Finding[]): string {
  const count = (wanted: Finding['status']): number => all.filter(({ status }) => status === wanted).length;
  return `${renderTable<Finding>([
    { title: 'CHECK', value: ({ check }) => check }, { title: '', value: ({ status }) => status }, { title: 'DETAIL', value: ({ detail }) => detail },
  ], all)}\n${count('ok')} ok, ${plural(count('warn'), 'warning')}, ${plural(count('fail'), 'failure')}\n`;
}

export function addDoctorCommand(program: Command, sessions: Sessions): void {
  program.command('doctor').description('is everything there and awake: NATS, streams, consumers, lag, connectors, databases, clock')
    .option('--service <name=url>', 'also ask a service whether it is ready; may be repeated', collect)
    .option('--strict', 'exit with 1 on warnings as well')
    .action(async ({ service = [], strict }: { service?: string[]; strict?: boolean }, command: Command) => {
      const session = sessions.of(command);
      const all = await findings(session, service);
      const healthy = all.every(({ status }) => status === 'ok' || (status === 'warn' && strict !== true));
      if (!healthy) session.found();
      session.print({ healthy, findings: all }, () => text(all));
    });
}
