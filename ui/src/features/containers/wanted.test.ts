import { describe, expect, it } from 'vitest';
import { Wanted } from './wanted.svelte';

describe('what a person wants to run', () => {
  it('says what is missing, one thing after the other', () => {
    const wanted = new Wanted();
    expect(wanted.why).toBe('Name an image');
    wanted.image = 'nginx:1.27';
    expect(wanted.why).toBe('Name a subnet');
    wanted.subnets = 'subnet-1, subnet-2';
    expect(wanted.why).toBeNull();
    wanted.kind = 'service';
    expect(wanted.why).toBe('Name the service');
    wanted.name = 'web';
    wanted.count = 11;
    expect(wanted.why).toBeNull();
    wanted.kind = 'task';
    expect(wanted.why).toContain('1 to 10');
    wanted.count = 1;
    wanted.environment = 'COLOUR';
    expect(wanted.why).toContain('NAME=VALUE');
  });

  it('asks for an image with its size, and for a definition without one', () => {
    const wanted = new Wanted();
    wanted.image = 'nginx:1.27';
    wanted.subnets = 'subnet-1 subnet-2';
    wanted.environment = 'A=1\nB=x=y';
    expect(wanted.tasks).toMatchObject({
      image: 'nginx:1.27',
      vcpu: '0.25',
      memoryMb: 512,
      environment: { A: '1', B: 'x=y' },
      subnets: ['subnet-1', 'subnet-2'],
      noLogs: false,
    });
    wanted.from = 'definition';
    wanted.definition = 'web:3';
    expect(wanted.tasks).toMatchObject({ image: null, definition: 'web:3', vcpu: null, memoryMb: null });
    expect(wanted.change.kind).toBe('run_tasks');
  });

  it('takes the network of another service over', () => {
    const wanted = new Wanted();
    wanted.startFrom('shop', { subnets: ['subnet-1'], securityGroups: ['sg-1'], publicIp: true });
    expect([wanted.cluster, wanted.subnets, wanted.securityGroups, wanted.publicIp]).toEqual([
      'shop',
      'subnet-1',
      'sg-1',
      true,
    ]);
  });
});
