/** A deploy of a container image to an account: which image, what the function is called, and where it may go. */
import type { AccountInfo } from '$lib/api/generated/AccountInfo';
import type { Architecture } from '$lib/api/generated/Architecture';
import type { CloudChange } from '$lib/api/generated/CloudChange';
import { deployWhy } from '$lib/clouds/words';
import { deploying } from '$lib/deploy/deploy.svelte';
import {
  imageName,
  imageProblem,
  imageRegion,
  regionProblem,
  type Container,
} from '$lib/deploy/image.svelte';
import { Flow } from './flow.svelte';

export class ImageFlow extends Flow {
  readonly numbers = { found: 1, where: 2, review: 3 };
  readonly isHereAlready = false;
  readonly keptVariables = [];
  readonly event = '{}';
  readonly whyNotHere = 'It runs code, and no container images';
  readonly container: Container;
  /** What the image is built for; null: as the function has it, or x86_64. */
  architecture = $state<Architecture | null>(null);
  /** The name that a person wrote; null: after the image. */
  #written = $state<string | null>(null);

  constructor(container: Container) {
    super();
    this.container = container;
    const { to } = container;
    if (to === null) return;
    this.target = to.account;
    this.region = to.region;
    this.#written = to.name;
  }

  get name(): string {
    return this.#written ?? imageName(this.container.image);
  }

  set name(name: string) {
    this.#written = name;
  }

  get ofWhat(): string {
    return this.container.image.trim();
  }

  get lacks(): string | null {
    const problem = imageProblem(this.container.image);
    if (problem !== null) return problem;
    return this.name.trim() === '' ? 'Write a name first' : null;
  }

  /** That of the image, since a function takes no image of another one. */
  protected override get usualRegion(): string | null {
    return imageRegion(this.container.image) ?? super.usualRegion;
  }

  override get wishProblem(): string | null {
    return regionProblem(this.container.image, this.location) ?? super.wishProblem;
  }

  whyNot(info: AccountInfo): string | null {
    return deployWhy(info, 'deploy_image');
  }

  get wanted(): CloudChange {
    return {
      kind: 'deploy_image',
      image: this.container.image.trim(),
      architecture: this.architecture,
      ...this.wishes.values(this.account?.account.provider ?? ''),
    };
  }

  protected get isShown(): boolean {
    return deploying.container === this.container;
  }

  protected goHere(): void {
    throw new Error('no container image runs on this computer');
  }
}
