/**
 * Which row a server takes: the lowest whose last server died at least 1.2 s before, at once when rows run out.
 * A server never changes its row. Must not know segments or drawing.
 */
export const ROW_REST_US = 1_200_000;

export interface Tenant {
  endedUs: number | null;
  row: number;
}

export class RowTable<T extends Tenant> {
  readonly #tenants: (T | undefined)[] = [];

  get length(): number {
    return this.#tenants.length;
  }

  /** Gives a row to a newcomer. Rows stay below `limit` as long as fewer servers live. */
  take(newcomer: T, bornUs: number, limit: number): number {
    let row = this.#lowest(bornUs, ROW_REST_US);
    if (row >= limit) row = this.#lowest(bornUs, 0);
    this.#tenants[row] = newcomer;
    return row;
  }

  drop(tenant: T): void {
    if (this.#tenants[tenant.row] === tenant) this.#tenants[tenant.row] = undefined;
    while (this.#tenants.length > 0 && this.#tenants.at(-1) === undefined) this.#tenants.pop();
  }

  #lowest(bornUs: number, restUs: number): number {
    const free = this.#tenants.findIndex(
      (tenant) => tenant === undefined || (tenant.endedUs !== null && tenant.endedUs + restUs <= bornUs),
    );
    return free === -1 ? this.#tenants.length : free;
  }
}
