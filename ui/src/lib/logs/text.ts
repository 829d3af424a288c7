/** What a log line says, without what stands beside it already. Pure. */
import type { LogLine } from '$lib/api/generated/LogLine';

/** Node and QuickJS: time, request id, level, then the words, apart by tabs. Python's logging: level first. */
const NODE = /^\d{4}-\d\d-\d\dT[\d:.]+Z\t[0-9a-f-]{36}\t[A-Z]+\t/;
const PYTHON = /^\[[A-Z]+\]\t\d{4}-\d\d-\d\dT[\d:.]+Z\t[0-9a-f-]{36}\t/;

export function logText(line: Pick<LogLine, 'origin' | 'text'>): string {
  if (line.origin === 'platform') return line.text;
  return line.text.replace(NODE, '').replace(PYTHON, '');
}

export interface ShortLine {
  /** One word instead of a level. */
  word: string;
  text: string;
}

const START = /^START RequestId: (\S+) Version: (\S+)/;
const END = /^END RequestId: (\S+)/;
const INIT = /^INIT_START Runtime Version: ([^\t]+)/;
const ERROR = /^RequestId: \S+ Error: (.+)/;

/** The value behind a name of a REPORT line: `0.56 ms` of `Duration: 0.56 ms`. */
function part(text: string, name: string): string | null {
  return new RegExp(`(?:^|\\t)${name}: ([^\\t]+)`).exec(text)?.[1]?.trim() ?? null;
}

/** A line beside its run, where the request is known: what Hearth itself wrote, in few words. */
export function shortLine(line: Pick<LogLine, 'origin' | 'text' | 'level'>): ShortLine {
  const { text } = line;
  if (line.origin !== 'platform') return { word: line.level, text: logText(line) };
  const start = START.exec(text);
  if (start) return { word: 'start', text: `request ${start[1]?.slice(0, 8)}, version ${start[2]}` };
  const end = END.exec(text);
  if (end) return { word: 'end', text: `request ${end[1]?.slice(0, 8)}` };
  const init = INIT.exec(text);
  if (init) return { word: 'init', text: `a new server, ${init[1]?.replace(':', ' ')}` };
  if (text.startsWith('REPORT ')) {
    const [ran, billed, used, size, born, status] = [
      part(text, 'Duration'),
      part(text, 'Billed Duration'),
      part(text, 'Max Memory Used'),
      part(text, 'Memory Size'),
      part(text, 'Init Duration'),
      part(text, 'Status'),
    ];
    const said = [
      ran,
      billed && `billed ${billed}`,
      used && size && `${used.replace(' MB', '')} of ${size}`,
      born && `start-up ${born}`,
      status,
    ].filter((one) => one !== null && one !== '');
    return { word: 'report', text: said.join(', ') };
  }
  return { word: 'hearth', text: ERROR.exec(text)?.[1] ?? text };
}
