/** Where AWS documents what UpdateEndpoint accepts. */
const GUIDE = 'https://docs.aws.amazon.com/sagemaker/latest/dg';
const REFERENCE = 'https://docs.aws.amazon.com/sagemaker/latest/APIReference';

export const SOURCES = {
  scaling: `${GUIDE}/endpoint-scaling-update.html`,
  exclusions: `${GUIDE}/deployment-guardrails-exclusions.html`,
  rollback: `${GUIDE}/deployment-guardrails-configuration.html`,
  serverless: `${GUIDE}/serverless-endpoints-update.html`,
  /** The message of the service: "The AsyncInferenceConfig parameter cannot be removed from this endpoint". */
  async: 'https://github.com/aws/sagemaker-python-sdk/pull/3124',
  create: `${REFERENCE}/API_CreateEndpoint.html`,
  update: `${REFERENCE}/API_UpdateEndpoint.html`,
  status: `${REFERENCE}/API_DescribeEndpoint.html`,
  routing: `${REFERENCE}/API_TrafficRoutingConfig.html`,
  rolling: `${REFERENCE}/API_RollingUpdatePolicy.html`,
  blueGreen: `${REFERENCE}/API_BlueGreenUpdatePolicy.html`,
  deployment: `${REFERENCE}/API_DeploymentConfig.html`,
  alarms: `${REFERENCE}/API_AutoRollbackConfig.html`,
  retained: `${REFERENCE}/API_VariantProperty.html`,
} as const;
