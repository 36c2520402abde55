import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { RawReply, RawRequest } from './raw-limit.js';

/** Measures the raw limit in a process of its own, so that neither memory nor threads of it meet those of a server. */
export async function runRaw(request: RawRequest, signal: AbortSignal): Promise<RawReply> {
  const script = fileURLToPath(new URL('./raw-limit.js', import.meta.url));
  const child = spawn(process.execPath, [script], { stdio: ['pipe', 'pipe', 'pipe'], signal });
  child.once('error', () => undefined); // an abort is an error of the child too; it is thrown below
  child.stdin.end(JSON.stringify(request));
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  signal.throwIfAborted();
  if (output === '') throw new Error(`the raw limit was not measured: ${errors.trim().slice(-500)}`);
  return JSON.parse(output) as RawReply;
}
