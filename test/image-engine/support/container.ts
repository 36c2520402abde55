import { docker, IMAGE, tryDocker } from './docker.js';

export interface RunOptions {
  /** Mounted read-only at /opt/ml/model. Default: nothing is. */
  readonly model?: string;
  /** Further arguments of docker run. */
  readonly flags?: readonly string[];
  /** Inside the container. */
  readonly port?: number;
}

const POLL_MS = 50;
/** SageMaker's. */
const PING_TIMEOUT_MS = 2000;

/** A container that serves, as SageMaker starts it. */
export class Container {
  private constructor(
    readonly id: string,
    private readonly port: number,
  ) {}

  static async serve({ model, flags = [], port = 8080 }: RunOptions): Promise<Container> {
    const mount = model === undefined ? [] : ['-v', `${model}:/opt/ml/model:ro`];
    const published = flags.includes('none') ? [] : ['-p', `127.0.0.1::${port}`];
    const id = await docker('run', '--detach', ...published, ...mount, ...flags, IMAGE, 'serve');
    return new Container(id, port);
  }

  async url(): Promise<string> {
    const address = await docker('port', this.id, `${this.port}/tcp`);
    return `http://${address.split('\n')[0]}`;
  }

  /** Resolves when /ping answers 200. */
  async healthy(): Promise<void> {
    const url = `${await this.url()}/ping`;
    for (;;) {
      const status = await fetch(url, { signal: AbortSignal.timeout(PING_TIMEOUT_MS) }).then(
        (response) => response.status,
        () => 0,
      );
      if (status === 200) return;
      if (!(await this.running())) throw new Error(`The container ended:\n${await this.rawLog()}`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  async post(body: string, type = 'application/json'): Promise<Response> {
    return fetch(`${await this.url()}/invocations`, {
      method: 'POST',
      headers: { 'content-type': type },
      body,
    });
  }

  /** What a module's code prints that runs inside the container. */
  async evaluate(code: string): Promise<string> {
    return docker('exec', this.id, 'node', '--input-type=module', '--eval', code);
  }

  /** Changes of the root file system, as `docker diff` lists them. */
  async changes(): Promise<string[]> {
    return (await docker('diff', this.id)).split('\n').filter(Boolean);
  }

  async logs(): Promise<Record<string, unknown>[]> {
    return (await this.rawLog())
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  }

  async rawLog(): Promise<string> {
    const { out, error } = await tryDocker('logs', this.id);
    return out + error;
  }

  /** The exit code, once it has ended. */
  async exit(): Promise<number> {
    return Number(await docker('wait', this.id));
  }

  /** SIGTERM; SIGKILL when it has not ended within the time that SageMaker gives. */
  async stop(): Promise<number> {
    await docker('stop', '--time', '30', this.id);
    return this.exit();
  }

  async remove(): Promise<void> {
    await tryDocker('rm', '--force', '--volumes', this.id);
  }

  private async running(): Promise<boolean> {
    return (await docker('inspect', '--format', '{{.State.Running}}', this.id)) === 'true';
  }
}
