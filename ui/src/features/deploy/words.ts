/** What a review says of a deploy, whatever the vendor calls its requests. Pure. */
import type { Review } from '$lib/api/generated/Review';

/** Whether it makes a function, and does not change one: then the way back is to delete it. */
export function makesNew(review: Review | undefined): boolean {
  return review?.undo.kind === 'command' && review.undo.command.startsWith('hearth delete ');
}
