import { join } from 'node:path';
import { PEER_FOLDER } from './find-python.js';
import type { SystemDefinition } from './system.js';

/** The original handler's logic on PyTorch: see bench/peer/server.py. */
export function peer(python: string, checkpoint: string): SystemDefinition {
  return {
    name: 'peer',
    command: python,
    arguments: (port) => [join(PEER_FOLDER, 'server.py'), checkpoint, '--port', String(port)],
    // Nothing may be fetched while it is measured; everything comes from the checkpoint's folder.
    environment: { HF_HUB_OFFLINE: '1', PYTHONDONTWRITEBYTECODE: '1' },
  };
}
