/** The ways that a SageMaker endpoint hosts a model. None becomes another by an update. */
export const HOSTING_KINDS = ['realtime', 'async', 'serverless', 'scale-to-zero'] as const;

/** `scale-to-zero` is an endpoint whose models are inference components. */
export type HostingKind = (typeof HOSTING_KINDS)[number];

/**
 * The end of a name that is not the user's own. Nothing but another name replaces an endpoint, so each kind has a name of
 * its own: another kind then comes as a new endpoint, before the old one goes.
 */
export const KIND_SUFFIXES: Readonly<Record<HostingKind, string>> = {
  realtime: '',
  async: '-async',
  serverless: '-serverless',
  'scale-to-zero': '-zero',
};
