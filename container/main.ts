import type { Precision } from '../lib/checkpoint/manifest.js';
import { ModerationError } from '../lib/contract/errors.js';
import { explainExhaustion } from '../lib/contract/exhaustion.js';
import { type Environment, readConfig, type ServerConfig } from './config.js';
import type { Engine, LoadEngine } from './engine.js';
import { traceOf } from './reply/errors.js';
import { type RunningServer, startServer } from './server.js';
import { createLogger, type Logger, standardOutput } from './telemetry/logger.js';

/** A model pack, found or made; `dispose` removes what was made. */
export interface PackSource {
  readonly packFolder: string;
  readonly converted: boolean;
  dispose(): Promise<void>;
}

export interface ServeOptions {
  /** What the command line says; wins over the environment. */
  readonly overrides?: Partial<ServerConfig>;
  /** Finds the pack in a folder, or converts the checkpoint in it into a scratch folder. */
  readonly resolveModel: (
    folder: string,
    options: { precision: Precision; scratchDir?: string; signal?: AbortSignal },
  ) => Promise<PackSource>;
  /** Serves the playground on loopback unless it is told otherwise. @default false */
  readonly playgroundOnLoopback?: boolean;
  /** @default process.env */
  readonly environment?: Environment;
  /** @default `Classifier.load` */
  readonly loadEngine?: LoadEngine;
}

/** After the last line, when something still keeps the process alive. */
const LINGER_MS = 1000;

/**
 * Serves until SIGTERM or SIGINT, or until the model is lost; resolves to the exit code. 0: everything accepted was
 * answered. 1: the configuration, the model or the engine failed, which one fatal log line tells, or requests were left
 * unanswered when the drain's time was up. A second signal ends the process at once.
 */
export async function serve(options: ServeOptions): Promise<number> {
  const output = standardOutput();
  const code = await run(options, (level) => createLogger(level, output));
  setTimeout(() => process.exit(code), LINGER_MS).unref();
  await new Promise<void>((resolve) => output.flush(() => resolve()));
  return code;
}

async function run(
  {
    overrides,
    resolveModel,
    playgroundOnLoopback,
    environment = process.env,
    loadEngine = loadClassifier,
  }: ServeOptions,
  open: (level: ServerConfig['logLevel']) => Logger,
): Promise<number> {
  let logger = open('info');
  let pack: PackSource | undefined;
  let server: RunningServer | undefined;
  let serving = false;
  const end = new Ending();
  try {
    const config = readConfig(environment, overrides, { playgroundOnLoopback });
    logger = open(config.logLevel);
    server = await startServer({
      config,
      logger,
      onLost: (error) => end.fail(error),
      load: async (engineOptions): Promise<Engine> => {
        const { precision, scratchDir, modelDir } = config;
        const { signal } = engineOptions;
        pack = await resolveModel(modelDir, {
          precision,
          ...(scratchDir && { scratchDir }),
          ...(signal && { signal }),
        });
        logger.info({ model_dir: modelDir, converted: pack.converted }, 'model found');
        return loadEngine(pack.packFolder, { ...engineOptions, verify: !pack.converted });
      },
    });
    server.ready.then(
      () => {
        serving = true;
      },
      (error) => end.fail(error),
    );
    logger.info({ signal: await end.signal }, 'draining');
    const unfinished = await server.stop();
    if (unfinished > 0) logger.error({ unfinished }, 'stopped before every request was answered');
    else logger.info('stopped');
    return unfinished > 0 ? 1 : 0;
  } catch (error) {
    logger.fatal(...describe(error, serving));
    await server?.stop();
    return 1;
  } finally {
    end.dispose();
    await pack?.dispose();
  }
}

/** The fatal line. Once posts are served, a defect's message may quote one, and only its trace is told. */
function describe(thrown: unknown, serving: boolean): [object, string] {
  const error = explainExhaustion(thrown);
  if (error instanceof ModerationError) {
    return [{ code: error.code, remedy: error.definition.remedy }, error.message];
  }
  const message = error instanceof Error && !serving ? error.message : 'The process met a defect.';
  return [{ code: 'internal', trace: traceOf(error) }, message];
}

/** Resolves at the first signal, rejects at the first failure that ends the process. */
class Ending {
  readonly signal: Promise<NodeJS.Signals>;
  #resolve: (signal: NodeJS.Signals) => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;
  #signalled = false;

  constructor() {
    this.signal = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.signal.catch(() => undefined);
    process.on('SIGTERM', this.#onSignal).on('SIGINT', this.#onSignal);
    process.on('uncaughtException', this.fail).on('unhandledRejection', this.fail);
  }

  readonly fail = (error: unknown): void => this.#reject(error);

  dispose(): void {
    process.off('SIGTERM', this.#onSignal).off('SIGINT', this.#onSignal);
    process.off('uncaughtException', this.fail).off('unhandledRejection', this.fail);
  }

  readonly #onSignal = (signal: NodeJS.Signals): void => {
    if (this.#signalled) process.exit(1);
    this.#signalled = true;
    this.#resolve(signal);
  };
}

/** The engine is imported only when the server listens already: its libraries take their time. */
const loadClassifier: LoadEngine = async (packFolder, options) => {
  const { Classifier } = await import('../lib/engine/classifier.js');
  return Classifier.load(packFolder, options);
};
