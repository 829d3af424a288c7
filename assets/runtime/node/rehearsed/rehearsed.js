// The handler of a rehearsal, as CommonJS: it does nothing, along the path of a
// real one.
exports.handler = async (event, context) => ({ rehearsed: event, left: context.getRemainingTimeInMillis() });
