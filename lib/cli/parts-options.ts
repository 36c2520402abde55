/** Options of commands that ask a model: what of each post is judged beside its first part. */
import type { Command } from 'commander';
import type { CallOptions } from '../client/index.js';

export interface ParsedPartsOptions {
  frames?: boolean;
  windows?: boolean;
  tiles?: boolean;
  shown?: boolean;
}

export function addPartsOptions(command: Command): Command {
  return command
    .option('--frames', 'judge the frames of animations, not the first alone (default: as the policy says)')
    .option('--no-frames', 'judge the first frame alone')
    .option('--windows', 'judge long texts whole, in windows (default: as the policy says)')
    .option('--no-windows', 'judge the first tokens of a text alone')
    .option('--tiles', 'judge pictures of extreme aspect in tiles as well (default: as the policy says)')
    .option('--no-tiles', 'judge pictures as a whole alone')
    .option('--shown', 'judge posts as people see them as well (default: as the policy says)')
    .option('--no-shown', 'judge posts as they are stored alone');
}

export type PartsOptions = Pick<CallOptions, 'frames' | 'windows' | 'tiles' | 'views'>;

/** What a call is given; what the command does not say is left to the policy. */
export function partsOptionsOf({ frames, windows, tiles, shown }: ParsedPartsOptions): PartsOptions {
  return {
    ...(frames !== undefined && { frames }),
    ...(windows !== undefined && { windows }),
    ...(tiles !== undefined && { tiles }),
    ...(shown !== undefined && { views: shown ? ['shown' as const] : [] }),
  };
}
