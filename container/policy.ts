import { randomInt } from 'node:crypto';
import {
  acceptPolicy,
  findPolicyFile,
  type LoadedPolicy,
  type PolicyFile,
  readPolicyFile,
} from '../lib/checkpoint/policy/policy-file.js';
import { COMBINATIONS, type Combination } from '../lib/contract/modality.js';
import { type ClassPolicy, classPoliciesFor } from '../lib/contract/policy.js';
import type { ServerConfig } from './config.js';
import type { Engine } from './engine.js';

/** A policy laid out for one model: arrays are in the order of the model's classes. */
export interface ServedPolicy {
  readonly name: string;
  readonly sha256: string;
  /** Where it was read. */
  readonly path: string;
  /** What holds where no combination is told apart. */
  readonly classes: readonly ClassPolicy[];
  readonly byCombination: Readonly<Record<Combination, readonly ClassPolicy[]>>;
  readonly temperatures: readonly number[] | undefined;
  readonly auditShare: number;
}

/** A number from 0 to 1, without 1. */
export type Random = () => number;

const RANDOM_STEPS = 2 ** 47;

/** Not `Math.random`: nobody may foresee which posts are looked at. */
export const secureRandom: Random = () => randomInt(RANDOM_STEPS) / RANDOM_STEPS;

/**
 * The file that is to be applied: the one that is named, else that of the model folder, else none. Reading it needs no
 * model, so that it can fail before one is loaded.
 *
 * @throws ModerationError `policy_invalid`
 */
export async function openPolicy({
  policyFile,
  modelDir,
}: Pick<ServerConfig, 'policyFile' | 'modelDir'>): Promise<PolicyFile | undefined> {
  return policyFile === undefined ? findPolicyFile(modelDir) : readPolicyFile(policyFile);
}

/** @throws ModerationError `policy_invalid`, listing everything that keeps the file from being applied to this model */
export function policyFor(file: PolicyFile, { manifest, packHash }: Engine): ServedPolicy {
  const { classNames } = manifest;
  return layOut(acceptPolicy(file, { classNames, pack: packHash }), classNames);
}

function layOut({ policy, sha256, path }: LoadedPolicy, classNames: readonly string[]): ServedPolicy {
  const inOrder = <T>(table: Readonly<Record<string, T>>): T[] =>
    classNames.map((name) => {
      const entry = table[name];
      if (entry === undefined) throw new RangeError(`The policy has nothing for the class ${name}.`);
      return entry;
    });
  const entries = COMBINATIONS.map((each) => [each, inOrder(classPoliciesFor(policy, each))] as const);
  return {
    name: policy.name,
    sha256,
    path,
    classes: inOrder(policy.classes),
    byCombination: Object.fromEntries(entries) as Record<Combination, ClassPolicy[]>,
    temperatures: policy.temperatures && inOrder(policy.temperatures),
    auditShare: policy.auditShare,
  };
}
