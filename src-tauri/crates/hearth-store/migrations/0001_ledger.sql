-- The ledger. Instants and durations are whole microseconds, quantities integers; money is worked out when read.
-- Raise user_version only when an older Hearth must refuse the file.
PRAGMA user_version = 1;
PRAGMA application_id = 1212498258;

CREATE TABLE accounts (
    id       TEXT PRIMARY KEY NOT NULL,
    name     TEXT NOT NULL,
    provider TEXT NOT NULL
) STRICT;

INSERT INTO accounts (id, name, provider) VALUES ('local', 'This computer', 'local');

CREATE TABLE functions (
    id         TEXT PRIMARY KEY NOT NULL,
    account    TEXT NOT NULL REFERENCES accounts (id),
    region     TEXT NOT NULL,
    name       TEXT NOT NULL,
    created_us INTEGER NOT NULL,
    deleted_us INTEGER
) STRICT;

CREATE UNIQUE INDEX functions_by_name ON functions (account, region, name) WHERE deleted_us IS NULL;
CREATE INDEX functions_deleted ON functions (account, region, name, deleted_us) WHERE deleted_us IS NOT NULL;

CREATE TABLE versions (
    function_id   TEXT NOT NULL REFERENCES functions (id),
    version       INTEGER NOT NULL,
    configuration TEXT NOT NULL,
    sha256        TEXT NOT NULL,
    size_bytes    INTEGER NOT NULL,
    files         INTEGER NOT NULL,
    deployed_us   INTEGER NOT NULL,
    cause         TEXT NOT NULL,
    PRIMARY KEY (function_id, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE environments (
    id               TEXT PRIMARY KEY NOT NULL,
    function_id      TEXT NOT NULL,
    function_name    TEXT NOT NULL,
    version          INTEGER NOT NULL,
    number           INTEGER NOT NULL,
    engine           TEXT NOT NULL,
    tier             TEXT NOT NULL,
    pid              INTEGER,
    state            TEXT NOT NULL,
    state_since_us   INTEGER NOT NULL,
    born_us          INTEGER NOT NULL,
    init_us          INTEGER,
    ended_us         INTEGER,
    end_reason       TEXT,
    invocations      INTEGER NOT NULL,
    busy_us          INTEGER NOT NULL,
    memory_mb        INTEGER NOT NULL,
    max_memory_bytes INTEGER NOT NULL
) STRICT;

CREATE INDEX environments_by_function ON environments (function_id, born_us);
CREATE INDEX environments_by_birth ON environments (born_us);
CREATE INDEX environments_by_end ON environments (ended_us);
CREATE INDEX environments_numbers ON environments (function_id, number);

CREATE TABLE environment_transitions (
    id             INTEGER PRIMARY KEY,
    environment_id TEXT NOT NULL,
    function_id    TEXT NOT NULL,
    at_us          INTEGER NOT NULL,
    state          TEXT NOT NULL,
    request_id     TEXT
) STRICT;

CREATE INDEX transitions_by_environment ON environment_transitions (environment_id, at_us, id);
CREATE INDEX transitions_by_function ON environment_transitions (function_id, at_us);
CREATE INDEX transitions_by_time ON environment_transitions (at_us);

CREATE TABLE invocations (
    request_id         TEXT PRIMARY KEY NOT NULL,
    function_id        TEXT NOT NULL,
    function_name      TEXT NOT NULL,
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
    architecture       TEXT NOT NULL,
    event_bytes        INTEGER NOT NULL,
    response_bytes     INTEGER NOT NULL,
    error_type         TEXT,
    error_message      TEXT,
    source             TEXT NOT NULL
) STRICT;

CREATE INDEX invocations_by_function ON invocations (function_id, started_us, request_id);
CREATE INDEX invocations_by_time ON invocations (started_us, request_id);
CREATE INDEX invocations_running ON invocations (request_id) WHERE outcome = 'running';

CREATE TABLE invocation_payloads (
    request_id TEXT PRIMARY KEY NOT NULL,
    event      BLOB NOT NULL,
    response   BLOB NOT NULL,
    truncated  INTEGER NOT NULL
) STRICT;

CREATE TABLE log_lines (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    at_us          INTEGER NOT NULL,
    function_id    TEXT NOT NULL,
    environment_id TEXT NOT NULL,
    request_id     TEXT,
    origin         TEXT NOT NULL,
    level          INTEGER NOT NULL,
    text           TEXT NOT NULL
) STRICT;

CREATE INDEX log_lines_by_function ON log_lines (function_id, id);
CREATE INDEX log_lines_by_request ON log_lines (request_id, id) WHERE request_id IS NOT NULL;

CREATE TABLE settings (
    key   TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL
) STRICT;

CREATE TABLE saved_events (
    function_id TEXT NOT NULL,
    name        TEXT NOT NULL,
    body        TEXT NOT NULL,
    saved_us    INTEGER NOT NULL,
    PRIMARY KEY (function_id, name)
) STRICT, WITHOUT ROWID;

-- One row for each function, step and grain, and one under '*' for all functions together. A sketch is NULL
-- while nothing was measured. Throttled requests are counted in `throttles` only.
CREATE TABLE rollups (
    grain             TEXT NOT NULL,
    function_id       TEXT NOT NULL,
    at_us             INTEGER NOT NULL,
    invocations       INTEGER NOT NULL,
    errors            INTEGER NOT NULL,
    throttles         INTEGER NOT NULL,
    cold_starts       INTEGER NOT NULL,
    x86_compute_mb_ms INTEGER NOT NULL,
    x86_init_mb_ms    INTEGER NOT NULL,
    arm_compute_mb_ms INTEGER NOT NULL,
    arm_init_mb_ms    INTEGER NOT NULL,
    duration_sum_us   INTEGER NOT NULL,
    init_sum_us       INTEGER NOT NULL,
    last_call_us      INTEGER NOT NULL,
    duration_sketch   BLOB,
    init_sketch       BLOB,
    PRIMARY KEY (grain, function_id, at_us)
) STRICT, WITHOUT ROWID;

CREATE INDEX rollups_by_time ON rollups (grain, at_us);
