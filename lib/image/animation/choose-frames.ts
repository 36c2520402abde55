/**
 * The frames that are judged, in order: the first and the last, then those shown longest as far as they stand out, then
 * others evenly spread. All of them where there are no more than `count`.
 *
 * @param durationsMs of every frame
 * @param count 1 or more
 */
export function chooseFrames(durationsMs: readonly number[], count: number): number[] {
  const total = durationsMs.length;
  if (total <= count) return durationsMs.map((_, index) => index);
  const chosen = new Set<number>([0]);
  if (count > 1) chosen.add(total - 1);
  for (const index of longest(durationsMs, count - chosen.size)) chosen.add(index);
  for (const index of spread(total, count)) {
    if (chosen.size >= count) break;
    chosen.add(index);
  }
  for (let index = 0; chosen.size < count; index++) chosen.add(index);
  return [...chosen].sort((a, b) => a - b);
}

/** Shown for this many times the mean, a frame is what people see of the animation. */
const STANDS_OUT = 3;

/** At most half of the places go to duration: what is shown briefly is seen as well. */
function longest(durationsMs: readonly number[], places: number): number[] {
  const mean = durationsMs.reduce((sum, ms) => sum + ms, 0) / durationsMs.length;
  return durationsMs
    .map((ms, index) => ({ ms, index }))
    .filter(({ ms }) => ms > STANDS_OUT * mean)
    .sort((a, b) => b.ms - a.ms || a.index - b.index)
    .slice(0, Math.max(0, Math.ceil(places / 2)))
    .map(({ index }) => index);
}

/** Evenly spread, coarse steps first, so that those that are left out lie among those that are in. */
function* spread(total: number, count: number): Generator<number> {
  for (let step = 1; step < count; step++) yield Math.round((step * (total - 1)) / (count - 1));
}
