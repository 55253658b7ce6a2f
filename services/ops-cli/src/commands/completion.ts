import { Argument, type Command } from 'commander';
import type { Terminal } from '../terminal.ts';

/** Words that may follow each path of subcommands: "" is the program itself, then "dlq", "dlq list". */
function wordsByPath(program: Command): Map<string, string[]> {
  const words = new Map<string, string[]>();
  const globals = program.options.map(({ long }) => long ?? '').filter((long) => long !== '');
  const visit = (command: Command, path: string): void => {
    const own = command.options.map(({ long }) => long ?? '').filter((long) => long !== '');
    words.set(path, [...command.commands.map((child) => child.name()), ...own, ...(path === '' ? [] : globals), '--help']);
    for (const child of command.commands) visit(child, path === '' ? child.name() : `${path} ${child.name()}`);
  };
  visit(program, '');
  return words;
}

/** Answers the words of a path, and fails for a path that is none. Plain enough for both shells. */
function wordsFunction(program: Command): string {
  const cases = [...wordsByPath(program)].map(([path, words]) => `    "${path}") echo "${words.join(' ')}" ;;`);
  return ['_pes_words() {', '  case "$1" in', ...cases, '    *) return 1 ;;', '  esac', '}'].join('\n');
}

// Values of options look like subcommands; only what makes a known path counts.
const bash = `_pes() {
  local path="" word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    local longer="\${path:+$path }$word"
    if _pes_words "$longer" > /dev/null; then path="$longer"; fi
  done
  COMPREPLY=($(compgen -W "$(_pes_words "$path")" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -F _pes pes
`;

const zsh = `_pes() {
  local path_words="" word longer
  for word in "\${(@)words[2,CURRENT-1]}"; do
    longer="\${path_words:+$path_words }$word"
    if _pes_words "$longer" > /dev/null; then path_words="$longer"; fi
  done
  compadd -- \${(s: :)"$(_pes_words "$path_words")"}
}
compdef _pes pes
`;

export function addCompletionCommand(program: Command, terminal: Terminal): void {
  program.command('completion').description('print a script that completes commands and options')
    .addArgument(new Argument('<shell>').choices(['bash', 'zsh']))
    .addHelpText('after', '\nbash: source <(pes completion bash)\nzsh:  source <(pes completion zsh)')
    .action((shell: string) => { terminal.out(`${wordsFunction(program)}\n${shell === 'bash' ? bash : zsh}`); });
}
