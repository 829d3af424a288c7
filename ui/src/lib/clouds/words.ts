/** Accounts in words. Must not know any screen. */
import type { AccountInfo } from '$lib/api/generated/AccountInfo';
import type { Expiry } from '$lib/api/generated/Expiry';
import type { Fault } from '$lib/api/generated/Fault';
import type { SignIn } from '$lib/api/generated/SignIn';

const SIGN_INS: Record<SignIn, string> = {
  local: 'nothing',
  keys: 'Keys in a file',
  session_keys: 'Keys that end',
  environment: 'Environment variables',
  sso: 'Single sign-on',
  login: 'aws login',
  role: 'A role',
  process: 'A program',
  web_identity: "A workload's token",
  tool: "The vendor's own tool",
  any_keys: 'Any keys',
};

const VENDORS: Record<string, string> = {
  aws: 'AWS',
  azure: 'Azure',
  google: 'Google Cloud',
  local: 'This computer',
};

/** Whose account it is. */
export function vendorName(provider: string): string {
  return VENDORS[provider] ?? provider;
}

/** What measures functions of a vendor's accounts. */
export function metricsName(provider: string): string {
  const names = { aws: 'CloudWatch', google: 'Cloud Monitoring', azure: 'Azure Monitor' };
  return names[provider as keyof typeof names] ?? 'measuring';
}

/** Whether the bill is read from a table that a person may have to name. */
export function hasBillTable(provider: string): boolean {
  return provider === 'google';
}

/** The vendor's own command line. */
export function toolName(provider: string): string {
  const names = { aws: 'AWS CLI', google: 'gcloud', azure: 'az' };
  return names[provider as keyof typeof names] ?? 'The vendor’s tool';
}

/** What a vendor calls a set of permissions, and what is done with a copy of one. */
export function grantWords(provider: string): { noun: 'policy' | 'role'; use: string } {
  if (provider === 'azure')
    return {
      noun: 'role',
      use: 'Save it as role.json, then make the custom role: az role definition create --role-definition role.json',
    };
  if (provider === 'google')
    return {
      noun: 'role',
      use: 'Save it as role.yaml, then make the custom role: gcloud iam roles create NAME --project PROJECT --file role.yaml',
    };
  return { noun: 'policy', use: 'Paste it into IAM as an inline policy.' };
}

/** A provider in three letters, where a row has no room for more. */
export function providerTag(provider: string): string {
  const tags = { local: 'HERE', aws: 'AWS', fargate: 'FGT', azure: 'AZU', google: 'GCP' };
  return tags[provider as keyof typeof tags] ?? provider;
}

/** The colour of an account; those of the demo wear the colours of the real ones. */
export function accountColour(account: string): string {
  return account.replace(/^demo-/, '');
}

export function signIn(info: AccountInfo): string {
  return SIGN_INS[info.account.signIn];
}

function left(us: number): string {
  const minutes = Math.max(0, Math.ceil(us / 60_000_000));
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 48 * 60) return `${Math.round(minutes / 60)} h`;
  return `${Math.round(minutes / 1440)} days`;
}

function ends(expiry: Expiry, nowUs: number): string {
  if (expiry.kind === 'never') return 'does not end';
  if (expiry.kind === 'unknown') return 'end unknown';
  return expiry.renews ? 'renews itself' : `ends in ${left(expiry.atUs - nowUs)}`;
}

/** Whether the sign-in holds: words and tone. */
export function standing(info: AccountInfo, nowUs: number): { text: string; tone: 'good' | 'warn' | 'bad' } {
  switch (info.account.state) {
    case 'broken':
      return { text: 'cannot be used', tone: 'bad' };
    case 'missing':
      return { text: 'not signed in', tone: 'warn' };
    case 'expired':
      return { text: 'sign-in ended', tone: 'warn' };
    case 'present':
      return { text: ends(info.account.expiry, nowUs), tone: 'good' };
  }
}

/** Whether it may be changed. */
export function lockWords(info: AccountInfo, nowUs: number): string {
  return info.unlockedUntilUs === null || info.unlockedUntilUs <= nowUs
    ? 'read-only'
    : `changes allowed for ${left(info.unlockedUntilUs - nowUs)}`;
}

export function isUnlocked(info: AccountInfo, nowUs: number): boolean {
  return info.unlockedUntilUs !== null && info.unlockedUntilUs > nowUs;
}

/** How long an account may be changed after a person unlocks it. */
export const UNLOCK_MINUTES = 15;

const PROVIDERS: Record<string, string> = {
  aws: 'AWS',
  azure: 'Azure',
  google: 'Google Cloud',
  local: 'Hearth',
};

export function providerName(info: AccountInfo): string {
  return PROVIDERS[info.account.provider] ?? info.account.provider;
}

/**
 * Why code, or a container image, cannot be deployed to an account; null when it can. That it is read-only is no reason:
 * it can be unlocked.
 */
export function deployWhy(info: AccountInfo, what: 'deploy' | 'deploy_image' = 'deploy'): string | null {
  const { account } = info;
  if (account.state === 'broken') return account.problem ?? 'It cannot be used';
  if (account.state === 'expired') return 'Its sign-in ended';
  if (account.state === 'missing') return 'Nobody is signed in';
  if (info.capabilities.includes(what)) return null;
  return what === 'deploy'
    ? `Hearth cannot deploy to ${providerName(info)} yet`
    : `Hearth deploys no container image to ${providerName(info)}`;
}

/** The colour of its stripe: production is always red. */
export function stripe(info: AccountInfo | undefined): string {
  if (info?.isProduction) return 'prod';
  return 'dev';
}

/** A fault in a few words. */
export function faultWords(fault: Fault): string {
  switch (fault.kind) {
    case 'not_signed_in':
      return 'nobody is signed in';
    case 'expired':
      return 'the sign-in has ended';
    case 'not_allowed':
      return `it lacks the permission ${fault.permission}`;
    case 'throttled':
      return 'too many requests at once';
    case 'not_found':
      return 'it is not there';
    case 'conflict':
      return 'something else is in the way';
    case 'plan_changed':
      return 'it changed since the review';
    case 'timed_out':
      return 'no answer in time';
    case 'broken_off':
      return 'the connection broke off';
    case 'cancelled':
    case 'invalid':
    case 'unable':
    case 'other':
      return fault.message;
  }
}
