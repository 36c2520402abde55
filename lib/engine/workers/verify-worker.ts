/** Worker entry: compares the files of a pack with its manifest, which blocks its thread. */
import { compareFiles } from '../../checkpoint/pack/compare-files.js';
import type { VerifyRequest, VerifyResponse, VerifyStart } from './messages.js';
import { serve } from './serve.js';

await serve<VerifyStart, VerifyRequest, VerifyResponse>(
  async ({ folder, listed }) =>
    async ({ checksum }) => {
      compareFiles(folder, listed, checksum);
      return { response: {}, transfer: [] };
    },
);
