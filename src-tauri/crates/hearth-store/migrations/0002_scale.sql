-- The ledger at scale: ten million invocations that are written fast, read fast and let go of again.
--
-- What is large is kept in the order of time, so that writing always happens at one end of a tree and a page of
-- a day is one range:
--  * An invocation's id is its arrival in microseconds, shifted left by 10 bits, plus a number that tells calls of
--    the same microsecond apart. The table itself is the index by time; logs of a call, payloads and search use
--    that id. A request id is random, so its index begins with the day: writes touch the part of one day.
--  * Functions, accounts and "all of them" are small integers (`scopes`), so that rows and indexes are short.
--
-- What is read by charts is kept apart from it:
--  * `rollups` holds sums, `rollup_sketches` the distributions (a few hundred bytes), so that a sum over all
--    functions does not read distributions. Both change in the transaction that stores the raw rows.
--  * Minutes are kept for the last days only (see MINUTE_DAYS in rollup.rs): hours and days for years.
--  * `usage` splits what is billed by memory size and architecture, hour by hour, for each function: it is exact
--    also when a function changes its memory.
--
-- Scopes: 1 is all functions of real accounts together, 2 all functions of accounts whose id begins with `demo`;
-- one more for each account and one for each function. Demo data never counts into scope 1.
--
-- Older versions of Hearth do not know these tables and must refuse the file.
PRAGMA user_version = 2;

CREATE TABLE scopes (
    key     INTEGER PRIMARY KEY,
    kind    TEXT NOT NULL,
    id      TEXT NOT NULL,
    account TEXT NOT NULL,
    name    TEXT NOT NULL,
    UNIQUE (kind, id)
) STRICT;

INSERT INTO scopes (key, kind, id, account, name) VALUES
    (1, 'all', '*', '', 'all functions'),
    (2, 'demo', '*demo', '', 'all functions of the demo');

INSERT INTO scopes (kind, id, account, name)
SELECT 'account', a.id, a.id, a.name FROM accounts a ORDER BY a.id;

INSERT INTO scopes (kind, id, account, name)
SELECT 'function', o.function_id, COALESCE(f.account, 'local'), COALESCE(f.name, o.name)
FROM (SELECT function_id, MAX(name) AS name FROM (
          SELECT function_id, function_name AS name FROM invocations
          UNION SELECT function_id, function_id FROM log_lines
          UNION SELECT id, name FROM functions) GROUP BY function_id) o
LEFT JOIN functions f ON f.id = o.function_id
ORDER BY o.function_id;

-- What the upkeep of the ledger has got to. `rollups_stale` has Hearth build the rollups anew from raw rows.
CREATE TABLE ledger_state (
    key   TEXT PRIMARY KEY NOT NULL,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO ledger_state (key, value) VALUES ('rollups_stale', 1);

CREATE TABLE new_invocations (
    id                 INTEGER PRIMARY KEY,
    request_id         TEXT NOT NULL,
    function_key       INTEGER NOT NULL,
    version            INTEGER NOT NULL,
    environment_id     TEXT,
    environment_number INTEGER,
    started_us         INTEGER NOT NULL,
    outcome            TEXT NOT NULL,
    start              TEXT NOT NULL,
    queue_us           INTEGER NOT NULL,
    init_us            INTEGER NOT NULL,
    invoke_us          INTEGER NOT NULL,
    freeze_us          INTEGER NOT NULL,
    billed_ms          INTEGER NOT NULL,
    memory_mb          INTEGER NOT NULL,
    max_memory_mb      INTEGER NOT NULL,
    storage_mb         INTEGER NOT NULL,
    architecture       TEXT NOT NULL,
    event_bytes        INTEGER NOT NULL,
    response_bytes     INTEGER NOT NULL,
    error_type         TEXT,
    error_message      TEXT,
    source             TEXT NOT NULL
) STRICT;

INSERT INTO new_invocations
SELECT i.started_us * 1024 + row_number() OVER (PARTITION BY i.started_us ORDER BY i.request_id) - 1,
    i.request_id, s.key, i.version, i.environment_id, i.environment_number, i.started_us, i.outcome, i.start,
    i.queue_us, i.init_us, i.invoke_us, i.freeze_us, i.billed_ms, i.memory_mb, i.max_memory_mb, 512,
    i.architecture, i.event_bytes, i.response_bytes, i.error_type, i.error_message, i.source
FROM invocations i JOIN scopes s ON s.kind = 'function' AND s.id = i.function_id
ORDER BY 1;

CREATE TABLE new_payloads (
    id        INTEGER PRIMARY KEY,
    event     BLOB NOT NULL,
    response  BLOB NOT NULL,
    truncated INTEGER NOT NULL
) STRICT;

INSERT INTO new_payloads
SELECT n.id, p.event, p.response, p.truncated
FROM new_invocations n JOIN invocation_payloads p ON p.request_id = n.request_id
ORDER BY n.id;

CREATE TABLE new_log_lines (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    at_us          INTEGER NOT NULL,
    function_key   INTEGER NOT NULL,
    environment_id TEXT NOT NULL,
    request_id     TEXT,
    origin         TEXT NOT NULL,
    level          INTEGER NOT NULL,
    text           TEXT NOT NULL
) STRICT;

INSERT INTO new_log_lines
SELECT l.id, l.at_us, s.key, l.environment_id, l.request_id, l.origin, l.level, l.text
FROM log_lines l JOIN scopes s ON s.kind = 'function' AND s.id = l.function_id
ORDER BY l.id;

DROP TABLE invocations;
DROP TABLE invocation_payloads;
DROP TABLE log_lines;
DROP TABLE rollups;
ALTER TABLE new_invocations RENAME TO invocations;
ALTER TABLE new_payloads RENAME TO invocation_payloads;
ALTER TABLE new_log_lines RENAME TO log_lines;

-- Each of these ends in the id, which is the time.
CREATE INDEX invocations_by_function ON invocations (function_key);
CREATE UNIQUE INDEX invocations_by_request ON invocations (started_us / 86400000000, request_id);
CREATE INDEX invocations_running ON invocations (outcome) WHERE outcome = 'running';
CREATE INDEX invocations_not_well ON invocations (id) WHERE outcome <> 'succeeded';
CREATE INDEX invocations_cold ON invocations (id) WHERE start = 'cold';

CREATE INDEX log_lines_by_function ON log_lines (function_key);
CREATE INDEX log_lines_by_request ON log_lines (at_us / 86400000000, request_id);
CREATE INDEX log_lines_loud ON log_lines (id) WHERE level >= 2;

CREATE TABLE rollups (
    grain             TEXT NOT NULL,
    scope             INTEGER NOT NULL,
    at_us             INTEGER NOT NULL,
    invocations       INTEGER NOT NULL,
    errors            INTEGER NOT NULL,
    throttles         INTEGER NOT NULL,
    cold_starts       INTEGER NOT NULL,
    x86_compute_mb_ms INTEGER NOT NULL,
    x86_init_mb_ms    INTEGER NOT NULL,
    arm_compute_mb_ms INTEGER NOT NULL,
    arm_init_mb_ms    INTEGER NOT NULL,
    storage_mb_ms     INTEGER NOT NULL,
    duration_sum_us   INTEGER NOT NULL,
    init_sum_us       INTEGER NOT NULL,
    event_bytes       INTEGER NOT NULL,
    response_bytes    INTEGER NOT NULL,
    log_lines         INTEGER NOT NULL,
    log_bytes         INTEGER NOT NULL,
    last_call_us      INTEGER,
    PRIMARY KEY (grain, scope, at_us)
) STRICT, WITHOUT ROWID;

CREATE TABLE rollup_sketches (
    grain    TEXT NOT NULL,
    scope    INTEGER NOT NULL,
    at_us    INTEGER NOT NULL,
    duration BLOB,
    init     BLOB,
    PRIMARY KEY (grain, scope, at_us)
) STRICT, WITHOUT ROWID;

-- Billed milliseconds, not yet multiplied with memory; storage above the free 512 MB times billed milliseconds.
CREATE TABLE usage (
    grain          TEXT NOT NULL,
    scope          INTEGER NOT NULL,
    at_us          INTEGER NOT NULL,
    memory_mb      INTEGER NOT NULL,
    architecture   TEXT NOT NULL,
    requests       INTEGER NOT NULL,
    compute_ms     INTEGER NOT NULL,
    init_ms        INTEGER NOT NULL,
    storage_mb_ms  INTEGER NOT NULL,
    event_bytes    INTEGER NOT NULL,
    response_bytes INTEGER NOT NULL,
    PRIMARY KEY (grain, scope, at_us, memory_mb, architecture)
) STRICT, WITHOUT ROWID;

-- Trigrams, without positions and without a copy of the text. Their row ids are those of the rows they find.
-- Error texts are indexed when they are stored; log lines a moment later, in larger pieces (upkeep.rs).
CREATE VIRTUAL TABLE invocation_search USING fts5 (
    text, content = '', contentless_delete = 1, detail = none, tokenize = 'trigram'
);
CREATE VIRTUAL TABLE log_search USING fts5 (
    text, content = '', contentless_delete = 1, detail = none, tokenize = 'trigram'
);
INSERT INTO invocation_search (rowid, text)
SELECT id, COALESCE(error_type, '') || char(10) || COALESCE(error_message, '') FROM invocations
WHERE error_type IS NOT NULL OR error_message IS NOT NULL ORDER BY id;

-- What people ask the ledger again and again.
CREATE TABLE saved_queries (
    name     TEXT PRIMARY KEY NOT NULL,
    sql      TEXT NOT NULL,
    saved_us INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The raw rows with names, for people who ask in SQL.
CREATE VIEW calls AS
SELECT i.request_id, s.name AS function, s.account, i.version, i.started_us,
    strftime('%Y-%m-%d %H:%M:%f', i.started_us / 1e6, 'unixepoch') AS started,
    i.outcome, i.start, i.queue_us, i.init_us, i.invoke_us, i.freeze_us, i.billed_ms, i.memory_mb,
    i.max_memory_mb, i.architecture, i.event_bytes, i.response_bytes, i.error_type, i.error_message, i.source,
    i.environment_id
FROM invocations i JOIN scopes s ON s.key = i.function_key;

CREATE VIEW logs AS
SELECT l.id, strftime('%Y-%m-%d %H:%M:%f', l.at_us / 1e6, 'unixepoch') AS at, l.at_us, s.name AS function,
    s.account, l.request_id, l.origin, l.level, l.text, l.environment_id
FROM log_lines l JOIN scopes s ON s.key = l.function_key;
