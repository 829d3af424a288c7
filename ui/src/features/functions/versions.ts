/** Who gets which part of an alias's traffic, and which version is the one before. Pure. */
import type { Alias } from '$lib/api/generated/Alias';
import type { PublishedVersion } from '$lib/api/generated/PublishedVersion';

/** Whole percents of an alias, the version that gets what the others do not first. */
export function shares(alias: Alias): { version: string; percent: number }[] {
  const others = Object.entries(alias.weights).map(([version, part]) => ({
    version,
    percent: Math.round((part ?? 0) * 1_000) / 10,
  }));
  const rest = 100 - others.reduce((sum, one) => sum + one.percent, 0);
  return [{ version: alias.version, percent: Math.round(rest * 10) / 10 }, ...others];
}

/** `90 % to version 2, 10 % to version 1`, or only the version when it gets everything. */
export function sharesWords(alias: Alias, word: string): string {
  const all = shares(alias);
  if (all.length === 1) return `${word} ${alias.version}`;
  return all.map(({ version, percent }) => `${percent} % to ${word} ${version}`).join(', ');
}

/**
 * Where one click leads back to: while traffic is shared, the version that has the larger right, alone; else the one
 * that was made before. `versions` are newest first. None when there is no earlier one.
 */
export function earlier(alias: Alias, versions: readonly PublishedVersion[]): string | null {
  if (Object.keys(alias.weights).length > 0) return alias.version;
  const at = versions.findIndex((one) => one.version === alias.version);
  return versions[at + 1]?.version ?? null;
}
