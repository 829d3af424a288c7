/** Hears that nothing changed for a moment, so that a picture that is drawn for each change shows how things came to rest. */

/** As long as an idle stretch that is folded. */
const QUIET_MS = 400;

export class Settled {
  /** Grows a moment after the last change. */
  now = $state(0);

  /** Call it while a component is set up; `changes` reads what changes. */
  constructor(changes: () => unknown) {
    $effect(() => {
      void changes();
      const timer = setTimeout(() => this.now++, QUIET_MS);
      return () => clearTimeout(timer);
    });
  }
}
