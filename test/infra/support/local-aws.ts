/** A local AWS API (moto) to deploy against with the real `cdk`. Skipped loudly where Python has no moto. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { runCli } from '../../support/run-cli.js';
import { type Moto, motoPresent, startMoto } from './moto.js';
import { IMAGE_URI } from './synthesize.js';
import { startUpdateRulesServer, type UpdateRulesServer } from './update-rules-server.js';

export const ACCOUNT = '123456789012';
export const REGION = 'eu-west-1';
/** In the account of the local API. */
export const LOCAL_IMAGE = IMAGE_URI.replace('111122223333', ACCOUNT);
const STACK = 'Moderation';
const APP = 'node dist/bin/app.js';

export { motoPresent };

export type Context = Readonly<Record<string, string>>;

export interface CdkResult {
  readonly status: number | null;
  readonly output: string;
}

export class LocalAws {
  readonly #moto: Moto;
  readonly #rules: UpdateRulesServer;
  /** Where `cdk` writes. */
  readonly #out: string;

  private constructor(moto: Moto, rules: UpdateRulesServer, out: string) {
    this.#moto = moto;
    this.#rules = rules;
    this.#out = out;
  }

  static async start(out: string): Promise<LocalAws> {
    const rules = await startUpdateRulesServer();
    return new LocalAws(await startMoto({ UPDATE_RULES_URL: rules.url }), rules, out);
  }

  async stop(): Promise<void> {
    await this.#moto.stop();
    await this.#rules.close();
  }

  /** Runs `cdk` and throws when it fails. */
  async cdk(args: readonly string[], context: Context = {}, app = APP): Promise<string> {
    const { status, output } = await this.tryCdk(args, context, app);
    if (status !== 0) throw new Error(`cdk ${args.join(' ')} failed:\n${output}`);
    return output;
  }

  async bootstrap(): Promise<void> {
    await this.cdk(['bootstrap', `aws://${ACCOUNT}/${REGION}`]);
  }

  deploy(context: Context): Promise<CdkResult> {
    return this.tryCdk(['deploy', '--require-approval', 'never'], context);
  }

  /** Not synchronous: the API asks this process for the rules meanwhile. */
  async tryCdk(args: readonly string[], context: Context = {}, app = APP): Promise<CdkResult> {
    const flags = Object.entries({ image: LOCAL_IMAGE, ...context }).flatMap(([key, value]) => [
      '-c',
      `${key}=${value}`,
    ]);
    const cdk = spawn(
      'node',
      ['node_modules/aws-cdk/bin/cdk', ...args, '--app', app, '--output', this.#out, ...flags],
      {
        env: {
          ...process.env,
          ...this.environment,
          CDK_VALIDATION: 'false',
          CI: 'true',
        },
      },
    );
    const [stdout, stderr, [status]] = await Promise.all([
      text(cdk.stdout),
      text(cdk.stderr),
      once(cdk, 'close') as Promise<[number | null]>,
    ]);
    return { status, output: `${stdout}\n${stderr}` };
  }

  /** What `cdk deploy` ends with, without `cdk`: throws what CloudFormation says where it fails. */
  async changeStack(action: 'CreateStack' | 'UpdateStack' | 'DeleteStack', template?: object): Promise<void> {
    const reply = await this.call('cloudformation', {
      Action: action,
      Version: '2010-05-15',
      StackName: STACK,
      ...(template !== undefined && {
        TemplateBody: JSON.stringify(template),
        'Parameters.member.1.ParameterKey': 'BootstrapVersion',
        'Parameters.member.1.ParameterValue': '/cdk-bootstrap/hnb659fds/version',
      }),
    });
    const [, message] = /<Message>([\s\S]*?)<\/Message>/.exec(reply) ?? [];
    if (message !== undefined) throw new Error(message);
  }

  async moderate(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await runCli(args, { env: this.environment });
    if (code !== 0) throw new Error(`moderate ${args.join(' ')} failed:\n${stdout}\n${stderr}`);
    return stdout;
  }

  /** What sends the AWS SDKs and the CDK here. */
  get environment(): Record<string, string> {
    return {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${this.#moto.port}`,
      // moto reads a template from S3 only where the address says localhost.
      AWS_ENDPOINT_URL_S3_FOR_CLOUDFORMATION: `http://localhost:${this.#moto.port}`,
      AWS_REGION: REGION,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    };
  }

  /** Endpoints by name. */
  async endpointNames(): Promise<readonly string[]> {
    const { Endpoints } = await this.sagemaker<{ Endpoints: { EndpointName: string }[] }>(
      'ListEndpoints',
      {},
    );
    return Endpoints.map(({ EndpointName }) => EndpointName);
  }

  /** How many endpoints, configurations and models there are. */
  async inventory(): Promise<{ endpoints: number; configs: number; models: number }> {
    const [endpoints, configs, models] = await Promise.all(
      ['Endpoints', 'EndpointConfigs', 'Models'].map(async (kind) => {
        const reply = await this.sagemaker<Record<string, unknown[]>>(`List${kind}`, {});
        return reply[kind]?.length ?? 0;
      }),
    );
    return { endpoints: endpoints ?? 0, configs: configs ?? 0, models: models ?? 0 };
  }

  async sagemaker<T>(operation: string, input: object): Promise<T> {
    const reply = await fetch(`http://127.0.0.1:${this.#moto.port}/`, {
      method: 'POST',
      headers: {
        ...signed('sagemaker'),
        'x-amz-target': `SageMaker.${operation}`,
        'content-type': 'application/x-amz-json-1.1',
      },
      body: JSON.stringify(input),
    });
    return (await reply.json()) as T;
  }

  /** A call of a service that takes forms. */
  async call(service: string, form: Record<string, string>): Promise<string> {
    const reply = await fetch(`http://127.0.0.1:${this.#moto.port}/`, {
      method: 'POST',
      headers: signed(service),
      body: new URLSearchParams(form),
    });
    return reply.text();
  }
}

/** moto looks at the service of a signature only. */
function signed(service: string): Record<string, string> {
  return { authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/${REGION}/${service}/aws4_request` };
}
