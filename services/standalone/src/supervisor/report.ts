/** How the supervisor tells a person what happens; one line each. */
export type Report = (line: string) => void;

/** Lines on standard error with the time of day. */
export const reportToConsole: Report = (line) => {
  process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);
};
