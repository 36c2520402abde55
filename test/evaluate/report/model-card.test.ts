import { describe, expect, test } from '@jest/globals';
import { renderModelCard } from '../../../lib/evaluate/report/model-card.js';
import { madeUpEvaluation, madeUpMonitoring, madeUpPolicy } from './made-up.js';

describe('the model card', () => {
  const card = renderModelCard(madeUpEvaluation(), {
    policy: madeUpPolicy(),
    command: 'npx moderate evaluate --data test.csv',
  });

  test('has the sections of a model card, in their order', () => {
    const titles = [...card.matchAll(/^##? (.*)$/gm)].map(([, title]) => title);
    expect(titles).toEqual([
      'made-up model',
      'Intended uses',
      'Evaluation data',
      'Metrics',
      'Thresholds',
      'Groups',
      'Limits',
      'Ethical considerations',
      'How to reproduce',
    ]);
    expect(card).toContain('### Out of scope');
  });

  test('holds figures with intervals, thresholds with bands, hashes and the command', () => {
    expect(card).toContain('| racist | 0.930 [0.880, 0.980] | 0.980 [0.950, 1.000] |');
    expect(card).toContain('| racist | 0.150 | 0.100 | 0.400 |');
    expect(card).toContain('| otherhate | 0.750 | 0.580 | never |');
    expect(card).toContain(`\`${'b'.repeat(64)}\``);
    expect(card).toContain('4 not judged (3 image\\_undecodable, 1 text\\_invalid)');
    expect(card).toContain('```sh\nnpx moderate evaluate --data test.csv\n```');
    expect(card).toContain('**Demonstration model.**');
  });

  test('starts with front matter for the hub', () => {
    expect(card).toMatch(/^---\npipeline_tag: text-classification\n/);
    expect(card).toContain('- name: "made-up model"');
    expect(card).toMatch(/type: f1\n {6}name: F1 macro\n {6}value: 0\.920\n/);
  });

  test('keeps hostile names out of tables, markup and front matter', () => {
    const hostile = 'x | y\n<script>[a](b) `c` *d* __e__ $f$';
    const evaluation = madeUpEvaluation([hostile, 'sexist']);
    const written = renderModelCard({ ...evaluation, model: { ...evaluation.model, name: 'a"\n---\nb: c' } });
    expect(written).toContain(
      '| x \\| y\ufffd&#60;script&#62;\\[a\\](b) \\`c\\` \\*d\\* \\_\\_e\\_\\_ \\$f\\$ | 0.930 [0.880, 0.980] |',
    );
    expect(written).toContain('- name: "a\\"\ufffd---\ufffdb: c"');
    expect(written).not.toContain('<script>');
  });

  test('says that nothing is known about quality without labels', () => {
    const written = renderModelCard(madeUpMonitoring());
    expect(written).toContain('nothing is known about quality');
    expect(written).not.toContain('model-index');
  });
});
