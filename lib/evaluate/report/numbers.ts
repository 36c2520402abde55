import type { Figure, UndefinedReason } from '../evaluation.js';
import { html, type Markup } from './markup.js';

/** What stands where a figure has no value. */
export const UNDEFINED = 'n/a';

export const REASONS: Readonly<Record<UndefinedReason, string>> = {
  'no-rows': 'no rows',
  'no-positives': 'no positives',
  'no-negatives': 'no negatives',
  'class-undefined': 'undefined for a class',
  'too-few': 'too few rows',
};

/** Three decimals, as all figures here. */
export function decimal(value: number | null): string {
  return value === null ? UNDEFINED : value.toFixed(3).replace(/^-(0\.0+)$/, '$1');
}

/** A threshold may be tiny: at least three decimals, and at least three digits that count. */
export function thresholdText(threshold: number): string {
  if (threshold === 0 || threshold >= 0.01) return threshold.toFixed(3);
  return threshold.toFixed(Math.min(12, 2 - Math.floor(Math.log10(threshold))));
}

export function percent(share: number | null): string {
  return share === null ? UNDEFINED : `${(share * 100).toFixed(1)} %`;
}

export function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** `0.912 [0.880, 0.940]`. */
export function figureText(figure: Figure): string {
  if (figure.value === null) return undefinedText(figure);
  const interval = intervalText(figure);
  return interval === undefined ? decimal(figure.value) : `${decimal(figure.value)} ${interval}`;
}

/** The value above its interval, for tables. */
export function figureMarkup(figure: Figure): Markup {
  const below = figure.value === null ? reasonText(figure) : intervalText(figure);
  return html`${decimal(figure.value)}${below === undefined ? undefined : html` <span class="interval">${below}</span>`}`;
}

export function intervalText({ low, high }: Figure): string | undefined {
  return low === null || high === null ? undefined : `[${decimal(low)}, ${decimal(high)}]`;
}

function undefinedText(figure: Figure): string {
  const reason = reasonText(figure);
  return reason === undefined ? UNDEFINED : `${UNDEFINED} (${reason})`;
}

function reasonText({ reason }: Figure): string | undefined {
  return reason === undefined ? undefined : REASONS[reason];
}
