/** What a command of any AWS client has; its type parameters would tie this file to one of them. */
interface AwsCommand {
  readonly middlewareStack: object;
}

type PassOn = (next: (args: unknown) => unknown) => (args: unknown) => unknown;

interface MiddlewareStack {
  add(middleware: PassOn, options: Readonly<Record<string, string | boolean>>): void;
}

/**
 * Takes the AWS SDK's own retries out of one call: five of ours times three of theirs would be fifteen, and theirs know
 * neither the deadline nor the retry hint. The command's middleware replaces the client's of the same name, so a client
 * that the caller injected keeps its settings for its other calls.
 */
export function withoutAwsRetries<Command extends AwsCommand>(command: Command): Command {
  const stack = command.middlewareStack as MiddlewareStack;
  stack.add((next) => (args) => next(args), {
    name: 'retryMiddleware',
    step: 'finalizeRequest',
    priority: 'high',
    override: true,
  });
  return command;
}
