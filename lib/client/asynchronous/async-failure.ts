import { type Failure, failure } from '../errors/failure.js';
import { containerFailure } from '../transport/container-failure.js';

/** `Received server error (503) from model with message "{…}". See …`, as SageMaker words a container's error. */
const RECEIVED = /Received (?:client|server) error \((\d{1,3})\) from \S+(?: with message "(.*)")?/s;

/** What the object at the failure location means. SageMaker documents no format, so both known forms are read. */
export function asyncFailure(content: string, requestId: string): Failure {
  const [, status = '', message] = RECEIVED.exec(content) ?? [];
  if (/timed out|expired/i.test(message === undefined ? content : '') || status === '0') {
    return failure('invocation_timeout', 'SageMaker waited for the container in vain.', { requestId });
  }
  return containerFailure({
    status: status === '' ? 500 : Number(status),
    body: message ?? content,
    requestId,
  });
}
