const WIDTH = 160;
const HEIGHT = 40;
const MARGIN = 3;
const SVG = 'http://www.w3.org/2000/svg';

/** Draws values from left to right, the newest at the right edge; gaps where there is none. */
export function drawSparkline(
  svg: SVGElement,
  values: readonly (number | undefined)[],
  places: number,
): void {
  svg.setAttribute('viewBox', `0 0 ${WIDTH} ${HEIGHT}`);
  svg.setAttribute('preserveAspectRatio', 'none');
  const highest = Math.max(0, ...values.filter((value) => value !== undefined));
  const x = (index: number): number =>
    WIDTH - MARGIN - (values.length - 1 - index) * ((WIDTH - 2 * MARGIN) / (places - 1));
  const y = (value: number): number =>
    HEIGHT - MARGIN - (highest === 0 ? 0 : (value / highest) * (HEIGHT - 2 * MARGIN));
  const runs: string[][] = [[]];
  values.forEach((value, index) => {
    if (value === undefined) runs.push([]);
    else runs.at(-1)?.push(`${x(index).toFixed(1)},${y(value).toFixed(1)}`);
  });
  svg.replaceChildren(...runs.filter((run) => run.length > 0).map(line));
}

function line(points: readonly string[]): SVGElement {
  const element = document.createElementNS(SVG, 'polyline');
  // A single point has no line; two equal ones are drawn as a dot by the round cap.
  element.setAttribute('points', [...points, ...(points.length === 1 ? points : [])].join(' '));
  return element;
}
