import { type Command, Option } from 'commander';
import { FILTERS, GEOMETRIES, type PreprocessingChoices } from '../convert/preprocessing.js';
import { wholeNumber } from './arguments.js';

const HEADING = 'Preprocessing, where the weights were trained with another (see docs/models.md):';

/** Adds an option for each choice of preprocessing that a conversion can be told. */
export function addPreprocessingOptions(command: Command): Command {
  const options = [
    new Option('--key-mask <state>', 'on: padding is hidden from attention; off: it is seen').choices([
      'on',
      'off',
    ]),
    new Option('--lowercase', 'lowercase texts before they are tokenized'),
    new Option('--max-tokens <number>', 'tokens of a text that are read, special ones included').argParser(
      wholeNumber(0),
    ),
    new Option('--geometry <name>', 'how an image becomes a square').choices(GEOMETRIES),
    new Option('--filter <name>', "Pillow's filter of that resizing").choices(FILTERS),
  ];
  for (const option of options) command.addOption(option.helpGroup(HEADING));
  return command;
}

/** The options as parsed: those that were not given are not there. */
export interface ParsedPreprocessing extends Omit<PreprocessingChoices, 'keyMask'> {
  readonly keyMask?: 'on' | 'off';
}

export function preprocessingOf(options: ParsedPreprocessing): PreprocessingChoices {
  const { keyMask, lowercase, maxTokens, geometry, filter } = options;
  return {
    ...(keyMask !== undefined && { keyMask: keyMask === 'on' }),
    ...(lowercase !== undefined && { lowercase }),
    ...(maxTokens !== undefined && { maxTokens }),
    ...(geometry !== undefined && { geometry }),
    ...(filter !== undefined && { filter }),
  };
}
