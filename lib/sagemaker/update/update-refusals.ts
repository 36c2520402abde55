/** The documented rules of UpdateEndpoint, in one place. The stand-in that tests deploy against asks them here too. */
import type { DeployCommand, DeployedEndpoint, Refusal, WantedEndpoint } from './endpoint.js';
import { kindRule, statusRule } from './rules/endpoint-rules.js';
import { partRules, rollingRule, variantNamesRule } from './rules/guardrail-rules.js';
import { alarmRules, policyRule, retainedRule, timeRules } from './rules/request-rules.js';
import type { Judge } from './rules/rule.js';
import { removedVariantRule, scaledTypeRule } from './rules/scaling-rules.js';

const JUDGES: readonly Judge[] = [
  statusRule,
  kindRule,
  scaledTypeRule,
  removedVariantRule,
  variantNamesRule,
  partRules,
  rollingRule,
  policyRule,
  timeRules,
  alarmRules,
  retainedRule,
];

/**
 * Why SageMaker would refuse to update the endpoint that runs to the one that is wanted; empty where it accepts. For an
 * update that takes place: where nothing of the endpoint changes, nothing is asked.
 *
 * @param deploy writes the commands of {@link Refusal.fix}; default: `npx cdk deploy` with the replaced settings alone
 */
export function updateRefusals(
  deployed: DeployedEndpoint,
  wanted: WantedEndpoint,
  deploy: DeployCommand = deployCommand,
): readonly Refusal[] {
  return JUDGES.flatMap((judge) => judge({ deployed, wanted, deploy }));
}

function deployCommand(replaced: Readonly<Record<string, string>>): string {
  const flags = Object.entries(replaced).map(([key, value]) => ` -c ${key}=${value}`);
  return `npx cdk deploy${flags.join('')}`;
}
