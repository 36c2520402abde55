import type { DeployCommand, DeployedEndpoint, Refusal, WantedEndpoint } from '../endpoint.js';

export interface Update {
  readonly deployed: DeployedEndpoint;
  readonly wanted: WantedEndpoint;
  readonly deploy: DeployCommand;
}

/** Judges an update by one or more rules that belong together. */
export type Judge = (update: Update) => readonly Refusal[];

/** The refusals whose condition holds. */
export function when(condition: boolean, refusal: () => Refusal): readonly Refusal[] {
  return condition ? [refusal()] : [];
}
