/** What a person wants to run, while it is being written. Owns why it cannot be asked for yet. Must not know a screen. */
import type { CloudChange } from '$lib/api/generated/CloudChange';
import type { TaskNetwork } from '$lib/api/generated/TaskNetwork';
import type { TasksWanted } from '$lib/api/generated/TasksWanted';

/** Sizes that most tasks have: processors, and the memory that goes with them in MB. */
export const SIZES: readonly { value: string; label: string; vcpu: string; memoryMb: number }[] = [
  ['0.25', 512],
  ['0.25', 1_024],
  ['0.25', 2_048],
  ['0.5', 1_024],
  ['0.5', 2_048],
  ['0.5', 4_096],
  ['1', 2_048],
  ['1', 4_096],
  ['1', 8_192],
  ['2', 4_096],
  ['2', 8_192],
  ['2', 16_384],
  ['4', 8_192],
  ['4', 16_384],
  ['4', 30_720],
  ['8', 16_384],
  ['8', 61_440],
  ['16', 32_768],
  ['16', 122_880],
].map(([vcpu, memoryMb]) => ({
  value: `${vcpu}/${memoryMb}`,
  label: `${vcpu} vCPU, ${Number(memoryMb) >= 1_024 ? `${Number(memoryMb) / 1_024} GB` : `${memoryMb} MB`}`,
  vcpu: String(vcpu),
  memoryMb: Number(memoryMb),
}));

export type Kind = 'task' | 'service';
export type From = 'image' | 'definition';

/** Words and lines that a person separates by commas, spaces or line ends. */
function list(text: string): string[] {
  return text.split(/[\s,]+/).filter((part) => part !== '');
}

export class Wanted {
  kind = $state<Kind>('task');
  from = $state<From>('image');
  image = $state('');
  definition = $state('');
  name = $state('');
  cluster = $state('default');
  count = $state(1);
  size = $state(SIZES[0]?.value ?? '');
  arm = $state(false);
  port = $state('');
  command = $state('');
  environment = $state('');
  subnets = $state('');
  securityGroups = $state('');
  publicIp = $state(false);
  spot = $state(false);
  logs = $state(true);

  /** Takes over where another service is in the network. */
  startFrom(cluster: string | null, network: TaskNetwork | null): void {
    this.cluster = cluster ?? 'default';
    this.subnets = network?.subnets.join(', ') ?? '';
    this.securityGroups = network?.securityGroups.join(', ') ?? '';
    this.publicIp = network?.publicIp ?? false;
  }

  /** Lines of NAME=VALUE; null when one of them is not. */
  get variables(): Record<string, string> | null {
    const all: Record<string, string> = {};
    for (const line of this.environment.split('\n').filter((one) => one.trim() !== '')) {
      const at = line.indexOf('=');
      if (at < 1) return null;
      all[line.slice(0, at).trim()] = line.slice(at + 1);
    }
    return all;
  }

  /** Why it cannot be reviewed yet; null when it can. Hearth says what else AWS does not take. */
  get why(): string | null {
    if (this.from === 'image' && this.image.trim() === '') return 'Name an image';
    if (this.from === 'definition' && this.definition.trim() === '') return 'Name a task definition';
    if (this.kind === 'service' && this.name.trim() === '') return 'Name the service';
    if (this.cluster.trim() === '') return 'Name a cluster';
    const most = this.kind === 'task' ? 10 : 5_000;
    const fewest = this.kind === 'task' ? 1 : 0;
    if (!Number.isInteger(this.count) || this.count < fewest || this.count > most)
      return `Write a whole number of tasks from ${fewest} to ${most}`;
    if (this.port.trim() !== '' && !/^\d{1,5}$/.test(this.port.trim())) return 'A port is a number';
    if (this.variables === null) return 'Write each variable as NAME=VALUE, one a line';
    return list(this.subnets).length === 0 ? 'Name a subnet' : null;
  }

  get tasks(): TasksWanted {
    const size = SIZES.find((one) => one.value === this.size);
    const ofImage = this.from === 'image';
    return {
      image: ofImage ? this.image.trim() : null,
      definition: ofImage ? null : this.definition.trim(),
      count: this.count,
      vcpu: ofImage ? (size?.vcpu ?? null) : null,
      memoryMb: ofImage ? (size?.memoryMb ?? null) : null,
      storageGb: null,
      architecture: ofImage && this.arm ? 'arm64' : null,
      command: ofImage ? this.command.split(/\s+/).filter((word) => word !== '') : [],
      port: ofImage && this.port.trim() !== '' ? Number(this.port) : null,
      environment: ofImage ? (this.variables ?? {}) : {},
      noLogs: ofImage && !this.logs,
      executionRole: null,
      taskRole: null,
      subnets: list(this.subnets),
      securityGroups: list(this.securityGroups),
      publicIp: this.publicIp,
      spot: this.spot,
    };
  }

  get change(): CloudChange {
    const { tasks } = this;
    const cluster = this.cluster.trim();
    return this.kind === 'task'
      ? { kind: 'run_tasks', cluster, tasks }
      : { kind: 'create_service', cluster, tasks };
  }

  /** What the change is about; none: named after the image. */
  get changeName(): string | null {
    return this.name.trim() === '' ? null : this.name.trim();
  }
}
