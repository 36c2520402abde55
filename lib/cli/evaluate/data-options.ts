import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { DATA_FORMATS, type DataFormat } from '../../evaluate/data/data-source.js';
import {
  NO_MAJORITY,
  type NoMajority,
  SPLITS,
  type Split,
  VOTES,
  type Vote,
} from '../../evaluate/data/mmhs150k.js';
import type { DataOptions } from '../../evaluate/data/open-data.js';
import { wholeNumber } from '../arguments.js';

/** The options as parsed. */
export interface ParsedDataOptions {
  readonly data?: string;
  readonly images?: string;
  readonly format?: DataFormat;
  readonly textColumn?: string;
  readonly imageColumn?: string;
  readonly idColumn?: string;
  readonly labelsColumn?: string;
  readonly groupColumn: readonly string[];
  readonly limit?: number;
  readonly split?: Split;
  readonly vote?: Vote;
  readonly withoutMajority?: NoMajority;
  readonly imageTexts?: boolean;
}

const DATA = 'Labelled data:';
const MMHS = 'MMHS150K:';

/** Adds the options that say which labelled posts are read, and how. */
export function addDataOptions(command: Command): Command {
  const options = [
    new Option('--data <file>', 'labelled posts: CSV, JSON Lines, or the folder of MMHS150K'),
    new Option('--images <dir>', 'folder of the image paths (default: that of the data)'),
    new Option('--format <format>', 'of the data (default: by its extension)').choices(DATA_FORMATS),
    new Option('--text-column <name>', 'column or field with the text (default: text)'),
    new Option('--image-column <name>', 'with the path of the image (default: image_path, or image)'),
    new Option('--id-column <name>', 'with the id (default: id)'),
    new Option('--labels-column <name>', 'with the labels (default: labels, or label)'),
    new Option(
      '--group-column <name...>',
      'whose values divide the posts into groups, for the bias audit',
    ).default([], 'none'),
    new Option('--limit <number>', 'rows to read, the first ones (default: all)').argParser(wholeNumber(1)),
  ];
  for (const option of options) command.addOption(option.helpGroup(DATA));
  const choices = [
    new Option('--split <name>', 'which posts (default: test)').choices(SPLITS),
    new Option('--vote <rule>', "how annotators' labels become one (default: majority)").choices(VOTES),
    new Option('--without-majority <rule>', 'posts without a majority (default: exclude)').choices(
      NO_MAJORITY,
    ),
    new Option('--image-texts', 'add the texts that the data set read in the images (img_txt)'),
  ];
  for (const option of choices) command.addOption(option.helpGroup(MMHS));
  return command;
}

export function dataOptionsOf(path: string, options: ParsedDataOptions): DataOptions {
  const { images, groupColumn, withoutMajority, ...rest } = options;
  return {
    ...rest,
    path: resolve(path),
    groupColumns: groupColumn,
    noMajority: withoutMajority,
    ...(images !== undefined && { images: resolve(images) }),
    columns: {
      text: rest.textColumn,
      image: rest.imageColumn,
      id: rest.idColumn,
      labels: rest.labelsColumn,
    },
  };
}
