import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { SystemDefinition, SystemName } from './system.js';

const POLL_MS = 25;
const START_LIMIT_MS = 180_000;
const STOP_LIMIT_MS = 15_000;
const LOG_TAIL = 1500;

/** A server under measurement. */
export interface RunningSystem {
  readonly name: SystemName;
  readonly pid: number;
  readonly port: number;
  /** From before the process was made to the first 200 from /ping. */
  readonly startMs: number;
  /** Ends the process and waits until it is gone. */
  stop(): Promise<void>;
}

/**
 * Starts a server on a free port of the loopback and waits until it is healthy. Rejects with the end of its log when it
 * ends first or takes too long.
 */
export async function startSystem(definition: SystemDefinition, signal: AbortSignal): Promise<RunningSystem> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'moderation-bench-'));
  const logFile = join(folder, 'log');
  const log = openSync(logFile, 'w');
  const start = performance.now();
  const child = spawn(definition.command, definition.arguments(port), {
    stdio: ['ignore', log, log],
    env: { ...cleanEnvironment(), ...definition.environment },
  });
  closeSync(log);
  // Whatever ends the benchmark, no server is left behind.
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  const stop = async (): Promise<void> => {
    await end(child);
    process.off('exit', kill);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await untilHealthy(child, port, signal);
    const startMs = performance.now() - start;
    return { name: definition.name, pid: child.pid as number, port, startMs, stop };
  } catch (error) {
    const tail = readFileSync(logFile, 'utf8').slice(-LOG_TAIL).trim();
    await stop();
    signal.throwIfAborted();
    throw new Error(`${definition.name} did not start: ${(error as Error).message}\n${tail}`);
  }
}

/** Settings of this server that happen to be in the caller's environment must not decide what is measured. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('MODERATION_')));
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

async function untilHealthy(child: ChildProcess, port: number, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + START_LIMIT_MS;
  let ended: string | undefined;
  child.once('error', (error) => {
    ended = error.message;
  });
  child.once('exit', (code, killed) => {
    ended = `it ended with ${killed ?? `exit code ${code}`}`;
  });
  for (;;) {
    signal.throwIfAborted();
    if (ended !== undefined) throw new Error(ended);
    if ((await ping(port)) === 200) return;
    if (performance.now() > deadline) throw new Error(`no healthy /ping within ${START_LIMIT_MS / 1000} s`);
    await delay(POLL_MS);
  }
}

/** The status of one /ping; 0 when there is no connection. */
function ping(port: number): Promise<number> {
  return new Promise((resolve) => {
    const request = get(
      { host: '127.0.0.1', port, path: '/ping', agent: false, timeout: 5000 },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      },
    );
    request.once('timeout', () => request.destroy());
    request.once('error', () => resolve(0));
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  const patience = new AbortController();
  const kill = delay(STOP_LIMIT_MS, undefined, { signal: patience.signal }).then(
    () => child.kill('SIGKILL'),
    () => undefined,
  );
  await exit;
  patience.abort();
  await kill;
}
