import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { HttpClient } from '../support/http-client.js';
import type { Decoder } from './decoder.js';
import type { FuzzCase, RawCase, Verdict } from './fuzz-case.js';
import { judgePost, judgeRaw } from './judge.js';

/** What has not ended by then hangs. */
const HANGS_AFTER_MS = 120_000;

export interface Targets {
  readonly http: HttpClient;
  readonly decoder: Decoder;
}

/** Runs one case to its end. Never rejects: whatever goes wrong is the verdict. */
export async function runCase(index: number, fuzzCase: FuzzCase, targets: Targets): Promise<Verdict> {
  const timer = new AbortController();
  const hang = delay(
    HANGS_AFTER_MS,
    { outcome: 'hang', failure: `no end within ${HANGS_AFTER_MS} ms` },
    {
      signal: timer.signal,
    },
  );
  hang.catch(() => undefined);
  try {
    return await Promise.race([hang, exchange(index, fuzzCase, targets)]);
  } catch (error) {
    return { outcome: 'lost', failure: `the exchange failed: ${error}` };
  } finally {
    timer.abort();
  }
}

async function exchange(index: number, fuzzCase: FuzzCase, { http, decoder }: Targets): Promise<Verdict> {
  switch (fuzzCase.kind) {
    case 'decode':
      return decoder.decode(index);
    case 'raw':
      return judgeRaw(fuzzCase, await onBareConnection(http.port, fuzzCase));
    case 'post': {
      const headers = { 'content-type': fuzzCase.contentType };
      const {
        status,
        headers: got,
        body,
      } = await http.send({
        path: '/invocations',
        headers,
        body: fuzzCase.body,
      });
      return judgePost(fuzzCase, { status, contentType: got['content-type'] ?? '', body });
    }
  }
}

/** Sends the parts and gives what came back until the server closed, or until the caller left. */
function onBareConnection(port: number, { parts, leaves }: RawCase): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const received: Buffer[] = [];
    let connected = false;
    const socket = connect({ host: '127.0.0.1', port }, async () => {
      connected = true;
      for (const { bytes, pauseMs } of parts) {
        if (pauseMs > 0) await delay(pauseMs);
        if (socket.destroyed) return;
        socket.write(bytes);
      }
      if (leaves) setImmediate(() => socket.destroy());
    });
    socket.on('data', (chunk: Buffer) => received.push(chunk));
    // The server may close while the caller still sends; what counts is what it said before.
    socket.on('error', (error) => {
      if (!connected) reject(error);
    });
    socket.on('close', () => resolve(Buffer.concat(received)));
  });
}
