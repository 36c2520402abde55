import { CLIENT_ERRORS } from '../../client/errors/codes.js';
import { ModerationClientError } from '../../client/index.js';
import { ERRORS } from '../../contract/errors.js';
import { EXIT } from '../failure.js';

const REMEDIES: Readonly<Record<string, { readonly remedy: string }>> = { ...ERRORS, ...CLIENT_ERRORS };

/** Tells an error of the client on stderr, with its code and remedy. An interruption is left to the caller. */
export async function reportingClientErrors(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof ModerationClientError) || error.code === 'aborted') throw error;
    const { message, code, requestId } = error;
    const remedy = Object.hasOwn(REMEDIES, code) ? `\n  ${REMEDIES[code]?.remedy}` : '';
    const request = requestId === undefined ? '' : `\n  request id: ${requestId}`;
    console.error(`moderate: ${message} [${code}]${remedy}${request}`);
    process.exitCode = EXIT.failure;
  }
}
