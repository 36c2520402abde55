/** Worker entry: one ONNX Runtime session. `run()` blocks its thread for as long as the batch takes. */
import { Tensor } from 'onnxruntime-node';
import { ModerationError } from '../../contract/errors.js';
import type {
  FloatTensor,
  SessionRequest,
  SessionResponse,
  SessionStart,
  TensorMessage,
} from './messages.js';
import { type Answer, serve } from './serve.js';
import { createSession, isOutOfMemory } from './session.js';

const NO_MEMORY = 'There was not enough memory to compute the item.';

await serve<SessionStart, SessionRequest, SessionResponse>(async (start) => {
  const session = await createSession(start);
  return async (request): Promise<Answer<SessionResponse>> => {
    const feeds: Record<string, Tensor> = {};
    for (const [name, tensor] of Object.entries(request)) feeds[name] = toTensor(tensor);
    const results = await session.run(feeds).catch((error: unknown) => {
      throw isOutOfMemory(error) ? new ModerationError('worker_failed', NO_MEMORY, { cause: error }) : error;
    });
    const response: Record<string, FloatTensor> = {};
    for (const [name, tensor] of Object.entries(results)) response[name] = fromTensor(name, tensor);
    return { response, transfer: Object.values(response).map(({ data }) => data.buffer as ArrayBuffer) };
  };
});

function toTensor({ type, data, dims }: TensorMessage): Tensor {
  return new Tensor(type, data, dims);
}

/** Copies: the runtime's own memory must not be handed to another thread. Outputs are a few kilobytes an item. */
function fromTensor(name: string, tensor: Tensor): FloatTensor {
  const { data, dims } = tensor;
  if (!(data instanceof Float32Array)) {
    throw new TypeError(`Output ${name} is ${tensor.type}; expected float32.`);
  }
  return { type: 'float32', data: data.slice(), dims };
}
