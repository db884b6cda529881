/** Nothing of the program's words is parsed: the shell waits for a line, and becomes the program. */
const script = 'read -r go <&3 || exit 125; exec 3<&-; exec "$0" "$@"';

/**
 * A command that is started, and so has a pid, but does nothing before it is `opened`. Where it never is, since
 * whoever waits for it gave up or was killed, its pipe closes and it ends.
 */
export function gated(argv: readonly [string, ...string[]], opened: Promise<boolean>) {
  return { file: '/bin/sh', args: ['-c', script, ...argv], stdio: [lineAfter(opened)] };
}

async function* lineAfter(opened: Promise<boolean>): AsyncGenerator<string> {
  if (await opened) yield 'go\n';
}
