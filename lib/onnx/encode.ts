/**
 * Turns a graph into the bytes of an ONNX file. Field numbers are those of onnx.proto
 * (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).
 */
import type { Attribute } from './attribute.js';
import type { Graph, Node, Port } from './graph.js';
import { domainOf, MICROSOFT_DOMAIN, MICROSOFT_OPSET, ONNX_OPSET } from './operator.js';
import { ProtobufWriter } from './protobuf.js';
import { byteLength, DATA_TYPES, type Tensor } from './tensor.js';

/** The version of the file format: 8 is the one that came with opset 17. */
const IR_VERSION = 8;
const PRODUCER = 'multimodal-moderation';

/** `AttributeProto.AttributeType` and `TensorProto.DataLocation`. */
const ATTRIBUTE_KINDS = { float: 1, int: 2, ints: 7 } as const;
const EXTERNAL = 1;

/** The graph as a `ModelProto`. The same graph gives the same bytes. */
export function encodeModel(graph: Graph): Uint8Array {
  return new ProtobufWriter()
    .integer(1, IR_VERSION)
    .string(2, PRODUCER)
    .message(7, (message) => writeGraph(message, graph))
    .message(8, (message) => writeOperatorSet(message, '', ONNX_OPSET))
    .message(8, (message) => writeOperatorSet(message, MICROSOFT_DOMAIN, MICROSOFT_OPSET))
    .finish();
}

function writeOperatorSet(message: ProtobufWriter, domain: string, version: number): void {
  message.string(1, domain).integer(2, version);
}

function writeGraph(message: ProtobufWriter, graph: Graph): void {
  for (const node of graph.nodes) message.message(1, (nested) => writeNode(nested, node));
  message.string(2, graph.name);
  for (const [name, tensor] of graph.initializers) {
    message.message(5, (nested) => writeTensor(nested, name, tensor));
  }
  for (const port of graph.inputs) message.message(11, (nested) => writePort(nested, port));
  for (const port of graph.outputs) message.message(12, (nested) => writePort(nested, port));
}

function writeNode(message: ProtobufWriter, node: Node): void {
  for (const input of node.inputs) message.string(1, input);
  for (const output of node.outputs) message.string(2, output);
  message.string(3, node.name).string(4, node.operator);
  for (const [name, attribute] of Object.entries(node.attributes)) {
    message.message(5, (nested) => writeAttribute(nested, name, attribute));
  }
  message.string(7, domainOf(node.operator));
}

function writeAttribute(message: ProtobufWriter, name: string, attribute: Attribute): void {
  message.string(1, name);
  if (attribute.kind === 'float') message.float(2, attribute.value);
  if (attribute.kind === 'int') message.integer(3, attribute.value);
  if (attribute.kind === 'ints') for (const value of attribute.value) message.integer(8, value);
  message.integer(20, ATTRIBUTE_KINDS[attribute.kind]);
}

function writeTensor(message: ProtobufWriter, name: string, tensor: Tensor): void {
  for (const size of tensor.shape) message.integer(1, size);
  message.integer(2, DATA_TYPES[tensor.type]).string(8, name);
  if ('data' in tensor) {
    message.bytes(9, tensor.data);
    return;
  }
  const { location, offset } = tensor;
  for (const [key, value] of Object.entries({ location, offset, length: byteLength(tensor) })) {
    message.message(13, (entry) => entry.string(1, key).string(2, String(value)));
  }
  message.integer(14, EXTERNAL);
}

/** A `ValueInfoProto`: name, and type as element type and shape. */
function writePort(message: ProtobufWriter, port: Port): void {
  message.string(1, port.name).message(2, (type) =>
    type.message(1, (tensor) =>
      tensor.integer(1, DATA_TYPES[port.type]).message(2, (shape) => {
        for (const dimension of port.shape) {
          shape.message(1, (axis) =>
            typeof dimension === 'number' ? axis.integer(1, dimension) : axis.string(2, dimension),
          );
        }
      }),
    ),
  );
}
