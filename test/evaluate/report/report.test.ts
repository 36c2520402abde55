import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { parseHTML } from 'linkedom';
import type { Evaluation } from '../../../lib/evaluate/evaluation.js';
import { renderReport } from '../../../lib/evaluate/report/report.js';
import { projectRoot } from '../../support/project-root.js';
import { CLASSES, madeUpEvaluation, madeUpMonitoring, madeUpPolicy, UNDEFINED } from './made-up.js';

const HOSTILE = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "</style></svg><a href='javascript:alert(1)'>&amp;`",
  'tricky\u202ename\u0000\n\u2028end',
  'long '.repeat(400),
];

describe('the report of an evaluation', () => {
  let text = '';
  let page: ReturnType<typeof parsed>;

  beforeAll(async () => {
    text = await renderReport(madeUpEvaluation(), { policy: madeUpPolicy() });
    page = parsed(text);
  });

  test('has every section that the data support, each in the contents', () => {
    expect(page.sections).toEqual([
      'overview',
      'quality',
      'decisions',
      'curves',
      'thresholds',
      'calibration',
      'confusion',
      'modalities',
      'groups',
      'counterfactuals',
      'drift',
      'method',
    ]);
    expect(page.contents).toEqual(page.sections.map((id) => `#${id}`));
  });

  test('warns of the demonstration model and of rows that were not judged', () => {
    expect(page.notices.join(' ')).toMatch(/Demonstration model/);
    expect(page.notices.join(' ')).toMatch(
      /4 of 2,000 rows were not judged.*3 image_undecodable, 1 text_invalid/s,
    );
  });

  test('tells figures with three decimals and their interval', () => {
    const { head, rows } = page.table('By class, at the chosen thresholds');
    expect(head).toEqual([
      'Class',
      'Threshold',
      'Support',
      'Precision',
      'Recall',
      'F1',
      'ROC-AUC',
      'Average precision',
    ]);
    expect(rows.map(([name]) => name)).toEqual(CLASSES);
    expect(rows[0]).toEqual([
      'racist',
      '0.150',
      '140',
      '0.930 [0.880, 0.980]',
      '0.980 [0.950, 1.000]',
      '0.950 [0.920, 0.980]',
      '0.990 [0.986, 0.994]',
      '0.970 [0.950, 0.990]',
    ]);
    expect(page.table('Averages').rows.map(([name]) => name)).toEqual([
      'macro',
      'micro',
      'weighted',
      'samples',
    ]);
  });

  test('tells why a figure has no value', () => {
    const { rows } = page.table('dialect: any harmful');
    expect(rows.find(([group]) => group === 'inland')?.[3]).toBe('n/a too few rows');
  });

  test('shows the review bands of the policy, also one that never flags', () => {
    const { head, rows } = page.table('Chosen thresholds');
    expect(head).toEqual(['Class', 'Threshold', 'text posts', 'Review from', 'Flag from', 'Flagged']);
    expect(rows[0]?.slice(1, 5)).toEqual(['0.150', '0.400', '0.100', '0.400']);
    expect(rows[4]?.[4]).toBe('never');
  });

  test('gives every chart a text alternative, a caption and tables of the same figures', () => {
    expect(page.charts.length).toBeGreaterThan(30);
    for (const chart of page.charts) expect(chart.description).toMatch(/\d/);
    expect(page.charts.filter(({ captioned }) => !captioned)).toEqual([]);
    expect(page.charts.map(({ description }) => description)).toContain(
      'F1: racist 0.950 [0.920, 0.980], sexist 0.890 [0.860, 0.920], homophobe 0.830 [0.800, 0.860], religion 0.770 [0.740, 0.800], otherhate 0.710 [0.680, 0.740].',
    );
    expect(page.captions.length).toBe(new Set(page.captions).size);
  });

  test('tells the effect of terms in counterfactual sentences', () => {
    const { rows } = page.table('place: mean probability, and sentences flagged');
    expect(rows.map(([term, first]) => [term, first])).toEqual([
      ['north', '0.050 0 of 12'],
      ['south', '0.060 1 of 12'],
      ['harbour', '0.070 2 of 12'],
      ['gap', '0.020'],
    ]);
  });

  test('is one small file without scripts, that loads nothing', () => {
    expect(Buffer.byteLength(text)).toBeLessThan(1_000_000);
    expectInert(text);
    expect(text).not.toMatch(/https?:/);
  });

  test('is the same for the same evaluation', async () => {
    expect(await renderReport(madeUpEvaluation(), { policy: madeUpPolicy() })).toBe(text);
  });

  test('keeps hostile names of classes, groups, files and models as text', async () => {
    const evaluation = madeUpEvaluation(HOSTILE);
    const [script = '', image = '', style = ''] = HOSTILE;
    const hostile: Evaluation = {
      ...evaluation,
      data: { ...evaluation.data, name: script, unjudged: { rows: 4, byCode: { [image]: 4 } } },
      model: { ...evaluation.model, name: image },
      thresholds: { ...evaluation.thresholds, source: script },
      counterfactuals: {
        name: script,
        templates: 2,
        attributes: [
          {
            attribute: style,
            classes: [{ class: image, gap: 0.1, terms: [{ term: script, mean: 0.2, flagged: 1 }] }],
          },
        ],
      },
      fairness: (evaluation.fairness ?? []).map((section) => ({
        ...section,
        column: style,
        targets: section.targets.map((target) => ({
          ...target,
          groups: target.groups.map((group, index) => ({ ...group, group: HOSTILE[index] ?? '' })),
        })),
      })),
    };
    const written = await renderReport(hostile, { policy: madeUpPolicy(HOSTILE) });
    expectInert(written);
    const { rows } = parsed(written).table('By class, at the chosen thresholds');
    expect(rows.slice(0, 2).map(([name]) => name)).toEqual(HOSTILE.slice(0, 2));
    expect(rows[3]?.[0]).toMatch(/^tricky\ufffdname\ufffd/);
    expect(rows[4]?.[0]?.length).toBeLessThanOrEqual(120);
  });

  test('leaves out what the data do not tell', async () => {
    const { drift, fairness, ablation, decisions, counterfactuals, ...rest } = madeUpEvaluation();
    const written = await renderReport({ ...rest, bootstrap: null, combinations: [] });
    expect(parsed(written).sections).toEqual([
      'overview',
      'quality',
      'curves',
      'thresholds',
      'calibration',
      'confusion',
      'method',
    ]);
    expect(written).toContain('No intervals were asked for');
    expect(written).not.toContain('shaded band');
  });

  test('survives classes without positives', async () => {
    const evaluation = madeUpEvaluation();
    const [first, ...others] = evaluation.classes;
    if (first?.quality == null || first.curves === null) throw new Error('expected a labelled class');
    const quality = {
      ...first.quality,
      support: 0,
      rocAuc: UNDEFINED,
      averagePrecision: UNDEFINED,
      falseNegativeRate: UNDEFINED,
    };
    const curves = { ...first.curves, roc: null, precisionRecall: null };
    const written = await renderReport({
      ...evaluation,
      classes: [{ ...first, quality, curves }, ...others],
    });
    const { rows } = parsed(written).table('By class, at the chosen thresholds');
    expect(rows[0]?.slice(6)).toEqual(['n/a no positives', 'n/a no positives']);
    expect(parsed(written).notices.join(' ')).toMatch(/Few positives: racist \(0\)/);
  });
});

describe('the report of live traffic', () => {
  test('tells scores and drift, and that nothing is known about quality', async () => {
    const page = parsed(await renderReport(madeUpMonitoring()));
    expect(page.title).toBe('Monitoring of made-up model');
    expect(page.sections).toEqual(['overview', 'scores', 'modalities', 'timeline', 'drift', 'method']);
    expect(page.notices.join(' ')).toMatch(
      /No labels.*Scores have moved: homophobe \(moderate shift, PSI 0.140\), otherhate/s,
    );
    const days = page.table('Traffic by period: share flagged, and PSI against the baseline').rows;
    expect(days[1]?.slice(0, 4)).toEqual(['2026-11-21', '281', '1', '5.4 % PSI 0.020']);
    expect(days[3]?.slice(0, 4)).toEqual(['2026-11-23', '0', '3', 'n/a']);
    const { rows } = page.table('Drift by class');
    expect(rows[4]).toEqual(['otherhate', '0.310', '0.018', 'major shift', '0.155', '8.0 %', '15.8 %']);
  });
});

/** No element, attribute or address that could run or fetch anything; a policy that refuses them besides. */
function expectInert(text: string): void {
  const { document } = parseHTML(text);
  expect([
    ...document.querySelectorAll('script, iframe, object, embed, img, base, form, input, audio, video'),
  ]).toEqual([]);
  expect(document.querySelectorAll('style').length).toBe(1);
  expect(document.querySelector('style')?.textContent).toBe(
    readFileSync(join(projectRoot, 'lib/evaluate/report/report.css'), 'utf8'),
  );
  const attributes = [...document.querySelectorAll('*')].flatMap((element) => [...element.attributes]);
  expect(attributes.filter(({ name }) => /^on|^style$|^src/.test(name))).toEqual([]);
  const addresses = attributes.filter(({ name }) => /href$/.test(name)).map(({ value }) => value);
  expect(addresses.filter((address) => !address.startsWith('#') && address !== 'data:,')).toEqual([]);
  const policy = document
    .querySelector('meta[http-equiv="Content-Security-Policy"]')
    ?.getAttribute('content');
  expect(policy).toMatch(
    /^default-src 'none'; style-src 'sha256-[^']+'; img-src data:; base-uri 'none'; form-action 'none'$/,
  );
}

function parsed(text: string) {
  const { document } = parseHTML(text);
  const all = (selector: string): Element[] => [...document.querySelectorAll(selector)];
  return {
    title: document.querySelector('h1')?.textContent ?? '',
    sections: all('section').map(({ id }) => id),
    contents: all('.contents a').map((link) => link.getAttribute('href')),
    notices: all('.notice').map(words),
    captions: all('caption').map(words),
    charts: all('svg[role=img]').map((chart) => ({
      description: chart.getAttribute('aria-label') ?? '',
      captioned: chart.closest('figure')?.querySelector('figcaption') != null,
    })),
    table: (caption: string) => {
      const table = all('table').find((candidate) => words(candidate.querySelector('caption')) === caption);
      return {
        head: [...(table?.querySelectorAll('thead th') ?? [])].map(words),
        rows: [...(table?.querySelectorAll('tbody tr') ?? [])].map((row) =>
          [...row.querySelectorAll('th, td')].map(words),
        ),
      };
    },
  };
}

interface Element {
  readonly id: string;
  readonly textContent: string | null;
  getAttribute(name: string): string | null;
  closest(selector: string): Element | null;
  querySelector(selector: string): Element | null;
  querySelectorAll(selector: string): Iterable<Element>;
}

function words(element: Element | null): string {
  return (element?.textContent ?? '').replace(/\s+/g, ' ').trim();
}
