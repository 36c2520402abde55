import { ModerationError } from '../../lib/contract/errors.js';
import { type Parameters, parametersSchema } from '../../lib/contract/request.js';
import { type JsonValue, quoteName, toPlain } from '../json/json-value.js';

/** The parameters of a request; absent or null is none. Throws `invalid_parameters` that lists every problem. */
export function readParameters(value: JsonValue | undefined): Parameters {
  if (value == null) return {};
  const result = parametersSchema.safeParse(toPlain(value));
  if (!result.success) {
    const problems = result.error.issues.map(describe);
    throw new ModerationError('invalid_parameters', `Invalid parameters: ${problems.join('; ')}.`);
  }
  // A schema leaves `__proto__` out of what it returns, so a threshold of that name is refused here.
  const thresholds = value instanceof Map ? value.get('thresholds') : undefined;
  if (thresholds instanceof Map && thresholds.has('__proto__')) {
    throw new ModerationError(
      'invalid_parameters',
      'Invalid parameters: thresholds name no class "__proto__".',
    );
  }
  return result.data;
}

interface Issue {
  readonly code: string;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly keys?: readonly string[];
}

/** The schema's complaint without the values it complains of. */
function describe(issue: Issue): string {
  const where = ['parameters', ...issue.path.map(String)]
    .map((name) => quoteName(name).slice(1, -1))
    .join('.');
  if (issue.code === 'unrecognized_keys') {
    const known = Object.keys(parametersSchema.shape).join(', ');
    return `${where} has unknown ${(issue.keys ?? []).map(quoteName).join(', ')}; known are ${known}`;
  }
  return `${where}: ${issue.message}`;
}
