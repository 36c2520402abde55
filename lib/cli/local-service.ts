import type { Device } from '../contract/environment.js';
import { resolveModel } from './resolve-model.js';

/** A model behind its HTTP interface, in this process, on a free port of the loopback. */
export interface LocalService {
  readonly url: string;
  close(): Promise<void>;
}

export interface LocalServiceOptions {
  /** A model pack or a checkpoint. */
  readonly model: string;
  /** @default auto */
  readonly device?: Device | undefined;
  readonly signal: AbortSignal;
}

/** Serves a model as `moderate serve` would, without a log; limits come from the environment. */
export async function startLocalService({
  model,
  device,
  signal,
}: LocalServiceOptions): Promise<LocalService> {
  const [{ readConfig }, { startServer }, { createLogger }, { Classifier }] = await Promise.all([
    import('../../container/config.js'),
    import('../../container/server.js'),
    import('../../container/telemetry/logger.js'),
    import('../engine/classifier.js'),
  ]);
  const config = readConfig(process.env, {
    modelDir: model,
    host: '127.0.0.1',
    port: 0,
    playground: false,
    ...(device !== undefined && { device }),
  });
  const resolved = await resolveModel(model, { precision: config.precision, signal });
  const server = await startServer({
    config,
    logger: createLogger('silent', { write: () => undefined }),
    load: (options) =>
      Classifier.load(resolved.packFolder, { ...options, signal, verify: !resolved.converted, settle: true }),
    processMetrics: false,
  });
  const close = async (): Promise<void> => {
    await server.stop();
    await resolved.dispose();
  };
  try {
    await server.ready;
    return { url: server.url, close };
  } catch (error) {
    await close();
    throw error;
  }
}
