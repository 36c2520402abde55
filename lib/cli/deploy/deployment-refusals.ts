/** What AWS would refuse of a stack that is about to be deployed, judged before anything is touched. */
import { endpointChanges } from '../../sagemaker/template/endpoint-changes.js';
import type { Template } from '../../sagemaker/template/template.js';
import type { DeployCommand, DeployedEndpoint, Refusal } from '../../sagemaker/update/endpoint.js';
import { missingRefusal, takenRefusal } from '../../sagemaker/update/existence-refusals.js';
import { updateRefusals } from '../../sagemaker/update/update-refusals.js';

/** What stands, as far as an update asks. */
export interface DeployedState {
  /** The template of the stack; undefined where there is no such stack. */
  template(): Promise<Template | undefined>;
  /** Undefined where no endpoint has that name. */
  endpoint(name: string): Promise<DeployedEndpoint | undefined>;
}

/** Endpoints that stay as they are are asked for nothing. */
export async function deploymentRefusals(
  deployed: DeployedState,
  wanted: Template,
  deploy: DeployCommand,
): Promise<readonly Refusal[]> {
  const changes = endpointChanges(await deployed.template(), wanted);
  const refusals = await Promise.all(
    changes.map(async ({ change, deployedName, wantedName, wanted: endpoint }) => {
      if (change === 'update' && deployedName !== undefined && endpoint !== undefined) {
        const standing = await deployed.endpoint(deployedName);
        return standing === undefined
          ? [missingRefusal(deployedName, deploy)]
          : updateRefusals(standing, endpoint, deploy);
      }
      if ((change === 'create' || change === 'replace') && wantedName !== undefined) {
        const standing = await deployed.endpoint(wantedName);
        return standing === undefined ? [] : [takenRefusal(standing, deploy)];
      }
      return [];
    }),
  );
  return refusals.flat();
}
