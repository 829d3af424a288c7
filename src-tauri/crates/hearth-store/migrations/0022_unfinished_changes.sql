-- Changes in accounts that are being made, or that a Hearth which is gone left half made: enough to take them back.
--
-- Only adds, so an older Hearth still opens the file; it leaves what is in it.

-- `calls` are the calls that had begun, a JSON array, each with how its vendor takes it back. `kind`, `command_line` and
-- `folder` are for making the change again. `is_left` is 1 when nobody makes it any more. Nothing here is secret: values
-- of variables and code are not in it.
CREATE TABLE unfinished_changes (
    id           TEXT PRIMARY KEY NOT NULL,
    account      TEXT NOT NULL,
    vendor       TEXT NOT NULL,
    location     TEXT NOT NULL,
    function     TEXT NOT NULL,
    kind         TEXT NOT NULL,
    title        TEXT NOT NULL,
    command_line TEXT NOT NULL,
    folder       TEXT,
    begun_us     INTEGER NOT NULL,
    calls        TEXT NOT NULL,
    is_left      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
