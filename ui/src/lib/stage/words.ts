/** Words of states in a sentence and money on lanes. Must not know models or the DOM. */
import type { EnvironmentState } from '$lib/api/generated/EnvironmentState';
import { exactMoney } from '$lib/format';
import { STATES } from '$lib/states';

/** The word for a state in a sentence. */
export const STATE_WORD = Object.fromEntries(STATES.map(({ state, word }) => [state, word])) as Record<
  EnvironmentState,
  string
>;

/** What lanes add up: six digits after the point, nine when it is less than a millionth. */
export function laneMoney(usd: number): string {
  if (usd <= 0) return '$0';
  return exactMoney(usd.toFixed(usd < 0.000_001 ? 9 : 6));
}
