/** Names, port and paths that the server, the image and the stacks agree on. */

/** SageMaker's fixed port for a single container. */
export const DEFAULT_PORT = 8080;

/** Set to `true` by SageMaker inside a batch transform job. */
export const SAGEMAKER_BATCH = 'SAGEMAKER_BATCH';

/** Where SageMaker puts the model; read-only. */
export const MODEL_DIR = '/opt/ml/model';

export const ENVIRONMENT = {
  /** The folder of the model pack or checkpoint. Default: {@link MODEL_DIR}. */
  modelDir: 'MODERATION_MODEL_DIR',
  /** A policy file. Default: `policy.json` of the model folder, where there is one. */
  policyFile: 'MODERATION_POLICY',
  /** Address to listen on. Default: 127.0.0.1 from the command line, 0.0.0.0 in the image. */
  host: 'MODERATION_HOST',
  /** Port to listen on. Default: {@link DEFAULT_PORT}. */
  port: 'MODERATION_PORT',
  /** Injected by SageMaker on multi-container endpoints; wins over `port`. */
  sagemakerPort: 'SAGEMAKER_BIND_TO_PORT',
  /** `auto` (default), `cuda` or `cpu`. */
  device: 'MODERATION_DEVICE',
  /** Cores that each encoder may use. Default: the number of cores available. */
  threads: 'MODERATION_THREADS',
  /** Copies of each encoder on the CPU. Default: as many as threads; one for texts in fp32. */
  replicas: 'MODERATION_REPLICAS',
  /** `trace` … `fatal`, or `silent`. Default: info. */
  logLevel: 'MODERATION_LOG_LEVEL',
  /** `true` or `false`: the playground at `/`. Default: where the command line serves on loopback; never in the image. */
  playground: 'MODERATION_PLAYGROUND',
  /** `true` writes CloudWatch embedded metrics into the log. Default: false. */
  emf: 'MODERATION_EMF',
  /** The endpoint's name, which the embedded metrics then carry as the dimension EndpointName. Default: none. */
  endpointName: 'MODERATION_ENDPOINT_NAME',
  /** Precision to convert to when the model folder holds a checkpoint. Default: fp32. */
  precision: 'MODERATION_PRECISION',
  /** Writable folder for a pack converted at start. Default: the system's temporary folder. */
  scratchDir: 'MODERATION_SCRATCH_DIR',
} as const;

/** Most copies of an encoder: each has weights of its own, or page tables for them. */
export const MAX_REPLICAS = 8;

export const DEVICES = ['auto', 'cuda', 'cpu'] as const;
/** Where the encoders run: `auto` takes CUDA when it works, else the CPU; `cuda` refuses to start without it. */
export type Device = (typeof DEVICES)[number];
