/** Amounts that are estimated, and amounts of another currency than dollars. Pure; must not draw. */
import type { CostAmount } from '$lib/api/generated/CostAmount';
import type { WhatIfAnswer } from '$lib/api/generated/WhatIfAnswer';
import type { WhatIfMonth } from '$lib/api/generated/WhatIfMonth';
import { amount, range } from './words';

/** Which of the two views of an amount. */
export type View = 'list' | 'grants';

/** `≈` before an amount that has bounds, else nothing. */
export function sign(cost: CostAmount): string {
  return cost.bounds ? '≈\u00a0' : '';
}

/** An amount, with `≈` before it when it is estimated. */
export function about(cost: CostAmount, view: View = 'list'): string {
  return sign(cost) + amount(view === 'list' ? cost.listUsd : cost.afterGrantsUsd);
}

/** The range of an estimated amount in words; nothing when it is exact. */
export function bounds(cost: CostAmount, view: View = 'list'): string | null {
  if (!cost.bounds) return null;
  const { listLowUsd, listHighUsd, afterGrantsLowUsd, afterGrantsHighUsd } = cost.bounds;
  return view === 'list' ? range(listLowUsd, listHighUsd) : range(afterGrantsLowUsd, afterGrantsHighUsd);
}

/** Whether two months have a difference: those of two currencies have none. */
export function comparable(answer: WhatIfAnswer): boolean {
  return answer.before.currency === answer.after.currency;
}

/** Words with the sign of the currency of a month: `$0.30` of dollars, `CNY 0.30` of yuan. */
export function paidIn(month: WhatIfMonth, dollars: string): string {
  return month.currency === 'USD' ? dollars : dollars.replaceAll('$', `${month.currency}\u00a0`);
}
