/** Questions that are there from the beginning: what people ask first, and how the ledger is asked. */

export interface Ready {
  title: string;
  sql: string;
}

export const READY: readonly Ready[] = [
  {
    title: 'Slowest calls',
    sql: `SELECT started, function, round(invoke_us / 1000.0, 1) AS handler_ms,
  round(init_us / 1000.0, 1) AS startup_ms, start, outcome, request_id
FROM calls
ORDER BY invoke_us DESC
LIMIT 100`,
  },
  {
    title: 'Cold starts by hour',
    sql: `SELECT strftime('%Y-%m-%d %H:00', started) AS hour, function,
  count(*) AS calls, sum(start = 'cold') AS cold_starts,
  round(100.0 * sum(start = 'cold') / count(*), 1) AS cold_percent,
  round(avg(CASE WHEN start = 'cold' THEN init_us END) / 1000.0, 1) AS mean_startup_ms
FROM calls
GROUP BY hour, function
ORDER BY hour DESC, cold_starts DESC`,
  },
  {
    title: 'Errors by type',
    sql: `SELECT outcome, error_type, function, count(*) AS calls, max(started) AS newest,
  error_message AS example
FROM calls
WHERE outcome NOT IN ('succeeded', 'running')
GROUP BY outcome, error_type, function
ORDER BY calls DESC`,
  },
  {
    title: 'Memory that is never used',
    sql: `SELECT function, memory_mb, max(max_memory_mb) AS most_used_mb,
  memory_mb - max(max_memory_mb) AS spare_mb, count(*) AS calls
FROM calls
WHERE max_memory_mb > 0
GROUP BY function, memory_mb
ORDER BY spare_mb DESC`,
  },
  {
    title: 'Billed time by function',
    sql: `SELECT function, count(*) AS calls, sum(billed_ms) AS billed_ms,
  round(sum(billed_ms * memory_mb) / 1024000.0, 3) AS gb_seconds
FROM calls
GROUP BY function
ORDER BY gb_seconds DESC`,
  },
  {
    title: 'Calls by server',
    sql: `SELECT function, environment_id, count(*) AS calls, min(started) AS first, max(started) AS last
FROM calls
WHERE environment_id IS NOT NULL
GROUP BY function, environment_id
ORDER BY calls DESC`,
  },
  {
    title: 'Newest lines of functions',
    sql: `SELECT at, function, level, text
FROM logs
WHERE origin <> 'platform'
ORDER BY id DESC
LIMIT 200`,
  },
];

/** What the two views hold, since their names alone do not say it. */
export const ABOUT: Record<string, string> = {
  calls: 'Every call that is kept, one a row',
  logs: 'Every line that is kept, one a row',
};
