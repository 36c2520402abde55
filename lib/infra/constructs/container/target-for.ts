import type { InstanceFacts } from '../../../sagemaker/instance-types.js';
import type { ImageTarget } from './image-source.js';

/** The image target that an instance type wants. */
export function targetFor(facts: InstanceFacts | undefined): ImageTarget {
  return facts?.gpu ? 'gpu' : 'cpu';
}
