/**
 * A container image as a person writes it: what its address says, and why it cannot be a function. Only a first look,
 * while a person types; the account has the last word.
 */
import type { Destination } from '$lib/host';

/** An image that is to be deployed. It is in a registry already. */
export class Container {
  /** Its address in the registry, with a tag or a digest. */
  image = $state('');
  /** The function that it is for, when that is known already. */
  readonly to: Destination | null;

  constructor(to: Destination | null = null) {
    this.to = to;
  }
}

/** `111122223333.dkr.ecr.eu-west-1.amazonaws.com` and the same in other partitions. */
const ECR = /^\d{12}\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com/;

/** The region of an image in Amazon's registry; null for any other. */
export function imageRegion(image: string): string | null {
  return ECR.exec(image.trim())?.[1] ?? null;
}

/** What a function may be called after an image: the last word of its repository. */
export function imageName(image: string): string {
  const repository = image.trim().split('@')[0]?.split('/').slice(1).at(-1) ?? '';
  return repository.replace(/:.*$/, '').replace(/[^\w-]/g, '-');
}

/** Why an address names no image; null when it does, as far as can be seen. */
export function imageProblem(image: string): string | null {
  const written = image.trim();
  if (written === '') return 'Write the address of the image first';
  if (/\s/.test(written)) return 'An address of an image has no spaces';
  const slash = written.indexOf('/');
  if (slash < 1)
    return `${written} names no registry: write it as ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME:TAG`;
  const name = written.slice(slash + 1);
  return /^[^:@]+(:[^:@]+)?(@[^@]+)?$/.test(name) && /[:@]/.test(name)
    ? null
    : 'Write its tag or digest too, for instance :4 at the end';
}

/** Why an image cannot be deployed to a region; null when it can. */
export function regionProblem(image: string, region: string): string | null {
  const its = imageRegion(image);
  return its === null || its === region
    ? null
    : `The image is in ${its}, and a function takes images of its own region only, not ${region}`;
}
