import type { DeployedEndpoint, Refusal, UpdateRule, WantedEndpoint } from '../endpoint.js';

export interface Update {
  readonly deployed: DeployedEndpoint;
  readonly wanted: WantedEndpoint;
}

type Settings = Readonly<Record<string, string>>;

/** What takes a refusal away. An update that breaks several rules needs all their remedies together. */
export interface Remedy {
  /** Commands before anything is deployed. */
  readonly before?: readonly string[];
  /** Whether the stack must go first. */
  readonly destroy?: boolean;
  /** Settings of a deployment that goes before the wanted one. */
  readonly step?: Settings;
  /** Settings that every deployment needs from here on. */
  readonly adjust?: Settings;
}

export interface Finding extends Omit<Refusal, 'fix' | 'rule'> {
  readonly rule: UpdateRule;
  readonly remedy: Remedy;
}

/** Judges an update by one or more rules that belong together. */
export type Judge = (update: Update) => readonly Finding[];

/** The finding, where the condition holds. */
export function when(condition: boolean, finding: () => Finding): readonly Finding[] {
  return condition ? [finding()] : [];
}
