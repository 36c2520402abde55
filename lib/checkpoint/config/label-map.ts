import { z } from 'zod';

const byIndex = z.record(z.string().regex(/^\d{1,4}$/), z.string());
const byName = z.record(z.string(), z.int().nonnegative().max(9999));

/** label_map.json, `{"0": "name", …}` or `{"name": 0, …}`: the names in the order of their indices, from 0. */
export const labelMapSchema = z.union([byIndex, byName]).transform((map, context): string[] => {
  const names: string[] = [];
  for (const [key, value] of Object.entries(map)) {
    if (typeof value === 'string') names[Number(key)] = value;
    else names[value] = key;
  }
  const complete = names.length === Object.keys(map).length && !names.includes(undefined as never);
  if (!complete) context.addIssue({ code: 'custom', message: 'expected each index from 0 once' });
  return names;
});
