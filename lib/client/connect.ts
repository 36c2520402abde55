import { AsyncTransport } from './asynchronous/async-transport.js';
import type { HttpTarget, ModerationClientOptions, SageMakerTarget } from './options.js';
import { type CallSettings, clientSettings, OptionReader } from './settings.js';
import { HttpTransport } from './transport/http-transport.js';
import { openRuntime, SageMakerTransport } from './transport/sagemaker-transport.js';
import type { Transport } from './transport/transport.js';

/** The ways to the service that a client has. */
export interface Connection {
  readonly settings: CallSettings;
  readonly transport: Transport;
  /** Undefined when the endpoint is no asynchronous one. */
  readonly asyncTransport: Transport | undefined;
}

/** SageMaker's own rule. */
const ENDPOINT_NAME = /^[a-zA-Z0-9](?:-*[a-zA-Z0-9]){0,62}$/;

/** Judges the options and opens what they name; opens no connection yet. Throws `invalid_option`. */
export function connect(options: ModerationClientOptions): Connection {
  const reader = new OptionReader();
  const settings = clientSettings(options, reader);
  const given: Partial<Record<'url' | 'endpointName', unknown>> = options;
  if ((given.url === undefined) === (given.endpointName === undefined)) {
    reader.refuse('expected either endpointName (SageMaker) or url (HTTP), and not both');
    reader.finish();
  }
  const transports = isHttp(options) ? overHttp(options, reader) : onSageMaker(options, reader);
  reader.finish();
  return { settings, ...transports };
}

type Transports = Omit<Connection, 'settings'>;

function isHttp(options: HttpTarget | SageMakerTarget): options is HttpTarget {
  return options.url !== undefined;
}

function overHttp(target: HttpTarget, reader: OptionReader): Transports {
  if (target.asynchronous !== undefined) reader.refuse('asynchronous goes with endpointName, not with url');
  return { transport: new HttpTransport(target, reader), asyncTransport: undefined };
}

function onSageMaker(target: SageMakerTarget, reader: OptionReader): Transports {
  const { endpointName, asynchronous } = target;
  if (!ENDPOINT_NAME.test(endpointName)) {
    reader.refuse(
      `endpointName is ${JSON.stringify(endpointName)}; expected letters, digits and hyphens, at most 63`,
    );
  }
  const runtime = openRuntime(target);
  return {
    transport: new SageMakerTransport(target, runtime),
    asyncTransport: asynchronous && new AsyncTransport({ ...target, asynchronous }, runtime, reader),
  };
}
