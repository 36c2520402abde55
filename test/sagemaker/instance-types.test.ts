import { describe, expect, test } from '@jest/globals';
import { instanceFacts } from '../../lib/sagemaker/instance-types.js';

describe('an instance type', () => {
  test('tells its processors, memory and GPUs', () => {
    expect(instanceFacts('ml.g4dn.xlarge')).toMatchObject({
      family: 'g4dn',
      size: 'xlarge',
      gpus: 1,
      gpuModel: { name: 'T4', memoryGb: 16 },
      vcpus: 4,
      memoryGib: 16,
      localStorage: true,
      concurrencyTarget: 16,
    });
    expect(instanceFacts('ml.g5.48xlarge')).toMatchObject({ gpus: 8, vcpus: 192, memoryGib: 768 });
    expect(instanceFacts('ml.g6e.2xlarge')).toMatchObject({ gpus: 1, vcpus: 8, memoryGib: 64 });
    expect(instanceFacts('ml.c6i.4xlarge')).toMatchObject({ gpus: 0, vcpus: 16, memoryGib: 32 });
    expect(instanceFacts('ml.c5.9xlarge')).toMatchObject({ vcpus: 36, memoryGib: 72 });
    expect(instanceFacts('ml.c7i.large')).toMatchObject({ vcpus: 2, localStorage: false, arm: false });
  });

  test('leaves out what is not known of its family', () => {
    const facts = instanceFacts('ml.x9.xlarge');
    expect(facts).toMatchObject({ vcpus: 4, gpu: false });
    expect(facts).not.toHaveProperty('memoryGib');
    expect(facts).not.toHaveProperty('gpuModel');
  });

  test.each(['g4dn.xlarge', 'ml.g4dn', 'ml.g4dn.huge', '', '${Token[TOKEN.7]}'])('is not %j', (name) =>
    expect(instanceFacts(name)).toBeUndefined(),
  );
});
