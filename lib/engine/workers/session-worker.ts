/** Worker entry: one ONNX Runtime session. `run()` blocks its thread for as long as the batch takes. */
import { Tensor } from 'onnxruntime-node';
import { TokenTable } from '../../text/token-table.js';
import type {
  FloatTensor,
  SessionRequest,
  SessionResponse,
  SessionStart,
  TensorMessage,
} from './messages.js';
import { type Answer, serve } from './serve.js';
import { createSession } from './session.js';
import { yieldToOthers } from './thread-priority.js';

await serve<SessionStart, SessionRequest, SessionResponse>(async (start) => {
  if (start.yields) yieldToOthers();
  const session = await createSession(start);
  const { weights, tokenTable } = start;
  const table = tokenTable && new TokenTable(weights, tokenTable.spec, tokenTable.checksums);
  return async (request): Promise<Answer<SessionResponse>> => {
    const inputs = table === undefined ? request : withEmbeddings(request, table);
    const feeds: Record<string, Tensor> = {};
    for (const [name, tensor] of Object.entries(inputs)) feeds[name] = toTensor(tensor);
    const results = await session.run(feeds);
    const response: Record<string, FloatTensor> = {};
    for (const [name, tensor] of Object.entries(results)) response[name] = fromTensor(name, tensor);
    return { response, transfer: Object.values(response).map(({ data }) => data.buffer as ArrayBuffer) };
  };
});

/** Looked up here and not before, because ids cross threads at a thousandth of the size of their embeddings. */
function withEmbeddings({ input_ids: ids, ...others }: SessionRequest, table: TokenTable): SessionRequest {
  if (ids?.type !== 'int32') throw new TypeError(`input_ids are ${ids?.type}; expected int32.`);
  const dims = [...ids.dims, table.spec.width];
  return { ...others, token_embeddings: { type: 'float32', data: table.embed(ids.data), dims } };
}

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
