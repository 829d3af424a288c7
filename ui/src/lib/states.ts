/** Words of the states, the same on every screen. */
export type MarkState =
  'init' | 'busy' | 'warm' | 'frozen' | 'thaw' | 'restored' | 'throttled' | 'failed' | 'reaped';

export const STATES: readonly { state: MarkState; name: string; word: string; meaning: string }[] = [
  {
    state: 'init',
    name: 'Init',
    word: 'starting',
    meaning: 'Being born: the process starts, code loads, everything outside the handler runs',
  },
  { state: 'busy', name: 'Busy', word: 'busy', meaning: 'Working on a request' },
  { state: 'warm', name: 'Warm', word: 'warm', meaning: 'Idle and awake, ready at once' },
  {
    state: 'frozen',
    name: 'Frozen',
    word: 'frozen',
    meaning: 'Paused: memory kept, no processor used, nothing billed',
  },
  { state: 'thaw', name: 'Thaw', word: 'waking', meaning: 'Waking from frozen' },
  { state: 'restored', name: 'Restored', word: 'restored', meaning: 'Started from a snapshot' },
  {
    state: 'throttled',
    name: 'Throttled',
    word: 'refused',
    meaning: 'Refused: the limit was reached, no server was touched',
  },
  {
    state: 'failed',
    name: 'Failed',
    word: 'failed',
    meaning: 'Crash, timeout or out of memory: the server ended',
  },
  { state: 'reaped', name: 'Reaped', word: 'reaped', meaning: 'Removed after idling' },
];

/** Servers in words: `2 busy, 8 frozen`. */
export function statesInWords(states: readonly MarkState[]): string {
  if (states.length === 0) return 'No server';
  return STATES.map(({ state, word }) => [states.filter((one) => one === state).length, word] as const)
    .filter(([many]) => many > 0)
    .map(([many, word]) => `${many} ${word}`)
    .join(', ');
}
