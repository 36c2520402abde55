/** The command that deploys or destroys this app again, with some of its settings replaced. */
import type { DeployCommand } from '../../sagemaker/update/endpoint.js';

const PLAIN = /^[\w./:@%+=,-]+$/;

/** @param given settings as the context has them */
export function deployCommand(given: Readonly<Record<string, unknown>>): DeployCommand {
  return (replaced, command = 'deploy') => {
    const flags = Object.entries({ ...given, ...replaced }).map(
      ([key, value]) => ` -c ${quoted(`${key}=${String(value)}`)}`,
    );
    return `npx cdk ${command}${flags.join('')}`;
  };
}

/** For a POSIX shell. */
function quoted(text: string): string {
  return PLAIN.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
