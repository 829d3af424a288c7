"""The 30-day question of the ledger's charts, asked to DuckDB over the raw rows of the same trace.

Called by ledger.sh. Prints DuckDB's median times, and how much faster the ledger's answer is while it is written to.
"""

import json
import os
import sys
import time

import duckdb

TIMES = 9
ALL = "30-day chart by hour, all functions"
ONE = "30-day chart by hour, one function"


def chart(where: str, percentile: str) -> str:
    """Calls, errors, cold starts and percentiles hour by hour of the last 30 days."""
    return f"""
        SELECT started_us // 3600000000 AS hour, count(*), count(*) FILTER (outcome <> 'succeeded'),
            count(*) FILTER (start = 'cold'), {percentile}(invoke_us, 0.5), {percentile}(invoke_us, 0.95),
            {percentile}(invoke_us, 0.99), sum(billed_ms * memory_mb)
        FROM calls
        WHERE started_us >= (SELECT max(started_us) FROM calls) - 30 * 86400000000 {where}
        GROUP BY 1 ORDER BY 1"""


def median_of(connection: "duckdb.DuckDBPyConnection", question: str) -> float:
    times = []
    for _ in range(TIMES):
        begun = time.perf_counter()
        connection.execute(question).fetchall()
        times.append((time.perf_counter() - begun) * 1e3)
    return sorted(times)[TIMES // 2]


def main() -> int:
    rows, figures = sys.argv[1:]
    with open(figures) as file:
        ours = {query["name"]: query["p50Ms"] for query in json.load(file)["queries"]}
    database = rows + ".duckdb"
    if os.path.exists(database):
        os.remove(database)
    connection = duckdb.connect(database)
    connection.execute(
        f"""CREATE TABLE calls AS SELECT * FROM read_csv('{rows}', header = false, columns = {{
            'started_us': 'BIGINT', 'function_id': 'VARCHAR', 'invoke_us': 'BIGINT', 'init_us': 'BIGINT',
            'outcome': 'VARCHAR', 'start': 'VARCHAR', 'billed_ms': 'BIGINT', 'memory_mb': 'INTEGER',
            'architecture': 'VARCHAR'}})"""
    )
    count, busiest = connection.execute(
        "SELECT sum(calls), arg_max(function_id, calls) FROM"
        " (SELECT function_id, count(*) AS calls FROM calls GROUP BY 1)"
    ).fetchone()
    print(f"\nDuckDB {duckdb.__version__} over the same {count} raw rows, nothing written meanwhile:")
    slow = False
    for name, where in [(ALL, ""), (ONE, f"AND function_id = '{busiest}'")]:
        # DuckDB's exact percentiles, and its approximate ones, which are faster; the faster counts.
        exact = median_of(connection, chart(where, "quantile_cont"))
        about = median_of(connection, chart(where, "approx_quantile"))
        ratio = min(exact, about) / ours[name]
        slow |= ratio < 10
        print(
            f"  {name:<38} exact {exact:7.1f} ms, approximate {about:7.1f} ms;"
            f" ours {ours[name]:6.2f} ms: {ratio:5.1f}x faster"
        )
    connection.close()
    os.remove(database)
    return int(slow)


if __name__ == "__main__":
    sys.exit(main())
