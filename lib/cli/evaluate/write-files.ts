import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { append, writeAtomically } from '../../checkpoint/atomic-file.js';
import { ModerationError } from '../../contract/errors.js';

/** Makes a folder for results. @throws ModerationError `invalid_configuration` where it cannot be made */
export async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true }).catch((cause: NodeJS.ErrnoException) => refuse(folder, cause));
}

/** Writes files of a folder by name, each whole or not at all. */
export async function writeFiles(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    await writeAtomically(path, (handle) => append(handle, Buffer.from(content))).catch((cause) =>
      refuse(path, cause),
    );
  }
}

export function asJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function refuse(path: string, cause: NodeJS.ErrnoException): never {
  if (cause instanceof ModerationError || cause.code === undefined) throw cause;
  throw new ModerationError('invalid_configuration', `${path} cannot be written (${cause.code}).`, { cause });
}
