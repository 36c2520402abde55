import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { projectRoot } from '../../support/project-root.js';

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export type RunningCli = ChildProcess & { readonly ended: Promise<Ended> };

/** The command line in a process of its own, in a folder. */
export function runCli(folder: string, ...args: string[]): RunningCli {
  const child = spawn(process.execPath, [join(projectRoot, 'dist', 'bin', 'moderate.js'), ...args], {
    cwd: folder,
    env: { PATH: process.env['PATH'] },
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => (stdout += chunk));
  child.stderr.on('data', (chunk) => (stderr += chunk));
  const ended = new Promise<Ended>((resolve) =>
    child.on('close', (code) => resolve({ code, stdout, stderr })),
  );
  return Object.assign(child, { ended });
}
