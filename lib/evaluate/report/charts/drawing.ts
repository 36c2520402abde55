import type { PlotOptions } from '@observablehq/plot';
import { Markup } from '../markup.js';

type Plot = typeof import('@observablehq/plot');

/** What this file uses of a DOM element. */
interface Element {
  readonly outerHTML: string;
  readonly attributes: Iterable<{ readonly name: string; value: string }>;
  querySelectorAll(selector: string): Iterable<Element>;
  setAttribute(name: string, value: string): void;
  removeAttribute(name: string): void;
  remove(): void;
}

/** Draws charts as SVG: static, without scripts or styles of their own, coloured by the page's custom properties. */
export interface Drawing {
  readonly plot: Plot;
  /** @param description What the chart shows, with its main figures: the text alternative. */
  draw(options: PlotOptions, description: string): Markup;
}

/** Loads the chart library and a DOM to draw into, about half a second: only where a report is written. */
export async function openDrawing(): Promise<Drawing> {
  const [plot, { parseHTML }] = await Promise.all([import('@observablehq/plot'), import('linkedom')]);
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  return {
    plot,
    draw: (options, description) => {
      const svg: unknown = plot.plot({ ...options, document });
      return finish(svg as Element, description);
    },
  };
}

const COORDINATES = new Set([
  'd',
  'transform',
  'x',
  'y',
  'x1',
  'x2',
  'y1',
  'y2',
  'cx',
  'cy',
  'r',
  'width',
  'height',
]);

/** One image with one description, coordinates to a tenth of a pixel, and nothing that a strict CSP refuses. */
function finish(svg: Element, description: string): Markup {
  for (const style of svg.querySelectorAll('style')) style.remove();
  for (const element of svg.querySelectorAll('*')) tidy(element);
  for (const attribute of ['class', 'font-family', 'font-size']) svg.removeAttribute(attribute);
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', description);
  return new Markup(svg.outerHTML);
}

function tidy(element: Element): void {
  for (const attribute of [...element.attributes]) {
    const { name, value } = attribute;
    if (name.startsWith('aria-')) element.removeAttribute(name);
    else if (COORDINATES.has(name)) {
      element.setAttribute(
        name,
        value.replace(/-?\d+\.\d+/g, (digits) => String(Number(Number(digits).toFixed(1)))),
      );
    }
  }
}
