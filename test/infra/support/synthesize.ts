/** Stacks to look at: an endpoint with a small model and an image that needs no build. */
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import { App, Stack } from 'aws-cdk-lib/core';
import { ImageSource } from '../../../lib/infra/constructs/container/image-source.js';
import { defined } from '../../../lib/infra/constructs/defined.js';
import { ModelSource } from '../../../lib/infra/constructs/model/model-source.js';
import { ModerationEndpoint } from '../../../lib/infra/constructs/moderation-endpoint.js';
import type { ModerationEndpointProps } from '../../../lib/infra/constructs/moderation-endpoint-props.js';
import { projectRoot } from '../../support/project-root.js';

// CDK's own rules take seconds for each template; cfn-lint judges the same ones.
process.env['CDK_VALIDATION'] = 'false';

export const MODEL_FOLDER = 'test/fixtures/models/siglip-tiny';
export const DIGEST = `sha256:${'ab12'.repeat(16)}`;
export const IMAGE_URI = `111122223333.dkr.ecr.eu-west-1.amazonaws.com/moderation@${DIGEST}`;

/** CDK's feature flags, as `npx cdk` reads them. */
export const FLAGS = (
  JSON.parse(readFileSync(join(projectRoot, 'cdk.json'), 'utf8')) as { context: Record<string, unknown> }
).context;

export function newApp(context: Record<string, unknown> = {}): App {
  return new App({
    outdir: mkdtempSync(join(tmpdir(), 'moderation-cdk-')),
    context: { ...FLAGS, ...context },
  });
}

/** An endpoint with the defaults, some options replaced. */
export function newEndpoint(
  props: Partial<ModerationEndpointProps> | ((stack: Stack) => Partial<ModerationEndpointProps>) = {},
): { readonly stack: Stack; readonly endpoint: ModerationEndpoint } {
  const stack = new Stack(newApp(), 'Test');
  const own = typeof props === 'function' ? props(stack) : props;
  const endpoint = new ModerationEndpoint(
    stack,
    'Endpoint',
    defined({
      model: ModelSource.fromPack(MODEL_FOLDER),
      image: ImageSource.fromUri(IMAGE_URI),
      ...own,
    }) as ModerationEndpointProps,
  );
  return { stack, endpoint };
}

export function synthesize(...args: Parameters<typeof newEndpoint>): Template {
  return Template.fromStack(newEndpoint(...args).stack);
}

export interface Resource {
  readonly Type: string;
  readonly Properties: Record<string, unknown>;
  readonly DependsOn?: string[];
}

/** The resources of a type, by logical id. */
export function resources(template: Template, type: string): Record<string, Resource> {
  return template.findResources(type) as Record<string, Resource>;
}

/** The properties of the one resource of a type. */
export function only(template: Template, type: string): Record<string, unknown> {
  const found = Object.values(resources(template, type));
  if (found.length !== 1 || found[0] === undefined)
    throw new Error(`${found.length} of ${type}, expected one`);
  return found[0].Properties;
}

/** The first production variant. */
export function primaryVariant(template: Template): Record<string, unknown> {
  const config = only(template, 'AWS::SageMaker::EndpointConfig');
  return (config['ProductionVariants'] as Record<string, unknown>[])[0] ?? {};
}

/** The message of what a function throws. */
export function failure(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('expected a failure');
}
