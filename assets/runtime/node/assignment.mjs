// Taking on a function: what a parked process gets of the one it is to serve.

// Node sets the time zone again when TZ is assigned through process.env.
export function become({ environment, handler, taskRoot }) {
  const api = process.env.AWS_LAMBDA_RUNTIME_API;
  for (const name of Object.keys(process.env)) {
    if (!(name in environment)) delete process.env[name];
  }
  Object.assign(process.env, environment, { AWS_LAMBDA_RUNTIME_API: api });
  process.env._HANDLER ??= handler;
  process.env.LAMBDA_TASK_ROOT ??= taskRoot;
}
