/** What `cdk gc` sees and compares, read off its source: aws-cdk, garbage-collector.ts and stack-refresh.ts. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type App, Stack } from 'aws-cdk-lib/core';

interface AssetManifest {
  readonly files: Readonly<
    Record<
      string,
      {
        readonly source: { readonly path: string };
        readonly destinations: Readonly<Record<string, { readonly objectKey: string }>>;
      }
    >
  >;
}

/** As CloudFormation gives a template back: the text that was sent, with `?` for what is not ASCII. */
function deployedText(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII begins with them.
  return text.replace(/[^\u0000-\u007f]/g, '?');
}

/** Keys of the model files that a stack uploads. */
export function modelKeys(stack: Stack): readonly string[] {
  const { directory } = (Stack.of(stack).node.root as App)
    .synth()
    .getStackArtifact(stack.artifactId).assembly;
  const file = join(directory, `${stack.artifactId}.assets.json`);
  const { files } = JSON.parse(readFileSync(file, 'utf8')) as AssetManifest;
  return Object.values(files)
    .filter(({ source }) => source.path.startsWith('model-'))
    .flatMap(({ destinations }) => Object.values(destinations).map(({ objectKey }) => objectKey));
}

/** Of a stack's model files those that the collector would delete while the stack stands. */
export function collected(stack: Stack): readonly string[] {
  const keys = modelKeys(stack);
  const { templateFullPath } = (stack.node.root as App).synth().getStackArtifact(stack.artifactId);
  const text = deployedText(readFileSync(templateFullPath, 'utf8'));
  return keys.filter((key) => !text.includes(key.split('.')[0] ?? key));
}
