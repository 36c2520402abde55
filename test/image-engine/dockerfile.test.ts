import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { IMAGE_ENVIRONMENT } from '../../bench/systems/image-environment.js';
import { projectRoot } from '../support/project-root.js';

describe('the Dockerfile', () => {
  const text = readFileSync(join(projectRoot, 'container', 'Dockerfile'), 'utf8');
  const stages = [...text.matchAll(/^FROM \S+ AS (\S+)$/gm)].map(([, name]) => name);

  test('takes the CUDA provider of the very version that runs it', () => {
    const { dependencies } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>;
    };
    const url = /^ARG PROVIDER_URL=(\S+)$/m.exec(text)?.[1] ?? '';
    expect(url).toMatch(
      new RegExp(
        `/v${dependencies['onnxruntime-node']}/[^/]+gpu_cuda12-${dependencies['onnxruntime-node']}\\.tgz$`,
      ),
    );
    expect(text).toMatch(/^ARG PROVIDER_SHA256=[0-9a-f]{64}$/m);
  });

  test('puts what only the gpu target needs below the cpu target, which a classic builder then leaves alone', () => {
    expect(stages).toEqual(['compiled', 'shipped', 'cpu', 'provider', 'gpu']);
  });

  test('pins its base images', () => {
    const bases = [...text.matchAll(/^ARG (?:NODE|RUNTIME)_IMAGE=(\S+)$/gm)].map(([, base]) => base);
    expect(bases).toHaveLength(2);
    for (const base of bases) expect(base).toMatch(/:\d+\.\d+\.\d+-/);
  });

  test.each(Object.entries(IMAGE_ENVIRONMENT))(
    'sets %s in both images as the benchmark and the soak do',
    (name, value) => {
      const settings = [...text.matchAll(new RegExp(`\\b${name}=(\\S+)`, 'g'))].map(([, setting]) => setting);
      expect(settings).toEqual([value, value]);
    },
  );

  test('keeps what Node.js compiled where both images look for it, and takes the code from there too', () => {
    const folder = '/opt/moderation';
    expect(text.match(new RegExp(`NODE_COMPILE_CACHE=${folder}/compile-cache`, 'g'))).toHaveLength(3);
    for (const part of ['node_modules', 'dist', 'compile-cache']) {
      expect(text.match(new RegExp(`^COPY --from=shipped ${folder}/${part} ${part}$`, 'gm'))).toHaveLength(2);
    }
    expect(text.match(new RegExp(`^WORKDIR ${folder}$`, 'gm'))).toHaveLength(2);
  });

  test('turns ONNX Runtime’s telemetry off in both images', () => {
    expect(text.match(/ORT_DISABLE_TELEMETRY=1/g)).toHaveLength(2);
  });
});
