/** Functions of accounts that an event can be sent to. Pure. */
import type { AccountInfo } from '$lib/api/generated/AccountInfo';
import type { InventoryFunction } from '$lib/api/generated/InventoryFunction';
import { idIn } from '$lib/function/place';
import type { Choice } from './everywhere.svelte';

/** Those of accounts that can be signed in to and can call; in the order that they were read. */
export function cloudTargets(held: readonly InventoryFunction[], accounts: readonly AccountInfo[]): Choice[] {
  const able = new Set(
    accounts
      .filter((info) => info.account.state === 'present' && info.capabilities.includes('invoke'))
      .map((info) => info.account.id),
  );
  return held
    .filter((one) => able.has(one.account) && one.function.state !== 'failed')
    .map((one) => {
      const { location: region, name } = one.function;
      return {
        key: idIn(one.account, region, name),
        target: { account: one.account, region, name },
        place: `${one.accountName}, ${region}`,
        name,
      };
    });
}
