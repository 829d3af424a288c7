/** An invented brake for the invented host. */
import type { BrakeStatus } from '$lib/api/generated/BrakeStatus';
import type { Handlers } from './answers';

export function fakeBrake(): BrakeStatus {
  return {
    mode: 'suggest',
    held: [],
    heldElsewhere: [],
    mayStop: [],
    suggestions: [],
    resting: [],
    budgets: [
      {
        scope: { kind: 'all' },
        subject: 'All functions',
        amountUsd: '10',
        alerts: [50, 80, 100],
        spentUsd: '3.2',
        spentPercent: 32,
        usdPerHour: '0.01',
        projectedUsd: '4.1',
        timesUsual: 1.2,
        runawaySinceUs: null,
        state: 'under',
      },
    ],
    live: [{ function: 'kettle', usdPerHour: '0.01' }],
    usdPerHour: '0.01',
    month: '2026-11',
    monthEndsUs: 1_796_083_200_000_000,
    priceRegion: 'us-east-1',
    priceDate: '2026-11-20',
    notes: [
      'Budgets and the brake work only while Hearth runs.',
      'The money of functions on this computer is what AWS would charge: list price without the free tier. They run here for $0.',
      'A function that calls itself is stopped after 16 calls in a row over the Lambda address, each made by the one before: known by whose connection a call came on, or by the header X-Amzn-Trace-Id.',
    ],
  };
}

/** Answers to the commands of budgets and the brake. */
export function brakeAnswers(): Handlers {
  let status = fakeBrake();
  const set = (part: Partial<BrakeStatus>): BrakeStatus => (status = { ...status, ...part });
  const held = (name: string) => ({
    function: name,
    formerConcurrency: null,
    sinceUs: 1_795_435_200_000_000,
    by: 'person',
    reason: 'a person pulled it',
  });
  return {
    brake_status: () => status,
    brake_mode: ({ mode }) => set({ mode }),
    brake_pull: ({ functions }) => set({ held: [...status.held, ...functions.map(held)] }),
    brake_release: ({ functions }) =>
      set({
        held: functions.length === 0 ? [] : status.held.filter((one) => !functions.includes(one.function)),
      }),
    brake_leave: () => set({ suggestions: [] }),
    brake_rehearse: () => ({
      atUs: 1_795_435_200_000_000,
      mode: status.mode,
      functions: [
        {
          function: 'kettle',
          act: status.mode === 'armed' ? 'stops' : status.mode === 'suggest' ? 'asks' : 'off',
          atNextCall: false,
          reason: 'it calls itself: 16 calls in a row, each made by the one before',
          spentUsd: '3.2',
          usdPerHour: '0.01',
          calls24h: 4_200,
          formerConcurrency: 4,
        },
        {
          function: 'resize',
          act: 'runs',
          atNextCall: false,
          reason: null,
          spentUsd: '0.4',
          usdPerHour: '0',
          calls24h: 12,
          formerConcurrency: null,
        },
      ],
      refused:
        'Every new call of a stopped function, whoever makes it, is refused with status 429. Calls that run go on to their end; servers that wait are ended.',
      answer:
        "stopped by Hearth's brake: it calls itself. Release it with Ctrl Shift B or `hearth brake release`.",
      release: 'Release it with Ctrl Shift B or `hearth brake release`.',
      notes: ['Nothing was changed by this rehearsal.'],
    }),
    brake_history: () => [],
    budget_set: ({ amountUsd, alerts }) =>
      set({ budgets: status.budgets.map((budget) => ({ ...budget, amountUsd, alerts })) }),
    budget_delete: () => set({ budgets: [] }),
  };
}
