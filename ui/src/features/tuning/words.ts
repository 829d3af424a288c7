/** How a tuning stands, in words. Pure. */
import type { Tuning } from '$lib/api/generated/Tuning';
import { megabytes } from '$lib/format';

export const STATUS: Record<Tuning['status'], string> = {
  running: 'running',
  done: 'done',
  cancelled: 'cancelled',
  failed: 'failed',
  interrupted: 'interrupted',
};

/** What became of the memory size, with whether that is good news. */
export function restoreWords(tuning: Tuning): { tone: 'good' | 'warn' | 'bad' | 'plain'; text: string } {
  const size = megabytes(tuning.configuration.memoryMb);
  switch (tuning.restore) {
    case 'verified':
      return { tone: 'good', text: `${size} is set again, and was read back.` };
    case 'changed_by_others':
      return { tone: 'warn', text: 'Somebody else set another memory size meanwhile; that one stays.' };
    case 'gone':
      return { tone: 'warn', text: 'The function is gone, so there is nothing to put back.' };
    case 'pending':
      return tuning.status === 'running'
        ? { tone: 'plain', text: `${size} is set again afterwards, whatever happens.` }
        : { tone: 'bad', text: `${size} was not set again yet.` };
  }
}
