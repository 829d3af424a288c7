/** Words for what is set around a function of an account. Pure. */
import type { Trigger } from '$lib/api/generated/Trigger';

/** The last part of a full name, which is what people call it. */
export function shortName(arn: string): string {
  const rest = arn.split(':').slice(5).join(':');
  const stream = /^table\/([^/]+)\/stream\//.exec(rest);
  if (stream?.[1]) return stream[1];
  return rest.replace(/^stream\//, '') || arn;
}

const SERVICES: Record<string, string> = {
  sqs: 'Queue',
  kinesis: 'Stream',
  dynamodb: 'Stream of table',
  sns: 'Topic',
};

/** What calls, and how. */
export function triggerWords(trigger: Trigger): { what: string; more: string } {
  const { of } = trigger;
  switch (of.kind) {
    case 'source': {
      const kind = SERVICES[of.source.split(':')[2] ?? ''] ?? 'Source';
      const batch = of.batchSize === null ? '' : `at most ${of.batchSize} in a call`;
      const from = of.start === 'oldest' ? ', read from the oldest on' : '';
      return { what: `${kind} ${shortName(of.source)}`, more: batch + from };
    }
    case 'schedule':
      return { what: of.expression, more: `rule ${of.rule}` };
    case 'pattern':
      return { what: `Rule ${of.rule}`, more: of.pattern };
    case 'bucket': {
      const begins = of.prefix === null ? '' : ` of ${of.prefix}…`;
      const ends = of.suffix === null ? '' : ` of …${of.suffix}`;
      return { what: `Bucket ${of.bucket}`, more: of.events.join(', ') + begins + ends };
    }
    case 'topic':
      return { what: `Topic ${shortName(of.topic)}`, more: 'each message' };
    case 'permission':
      return { what: of.principal, more: of.source ?? 'on behalf of anything' };
  }
}
