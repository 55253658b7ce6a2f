/** Another user of the system to run a program as; only root can. */
export interface RunAs {
  uid: number;
  gid: number;
  /**
   * Let the program pass through folders closed to that user (Linux capability CAP_DAC_READ_SEARCH, given by setpriv of util-linux).
   * For a checkout below /root, which nobody but root may enter.
   */
  throughClosedFolders: boolean;
}

export interface Invocation {
  command: string;
  args: string[];
  uid?: number;
  gid?: number;
}

/** What to spawn so that the command runs as the user. The process id stays that of the command: setpriv replaces itself. */
export function invocation(command: string, args: string[], runAs: RunAs | undefined): Invocation {
  if (runAs === undefined) return { command, args };
  const { uid, gid } = runAs;
  if (!runAs.throughClosedFolders) return { command, args, uid, gid };
  const change = [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--inh-caps=+dac_read_search', '--ambient-caps=+dac_read_search'];
  return { command: 'setpriv', args: [...change, '--', command, ...args] };
}
