import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { Template } from 'aws-cdk-lib/assertions';
import { Stack } from 'aws-cdk-lib/core';
import fc from 'fast-check';
import { ModerationError } from '../../../lib/contract/errors.js';
import { ModelCard } from '../../../lib/infra/constructs/governance/model-card.js';
import { readModelReport } from '../../../lib/infra/constructs/governance/model-report.js';
import { createStack } from '../../../lib/infra/stacks/create-stack.js';
import { lint, lintPresent } from '../support/cfn-lint.js';
import { failure, IMAGE_URI, MODEL_FOLDER, newApp, only } from '../support/synthesize.js';

const reports = mkdtempSync(join(tmpdir(), 'reports-'));

interface Content {
  readonly ModelOverview: Readonly<Record<string, string>>;
  readonly EvaluationDetails: readonly Evaluation[];
  readonly AdditionalInformation: { readonly CustomDetails: Readonly<Record<string, string>> };
}
interface Evaluation {
  readonly Name: string;
  readonly EvaluationObservation?: string;
  readonly MetricGroups: readonly {
    readonly Name: string;
    readonly MetricData: readonly {
      readonly Name: string;
      readonly Type: string;
      readonly Value: unknown;
    }[];
  }[];
}

/** The template of a card alone, made from two report files as they stand. */
function cardOf(files: Readonly<{ test?: string; validation?: string }>): Template {
  writeFileSync(join(reports, 'test_metrics.json'), files.test ?? '{}');
  writeFileSync(join(reports, 'val_report.json'), files.validation ?? '{}');
  const stack = new Stack(newApp(), 'Card');
  new ModelCard(stack, 'Card', { report: readModelReport(MODEL_FOLDER, reports) });
  return Template.fromStack(stack);
}

const contentOf = (template: Template) => only(template, 'AWS::SageMaker::ModelCard')['Content'] as Content;

/** What SageMaker's schema of a card refuses. */
function violations(content: Content): string[] {
  const length = (path: string, text: string, min: number, max: number) =>
    text.length >= min && text.length <= max && !/[\n\r\u2028\u2029]/.test(text)
      ? []
      : [`${path} has ${text.length} characters`];
  return [
    ...(JSON.stringify(content).length > 100_000 ? ['the card is too long'] : []),
    ...Object.entries(content.ModelOverview).flatMap(([name, text]) => length(name, text, 0, 1024)),
    ...content.EvaluationDetails.flatMap(({ Name, EvaluationObservation = '', MetricGroups }) => [
      ...length('name', Name, 1, 63),
      ...length('observation', EvaluationObservation, 0, 2096),
      ...MetricGroups.flatMap((group) => [
        ...length('group', group.Name, 1, 63),
        ...group.MetricData.flatMap((metric) => [
          ...length('metric', metric.Name, 1, 255),
          ...(typeof metric.Value === metric.Type ? [] : [`${metric.Type} is ${metric.Value}`]),
          ...(typeof metric.Value === 'string' ? length('value', metric.Value, 0, 63) : []),
          ...(typeof metric.Value === 'number' && !Number.isFinite(metric.Value) ? ['infinite'] : []),
        ]),
      ]),
    ]),
  ];
}

/** JSON as Python writes it, NaN and Infinity included, and as nobody should: long names, deep and empty things. */
const { value: jsonText, object: objectText } = fc.letrec<{ value: string; object: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.double().map(String),
    fc.constantFrom('null', 'true', '1e999', '-0', '""', '{}', '[]', '"NaN"'),
    fc.string({ unit: 'binary', maxLength: 90 }).map((text) => JSON.stringify(text)),
    fc.array(tie('value'), { maxLength: 3 }).map((items) => `[${items.join(',')}]`),
    tie('object'),
  ),
  object: fc
    .array(fc.tuple(fc.string({ unit: 'binary', maxLength: 300 }), tie('value')), { maxLength: 5 })
    .map((entries) => `{${entries.map(([key, text]) => `${JSON.stringify(key)}:${text}`).join(',')}}`),
}));

describe('the model card', () => {
  test('shows the numbers of the demonstration model', () => {
    const stack = createStack(newApp({ model: 'models/demo', image: IMAGE_URI, governance: 'true' }));
    const { EvaluationDetails } = contentOf(Template.fromStack(stack));
    expect(EvaluationDetails.map(({ Name }) => Name)).toEqual(['test', 'validation']);
    const measured = JSON.parse(readFileSync('models/demo/test_metrics.json', 'utf8'));
    const shown = EvaluationDetails[0]?.MetricGroups[0]?.MetricData ?? [];
    expect(Object.fromEntries(shown.map(({ Name, Value }) => [Name, Value]))).toEqual(measured);
    expect(EvaluationDetails[1]?.MetricGroups.map(({ Name }) => Name)).toContain('macro avg');
  });

  test('shows texts, truth values and nested groups, and names what it cannot show', () => {
    const template = cardOf({
      test: '{"f1": 0.5, "roc": NaN, "set": "held out", "final": true, "by": {"text": {"f1": 0.4}}, "curve": [1, 2, 3]}',
    });
    expect(contentOf(template).EvaluationDetails).toEqual([
      {
        Name: 'test',
        MetricGroups: [
          {
            Name: 'test_metrics',
            MetricData: [
              { Name: 'f1', Type: 'number', Value: 0.5 },
              { Name: 'set', Type: 'string', Value: 'held out' },
              { Name: 'final', Type: 'boolean', Value: true },
            ],
          },
          { Name: 'by / text', MetricData: [{ Name: 'f1', Type: 'number', Value: 0.4 }] },
        ],
        EvaluationObservation:
          'Not shown, as a card takes single values only: roc (not a number), curve (a list of 3)',
      },
    ]);
  });

  test('of any two reports is one that SageMaker takes, or one error says what to correct', () => {
    const text = fc.oneof({ weight: 9, arbitrary: objectText }, jsonText, fc.string({ unit: 'binary' }));
    let cards = 0;
    fc.assert(
      fc.property(text, text, (measured, validation) => {
        try {
          expect(violations(contentOf(cardOf({ test: measured, validation })))).toEqual([]);
          cards += 1;
        } catch (error) {
          if (!(error instanceof ModerationError)) throw error;
          expect(error.code).toBe('invalid_configuration');
          expect(error.message).toMatch(/test_metrics\.json|val_report\.json/);
        }
      }),
      { numRuns: 50 },
    );
    expect(cards).toBeGreaterThan(10);
  });

  test.each([
    ['not JSON', '{"f1": ', 'test_metrics.json is not valid JSON'],
    ['a list', '[1, 2]', 'test_metrics.json: Invalid input: expected record'],
    [
      'too many values',
      JSON.stringify(
        Object.fromEntries(Array.from({ length: 3000 }, (_, index) => [`metric_${index}`, 0.5])),
      ),
      'SageMaker takes 100000',
    ],
  ])('of a report that is %s is refused in one sentence', (_title, text, message) => {
    expect(failure(() => cardOf({ test: text }))).toContain(message);
  });

  const longName = JSON.stringify({ ['ü'.repeat(400)]: { [`line\nend${'x'.repeat(300)}`]: 1, flag: false } });
  (lintPresent ? test : test.skip)('of odd reports keeps the schema of CloudFormation', () => {
    const odd = [longName, '{"a": NaN, "b": "text", "c": {"d": -0.0, "e": {"f": 1e-300}}}', '{}'];
    const templates = odd.map((text, index) => [`card-${index}`, cardOf({ validation: text }).toJSON()]);
    expect(lint(Object.fromEntries(templates))).toBe('');
  });
});

describe('the registered model', () => {
  /** Governance of the fixture with other settings in its inference_config.json. */
  function governed(config: object): Template {
    const model = mkdtempSync(join(tmpdir(), 'governed-'));
    cpSync(MODEL_FOLDER, model, { recursive: true });
    const path = join(model, 'inference_config.json');
    writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), ...config }));
    return Template.fromStack(createStack(newApp({ model, image: IMAGE_URI, governance: 'true' })));
  }
  const properties = (template: Template) =>
    only(template, 'AWS::SageMaker::ModelPackage')['CustomerMetadataProperties'] as Record<string, string>;
  const names = (count: number) => Array.from({ length: count }, (_, index) => `class ${index}`);

  test('takes class names that its properties cannot hold as they are', () => {
    const template = governed({
      class_names: ['a (b)', 'a &b&', 'ü'.repeat(200), 'ü'.repeat(201), 'plain'],
      thresholds: [0.1, 0.2, 0.3, 0.4, 0.5],
    });
    const keys = Object.keys(properties(template)).filter((key) => key.startsWith('threshold_'));
    expect(keys).toHaveLength(5);
    for (const key of keys) expect(key).toMatch(/^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u);
    expect(properties(template)).toMatchObject({ threshold_plain: '0.5', 'threshold_a _b_': '0.1' });
    expect(violations(contentOf(template))).toEqual([]);
    if (lintPresent) expect(lint({ governed: template.toJSON() })).toBe('');
  });

  test('leaves the thresholds of many classes to the card', () => {
    const template = governed({ class_names: names(60), thresholds: names(60).map(() => 0.5) });
    expect(properties(template)).toMatchObject({ thresholds: 'on the model card' });
    expect(Object.keys(contentOf(template).AdditionalInformation.CustomDetails)).toHaveLength(60);
  });

  test('states the common threshold of a checkpoint for each class', () => {
    const template = governed({ class_names: names(2), thresholds: null, threshold: 0.4 });
    expect(properties(template)).toMatchObject({ 'threshold_class 0': '0.4', 'threshold_class 1': '0.4' });
  });

  test('cuts a long name, and takes line ends out of it', () => {
    const template = governed({ encoder_name: `name\n${'n'.repeat(2000)}` });
    const { ModelPackageDescription } = only(template, 'AWS::SageMaker::ModelPackage');
    expect(ModelPackageDescription).toMatch(/^name n+…, content hash [0-9a-f]{64}$/);
    expect(String(ModelPackageDescription).length).toBeLessThanOrEqual(1024);
    expect(violations(contentOf(template))).toEqual([]);
  });

  test('tells what is wrong with a config in one sentence', () => {
    expect(failure(() => governed({ thresholds: [2] }))).toContain('inference_config.json: thresholds');
  });
});
