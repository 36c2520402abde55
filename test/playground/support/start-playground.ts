import { join } from 'node:path';
import { readConfig } from '../../../container/config.js';
import { startServer } from '../../../container/server.js';
import { createLogger } from '../../../container/telemetry/logger.js';
import { resolveModel } from '../../../lib/cli/resolve-model.js';
import { Classifier } from '../../../lib/engine/classifier.js';
import { projectRoot } from '../../support/project-root.js';

/** A server with the demonstration model and the playground, on a free port. */
export async function startPlayground(
  environment: Readonly<Record<string, string>> = {},
): Promise<{ readonly url: string; readonly port: number; close(): Promise<void> }> {
  const model = await resolveModel(join(projectRoot, 'models', 'demo'));
  const server = await startServer({
    config: readConfig({ MODERATION_PORT: '0', MODERATION_PLAYGROUND: 'true', ...environment }),
    logger: createLogger('silent', { write: () => undefined }),
    load: (options) => Classifier.load(model.packFolder, options),
    processMetrics: false,
  });
  await server.ready;
  return {
    url: server.url,
    port: server.port,
    close: async () => {
      await server.stop();
      await model.dispose();
    },
  };
}
