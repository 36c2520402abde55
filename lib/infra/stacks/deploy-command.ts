/** The command that deploys this app again, with some of its settings replaced. */

const PLAIN = /^[\w./:@%+=,-]+$/;

/** @param given settings as the context has them */
export function deployCommand(
  given: Readonly<Record<string, unknown>>,
): (replaced: Readonly<Record<string, string>>) => string {
  return (replaced) => {
    const flags = Object.entries({ ...given, ...replaced }).map(
      ([key, value]) => ` -c ${quoted(`${key}=${String(value)}`)}`,
    );
    return `npx cdk deploy${flags.join('')}`;
  };
}

/** For a POSIX shell. */
function quoted(text: string): string {
  return PLAIN.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
