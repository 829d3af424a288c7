// A rehearsal runs a built-in handler along the path that user code will take,
// so that a parked process has compiled and touched it before its first call.

import { run } from "./contract.mjs";

const HEADERS = {
  "lambda-runtime-aws-request-id": "rehearsal",
  "lambda-runtime-deadline-ms": "0",
  "lambda-runtime-invoked-function-arn": "arn:aws:lambda:us-east-1:000000000000:function:rehearsal",
};

export async function rehearse(event) {
  const handler = async (value, context) => ({ rehearsed: value, left: context.getRemainingTimeInMillis() });
  const { result, error } = await run(handler, event, HEADERS);
  if (error !== undefined) throw error.value;
  return result;
}
