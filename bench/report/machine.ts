import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, platform, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../project-root.js';

/** Where it was measured. No names of hosts, users or folders. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  /** Of the instructions that matter to matrix products, those that the processor has. */
  readonly instructions: readonly string[];
  readonly system: string;
  readonly versions: Readonly<Record<string, string>>;
}

const INSTRUCTIONS = [
  'avx2',
  'avx512f',
  'avx512_vnni',
  'avx_vnni',
  'amx_int8',
  'amx_bf16',
  'asimddp',
  'i8mm',
];
const PACKAGES = ['onnxruntime-node', 'sharp'];

export function describeMachine(peerVersions: Readonly<Record<string, string>> = {}): Machine {
  const flags = new Set(cpuFlags());
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    instructions: INSTRUCTIONS.filter((name) => flags.has(name)),
    system: `${platform()} ${release().split('-')[0]}`,
    versions: {
      node: process.versions.node,
      ...Object.fromEntries(PACKAGES.map((name) => [name, versionOf(name)])),
      ...peerVersions,
    },
  };
}

function cpuFlags(): string[] {
  try {
    const [, flags = ''] = /^(?:flags|Features)\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8')) ?? [];
    return flags.trim().split(/\s+/);
  } catch {
    return [];
  }
}

function versionOf(name: string): string {
  const file = join(projectRoot, 'node_modules', name, 'package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
