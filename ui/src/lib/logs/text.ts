/** What a log line says, without what stands beside it already. Pure. */
import type { LogLine } from '$lib/api/generated/LogLine';

/** Node and QuickJS: time, request id, level, then the words, apart by tabs. Python's logging: level first. */
const NODE = /^\d{4}-\d\d-\d\dT[\d:.]+Z\t[0-9a-f-]{36}\t[A-Z]+\t/;
const PYTHON = /^\[[A-Z]+\]\t\d{4}-\d\d-\d\dT[\d:.]+Z\t[0-9a-f-]{36}\t/;

export function logText(line: Pick<LogLine, 'origin' | 'text'>): string {
  if (line.origin === 'platform') return line.text;
  return line.text.replace(NODE, '').replace(PYTHON, '');
}
