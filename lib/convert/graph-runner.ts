/** What conversion needs of a runtime. The engine has one; it is passed in, as this layer knows none. */

export interface GraphSource {
  /** The bytes of an ONNX file. */
  readonly model: Uint8Array;
  /** Folder of the weights that it references. */
  readonly weightsFolder: string;
}

export type GraphTensor =
  | { readonly type: 'float32'; readonly data: Float32Array; readonly dims: readonly number[] }
  | { readonly type: 'int32'; readonly data: Int32Array; readonly dims: readonly number[] }
  | { readonly type: 'uint8'; readonly data: Uint8Array; readonly dims: readonly number[] };

/** Inputs by name. */
export type Feeds = Readonly<Record<string, GraphTensor>>;

export interface RunningGraph {
  /** One run at a time. Every output by name, as float32 values. */
  run(feeds: Feeds): Promise<ReadonlyMap<string, Float32Array>>;
  close(): Promise<void>;
}

/** Loads a graph. Rejects when the runtime cannot. */
export type OpenGraph = (source: GraphSource) => Promise<RunningGraph>;
