import { randomInt } from 'node:crypto';
import {
  acceptPolicy,
  findPolicyFile,
  type LoadedPolicy,
  type PolicyFile,
  readPolicyFile,
} from '../lib/checkpoint/policy/policy-file.js';
import { COMBINATIONS, type Combination } from '../lib/contract/modality.js';
import type { WishesAsWritten } from '../lib/contract/parts.js';
import { type ClassPolicy, classPoliciesFor } from '../lib/contract/policy.js';
import type { UnseenRules } from '../lib/contract/unseen.js';
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
  /** By the number of answers that a post has, rising; the first row holds for one. */
  readonly byAnswers: readonly [PolicyRow, ...PolicyRow[]];
  /** What is judged beside the first part unless a request says otherwise. */
  readonly wishes: WishesAsWritten;
  readonly unseen: UnseenRules;
  readonly temperatures: readonly number[] | undefined;
  readonly auditShare: number;
}

/** The class policies of posts with this many answers or more. */
export interface PolicyRow {
  readonly atLeast: number;
  readonly byCombination: Readonly<Record<Combination, readonly ClassPolicy[]>>;
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
  const rowFrom = (atLeast: number): PolicyRow => {
    const entries = COMBINATIONS.map(
      (each) => [each, inOrder(classPoliciesFor(policy, each, atLeast))] as const,
    );
    return { atLeast, byCombination: Object.fromEntries(entries) as Record<Combination, ClassPolicy[]> };
  };
  return {
    name: policy.name,
    sha256,
    path,
    classes: inOrder(policy.classes),
    byAnswers: [rowFrom(1), ...(policy.byParts ?? []).map(({ atLeast }) => rowFrom(atLeast))],
    wishes: policy.parts ?? {},
    unseen: policy.unseen ?? {},
    temperatures: policy.temperatures && inOrder(policy.temperatures),
    auditShare: policy.auditShare,
  };
}
