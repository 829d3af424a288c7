-- What the bill of an account needs besides calls.
--
-- Only adds, so an older Hearth still opens the file.

-- Metrics that Hearth asked vendors for which bill them, by account, location and day (`at_us` is its begin, UTC).
CREATE TABLE asked_metrics (
    account  TEXT NOT NULL,
    location TEXT NOT NULL,
    at_us    INTEGER NOT NULL,
    metrics  INTEGER NOT NULL,
    PRIMARY KEY (account, location, at_us)
) STRICT, WITHOUT ROWID;

-- When the services of an account were read last: until then their tasks are known to run.
CREATE TABLE tasks_reads (
    account  TEXT NOT NULL,
    location TEXT NOT NULL,
    read_us  INTEGER NOT NULL,
    PRIMARY KEY (account, location)
) STRICT, WITHOUT ROWID;
