// The context object a handler receives beside its event, with AWS's names.

export function makeContext(headers, { setWaits, getWaits, finish }) {
  const environment = process.env;
  const deadline = Number(headers["lambda-runtime-deadline-ms"] ?? 0);
  const context = {
    get callbackWaitsForEmptyEventLoop() {
      return getWaits();
    },
    set callbackWaitsForEmptyEventLoop(value) {
      setWaits(Boolean(value));
    },
    functionVersion: environment.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: environment.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: environment.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: environment.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: environment.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: parse(headers["lambda-runtime-client-context"], "ClientContext"),
    identity: parse(headers["lambda-runtime-cognito-identity"], "CognitoIdentity"),
    invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"],
    awsRequestId: headers["lambda-runtime-aws-request-id"],
    tenantId: headers["lambda-runtime-aws-tenant-id"],
    getRemainingTimeInMillis: () => deadline - Date.now(),
    succeed: (value) => finish(null, value),
    fail: (error) => finish(error ?? new Error("handled"), undefined),
    done: (error, value) => finish(error, value),
  };
  return context;
}

function parse(text, name) {
  if (!text) return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`Cannot parse ${name} as json: ${error.message}`, { cause: error });
  }
}
