/** Rules on what an endpoint runs on: types, pools, machine images, volumes and times. */
import { Token } from 'aws-cdk-lib/core';
import { type InstanceFacts, instanceFacts } from '../../sagemaker/instance-types.js';
import { targetFor } from './container/target-for.js';
import { amiRules, DEFAULT_GPU_AMI } from './hosting/gpu-ami.js';
import { type InstanceOptions, instanceTypesOf } from './hosting/hosting.js';
import { poolRules } from './hosting/instance-pool.js';
import type { ModerationEndpointProps } from './moderation-endpoint-props.js';
import { fails, lasting, type Rule, within } from './rules.js';

export function instanceRules(props: ModerationEndpointProps, options: InstanceOptions): Rule[] {
  return [
    ...poolRules(options, props.security?.encryptionKey !== undefined),
    ...instanceTypesOf(options).flatMap((type) => typeRules(props, options, type)),
    within('instanceCount', options.instanceCount, 1, 1000, 'instances'),
    within('volumeGiB', options.volumeGiB, 1, 512, 'GiB'),
    lasting('startupTimeout', options.startupTimeout, 60, 3600),
    lasting('downloadTimeout', options.downloadTimeout, 60, 3600),
    lasting('provisionTimeout', options.provisionTimeout, 300, 3600),
  ];
}

function typeRules(props: ModerationEndpointProps, options: InstanceOptions, instanceType: string): Rule[] {
  const facts = instanceFacts(instanceType);
  const option = options.instancePool === undefined ? 'instanceType' : 'a type of instancePool';
  return [
    {
      broken: fails(instanceType, () => facts !== undefined),
      problem: `${option} is ${JSON.stringify(instanceType)}; expected ml.FAMILY.SIZE, such as ml.g4dn.xlarge.`,
    },
    ...targetRules(props, facts, instanceType),
    {
      broken: Token.isUnresolved(instanceType) && props.image.target === undefined,
      problem:
        "instanceType is known only at deployment, so the image's target cannot follow it; give the image its target.",
    },
    {
      broken:
        Token.isUnresolved(instanceType) && props.image.target === 'gpu' && options.amiVersion === undefined,
      problem: `instanceType is known only at deployment, so no machine image can be pinned; set amiVersion, such as ${DEFAULT_GPU_AMI}.`,
    },
    ...amiRules(options.amiVersion, facts, instanceType, props.image.fromThisProject),
    {
      broken: options.volumeGiB !== undefined && facts?.localStorage === true,
      problem: `volumeGiB is ${options.volumeGiB} on ${instanceType}, which has local NVMe storage, so SageMaker refuses a volume size; leave it out.`,
    },
  ];
}

function targetRules(
  { image }: ModerationEndpointProps,
  facts: InstanceFacts | undefined,
  instanceType: string,
): Rule[] {
  const wanted = targetFor(facts);
  return [
    {
      broken: facts !== undefined && image.target !== undefined && image.target !== wanted,
      problem: `the image's target is ${image.target}, but ${instanceType} wants ${wanted}; change the target or the instanceType.`,
    },
    {
      broken: facts?.arm === true && image.fromThisProject,
      problem: `${instanceType} has an Arm processor; the project's images are x86-64. Use a type without g after its generation.`,
    },
  ];
}
