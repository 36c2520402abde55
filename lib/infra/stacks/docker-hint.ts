/** A word beforehand where `cdk deploy` has nothing to build the image with; its own error comes late and names no way out. */
import { dockerCommand, dockerPresent, type Environment } from '../constructs/container/docker-tools.js';
import type { AppContext } from './app-context.js';

/** What `cdk` sets for the commands that may need assets; empty for others, such as `destroy`. */
const ASSETS_WANTED = 'aws:cdk:bundling-stacks';

/** Undefined where the image is not built here, where Docker is there, or where nothing can be deployed for want of credentials. */
export function dockerHint(
  { image }: Pick<AppContext, 'image'>,
  context: Readonly<Record<string, unknown>>,
  environment: Environment,
): string | undefined {
  const wanted = context[ASSETS_WANTED];
  const deployable =
    environment['CDK_DEFAULT_ACCOUNT'] !== undefined && Array.isArray(wanted) && wanted.length > 0;
  if (image !== 'project' || !deployable || dockerPresent(environment)) return undefined;
  return (
    `There is no ${dockerCommand(environment)} here, and cdk deploy builds the image with it, unless the same image was ` +
    'pushed before. Install Docker, name another tool in CDK_DOCKER, or name an image in ECR: ' +
    '-c image=ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME@sha256:DIGEST (docs/image.md, "Pushing by hand").'
  );
}
