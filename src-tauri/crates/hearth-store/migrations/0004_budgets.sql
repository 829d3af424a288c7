-- Budgets, the functions that the brake holds, and everything that budgets and the brake ever did.
--
-- Only adds, so an older Hearth still opens the file; it leaves what the brake holds at a limit of 0.

-- `scope_kind` is `all`, `account` or `function`; `scope_id` is empty, an account's id or a function's id.
CREATE TABLE budgets (
    scope_kind TEXT NOT NULL,
    scope_id   TEXT NOT NULL,
    amount_usd TEXT NOT NULL,
    thresholds TEXT NOT NULL,
    changed_us INTEGER NOT NULL,
    PRIMARY KEY (scope_kind, scope_id)
) STRICT, WITHOUT ROWID;

-- `former_concurrency` is what a release brings back; NULL is a function that had no limit of its own. `version`
-- is the newest one when the brake was pulled.
CREATE TABLE braked_functions (
    function_id        TEXT PRIMARY KEY NOT NULL,
    name               TEXT NOT NULL,
    former_concurrency INTEGER,
    version            INTEGER NOT NULL,
    pulled_us          INTEGER NOT NULL,
    pulled_by          TEXT NOT NULL,
    reason             TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- `once` keeps an alert from being told twice.
CREATE TABLE brake_log (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    at_us    INTEGER NOT NULL,
    kind     TEXT NOT NULL,
    done_by  TEXT NOT NULL,
    subject  TEXT NOT NULL,
    text     TEXT NOT NULL,
    figures  TEXT NOT NULL,
    once     TEXT UNIQUE
) STRICT;
