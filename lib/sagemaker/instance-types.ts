/** What a SageMaker instance type is, read from its name: `ml.FAMILY.SIZE`. */

export const DEFAULT_INSTANCE_TYPE = 'ml.g4dn.xlarge';

export interface InstanceFacts {
  readonly family: string;
  /** Such as `2xlarge`. */
  readonly size: string;
  readonly gpu: boolean;
  /** GPUs of the instance: 0 on a CPU type. */
  readonly gpus: number;
  /** Undefined on a CPU type, and where the family is not known here. */
  readonly gpuModel?: GpuModel;
  readonly vcpus: number;
  /** Main memory in GiB; undefined where the family is not known here. */
  readonly memoryGib?: number;
  /** Whether it has local NVMe storage, so that SageMaker refuses VolumeSizeInGB. */
  readonly localStorage: boolean;
  /** Whether it is an Arm processor; the project's images are x86-64. */
  readonly arm: boolean;
  /** Whether its GPUs are of the Blackwell generation, which drivers before 570 do not know. */
  readonly blackwell: boolean;
  /** Whether it saves up processor time for bursts; SageMaker does not scale such types. */
  readonly burstable: boolean;
  /** Requests in flight on one instance at which another is wanted. See {@link concurrencyTarget}. */
  readonly concurrencyTarget: number;
}

export interface GpuModel {
  readonly name: string;
  /** Of one GPU, in GB. */
  readonly memoryGb: number;
}

const GPU_FAMILIES = /^[gp]\d/;
/** GPU families since g4dn, and every family with a `d` for disk. */
const LOCAL_STORAGE = /^(?:g4dn|g[5-9]\w*|p3dn|p4de?|p[5-9][\w-]*|[cmr]\d+[a-z]*d[a-z]*|trn\d\w*)$/;
const BLACKWELL = /^(?:g7|p6)/;
const BURSTABLE = /^t\d/;
/** A `g` after the generation: c7g, m6gd. GPU families begin with g instead. */
const ARM = /^[a-z]+\d+g/;

const GPU_MODELS: Readonly<Record<string, GpuModel>> = {
  g4dn: { name: 'T4', memoryGb: 16 },
  g5: { name: 'A10G', memoryGb: 24 },
  g6: { name: 'L4', memoryGb: 24 },
  g6e: { name: 'L40S', memoryGb: 48 },
};

/** GiB of main memory for each vCPU. */
const MEMORY_PER_VCPU: Readonly<Record<string, number>> = {
  c5: 2,
  c6i: 2,
  c7i: 2,
  m5: 4,
  m7i: 4,
  g4dn: 4,
  g5: 4,
  g6: 4,
  g6e: 8,
};

/** Several GPUs only from these sizes on. */
const GPUS_BY_SIZE: Readonly<Record<string, number>> = {
  '12xlarge': 4,
  '24xlarge': 4,
  '48xlarge': 8,
};
const GPUS_OF_P: Readonly<Record<string, number>> = { '2xlarge': 1, '4xlarge': 1, '8xlarge': 4 };

/** The facts of an instance type; undefined where the name is not one, as with what is known only at deployment. */
export function instanceFacts(instanceType: string): InstanceFacts | undefined {
  const [, family, size] = /^ml\.([a-z0-9-]+)\.(\d*x?large|medium|metal)$/.exec(instanceType) ?? [];
  if (family === undefined || size === undefined) return undefined;
  const gpu = GPU_FAMILIES.test(family);
  const vcpus = countVcpus(size);
  const gpuModel = GPU_MODELS[family];
  const memoryPerVcpu = MEMORY_PER_VCPU[family];
  return {
    family,
    size,
    gpu,
    gpus: gpu ? countGpus(family, size) : 0,
    ...(gpuModel !== undefined && { gpuModel }),
    vcpus,
    ...(memoryPerVcpu !== undefined && { memoryGib: memoryPerVcpu * vcpus }),
    localStorage: LOCAL_STORAGE.test(family),
    arm: ARM.test(family) && !gpu,
    blackwell: BLACKWELL.test(family),
    burstable: BURSTABLE.test(family),
    concurrencyTarget: concurrencyTarget(family, gpu, vcpus),
  };
}

function countGpus(family: string, size: string): number {
  return family.startsWith('p') ? (GPUS_OF_P[size] ?? 8) : (GPUS_BY_SIZE[size] ?? 1);
}

function countVcpus(size: string): number {
  const [, factor] = /^(\d*)xlarge$/.exec(size) ?? [];
  if (factor === undefined) return 2;
  return factor === '' ? 4 : 4 * Number(factor);
}

/**
 * Requests in flight per instance to scale on. The engine runs a batch (up to 8 images) while the next one forms, so two
 * batches of one-post requests keep it busy: 16 on a T4. Newer GPUs finish a batch two to three times faster, so more
 * may wait for the same latency. A CPU gains nothing from a longer queue: one request a vCPU. Starting points: measure
 * with your own traffic.
 */
function concurrencyTarget(family: string, gpu: boolean, vcpus: number): number {
  if (!gpu) return Math.max(2, vcpus);
  return family === 'g4dn' || family === 'p3' ? 16 : 32;
}
