import { beforeEach, describe, expect, it } from 'vitest';
import type { BilledRow } from '$lib/api/generated/BilledRow';
import { host } from '$lib/host';
import type { FakeHost } from '$lib/host/fake';
import { Billing } from './billing.svelte';

const NOV_15_US = Date.UTC(2026, 10, 15, 12) * 1_000;
const fake = () => host() as FakeHost;
const row = (quantity: string | null): BilledRow => ({
  day: '2026-11-01',
  service: null,
  resource: 'kettle',
  meter: null,
  amount: '1.5',
  currency: 'EUR',
  quantity,
  unit: null,
});
const price = { what: 'bill', usd: '0.01', each: 'request', words: '$0.01 a request.', source: '' } as const;
let from = 0;
const asked = () =>
  fake()
    .calls.slice(from)
    .map((one) => one.command);

beforeEach(() => {
  from = fake().calls.length;
  fake().answer('cost_actual', () => ({ month: '2026-11', lines: [] }) as never);
  fake().answer('account_billed', () => ({ rows: [row(null)], requests: 1, estimated: false, notes: [] }));
  fake().answer('account_billed_price', () => null);
});

describe('what an account was billed', () => {
  it('is asked after a yes to its price, once, and set beside what Hearth worked out', async () => {
    fake().answer('account_billed_price', () => price);
    const billing = new Billing('aws:dev', '2026-11');
    await billing.ask(NOV_15_US);
    expect(billing).toMatchObject({ price, asking: false, compared: null });
    expect(asked(), 'nothing that is billed').toEqual(['account_billed_price']);
    billing.forget();
    expect(billing.price).toBeNull();
    await billing.ask(NOV_15_US);
    await billing.agree();
    expect(billing).toMatchObject({ price: null, days: null, compared: { month: '2026-11' } });
    expect(asked().slice(2)).toEqual(['cost_actual']);
  });

  it('is shown by resource where it is free and says no amounts of use', async () => {
    const billing = new Billing('azure:dev', '2026-11');
    await billing.ask(NOV_15_US);
    expect(billing).toMatchObject({ price: null, compared: null, days: { month: '2026-11' } });
    expect(asked()).toEqual(['account_billed_price', 'account_billed']);
    expect(fake().calls.at(-1)?.request).toEqual({
      account: 'azure:dev',
      since: '2026-11-01',
      until: '2026-11-15',
      agreed: true,
    });
  });

  it('is compared where it is free and says how much was used', async () => {
    fake().answer('account_billed', () => ({ rows: [row('2')], requests: 1, estimated: false, notes: [] }));
    const billing = new Billing('tea:dev', '2026-11');
    await billing.ask(NOV_15_US);
    expect(billing).toMatchObject({ days: null, compared: { month: '2026-11' } });
  });

  it('names the table that a person wrote, and shows why it could not be read', async () => {
    fake().answer('account_billed_price', () => {
      throw { code: 'not_found', message: 'it is not there', hint: null };
    });
    const billing = new Billing('google:dev', '2026-11');
    billing.table = ' shop.billing.export ';
    await billing.ask(NOV_15_US);
    expect(fake().calls.at(-1)?.request).toMatchObject({ table: 'shop.billing.export' });
    expect(billing).toMatchObject({ asking: false, error: { message: 'it is not there' } });
  });
});
