import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from '../project-root.js';

const run = promisify(execFile);

/** Names the Python to use; it must have the packages of bench/peer/requirements.txt. */
export const PYTHON_VARIABLE = 'BENCH_PYTHON';

export const PEER_FOLDER = join(projectRoot, 'bench', 'peer');

const INSTALL_LIMIT_MS = 1_800_000;
const IMPORT = `
import importlib.metadata as m, json, platform
import PIL, safetensors, torch, torchvision, transformers
names = ("torch", "torchvision", "transformers", "tokenizers", "pillow")
print(json.dumps({"python": platform.python_version(), **{n: m.version(n) for n in names}}))
`;

export interface FoundPython {
  readonly command: string;
  readonly versions: Readonly<Record<string, string>>;
}

/** A Python that can run the peer, or why there is none: that is no failure, the peer is left out then. */
export async function findPython(
  cacheFolder: string,
  note: (text: string) => void,
  signal: AbortSignal,
): Promise<FoundPython | { readonly missing: string }> {
  const named = process.env[PYTHON_VARIABLE];
  try {
    if (named) return await check(named, signal);
    const command = join(cacheFolder, 'peer-venv', 'bin', 'python');
    if (existsSync(command)) {
      const found = await check(command, signal).catch(() => undefined);
      if (found) return found;
    }
    await install(cacheFolder, note, signal);
    return await check(command, signal);
  } catch (error) {
    signal.throwIfAborted();
    const reason = lastLine((error as { stderr?: string }).stderr) ?? (error as Error).message;
    return {
      missing:
        `${named ? `The Python of ${PYTHON_VARIABLE}` : 'python3'} cannot run the peer: ${withoutPaths(reason)}. ` +
        `Set ${PYTHON_VARIABLE} to a Python with the packages of bench/peer/requirements.txt.`,
    };
  }
}

async function check(command: string, signal: AbortSignal): Promise<FoundPython> {
  const { stdout } = await run(command, ['-c', IMPORT], { signal });
  return { command, versions: JSON.parse(stdout) as Record<string, string> };
}

async function install(
  cacheFolder: string,
  note: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const folder = join(cacheFolder, 'peer-venv');
  note('installing the packages of bench/peer/requirements.txt with pip, once');
  await run('python3', ['-m', 'venv', '--clear', folder], { signal });
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
  await run(join(folder, 'bin', 'python'), [...pip, '-r', join(PEER_FOLDER, 'requirements.txt')], {
    signal,
    timeout: INSTALL_LIMIT_MS,
  });
}

function lastLine(text: string | undefined): string | undefined {
  return text?.trim().split('\n').at(-1) || undefined;
}

/** Results are published; where things lie on a machine is nobody's business. */
function withoutPaths(text: string): string {
  return text.replaceAll(/(?:[A-Za-z]:)?[\\/][^\s'",:]+/g, '(path)');
}
