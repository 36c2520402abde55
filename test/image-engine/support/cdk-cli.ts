/** The `cdk` of this checkout, with its own cdk.json, as a user runs it; against a local AWS API. */
import { spawn } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { projectRoot } from '../../support/project-root.js';

export interface CdkResult {
  readonly code: number | null;
  /** What a user reads, in both streams. */
  readonly output: string;
}

export class CdkCli {
  readonly #log: string;
  readonly #environment: Record<string, string>;

  /**
   * @param folder a new one: the user's home, the cloud assembly and what stands in for Docker lie there
   * @param environment what leads to the local AWS API
   */
  constructor(folder: string, environment: Readonly<Record<string, string>>) {
    this.#log = join(folder, 'docker.log');
    writeFileSync(this.#log, '');
    this.#environment = {
      ...inherited(),
      ...environment,
      HOME: folder,
      CI: 'true',
      CDK_OUTDIR: join(folder, 'cdk.out'),
      CDK_DOCKER: executable(
        join(folder, 'docker'),
        `exec '${process.execPath}' '${join(projectRoot, 'dist/test/image-engine/support/docker-stand-in.js')}' "$@"`,
      ),
      DOCKER_STAND_IN_LOG: this.#log,
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    };
  }

  /** What the CDK called Docker with, call by call, and forgets it. */
  takeDockerCalls(): readonly (readonly string[])[] {
    const lines = readFileSync(this.#log, 'utf8').split('\n').filter(Boolean);
    writeFileSync(this.#log, '');
    return lines.map((line) => JSON.parse(line) as string[]);
  }

  /** A line as it would be typed, such as `npx cdk diff -c hosting=async`. Not synchronous: the API asks this process for rules. */
  async tryLine(line: string): Promise<CdkResult> {
    const child = spawn('bash', ['-c', line.replace(/^npx cdk\b/, 'node_modules/.bin/cdk')], {
      cwd: projectRoot,
      env: this.#environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
    const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
    return { code, output: `${stdout}${stderr}` };
  }

  /** @throws Error with all that was printed, when the line fails */
  async line(line: string): Promise<string> {
    const { code, output } = await this.tryLine(line);
    if (code !== 0) throw new Error(`${line} ended with code ${code}:\n${output}`);
    return output;
  }
}

/** Without what leads to a real account, or changes what the CDK and Node.js do. */
function inherited(): Record<string, string> {
  const kept = Object.entries(process.env).filter(([name]) => !/^(?:AWS_|CDK_|NODE_|JEST_)/.test(name));
  return Object.fromEntries(kept) as Record<string, string>;
}

function executable(path: string, command: string): string {
  writeFileSync(path, `#!/bin/sh\n${command}\n`);
  chmodSync(path, 0o755);
  return path;
}
