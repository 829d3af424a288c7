-- What accounts in clouds hold, as it was read last. Names, sizes and instants: nothing here is secret. A document is
-- what the provider said of a function, without values of variables.
CREATE TABLE inventory (
    account  TEXT NOT NULL,
    location TEXT NOT NULL,
    name     TEXT NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (account, location, name)
) STRICT, WITHOUT ROWID;

-- How reading each location went: `read_us` is the age of what is in the inventory, `fault` why the last try failed.
CREATE TABLE inventory_reads (
    account  TEXT NOT NULL,
    location TEXT NOT NULL,
    tried_us INTEGER NOT NULL,
    read_us  INTEGER,
    fault    TEXT,
    PRIMARY KEY (account, location)
) STRICT, WITHOUT ROWID;

-- Figures that a provider measured itself, by steps of time. They are kept apart from calls that Hearth saw.
CREATE TABLE cloud_metrics (
    account  TEXT NOT NULL,
    location TEXT NOT NULL,
    name     TEXT NOT NULL,
    metric   TEXT NOT NULL,
    step_s   INTEGER NOT NULL,
    at_us    INTEGER NOT NULL,
    value    REAL NOT NULL,
    read_us  INTEGER NOT NULL,
    source   TEXT NOT NULL,
    PRIMARY KEY (account, location, name, metric, step_s, at_us)
) STRICT, WITHOUT ROWID;
