/**
 * Stacks with endpoints, in memory: what CloudFormation, SageMaker and Application Auto Scaling do with a template, in
 * their order. Removed resources go last, so a scaling target of the old template is still there while an endpoint is
 * updated. The rules of UpdateEndpoint are the project's own: what is tried here is that a check beforehand, which reads
 * templates, sees what they will say.
 */
import type { DeployedState } from '../../../lib/cli/deploy/deployment-refusals.js';
import { at, numberAt, textAt } from '../../../lib/sagemaker/json.js';
import { endpointChanges } from '../../../lib/sagemaker/template/endpoint-changes.js';
import type { Template } from '../../../lib/sagemaker/template/template.js';
import type { DeployedEndpoint, Refusal, WantedEndpoint } from '../../../lib/sagemaker/update/endpoint.js';
import { fleetSize } from '../../../lib/sagemaker/update/fleet-size.js';
import { updateRefusals } from '../../../lib/sagemaker/update/update-refusals.js';

export class Refused extends Error {
  constructor(readonly refusals: readonly Refusal[]) {
    super(refusals.map(({ problem }) => problem).join('\n'));
  }
}

export class SimulatedAws implements DeployedState {
  /** How often an endpoint was updated. */
  updates = 0;
  #template: Template | undefined;
  readonly #endpoints = new Map<string, DeployedEndpoint>();

  async template(): Promise<Template | undefined> {
    return this.#template;
  }

  async endpoint(name: string): Promise<DeployedEndpoint | undefined> {
    return this.#endpoints.get(name);
  }

  get names(): readonly string[] {
    return [...this.#endpoints.keys()];
  }

  /** Sets what somebody else, scaling or an accident has done. */
  change(name: string, change: Partial<DeployedEndpoint>): void {
    const endpoint = this.#endpoints.get(name);
    if (endpoint === undefined) throw new Error(`no endpoint ${name}`);
    this.#endpoints.set(name, { ...endpoint, ...change });
  }

  delete(name: string): void {
    this.#endpoints.delete(name);
  }

  /** Throws {@link Refused} as soon as a call is refused; the stack is then as it was. */
  deploy(template: Template): void {
    const before = new Map(this.#endpoints);
    try {
      this.#change(template);
      this.#template = template;
    } catch (error) {
      this.#endpoints.clear();
      for (const [name, endpoint] of before) this.#endpoints.set(name, endpoint);
      throw error;
    }
  }

  #change(template: Template): void {
    const obsolete: string[] = [];
    for (const { change, deployedName, wantedName, wanted } of endpointChanges(this.#template, template)) {
      if (wanted !== undefined && wantedName !== undefined) {
        if (change === 'create' || change === 'replace') this.#create(wanted);
        if (change === 'update') this.#update(wanted);
        this.#scale(wantedName, targetsOf(template));
      }
      const goes = change === 'delete' || (change === 'replace' && deployedName !== wantedName);
      if (goes && deployedName !== undefined) obsolete.push(deployedName);
    }
    for (const name of obsolete) this.#endpoints.delete(name);
  }

  #create(wanted: WantedEndpoint): void {
    const { name, kind, variants } = wanted;
    if (this.#endpoints.has(name)) throw new Error(`Cannot create already existing endpoint ${name}`);
    this.#endpoints.set(name, {
      name,
      kind,
      status: 'InService',
      variants: variants.map((variant) => running(variant, variant.initialCount)),
      scaledVariants: [],
    });
  }

  #update(wanted: WantedEndpoint): void {
    const endpoint = this.#endpoints.get(wanted.name);
    if (endpoint === undefined) throw new Error(`Could not find endpoint ${wanted.name}`);
    const refusals = updateRefusals(endpoint, wanted);
    if (refusals.length > 0) throw new Refused(refusals);
    this.updates += 1;
    this.#endpoints.set(wanted.name, {
      ...endpoint,
      variants: wanted.variants.map((variant) => running(variant, fleetSize(endpoint, wanted, variant.name))),
    });
  }

  /** Registers, which lifts a fleet to the minimum at once, and deregisters what the template no longer has. */
  #scale(name: string, minimums: ReadonlyMap<string, number>): void {
    const endpoint = this.#endpoints.get(name);
    if (endpoint === undefined) return;
    this.#endpoints.set(name, {
      ...endpoint,
      scaledVariants: [...minimums.keys()],
      variants: endpoint.variants.map((variant) => {
        const minimum = minimums.get(variant.name);
        if (minimum === undefined || variant.desiredCount === undefined) return variant;
        return running(variant, Math.max(minimum, variant.desiredCount));
      }),
    });
  }
}

function running(
  { name, instanceType }: { readonly name: string; readonly instanceType?: string },
  count: number | undefined,
): DeployedEndpoint['variants'][number] {
  return {
    name,
    ...(instanceType !== undefined && { instanceType }),
    ...(count !== undefined && { desiredCount: count, currentCount: count }),
  };
}

/** Minimum by variant, of the scaling targets of a template. */
function targetsOf(template: Template): ReadonlyMap<string, number> {
  const targets = Object.values(template.Resources).filter(
    ({ Type, Properties }) =>
      Type === 'AWS::ApplicationAutoScaling::ScalableTarget' &&
      textAt(Properties, 'ScalableDimension') === 'sagemaker:variant:DesiredInstanceCount',
  );
  return new Map(
    targets.map(({ Properties }) => {
      const [, variant] = /\/variant\/(\w+)"/.exec(JSON.stringify(at(Properties, 'ResourceId'))) ?? [];
      return [variant ?? '', numberAt(Properties, 'MinCapacity') ?? 0];
    }),
  );
}
