/** The `npx cdk` commands and `-c key=value` settings that the documentation shows. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../support/project-root.js';

export interface DocumentedExample {
  /** File and text, as a reader sees it. */
  readonly title: string;
  /** `deploy`, `synth`, …; undefined for a setting that stands alone. */
  readonly command: string | undefined;
  readonly context: Readonly<Record<string, string>>;
}

const PLACES = [
  { folder: '.', pattern: /^README\.md$/ },
  { folder: 'docs', pattern: /\.md$/ },
  { folder: 'examples', pattern: /\.(?:md|ts|sh)$/ },
  { folder: 'bin', pattern: /\.ts$/ },
  { folder: 'lib/cli', pattern: /\.ts$/ },
];

/** Up to what ends a command in a document: the line, a comment, a backtick, a pipe or another command. */
const COMMAND = /npx cdk ([a-z]+)([^\n`#|;&]*)/g;
/** How settings are given in general. */
const GENERAL_FORM = '-c key=value';
const SETTING = /(?<![\w-])-c[ =]([A-Za-z]\w*)=(?:"([^"\n]*)"|'([^'\n]*)'|([^\s`"']+))/g;

export function documentedExamples(): DocumentedExample[] {
  const found = PLACES.flatMap(({ folder, pattern }) =>
    readdirSync(join(projectRoot, folder), { recursive: folder !== '.', encoding: 'utf8' })
      .filter((name) => pattern.test(name.split('/').at(-1) ?? ''))
      .flatMap((name) => examplesIn(join(folder, name))),
  );
  const distinct = new Map(
    found.map((example) => [JSON.stringify([example.command, example.context]), example]),
  );
  return [...distinct.values()];
}

function examplesIn(path: string): DocumentedExample[] {
  const text = readFileSync(join(projectRoot, path), 'utf8').replace(/\\\n\s*/g, ' ');
  const commands = [...text.matchAll(COMMAND)].map(([whole, command, options = '']) => ({
    title: `${path}: ${whole.trim()}`,
    command,
    context: settingsIn(options),
  }));
  const rest = text.replace(COMMAND, '').replaceAll(GENERAL_FORM, '');
  const alone = [...rest.matchAll(SETTING)].map(([whole]) => ({
    title: `${path}: ${whole}`,
    command: undefined,
    context: settingsIn(whole),
  }));
  return [...commands, ...alone];
}

function settingsIn(text: string): Record<string, string> {
  const entries = [...text.matchAll(SETTING)].map(([, key = '', double, single, bare]) => [
    key,
    double ?? single ?? bare ?? '',
  ]);
  return Object.fromEntries(entries) as Record<string, string>;
}
