import type { Value } from '../../onnx/graph.js';

/** Inputs of a head, float32: features [batch, featureWidth], presence flags [batch], 1 present and 0 absent. */
export interface HeadInputs {
  readonly text: Value;
  readonly image: Value;
  readonly textPresent: Value;
  readonly imagePresent: Value;
}
