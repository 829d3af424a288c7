-- What Hearth itself asked vendors, for the table of it and for the bill.
--
-- Only adds, so an older Hearth still opens the file.

-- Requests by account, location and day (`at_us` is its begin, UTC). `units` is what the vendor bills where it bills
-- something else than requests: metrics, minutes, bytes.
CREATE TABLE own_requests (
    account   TEXT NOT NULL,
    at_us     INTEGER NOT NULL,
    service   TEXT NOT NULL,
    operation TEXT NOT NULL,
    location  TEXT NOT NULL,
    requests  INTEGER NOT NULL,
    units     INTEGER NOT NULL,
    PRIMARY KEY (account, at_us, service, operation, location)
) STRICT, WITHOUT ROWID;

-- The metrics that were counted before; how many requests they took was not.
INSERT INTO own_requests (account, at_us, service, operation, location, requests, units)
SELECT account, at_us, 'CloudWatch', 'GetMetricData', location, 0, metrics FROM asked_metrics;
