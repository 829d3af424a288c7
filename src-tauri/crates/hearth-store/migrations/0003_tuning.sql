-- Power tunings. A row is there before the first change of a configuration, so that one that Hearth did not end can be
-- ended by the next: `configuration` is what to go back to, `set_memory_mb` the last size that was about to be set.
CREATE TABLE tunings (
    id            TEXT PRIMARY KEY NOT NULL,
    function_id   TEXT NOT NULL,
    started_us    INTEGER NOT NULL,
    is_complete   INTEGER NOT NULL,
    is_restored   INTEGER NOT NULL,
    configuration TEXT NOT NULL,
    set_memory_mb INTEGER,
    document      TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX tunings_by_function ON tunings (function_id, started_us);
CREATE INDEX tunings_to_restore ON tunings (id) WHERE is_restored = 0;
