import type { Clock } from '../time/clock.js';
import { AsyncTransport } from './asynchronous/async-transport.js';
import type { AsynchronousTarget, HttpTarget, ModerationClientOptions, SageMakerTarget } from './options.js';
import { type CallSettings, clientSettings, inlineSettings, OptionReader } from './settings.js';
import { HttpTransport } from './transport/http-transport.js';
import { type OwnedRuntime, openRuntime, SageMakerTransport } from './transport/sagemaker-transport.js';
import type { Transport } from './transport/transport.js';

/** A way to the service, and what holds for calls that take it. */
export interface Route {
  readonly transport: Transport;
  readonly settings: CallSettings;
}

/** The ways to the service that a client has. */
export interface Connection {
  readonly direct: Route;
  /** Undefined when the endpoint is not an asynchronous one. */
  readonly asynchronous: Route | undefined;
}

/** SageMaker's own rule. */
const ENDPOINT_NAME = /^[a-zA-Z0-9](?:-*[a-zA-Z0-9]){0,62}$/;

/** Judges the options and opens what they name; opens no connection yet. Throws `invalid_option`. */
export function connect(options: ModerationClientOptions, clock: Clock): Connection {
  const reader = new OptionReader();
  const settings = clientSettings(options, reader);
  const given: Partial<Record<'url' | 'endpointName', unknown>> = options;
  if ((given.url === undefined) === (given.endpointName === undefined)) {
    reader.refuse('expected either endpointName (SageMaker) or url (HTTP), and not both');
    reader.finish();
  }
  const connection = isHttp(options)
    ? overHttp(options, settings, reader)
    : onSageMaker(options, settings, reader, clock);
  reader.finish();
  return connection;
}

function isHttp(options: HttpTarget | SageMakerTarget): options is HttpTarget {
  return options.url !== undefined;
}

function overHttp(target: HttpTarget, settings: CallSettings, reader: OptionReader): Connection {
  if (target.asynchronous !== undefined) reader.refuse('asynchronous goes with endpointName, not with url');
  if (target.serverless !== undefined) reader.refuse('serverless goes with endpointName, not with url');
  return { direct: { transport: new HttpTransport(target, reader), settings }, asynchronous: undefined };
}

function onSageMaker(
  target: SageMakerTarget,
  settings: CallSettings,
  reader: OptionReader,
  clock: Clock,
): Connection {
  const { endpointName, asynchronous, serverless } = target;
  if (!ENDPOINT_NAME.test(endpointName)) {
    reader.refuse(
      `endpointName is ${JSON.stringify(endpointName)}; expected letters, digits and hyphens, at most 63`,
    );
  }
  if (asynchronous !== undefined && serverless) {
    reader.refuse('asynchronous and serverless are two kinds of endpoint; give one of them');
  }
  const runtime = openRuntime(target);
  return {
    direct: { transport: new SageMakerTransport(target, runtime), settings },
    asynchronous: asynchronous && overS3({ ...target, asynchronous }, settings, { runtime, reader, clock }),
  };
}

function overS3(
  target: SageMakerTarget & { readonly asynchronous: AsynchronousTarget },
  settings: CallSettings,
  { runtime, reader, clock }: { runtime: OwnedRuntime; reader: OptionReader; clock: Clock },
): Route {
  const { input, inlineBytes: given } = target.asynchronous;
  const inlineBytes = reader.number('inlineBytes', given);
  if (input === undefined && inlineBytes === 0) {
    reader.refuse('asynchronous.input is missing, and inlineBytes is 0; expected s3://bucket/prefix/');
  }
  const transport = new AsyncTransport(target, { runtime, inlineBytes, reader, clock });
  return { transport, settings: input === undefined ? inlineSettings(settings, inlineBytes) : settings };
}
