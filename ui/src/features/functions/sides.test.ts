import { expect, test } from 'vitest';
import type { TriggerOf } from '$lib/api/generated/TriggerOf';
import { shortName, triggerWords } from './sides';

const words = (of: TriggerOf) => triggerWords({ id: 'x', of, state: 'Enabled', on: true, problem: null });

test('what calls is named as people name it', () => {
  expect(shortName('arn:aws:dynamodb:us-east-1:1:table/cups/stream/2026-01-01T00:00:00.000')).toBe('cups');
  expect(shortName('arn:aws:kinesis:us-east-1:1:stream/steam')).toBe('steam');
  expect(shortName('orders')).toBe('orders');
  const queue = {
    kind: 'source' as const,
    source: 'arn:aws:sqs:us-east-1:1:orders',
    batchSize: 5,
    start: null,
  };
  expect(words(queue)).toEqual({ what: 'Queue orders', more: 'at most 5 in a call' });
  const bucket = {
    kind: 'bucket' as const,
    bucket: 'photos',
    events: ['s3:ObjectCreated:*'],
    prefix: 'in/',
    suffix: null,
  };
  expect(words(bucket).more).toBe('s3:ObjectCreated:* of in/…');
});
