// A kettle: heats for a moment, pours, and remembers its cups.
//
// It runs on the QuickJS inside Hearth, so it needs nothing installed. The cups
// live in the environment's memory: a cold start begins with an empty count.

let cups = 0;

export const handler = async (event, context) => {
  const water = Number(event?.cups ?? 1);
  if (!Number.isInteger(water) || water < 1 || water > 12) {
    throw new RangeError(`a kettle holds 1 to 12 cups, not ${event?.cups}`);
  }
  const started = performance.now();
  console.log("heating %d %s", water, water === 1 ? "cup" : "cups");
  await new Promise((resolve) => setTimeout(resolve, 15 * water));
  cups += water;
  console.log("poured; %d since this environment started", cups);
  return {
    poured: water,
    cups,
    heatedMs: Math.round(performance.now() - started),
    requestId: context.awsRequestId,
  };
};
