import { quote } from '../checkpoint/findings.js';
import { ModerationError } from '../contract/errors.js';

/** A model repository at a revision: a branch, a tag or a commit. */
export interface RepositoryReference {
  readonly repository: string;
  readonly revision: string;
}

export const DEFAULT_REVISION = 'main';

const NAME = /^[A-Za-z0-9][\w.-]*(?:\/[A-Za-z0-9][\w.-]*)?$/;
const REVISION = /^[A-Za-z0-9][\w./-]*$/;

/**
 * Parses `OWNER/NAME` or `OWNER/NAME@REVISION`.
 *
 * @throws ModerationError `invalid_configuration`
 */
export function parseReference(text: string, revision = DEFAULT_REVISION): RepositoryReference {
  const at = text.indexOf('@');
  const reference =
    at === -1
      ? { repository: text, revision }
      : { repository: text.slice(0, at), revision: text.slice(at + 1) };
  if (!isRepositoryName(reference.repository)) {
    throw new ModerationError(
      'invalid_configuration',
      `The repository is ${quote(reference.repository)}; expected OWNER/NAME as the hub shows it.`,
    );
  }
  if (!REVISION.test(reference.revision) || reference.revision.includes('..')) {
    throw new ModerationError(
      'invalid_configuration',
      `The revision is ${quote(reference.revision)}; expected a branch, a tag or a commit.`,
    );
  }
  return reference;
}

/** Whether the hub could have a model of this name: a folder of the machine that trained the model is none. */
export function isRepositoryName(text: string): boolean {
  return NAME.test(text) && !text.includes('..');
}
