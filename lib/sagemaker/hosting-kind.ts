/** The ways that a SageMaker endpoint hosts a model. None becomes another by an update. */
export const HOSTING_KINDS = ['realtime', 'async', 'serverless', 'scale-to-zero'] as const;

/** `scale-to-zero` is an endpoint whose models are inference components. */
export type HostingKind = (typeof HOSTING_KINDS)[number];
