/** An invented account and the review of a deploy to it, for tests. Never in a build. */
import type { AccountInfo } from '$lib/api/generated/AccountInfo';
import type { CloudChangeRequest } from '$lib/api/generated/CloudChangeRequest';
import type { CloudReview } from '$lib/api/generated/CloudReview';

export function fakeAccount(
  name: string,
  part: Partial<AccountInfo> = {},
  account: Partial<AccountInfo['account']> = {},
): AccountInfo {
  return {
    account: {
      id: `aws:${name}`,
      name,
      provider: 'aws',
      signIn: 'keys',
      state: 'present',
      expiry: { kind: 'never' },
      foundIn: ['~/.aws/config'],
      location: 'eu-west-1',
      endpoint: null,
      number: null,
      signInCommand: null,
      problem: null,
      ...account,
    },
    capabilities: ['deploy', 'delete', 'invoke', 'url'],
    isProduction: false,
    unlockedUntilUs: null,
    chosenLocations: [],
    locations: ['eu-west-1', 'us-east-1'],
    signIn: null,
    ...part,
  };
}

/** Unlocked for an hour. */
export function unlocked(): { unlockedUntilUs: number } {
  return { unlockedUntilUs: Date.now() * 1_000 + 3_600e6 };
}

export function fakeReview(account: AccountInfo, request: CloudChangeRequest): CloudReview {
  const one = (operation: string) => ({
    operation,
    makes: `what ${operation} makes`,
    parameters: [],
    permissions: [operation],
    may: 'allowed' as const,
    undoneBy: null,
  });
  return {
    account,
    region: request.region ?? 'eu-west-1',
    name: request.name ?? 'tea',
    commandLine: 'hearth deploy tea --to dev',
    locked: account.unlockedUntilUs === null,
    review: {
      title: 'Deploy tea to dev, eu-west-1',
      calls: [one('iam:CreateRole'), one('lambda:CreateFunction')],
      cost: { words: 'Nothing while nobody calls.', standing: false },
      commandLines: ['aws iam create-role', 'aws lambda create-function'],
      undo: { kind: 'command', command: 'hearth delete tea --account aws:dev' },
      warnings: [],
      documents: [],
      digest: 'd1',
    },
  };
}
