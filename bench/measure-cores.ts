import { machineCpuSeconds, processFigures } from './systems/process-figures.js';

/** Cores that were busy over a time: CPU seconds a second. Null where the system does not tell. */
export interface BusyCores {
  readonly serverCores: number | null;
  readonly clientCores: number;
  /** Of all other processes. */
  readonly otherCores: number | null;
}

interface Reading {
  readonly at: number;
  readonly server: number;
  readonly client: number;
  readonly machine: number;
}

/** Reads who uses the processor, at the beginning and the end of a window. */
export class CoreMeter {
  readonly #pid: number;
  readonly #readings: Reading[] = [];

  constructor(serverPid: number) {
    this.#pid = serverPid;
  }

  async read(): Promise<void> {
    const [figures, machine] = await Promise.all([processFigures(this.#pid), machineCpuSeconds()]);
    const { user, system } = process.cpuUsage();
    this.#readings.push({
      at: performance.now() / 1000,
      server: figures?.cpuSeconds ?? Number.NaN,
      client: (user + system) / 1e6,
      machine: machine ?? Number.NaN,
    });
  }

  /** Between the first reading and the last. */
  busy(): BusyCores {
    const [from, to] = [this.#readings[0], this.#readings.at(-1)];
    if (from === undefined || to === undefined || from === to) {
      return { serverCores: null, clientCores: 0, otherCores: null };
    }
    const seconds = to.at - from.at;
    const [server, client, machine] = [
      to.server - from.server,
      to.client - from.client,
      to.machine - from.machine,
    ];
    const others = Math.max(0, machine - server - client);
    return {
      serverCores: Number.isNaN(server) ? null : server / seconds,
      clientCores: client / seconds,
      otherCores: Number.isNaN(others) ? null : others / seconds,
    };
  }
}
