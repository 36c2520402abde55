/** An exception of the SageMaker Runtime API, as the AWS SDKs read it. */
export class AwsError extends Error {
  /** `type` is the exception's name, for the SDKs by header and for people in the body. */
  constructor(
    readonly status: number,
    readonly type: string,
    message: string,
    readonly fields: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
  }
}

/** The longest message that SageMaker sends. */
const MAX_MESSAGE_CHARS = 2048;

export function validationError(message: string): AwsError {
  return new AwsError(400, 'ValidationError', message);
}

/** What is known of the place where a container's error is wrapped. */
export interface ContainerError {
  readonly endpointName: string;
  /** The container's status; 0 when there was none. */
  readonly status: number;
  readonly body: string;
}

/** A 424: what callers get for every 4xx and 5xx of the container. */
export function modelError({ endpointName, status, body }: ContainerError): AwsError {
  const side = status >= 400 && status < 500 ? 'client' : 'server';
  const received = `Received ${side} error (${status}) from primary with message "${body}"`;
  const place = `https://console.aws.amazon.com/cloudwatch/home#logEventViewer:group=/aws/sagemaker/Endpoints/${endpointName}`;
  const message = `${received.slice(0, MAX_MESSAGE_CHARS - 300)}. See ${place} in account ${ACCOUNT} for more information.`;
  return new AwsError(424, 'ModelError', message, {
    ErrorCode: side === 'client' ? 'CLIENT_ERROR_FROM_MODEL' : 'SERVER_ERROR_FROM_MODEL',
    LogStreamArn: `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:/aws/sagemaker/Endpoints/${endpointName}`,
    OriginalMessage: body,
    OriginalStatusCode: status,
  });
}

/** The account and region that the emulator pretends to be in. */
export const ACCOUNT = '000000000000';
export const REGION = 'us-east-1';
