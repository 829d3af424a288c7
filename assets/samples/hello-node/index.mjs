// Greets by name, and counts how often this environment was called.

let calls = 0;

export const handler = async (event, context) => {
  calls += 1;
  const name = event?.name ?? "world";
  console.log("call %d of this environment greets %s", calls, name);
  return { greeting: `Hello, ${name}`, calls, requestId: context.awsRequestId };
};
