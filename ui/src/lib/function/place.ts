/** Where a function is: here, or in an account. Owns how one is named where both can be meant. Pure. */

export interface Place {
  account: string;
  region: string;
  name: string;
}

/** The place of a function in an account, from its id; null for one of this computer, whose ids have no slash. */
export function placeIn(functionId: string): Place | null {
  const parts = functionId.split('/');
  const name = parts.pop();
  const region = parts.pop();
  if (name === undefined || region === undefined || parts.length === 0) return null;
  return { account: parts.join('/'), region, name };
}

/** What names a function in addresses and requests: its name here, its id in an account. Both can have the same name. */
export function refOf(one: { functionId: string; functionName: string }): string {
  return placeIn(one.functionId) === null ? one.functionName : one.functionId;
}

/** The same for a function of the catalogue. */
export function refOfFunction(one: { id: string; name: string }): string {
  return refOf({ functionId: one.id, functionName: one.name });
}

/** The id that a function in an account has in the ledger. */
export function idIn(account: string, region: string, name: string): string {
  return `${account}/${region}/${name}`;
}
