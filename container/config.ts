import { PRECISIONS, type Precision } from '../lib/checkpoint/manifest.js';
import {
  DEFAULT_PORT,
  DEVICES,
  type Device,
  ENVIRONMENT,
  MAX_REPLICAS,
  MODEL_DIR,
} from '../lib/contract/environment.js';
import { ModerationError } from '../lib/contract/errors.js';
import { defaultLimits, type Limits, limitsFromEnvironment } from '../lib/contract/limits.js';
import { isLoopback } from './http/loopback.js';
import { LOG_LEVELS, type LogLevel } from './telemetry/logger.js';

/** Everything that the server can be told, filled in. */
export interface ServerConfig {
  /** A model pack or a checkpoint. */
  readonly modelDir: string;
  /** Undefined: that of the model folder, where there is one. */
  readonly policyFile: string | undefined;
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly device: Device;
  /** Undefined: as many as there are cores. */
  readonly threads: number | undefined;
  /** Undefined: what is fastest for its memory. */
  readonly replicas: number | undefined;
  /** Of the pack, when the model folder holds a checkpoint. */
  readonly precision: Precision;
  /** Undefined: the system's temporary folder. */
  readonly scratchDir: string | undefined;
  readonly logLevel: LogLevel;
  /** Whether CloudWatch metrics are written into the log. */
  readonly embeddedMetrics: boolean;
  /** Whether `/` is the playground. */
  readonly playground: boolean;
  /** Tells the embedded metrics of one endpoint from those of others. Undefined: they carry no name. */
  readonly endpointName: string | undefined;
  readonly limits: Limits;
}

/** SageMaker's rule. */
const ENDPOINT_NAME = /^[A-Za-z\d](?:-*[A-Za-z\d]){0,62}$/;

export type Environment = Readonly<Record<string, string | undefined>>;

/** Defaults that depend on who reads the configuration. */
export interface ConfigDefaults {
  /** Serves the playground where the host is a loopback address. @default false */
  readonly playgroundOnLoopback?: boolean | undefined;
}

/**
 * The configuration: what `overrides` say (the command line), else the environment, else the defaults. Everything that
 * is wrong is told in one `invalid_configuration`.
 */
export function readConfig(
  environment: Environment,
  overrides: Partial<ServerConfig> = {},
  { playgroundOnLoopback = false }: ConfigDefaults = {},
): ServerConfig {
  const read = new EnvironmentReader(environment);
  const port = read.integer(ENVIRONMENT.port, 0, 65_535) ?? DEFAULT_PORT;
  const host = overrides.host ?? read.text(ENVIRONMENT.host) ?? '127.0.0.1';
  const playground = read.choice(ENVIRONMENT.playground, ['true', 'false']);
  const config: ServerConfig = {
    modelDir: read.text(ENVIRONMENT.modelDir) ?? MODEL_DIR,
    policyFile: read.text(ENVIRONMENT.policyFile),
    host,
    port: read.integer(ENVIRONMENT.sagemakerPort, 1, 65_535) ?? port,
    device: read.choice(ENVIRONMENT.device, DEVICES) ?? 'auto',
    threads: read.integer(ENVIRONMENT.threads, 1, 1024),
    replicas: read.integer(ENVIRONMENT.replicas, 1, MAX_REPLICAS),
    precision: read.choice(ENVIRONMENT.precision, PRECISIONS) ?? 'fp32',
    scratchDir: read.text(ENVIRONMENT.scratchDir),
    logLevel: read.choice(ENVIRONMENT.logLevel, LOG_LEVELS) ?? 'info',
    embeddedMetrics: read.choice(ENVIRONMENT.emf, ['true', 'false']) === 'true',
    playground: playground ? playground === 'true' : playgroundOnLoopback && isLoopback(host),
    endpointName: read.matching(ENVIRONMENT.endpointName, ENDPOINT_NAME, 'the name of an endpoint'),
    limits: read.limits(),
  };
  read.throwIfWrong();
  const given = Object.entries(overrides).filter(([, value]) => value !== undefined);
  return { ...config, ...Object.fromEntries(given) };
}

/** Reads variables and gathers what is wrong with them. An empty one counts as unset. */
class EnvironmentReader {
  readonly #environment: Environment;
  readonly #problems: string[] = [];

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  text(name: string): string | undefined {
    return this.#environment[name] || undefined;
  }

  matching(name: string, pattern: RegExp, expected: string): string | undefined {
    const raw = this.text(name);
    if (raw === undefined || pattern.test(raw)) return raw;
    return this.#wrong(name, raw, expected);
  }

  integer(name: string, min: number, max: number): number | undefined {
    const raw = this.text(name);
    if (raw === undefined) return undefined;
    const value = /^\d+$/.test(raw) ? Number(raw) : Number.NaN;
    if (value >= min && value <= max) return value;
    return this.#wrong(name, raw, `a whole number from ${min} to ${max}`);
  }

  choice<T extends string>(name: string, choices: readonly T[]): T | undefined {
    const raw = this.text(name);
    if (raw === undefined) return undefined;
    return choices.find((choice) => choice === raw) ?? this.#wrong(name, raw, choices.join(', '));
  }

  limits(): Limits {
    try {
      return limitsFromEnvironment(this.#environment);
    } catch (error) {
      if (!(error instanceof ModerationError)) throw error;
      this.#problems.push(error.message);
      return defaultLimits();
    }
  }

  throwIfWrong(): void {
    if (this.#problems.length > 0)
      throw new ModerationError('invalid_configuration', this.#problems.join('\n'));
  }

  #wrong(name: string, raw: string, expected: string): undefined {
    this.#problems.push(`${name} is ${JSON.stringify(raw)}; expected ${expected}`);
    return undefined;
  }
}
