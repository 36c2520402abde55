import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { projectRoot } from './project-root.js';

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly env: Record<string, string>;
  readonly stdin?: string;
  /** Sends SIGINT as soon as stderr holds this. */
  readonly interruptOn?: string;
}

/** Runs `moderate` as a child process. */
export function runCli(
  args: readonly string[],
  { env, stdin = '', interruptOn }: CliOptions,
): Promise<CliResult> {
  const child = spawn(process.execPath, [join(projectRoot, 'dist/bin/moderate.js'), ...args], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
  });
  let stdout = '';
  let stderr = '';
  let interrupted = interruptOn === undefined;
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
    if (interrupted || !stderr.includes(interruptOn ?? '')) return;
    interrupted = true;
    child.kill('SIGINT');
  });
  child.stdin.end(stdin);
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr })));
}
