-- How far the log of each function in an account has been read. Calls before `read_to_us` are in the ledger; lines come
-- late and calls may end later, so that reading goes on a while before it.
--
-- Calls that were read from logs have sources that an older Hearth does not know, so it must refuse the file.
PRAGMA user_version = 3;

CREATE TABLE log_cursors (
    account    TEXT NOT NULL,
    location   TEXT NOT NULL,
    name       TEXT NOT NULL,
    read_to_us INTEGER NOT NULL,
    read_us    INTEGER NOT NULL,
    PRIMARY KEY (account, location, name)
) STRICT, WITHOUT ROWID;
