/** The documented rules of UpdateEndpoint, in one place. The stand-in that tests deploy against asks them here too. */
import type { DeployCommand, DeployedEndpoint, Refusal, WantedEndpoint } from './endpoint.js';
import { kindRule, statusRule } from './rules/endpoint-rules.js';
import { partRules, rollingRule, variantNamesRule } from './rules/guardrail-rules.js';
import { UNGUARDED } from './rules/remedies.js';
import { alarmRules, policyRule, retainedRule, timeRules } from './rules/request-rules.js';
import type { Finding, Judge } from './rules/rule.js';
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

/** An endpoint of another kind is another endpoint: nothing else of an update is judged then. */
const JUDGES_OF_ANOTHER_KIND: readonly Judge[] = [statusRule, kindRule];

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
  const judges = deployed.kind === wanted.kind ? JUDGES : JUDGES_OF_ANOTHER_KIND;
  const findings = judges.flatMap((judge) => judge({ deployed, wanted }));
  const fix = commands(findings, deploy);
  return findings.map(({ rule, problem, source }) => ({ rule, problem, fix, source }));
}

/** What comes before, then the deployment that clears the way, then the wanted one; each with all adjustments. */
function commands(findings: readonly Finding[], deploy: DeployCommand): readonly string[] {
  const remedies = findings.map(({ remedy }) => remedy);
  if (remedies.every((remedy) => Object.keys(remedy).length === 0)) return [];
  const adjust = Object.assign({}, ...remedies.map((remedy) => remedy.adjust ?? {}));
  if (remedies.some((remedy) => remedy.adjust?.['rollout'] === UNGUARDED.adjust.rollout)) {
    Object.assign(adjust, UNGUARDED.adjust);
  }
  const steps = remedies.map(({ step }) => step).filter((step) => step !== undefined);
  return [
    ...new Set(remedies.flatMap(({ before }) => before ?? [])),
    ...(remedies.some(({ destroy }) => destroy) ? [deploy({}, 'destroy')] : []),
    ...(steps.length === 0 ? [] : [deploy({ ...adjust, ...Object.assign({}, ...steps) })]),
    deploy(adjust),
  ];
}

function deployCommand(replaced: Readonly<Record<string, string>>, command = 'deploy'): string {
  const flags = Object.entries(replaced).map(([key, value]) => ` -c ${key}=${value}`);
  return `npx cdk ${command}${flags.join('')}`;
}
