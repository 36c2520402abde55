import type { Answered } from '../api.js';
import type { Judgement } from '../contract.js';
import { ACTION_NAMES } from '../decide.js';
import { byId, make, setShare } from '../dom.js';
import { milliseconds } from '../format.js';

/** What the answer rests on, who gave it and what it took. */
export function showDetails({ reply, roundTripMs }: Answered, judgement: Judgement): void {
  const { model, request_id, timings = {} } = reply;
  const rows: [string, string | Node][] = [
    ['Rests on', judgement.modalities_used.join(' and ')],
    ['Text', judgement.text_truncated ? 'cut: the model did not read all of it' : 'read whole'],
    ...unseenRows(judgement),
    ...policyRows(judgement, reply.policy),
    ['Model', `${model.name}, ${model.precision}${model.device === undefined ? '' : ` on ${model.device}`}`],
    ['Pack', make('code', {}, model.pack)],
    ['Request', make('code', {}, request_id)],
  ];
  if (!judgement.modalities_used.includes('text')) rows.splice(1, 1);
  byId('details-list', HTMLElement).replaceChildren(
    ...rows.flatMap(([name, value]) => [make('dt', {}, name), make('dd', {}, value)]),
  );
  byId('truncated', HTMLElement).hidden = !judgement.text_truncated;
  showTimings({ ...timings, 'round trip': roundTripMs });
}

/** What the answer does not rest on, and which part decided where several were judged. */
function unseenRows({ unseen = [], parts, decided_by }: Judgement): [string, string][] {
  const told = unseen.map(({ code, figure, read, total }) => {
    const counted = total === undefined ? figure.toFixed(3) : `${read ?? 0} of ${total}`;
    return `${code.replaceAll('_', ' ')} (${counted})`;
  });
  return [
    ['Not seen', told.length === 0 ? 'nothing' : told.join(', ')],
    ...(parts === undefined
      ? []
      : [
          ['Parts', `${parts.length}, of which number ${(decided_by ?? 0) + 1} is the strictest`] as [
            string,
            string,
          ],
        ]),
  ];
}

function policyRows({ decision, audit }: Judgement, policy: unknown): [string, string][] {
  if (decision === undefined) return [];
  const name = nameOf(policy);
  const drawn = audit ? ', drawn for an audit' : '';
  return [['Server decides', `${ACTION_NAMES[decision] ?? decision}${drawn}${name && ` (policy ${name})`}`]];
}

function nameOf(policy: unknown): string {
  const { name } = (policy ?? {}) as { name?: unknown };
  return typeof name === 'string' ? name : '';
}

function showTimings(timings: Readonly<Record<string, number>>): void {
  const longest = Math.max(...Object.values(timings), 0.001);
  const rows = Object.entries(timings).map(([stage, ms]) => {
    const fill = make('span', { class: 'fill', 'aria-hidden': 'true' });
    setShare(fill, '--share', ms / longest);
    return make(
      'tr',
      {},
      make('th', { scope: 'row' }, stage.replaceAll('_', ' ')),
      make('td', { class: 'number' }, milliseconds(ms)),
      make('td', { class: 'timing-bar', 'aria-hidden': 'true' }, fill),
    );
  });
  byId('timings-body', HTMLTableSectionElement).replaceChildren(...rows);
}
