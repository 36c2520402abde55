import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { type ReviewedStack, reviewDeployment } from '../../../lib/cli/deploy/review-deployment.js';

const ACCOUNT = '111122223333';

/** A stack of one endpoint. */
const template = (instanceType: string) => ({
  Resources: {
    Config: {
      Type: 'AWS::SageMaker::EndpointConfig',
      Properties: {
        ProductionVariants: [
          { VariantName: 'Primary', ModelName: 'm', InstanceType: instanceType, InitialInstanceCount: 1 },
        ],
      },
    },
    Endpoint: {
      Type: 'AWS::SageMaker::Endpoint',
      Properties: {
        EndpointName: 'moderation',
        EndpointConfigName: { 'Fn::GetAtt': ['Config', 'EndpointConfigName'] },
        RetainAllVariantProperties: true,
      },
    },
  },
});
const wanted: ReviewedStack = {
  stackName: 'Moderation',
  account: ACCOUNT,
  region: 'eu-west-1',
  template: template('ml.g5.xlarge'),
  deployCommand: (replaced) => `npx cdk deploy ${JSON.stringify(replaced)}`,
};

type Answer = object | string | { readonly status: number; readonly body: string };

/** What AWS says to each operation; an operation that is left out is never answered. */
const WELL: Readonly<Record<string, Answer>> = {
  GetCallerIdentity: xml('GetCallerIdentity', `<Account>${ACCOUNT}</Account>`),
  GetTemplate: xml(
    'GetTemplate',
    `<TemplateBody>${JSON.stringify(template('ml.g4dn.xlarge'))}</TemplateBody>`,
  ),
  DescribeEndpoint: {
    EndpointName: 'moderation',
    EndpointConfigName: 'c',
    EndpointStatus: 'InService',
    ProductionVariants: [{ VariantName: 'Primary', DesiredInstanceCount: 2, CurrentInstanceCount: 2 }],
  },
  DescribeEndpointConfig: template('ml.g4dn.xlarge').Resources.Config.Properties,
  DescribeScalableTargets: { ScalableTargets: [{ ResourceId: 'endpoint/moderation/variant/Primary' }] },
};

function xml(operation: string, inner: string): string {
  return `<${operation}Response><${operation}Result>${inner}</${operation}Result></${operation}Response>`;
}

function failure(code: string, message: string): Answer {
  const body = `<ErrorResponse><Error><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`;
  return { status: 400, body };
}

let server: Server;
let answers: Readonly<Record<string, Answer>>;
let asked: string[];
const before = { ...process.env };
const told = jest.spyOn(console, 'error').mockImplementation(() => undefined);

beforeEach(async () => {
  asked = [];
  told.mockClear();
  server = createServer(async (request, response) => {
    const body = await text(request);
    const operation =
      String(request.headers['x-amz-target'] ?? '').split('.')[1] ??
      new URLSearchParams(body).get('Action') ??
      '';
    asked.push(operation);
    const answer = answers[operation];
    if (answer === undefined) return;
    if (typeof answer === 'object' && 'status' in answer && 'body' in answer) {
      response.writeHead(Number(answer.status)).end(String(answer.body));
      return;
    }
    response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  });
});

afterEach(() => {
  process.env = { ...before };
  server.closeAllConnections();
  server.close();
});

const lines = () => told.mock.calls.map(([line]) => String(line));

describe('what stands is compared with what shall be', () => {
  test('and a refusal tells the problem, its source and the commands, by calls that read only', async () => {
    answers = WELL;
    const [problem = '', ...others] = await reviewDeployment(wanted);
    expect(others).toEqual([]);
    expect(problem.split('\n')).toEqual([
      'The variant Primary of moderation runs on ml.g4dn.xlarge and is scaled; its instance type cannot become ml.g5.xlarge until it is deregistered from scaling.',
      '  (https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-scaling-update.html)',
      '  To get there:',
      '    npx cdk deploy {"scaling":"paused","instanceType":"ml.g4dn.xlarge"}',
      '    npx cdk deploy {}',
      '  (-c checkDeployed=false leaves this check out)',
    ]);
    expect(asked.every((operation) => /^(?:Get|Describe)/.test(operation))).toBe(true);
    expect(lines()).toEqual([]);
  });

  test('and nothing is asked about endpoints that stay as they are', async () => {
    answers = WELL;
    expect(await reviewDeployment({ ...wanted, template: template('ml.g4dn.xlarge') })).toEqual([]);
    expect(asked.sort()).toEqual(['GetCallerIdentity', 'GetTemplate']);
  });

  test('and a stack that does not stand yet is not refused', async () => {
    answers = {
      ...WELL,
      GetTemplate: failure('ValidationError', 'Stack with id Moderation does not exist'),
      DescribeEndpoint: {
        status: 400,
        body: JSON.stringify({ __type: 'ValidationException', message: 'Could not find endpoint' }),
      },
    };
    expect(await reviewDeployment(wanted)).toEqual([]);
    expect(lines()).toEqual([]);
  });

  test.each([
    [
      'the calls are not permitted',
      { GetTemplate: failure('AccessDenied', 'not authorized to perform: cloudformation:GetTemplate') },
      /^Not compared with what is deployed: not authorized to perform: cloudformation:GetTemplate \(-c checkDeployed=false/,
    ],
    [
      'the credentials are of another account',
      { GetCallerIdentity: xml('GetCallerIdentity', '<Account>444455556666</Account>') },
      /^Not compared with what is deployed: the credentials are of account 444455556666, and the stack goes to 111122223333/,
    ],
    [
      'the template is not JSON',
      { GetTemplate: xml('GetTemplate', '<TemplateBody>Resources:</TemplateBody>') },
      /^Not compared/,
    ],
  ])('and one line tells why not, where %s', async (_, changed, line) => {
    answers = { ...WELL, ...changed };
    expect(await reviewDeployment(wanted)).toEqual([]);
    expect(lines()).toEqual([expect.stringMatching(line)]);
  });

  test('and one line tells that AWS does not answer', async () => {
    const { DescribeEndpoint: _, ...rest } = WELL;
    answers = rest;
    expect(await reviewDeployment(wanted, 500)).toEqual([]);
    expect(lines()).toEqual([
      expect.stringMatching(/^Not compared with what is deployed: AWS did not answer within 0.5 s/),
    ]);
  });
});
