/** The machine images of GPU instances: which driver they bring, and whether the project's gpu image starts on it. */

import { type InstanceFacts, instanceFacts } from '../../../sagemaker/instance-types.js';
import { fails, type Rule } from '../rules.js';

export interface GpuAmi {
  readonly driver: number;
  /** The CUDA version that the driver speaks. */
  readonly cuda: string;
  /** Why the project's gpu image (CUDA 12.8) must not be put on it; undefined where it runs. */
  readonly unfit?: string;
}

/**
 * AMI overrides are never applied by SageMaker itself: without one, g4dn and g5 get driver 470 (CUDA 11.4), on which a
 * CUDA 12 container stays in `Creating` and writes no log.
 */
export const GPU_AMIS: Readonly<Record<string, GpuAmi>> = {
  'al2-ami-sagemaker-inference-gpu-2': { driver: 535, cuda: '12.2' },
  'al2-ami-sagemaker-inference-gpu-2-1': { driver: 535, cuda: '12.2' },
  'al2-ami-sagemaker-inference-gpu-3-1': { driver: 550, cuda: '12.4' },
  'al2023-ami-sagemaker-inference-gpu-4-1': {
    driver: 580,
    cuda: '13.0',
    unfit: 'containers with CUDA 12.8 and 12.9 are known not to start on it, without any log',
  },
};

/** Driver 550: what AWS pairs with CUDA 12.x containers, such as the project's gpu image. */
export const DEFAULT_GPU_AMI = 'al2-ami-sagemaker-inference-gpu-3-1';

/** Driver 580, the only one that knows Blackwell GPUs. */
const BLACKWELL_AMI = 'al2023-ami-sagemaker-inference-gpu-4-1';

/** The AMI to pin: the one asked for, else the default on GPU types and none on CPU types. */
export function amiVersion(instanceType: string, override: string | undefined): string | undefined {
  if (override !== undefined) return override;
  return instanceFacts(instanceType)?.gpu ? DEFAULT_GPU_AMI : undefined;
}

/** Rules on an AMI override; `projectImage` when the image is built from this project's Dockerfile. */
export function amiRules(
  override: string | undefined,
  facts: InstanceFacts | undefined,
  instanceType: string,
  projectImage: boolean,
): Rule[] {
  const names = Object.keys(GPU_AMIS).join(', ');
  const unfit = override === undefined ? undefined : GPU_AMIS[override]?.unfit;
  return [
    {
      broken: fails(override, (name) => name in GPU_AMIS),
      problem: `amiVersion is ${JSON.stringify(override)}; expected one of ${names}.`,
    },
    {
      broken: override !== undefined && facts !== undefined && !facts.gpu,
      problem: `amiVersion is ${JSON.stringify(override)} on ${instanceType}, which has no GPU; leave amiVersion out.`,
    },
    {
      broken:
        facts?.blackwell === true &&
        fails(override ?? DEFAULT_GPU_AMI, (name) => (GPU_AMIS[name]?.driver ?? 0) >= 570),
      problem: `${instanceType} has Blackwell GPUs, which need driver 570 or newer, and ${override ?? DEFAULT_GPU_AMI} brings an older one; set amiVersion to ${BLACKWELL_AMI}, with an image of CUDA 13.`,
    },
    {
      broken: projectImage && unfit !== undefined,
      problem: `amiVersion ${override} does not fit the project's gpu image: ${unfit}. Use ${DEFAULT_GPU_AMI}.`,
    },
  ];
}
