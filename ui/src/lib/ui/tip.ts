/** Which elements have a tooltip and what it says. One layer shows them all, so that thousands of cells cost nothing. */

export interface TipContent {
  /** The figure in full. */
  full?: string | undefined;
  /** Where it comes from, in one word. */
  kind?: string | undefined;
  note?: string | undefined;
}

const tips = new WeakMap<Element, () => TipContent | null>();

/** Gives an element a tooltip; use it as `{@attach tip(() => …)}`. */
export function tip(content: () => TipContent | null): (element: Element) => () => void {
  return (element) => {
    tips.set(element, content);
    return () => tips.delete(element);
  };
}

/** The nearest element with a tooltip, from `at` upwards, and what it says now. */
export function tipAt(at: EventTarget | null): { element: Element; content: TipContent } | null {
  for (let element = at instanceof Element ? at : null; element; element = element.parentElement) {
    const content = tips.get(element)?.();
    if (content) return { element, content };
  }
  return null;
}
