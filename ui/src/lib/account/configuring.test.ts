import { describe, expect, it } from 'vitest';
import type { FunctionConfiguration } from '$lib/api/generated/FunctionConfiguration';
import { Configuring } from './configuring.svelte';

const before = (part: Partial<FunctionConfiguration> = {}): FunctionConfiguration => ({
  runtime: 'python3.11',
  handler: 'app.handler',
  memoryMb: 512,
  timeoutS: 10,
  environmentNames: ['COLOUR', 'SIZE'],
  reservedConcurrency: null,
  architecture: 'x86_64',
  description: '',
  ...part,
});

describe('settings of a function in an account', () => {
  it('leaves the variables alone when only the memory changes', () => {
    const wants = new Configuring(before(), 'aws');
    expect(wants.why).toBe('Nothing is changed');
    wants.memoryMb = 1024;
    expect(wants).toMatchObject({ why: null, lost: [] });
    expect(wants.change).toMatchObject({ kind: 'configure', memoryMb: 1024, environment: null });
  });

  it('sets the timeout and the line for people, where they do not go with the code', () => {
    const wants = new Configuring(before(), 'google');
    wants.timeoutS = 3_601;
    expect(wants.why).toBe('The timeout is 1 to 3600 s');
    wants.timeoutS = 60;
    wants.description = 'pours tea';
    expect(wants).toMatchObject({ why: null, goesWithCode: false });
    expect(wants.change).toMatchObject({ memoryMb: null, timeoutS: 60, description: 'pours tea' });
    wants.timeoutS = null;
    expect(wants.why).toMatch(/whole number/);
    expect(new Configuring(before(), 'azure').goesWithCode).toBe(true);
  });

  it('says which variables go away where the vendor replaces all of them', () => {
    const wants = new Configuring(before(), 'google');
    wants.variables.push({ name: 'COLOUR', value: 'amber', fresh: false });
    expect(wants.lost).toEqual(['SIZE']);
    wants.variables.push({ name: 'SIZE', value: 'large', fresh: false });
    expect(wants.lost).toEqual([]);
    expect(wants.change).toMatchObject({
      kind: 'configure',
      memoryMb: null,
      environment: { COLOUR: 'amber', SIZE: 'large' },
    });
  });

  it('takes all away with an empty set, and none by itself', () => {
    const wants = new Configuring(before({ environmentNames: ['COLOUR'] }), 'aws');
    wants.variables.push({ name: 'COLOUR', value: null, fresh: false });
    expect(wants.lost).toEqual(['COLOUR']);
    expect(wants.change).toMatchObject({ kind: 'configure', memoryMb: null, environment: {} });
  });

  it('loses nothing on Azure, whose memory can be chosen on Flex alone', () => {
    const wants = new Configuring(before({ billedAs: { plan: 'azureFlex' } }), 'azure');
    wants.variables.push({ name: 'CUPS', value: '2', fresh: true });
    expect(wants).toMatchObject({ lost: [], why: null, memoryFixed: null });
    wants.memoryMb = 1024;
    expect(wants.why).toMatch(/512, 2048 or 4096/);
    const fixed = new Configuring(before({ billedAs: { plan: 'azureConsumption' } }), 'azure');
    expect(fixed.memoryFixed).toMatch(/Flex/);
  });

  it('refuses names that are none, that are there, and that are there twice', () => {
    const wants = new Configuring(before(), 'aws');
    wants.variables.push({ name: '', value: 'x', fresh: true });
    const why = (name: string) => {
      if (wants.variables[0]) wants.variables[0].name = name;
      return wants.why;
    };
    expect(why('')).toMatch(/name of each/);
    expect(why('2CUPS')).toMatch(/begin with a letter/);
    expect(why('SIZE')).toMatch(/replace it/);
    expect(why('CUPS')).toBeNull();
    wants.variables.push({ name: 'CUPS', value: 'y', fresh: true });
    expect(wants.why).toBe('CUPS is there twice');
  });
});
