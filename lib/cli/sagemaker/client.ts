/** Calls of SageMaker's control plane, with failures that say what to do. */
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { ModerationError } from '../../contract/errors.js';

/** Runs the work with a client that has the environment's credentials, and closes it. */
export async function withSageMaker<T>(
  region: string | undefined,
  work: (client: SageMakerClient) => Promise<T>,
): Promise<T> {
  const client = new SageMakerClient({ ...(region !== undefined && { region }), maxAttempts: 5 });
  try {
    return await work(client);
  } catch (error) {
    throw explained(error);
  } finally {
    client.destroy();
  }
}

/** Whether SageMaker says that something of this name does not exist. It has no error of its own for that. */
export function isMissing(error: unknown): boolean {
  const { name, message } = error as Error;
  return name === 'ResourceNotFound' || (name === 'ValidationException' && /could not find/i.test(message));
}

const ADVICE: readonly (readonly [RegExp, string])[] = [
  [/Credentials|Token|UnrecognizedClient|InvalidSignature|SSO/i, 'Log in to AWS, or set AWS_PROFILE.'],
  [/AccessDenied/, 'The caller lacks this permission; ask for it by the action that the message names.'],
  [
    /ResourceLimitExceeded/,
    'Ask for a higher quota of this instance type in Service Quotas, or take another type.',
  ],
  [/Throttling/, 'Try again in a minute.'],
];

/** Errors of AWS get advice; what a command throws itself stays as it is. */
function explained(error: unknown): unknown {
  if (!(error instanceof Error) || error.name === 'AbortError') return error;
  if (/region is missing/i.test(error.message)) {
    return new ModerationError(
      'invalid_configuration',
      'No AWS region is known; give --region or set AWS_REGION.',
    );
  }
  if (!('$metadata' in error) && !error.name.includes('Provider')) return error;
  const [, advice] = ADVICE.find(([pattern]) => pattern.test(error.name)) ?? [];
  return new Error(
    `AWS refuses (${error.name}): ${error.message}${advice === undefined ? '' : ` ${advice}`}`,
    { cause: error },
  );
}
