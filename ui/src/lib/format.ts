/** Numbers, lengths of time, money and bytes as people read them. Pure; must not know any screen. */

/** Narrow no-break space between groups of digits. */
const THIN = '\u202f';
/** No-break space before a unit. */
const NB = '\u00a0';

function grouped(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+(?!\d))/g, THIN);
}

/** A whole number with its thousands apart: `14 100`. */
export function count(value: number): string {
  return grouped(Math.round(value).toString());
}

/** Thousands of a sentence that was written elsewhere, apart as everywhere: `8 036 ms` from `8,036 ms`. */
export function thousandsApart(text: string): string {
  return text.replace(/(?<=\d),(?=\d{3}(?!\d))/g, THIN);
}

/** A count for a table: short from 100 000 on: `412 k`, `1.2 M`. */
export function short(value: number): string {
  if (value < 99_999.5) return count(value);
  if (value < 999_500) return `${Math.round(value / 1_000)}${NB}k`;
  if (value < 999_500_000) return `${trim(value / 1_000_000)}${NB}M`;
  return `${trim(value / 1_000_000_000)}${NB}G`;
}

function trim(value: number): string {
  return value < 10 ? value.toFixed(1) : Math.round(value).toString();
}

/** A length of time from microseconds: `340 µs`, `4.2 ms`, `48 ms`, `1.21 s`, `66.2 s`, `4 min 10 s`. */
export function duration(us: number | null | undefined): string {
  if (us === null || us === undefined || Number.isNaN(us)) return 'unknown';
  const ms = us / 1_000;
  if (ms < 1) return us <= 0 ? `0${NB}ms` : `${Math.max(1, Math.round(us))}${NB}µs`;
  if (ms < 9.95) return `${ms.toFixed(1)}${NB}ms`;
  if (ms < 999.5) return `${Math.round(ms)}${NB}ms`;
  const s = ms / 1_000;
  if (s < 9.995) return `${s.toFixed(2)}${NB}s`;
  if (s < 99.95) return `${s.toFixed(1)}${NB}s`;
  return span(us);
}

/** A length of time with nothing rounded, for a tooltip: `12 874 µs`. */
export function exactDuration(us: number | null | undefined): string {
  return us === null || us === undefined ? 'unknown' : `${count(us)}${NB}µs`;
}

/** A length of time in whole human steps: `14 s`, `4 min 10 s`, `2 h 5 min`, `3 d 4 h`. */
export function span(us: number): string {
  const s = Math.round(us / 1_000_000);
  if (s < 100) return `${s}${NB}s`;
  const min = Math.floor(s / 60);
  if (min < 60) return s % 60 === 0 ? `${min}${NB}min` : `${min}${NB}min ${s % 60}${NB}s`;
  const h = Math.floor(min / 60);
  if (h < 48) return min % 60 === 0 ? `${h}${NB}h` : `${h}${NB}h ${min % 60}${NB}min`;
  const d = Math.floor(h / 24);
  return h % 24 === 0 ? `${d}${NB}d` : `${d}${NB}d ${h % 24}${NB}h`;
}

/** How long ago an instant was: `just now`, `14 s ago`, `3 min ago`, `17 Nov`. */
export function ago(atUs: number, nowUs: number): string {
  const s = Math.max(0, (nowUs - atUs) / 1_000_000);
  if (s < 2) return 'just now';
  if (s < 100) return `${Math.round(s)}${NB}s ago`;
  if (s < 5_400) return `${Math.round(s / 60)}${NB}min ago`;
  if (s < 129_600) return `${Math.round(s / 3_600)}${NB}h ago`;
  return day(atUs);
}

/** A share of a whole: `0.6 %`, `12 %`. */
export function percent(part: number, whole: number): string {
  if (whole === 0) return 'none';
  const value = (part / whole) * 100;
  if (value === 0) return `0${NB}%`;
  if (value < 0.01) return `under 0.01${NB}%`;
  if (value < 1) return `${Number(value.toFixed(2))}${NB}%`;
  if (value < 10) return `${Number(value.toFixed(1))}${NB}%`;
  // Nearly all is not all: beside a small share it would add up to more than the whole.
  if (value > 99 && value < 100) return `${(Math.floor(value * 10) / 10).toFixed(1)}${NB}%`;
  return `${Math.round(value)}${NB}%`;
}

/** Bytes in steps of 1024 with the short names: `214 KB`, `1.5 MB`. */
export function bytes(value: number): string {
  if (value < 1_024) return `${Math.round(value)}${NB}B`;
  const units = ['KB', 'MB', 'GB', 'TB'];
  let rest = value / 1_024;
  let unit = 0;
  while (rest >= 999.5 && unit < units.length - 1) {
    rest /= 1_024;
    unit += 1;
  }
  return `${rest < 10 ? Number(rest.toFixed(1)) : Math.round(rest)}${NB}${units[unit]}`;
}

/** Memory as configured: `512 MB`, `10 240 MB`. */
export function megabytes(mb: number): string {
  return `${count(mb)}${NB}MB`;
}

/** An amount for a table: `$302.69`, `under 1¢`, `$0`. Takes an exact decimal as text. */
export function money(usd: string | number): string {
  const value = Number(usd);
  if (!Number.isFinite(value)) return 'unknown';
  if (value === 0) return '$0';
  if (value > 0 && value < 0.01) return 'under 1¢';
  const [whole = '0', cents = '00'] = Math.abs(value).toFixed(2).split('.');
  return `${value < 0 ? '−' : ''}$${grouped(whole)}.${cents}`;
}

/** An amount with all its digits in groups of three: `$0.000 000 527`. Never in powers of ten. */
export function exactMoney(usd: string): string {
  const plain = /e/i.test(usd) ? Number(usd).toFixed(12) : usd;
  const [whole = '0', raw = ''] = plain.split('.');
  let fraction = raw.replace(/0+$/, '');
  if (fraction === '') return whole === '0' ? '$0' : `$${grouped(whole)}`;
  if (fraction.length < 2) fraction = fraction.padEnd(2, '0');
  if (fraction.length > 3) fraction = fraction.padEnd(Math.ceil(fraction.length / 3) * 3, '0');
  return `$${grouped(whole)}.${fraction.replace(/(\d{3})(?=\d)/g, `$1${THIN}`)}`;
}

/** An amount far under a cent: at least three digits that matter, and no zero in the place of a digit that is there. */
export function smallMoney(value: number): string {
  const size = Math.abs(value);
  const last = 2 - Math.floor(Math.log10(size));
  const text = exactMoney(size.toFixed(Math.min(18, Math.ceil(last / 3) * 3)));
  return value < 0 ? `−${text}` : text;
}

const two = (value: number): string => value.toString().padStart(2, '0');
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** A clock time with milliseconds: `17:02:41.118`. */
export function clock(atUs: number): string {
  const at = new Date(atUs / 1_000);
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${at.getMilliseconds().toString().padStart(3, '0')}`;
}

/** A day: `17 Nov`. */
export function day(atUs: number): string {
  const at = new Date(atUs / 1_000);
  return `${at.getDate()} ${MONTHS[at.getMonth()]}`;
}

/** Day and minute: `17 Nov, 17:02`. */
export function moment(atUs: number): string {
  const at = new Date(atUs / 1_000);
  return `${day(atUs)}, ${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** The day of a price book: `20 Nov 2026` from `2026-11-20`. */
export function bookDay(date: string): string {
  const [year, month, dayOfMonth] = date.split('-').map(Number);
  if (!year || !month || !dayOfMonth) return date;
  return `${dayOfMonth} ${MONTHS[month - 1]} ${year}`;
}

/** `1 server`, `4 servers`. */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

const LANGUAGES: Record<string, string> = { python: 'Python', ruby: 'Ruby', php: 'PHP', go: 'Go' };

/** A runtime for people: `Python 3.11`, `Node.js 22`, `.NET 9`, `QuickJS`, `Custom (bootstrap)`. */
export function runtimeName(runtime: string): string {
  // Google writes python313 and ruby33 for 3.13 and 3.3.
  const known = /^(python|ruby|php|go)(\d)\.?(\d+)?(?:\.x)?$/.exec(runtime);
  if (known) return [LANGUAGES[known[1] ?? ''], known.slice(2).filter(Boolean).join('.')].join(' ');
  const net = /^dotnet(?:core)?(?:-isolated)?(\d+(?:\.\d+)?)$/.exec(runtime);
  if (net) return `.NET ${net[1]}`;
  const java = /^java(\d+)(?:\.al2)?$/.exec(runtime);
  if (java) return `Java ${java[1]}`;
  const node = /^nodejs(\d+)(?:\.x)?$/.exec(runtime);
  if (node) return `Node.js ${node[1]}`;
  if (runtime.startsWith('quickjs')) return 'QuickJS';
  if (runtime.startsWith('provided')) return 'Custom (bootstrap)';
  if (runtime === 'image') return 'Container image';
  return runtime;
}

/** The month of now in three letters: `Nov`. */
export function monthName(at: Date = new Date()): string {
  return MONTHS[at.getMonth()] ?? '';
}

/**
 * Exact decimals as whole billionths of a dollar that still add up: the fractions of a slip are rounded
 * along the running sum, so that its lines and its total agree to the last digit shown.
 */
export function billionths(amounts: readonly string[]): { lines: string[]; total: string } {
  let sum = 0;
  let shown = 0;
  const lines = amounts.map((amount) => {
    sum += Number(amount) * 1e9;
    const line = Math.round(sum) - shown;
    shown += line;
    return (line / 1e9).toFixed(9);
  });
  return { lines, total: (shown / 1e9).toFixed(9) };
}

/**
 * The lines of a bill and their sum as they are shown: rounded along the running sum, so that they add up. Under a dollar
 * to billionths, else to cents.
 */
export function slip(amounts: readonly string[]): { lines: string[]; total: string } {
  const sum = amounts.reduce((all, one) => all + Number(one), 0);
  if (Math.abs(sum) < 1) {
    const { lines, total } = billionths(amounts);
    const told = (text: string) => (Number(text) < 0 ? `−${exactMoney(text.slice(1))}` : exactMoney(text));
    return { lines: lines.map(told), total: told(total) };
  }
  let run = 0;
  let shown = 0;
  const lines = amounts.map((one) => {
    run += Number(one) * 100;
    const line = Math.round(run) - shown;
    shown += line;
    return money(line / 100);
  });
  return { lines, total: money(shown / 100) };
}
