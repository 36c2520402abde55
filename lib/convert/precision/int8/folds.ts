/**
 * Scales by channel that cost nothing when the graph runs: what produces the channels is divided by them, and the
 * columns of the weights that read them are multiplied. Answers stay the same, but one scale for all channels then
 * serves each of them well (Xiao et al. 2023, "SmoothQuant").
 *
 *     LayerNorm ──► q, k, v projections           gain, bias ÷ s          columns · s
 *     LayerNorm ──► fc1
 *     v projection ──► attention ──► out_proj     rows, bias ÷ s          columns · s
 */
import type { Graph, Node, Value } from '../../../onnx/graph.js';
import type { Parameter } from '../precision.js';
import type { LinearSite } from './linear-site.js';

export interface Fold {
  /** Parameters that are divided along their first axis, [width] or [width, inputs]. */
  readonly produced: readonly Parameter[];
  /** The linear layers whose columns are multiplied: all that read the channels. */
  readonly readers: readonly LinearSite[];
}

/** Every fold that leaves the graph's answers as they are. */
export function findFolds(graph: Graph, sites: readonly LinearSite[]): Fold[] {
  const wiring = new Wiring(graph);
  const siteOf = new Map(sites.map((site) => [site.output.name, site]));
  return graph.nodes.flatMap((node): Fold[] => {
    const readers = readingSites(wiring, node, siteOf);
    if (readers === undefined) return [];
    if (node.operator === 'LayerNormalization') {
      return [{ produced: node.inputs.slice(1).map((name) => ({ name })), readers }];
    }
    const values = node.operator === 'MultiHeadAttention' ? valueProjection(wiring, node, siteOf) : undefined;
    if (values === undefined) return [];
    const { weight, bias } = values.parameters;
    return [{ produced: bias === undefined ? [weight] : [weight, bias], readers }];
  });
}

/** The linear layers that read a node's output, if nothing else does. */
function readingSites(
  wiring: Wiring,
  node: Node,
  siteOf: ReadonlyMap<string, LinearSite>,
): LinearSite[] | undefined {
  const readers = wiring.readers(node).map(({ outputs }) => siteOf.get(outputs[0] ?? ''));
  return readers.length > 0 && readers.every((site) => site !== undefined) ? readers : undefined;
}

/** The layer that makes the values of an attention, if it serves nothing else. */
function valueProjection(
  wiring: Wiring,
  attention: Node,
  siteOf: ReadonlyMap<string, LinearSite>,
): LinearSite | undefined {
  const source = wiring.source({ name: attention.inputs[2] ?? '' });
  const readers = source === undefined ? [] : wiring.readers(source);
  return readers.length === 1 ? siteOf.get(source?.outputs[0] ?? '') : undefined;
}

/** Operators that pass channels on as they are: the last axis stays whole. */
const MOVES: ReadonlySet<string> = new Set(['Reshape', 'Gather']);

class Wiring {
  readonly #producers = new Map<string, Node>();
  readonly #consumers = new Map<string, Node[]>();

  constructor({ nodes }: Graph) {
    for (const node of nodes) {
      for (const output of node.outputs) this.#producers.set(output, node);
      for (const input of new Set(node.inputs)) {
        this.#consumers.set(input, [...(this.#consumers.get(input) ?? []), node]);
      }
    }
  }

  /** The node that made a value's channels. */
  source({ name }: Value): Node | undefined {
    const node = this.#producers.get(name);
    return node !== undefined && MOVES.has(node.operator)
      ? this.source({ name: node.inputs[0] ?? '' })
      : node;
  }

  /** The nodes that compute with a node's channels. */
  readers({ outputs }: Node): Node[] {
    const direct = outputs.flatMap((output) => this.#consumers.get(output) ?? []);
    return direct.flatMap((node) => (MOVES.has(node.operator) ? this.readers(node) : [node]));
  }
}
