import { describe, expect, it } from 'vitest';
import type { FunctionConfiguration } from '$lib/api/generated/FunctionConfiguration';
import type { Standing } from '$lib/api/generated/Standing';
import { keptWords, limitRule, limitWords } from './limits';

function standing(
  configuration: Partial<FunctionConfiguration>,
  resource = 'projects/tea/locations/us-central1/functions/kettle',
): Standing {
  return {
    function: {
      resource,
      configuration: {
        runtime: 'python312',
        handler: 'main',
        memoryMb: 256,
        timeoutS: 60,
        environmentNames: [],
        reservedConcurrency: null,
        architecture: 'x86_64',
        description: '',
        ...configuration,
      },
      state: 'active',
      stateReason: null,
      codeBytes: 0,
      codeHash: '',
      changedUs: null,
      role: null,
      location: 'us-central1',
      name: 'kettle',
    },
    versions: [],
    aliases: [],
    url: null,
    eventSources: [],
    provisioned: {},
    tags: {},
    unread: [],
  };
}
const run = { billedAs: { plan: 'cloudRunRequest', vcpuThousandths: null } } as const;

describe('the limit of a function in an account', () => {
  it('is 0 or more where the vendor can refuse every call', () => {
    expect(limitRule(standing({}), ['reserved_concurrency'])).toEqual({ least: 0, fixed: null });
  });

  it('is 1 or more for a function of Google, and cannot be set for what was made elsewhere', () => {
    expect(limitRule(standing(run), ['configure'])).toEqual({ least: 1, fixed: null });
    const service = standing(run, 'projects/tea/locations/us-central1/services/kettle');
    expect(limitRule(service, ['configure'])?.fixed).toMatch(/Cloud Functions API v2/);
    expect(limitRule(standing({ billedAs: { plan: 'googleGen1' } }), ['configure'])?.fixed).not.toBeNull();
  });

  it('is not shown where there is none', () => {
    expect(limitRule(standing({ billedAs: { plan: 'azureFlex' } }), ['configure'])).toBeNull();
  });

  it('is told in a sentence that is true for its vendor', () => {
    const [aws, google] = [
      { least: 0, fixed: null },
      { least: 1, fixed: null },
    ] as const;
    expect(limitWords(3, aws)).toBe('At most 3 servers at once, kept for it alone.');
    expect(limitWords(3, google)).toBe('At most 3 servers at once.');
    expect(limitWords(0, aws)).toMatch(/stopped/);
    expect(limitWords(null, aws)).toMatch(/shares what the account has/);
    expect(limitWords(null, google)).not.toMatch(/account/);
  });

  it('names servers that are kept ready', () => {
    expect(keptWords(standing(run))).toBeNull();
    expect(keptWords({ ...standing(run), provisioned: { traffic: 1 } })).toMatch(/^1 server is kept ready/);
  });
});
