"""BigQuery with billing exports in it, as far as Hearth asks it: datasets, tables, questions. A question really runs:
sqlglot translates BigQuery's SQL and DuckDB runs it over rows that a test plants, so that a wrong one fails."""

import datetime
import decimal
import math
import re
import uuid

import duckdb
import sqlglot
from sqlglot import exp

from cloud import Refused

MIB = 1024 * 1024
# What the columns of Google's exports are, as far as its bill of functions needs them: `*` may be there many times.
STANDARD = {
    "billing_account_id": "STRING",
    "service": {"id": "STRING", "description": "STRING"},
    "sku": {"id": "STRING", "description": "STRING"},
    "usage_start_time": "TIMESTAMP",
    "usage_end_time": "TIMESTAMP",
    "project": {"id": "STRING", "number": "STRING", "name": "STRING"},
    "location": {"location": "STRING", "region": "STRING"},
    "cost": "FLOAT",
    "currency": "STRING",
    "usage": {"amount": "FLOAT", "unit": "STRING", "amount_in_pricing_units": "FLOAT", "pricing_unit": "STRING"},
    "credits*": {"name": "STRING", "amount": "FLOAT", "type": "STRING"},
    "cost_type": "STRING",
}
DETAILED = {**STANDARD, "resource": {"name": "STRING", "global_name": "STRING"}}
# What a column is in DuckDB, and the way back.
KINDS = {"STRING": "VARCHAR", "FLOAT": "DOUBLE", "TIMESTAMP": "TIMESTAMPTZ"}
BACK = {"VARCHAR": "STRING", "DOUBLE": "FLOAT", "TIMESTAMP WITH TIME ZONE": "TIMESTAMP", "DATE": "DATE", "BIGINT": "INTEGER"}


def fields(columns):
    """A schema as BigQuery says it."""
    made = []
    for name, kind in columns.items():
        field = {"name": name.rstrip("*"), "mode": "REPEATED" if name.endswith("*") else "NULLABLE"}
        made.append({**field, "type": "RECORD", "fields": fields(kind)} if isinstance(kind, dict) else {**field, "type": kind})
    return made


def duck(kind):
    """A type as DuckDB says it."""
    if not isinstance(kind, dict):
        return KINDS[kind]
    return f"STRUCT({columns_of({name: duck(one) for name, one in kind.items()})})"


def whole(kind, value):
    """A planted value with everything that it leaves out."""
    if not isinstance(kind, dict):
        return value
    given, made = value or {}, {}
    for name, one in kind.items():
        plain = name.rstrip("*")
        made[plain] = [whole(one, each) for each in given.get(plain, [])] if name.endswith("*") else whole(one, given.get(plain))
    return made


def columns_of(types):
    return ", ".join(f'"{name}" {kind}' for name, kind in types.items())


def said(name, kind, mode="NULLABLE"):
    """A column of an answer as BigQuery says it."""
    if kind.id == "list":
        return said(name, kind.children[0][1], "REPEATED")
    if kind.id == "struct":
        return {"name": name, "mode": mode, "type": "RECORD", "fields": [said(inner, one) for inner, one in kind.children]}
    text = str(kind)
    return {"name": name, "mode": mode, "type": "NUMERIC" if text.startswith("DECIMAL") else BACK[text]}


def cell(field, value, micros):
    """A value as BigQuery writes it: text, and no zeros at the end of an exact number."""
    if field["mode"] == "REPEATED":
        one = {**field, "mode": "NULLABLE"}
        return {"v": [cell(one, each, micros) for each in value or []]}
    if value is None:
        return {"v": None}
    if field["type"] == "RECORD":
        return {"v": {"f": [cell(inner, value[inner["name"]], micros) for inner in field["fields"]]}}
    if isinstance(value, decimal.Decimal):
        text = format(value, "f")
        return {"v": text.rstrip("0").rstrip(".") if "." in text else text}
    if isinstance(value, datetime.datetime):
        return {"v": str(round(value.timestamp() * 1e6)) if micros else repr(value.timestamp())}
    return {"v": repr(value) if isinstance(value, float) else str(value)}


def refused(code, reason, message):
    """An error as BigQuery gives it."""
    error = Refused(code, message)
    error.body["error"]["errors"] = [{"domain": "global", "reason": reason, "message": message}]
    return error


class Exports:
    """The tables, and the questions that were asked."""

    def __init__(self):
        self.duck = duckdb.connect()
        self.duck.execute("SET TimeZone = 'UTC'")
        self.tables, self.jobs, self.asked = {}, {}, {}
        # What was really run, which Google bills.
        self.questions = []
        self.page, self.slow, self.lose = 10_000, 0, 0

    def plant(self, body):
        """`name` (PROJECT.DATASET.TABLE), `rows`, `bytes` that reading takes; for all questions `page` (rows in one),
        `slow` (looks until it is done) and `lose` (answers that do not arrive)."""
        self.page, self.slow, self.lose = (body.get(name, getattr(self, name)) for name in ("page", "slow", "lose"))
        if "name" not in body:
            return
        project, dataset, table = body["name"].split(".")
        columns = {"word*": "STRING"} if body.get("other") else DETAILED if "_resource_" in table else STANDARD
        if project not in {one[0] for one in self.tables}:
            self.duck.execute(f"ATTACH ':memory:' AS \"{project}\"")
        place = f'"{project}"."{dataset}"."{table}"'
        self.duck.execute(f'CREATE SCHEMA IF NOT EXISTS "{project}"."{dataset}"')
        # BigQuery's own column, which no schema shows.
        stored = {**columns, "_PARTITIONTIME": "TIMESTAMP"}
        types = {name.rstrip("*"): duck(kind) + ("[]" if name.endswith("*") else "") for name, kind in stored.items()}
        self.duck.execute(f"CREATE TABLE {place} ({columns_of(types)})")
        casts = ", ".join(f"CAST(? AS {kind})" for kind in types.values())
        for row in body.get("rows", []):
            # A part holds what was written on a day, at the earliest that of the usage.
            written = row.get("written", row["usage_start_time"])[:10]
            given = whole(stored, {**row, "_PARTITIONTIME": f"{written}T00:00:00Z"})
            self.duck.execute(f"INSERT INTO {place} VALUES ({casts})", list(given.values()))
        self.tables[project, dataset, table] = {"columns": columns, "bytes": body.get("bytes", 4 * MIB)}

    def datasets(self, project, query):
        found = sorted({dataset for owner, dataset, _ in self.tables if owner == project})
        named = lambda one: {"projectId": project, "datasetId": one}
        made = [{"kind": "bigquery#dataset", "id": f"{project}:{one}", "location": "US", "datasetReference": named(one)} for one in found]
        return self.page_of("datasets", made, "bigquery#datasetList", query)

    def in_dataset(self, project, dataset, query):
        found = sorted(table for owner, inside, table in self.tables if (owner, inside) == (project, dataset))
        if not found:
            raise refused(404, "notFound", f"Not found: Dataset {project}:{dataset}")
        named = lambda one: {"projectId": project, "datasetId": dataset, "tableId": one}
        made = [{"kind": "bigquery#table", "id": f"{project}:{dataset}.{one}", "type": "TABLE", "tableReference": named(one)} for one in found]
        return {**self.page_of("tables", made, "bigquery#tableList", query), "totalItems": len(made)}

    def page_of(self, name, items, kind, query):
        size, first = min(self.page, int(query.get("maxResults") or 50)), int(query.get("pageToken") or 0)
        page = {"kind": kind, "etag": "x", name: items[first : first + size]}
        return page | ({"nextPageToken": str(first + size)} if first + size < len(items) else {})

    def table(self, project, dataset, table):
        one = self.tables.get((project, dataset, table))
        if one is None:
            raise refused(404, "notFound", f"Not found: Table {project}:{dataset}.{table}")
        return {
            "kind": "bigquery#table", "etag": "x", "id": f"{project}:{dataset}.{table}", "type": "TABLE", "location": "US", "numBytes": str(one["bytes"]),
            "tableReference": {"projectId": project, "datasetId": dataset, "tableId": table},
            "timePartitioning": {"type": "DAY"}, "schema": {"fields": fields(one["columns"])},
        }

    def ask(self, project, body, denied):
        if body.get("useLegacySql") is not False:
            raise refused(400, "invalidQuery", "this fake knows BigQuery's own SQL alone")
        if "bigquery.jobs.create" in denied:
            raise refused(403, "accessDenied", f"Access Denied: Project {project}: User does not have bigquery.jobs.create permission in project {project}.")
        asked = body.get("requestId")
        if asked in self.asked:
            return self.answer(self.asked[asked], body, {})
        tree, names = self.translate(body["query"])
        tables = [(one.catalog, one.db, one.name) for one in tree.find_all(exp.Table)]
        for one in tables:
            if one not in self.tables:
                raise refused(404, "notFound", "Not found: Table {}:{}.{} was not found in location US".format(*one))
            if "bigquery.tables.getData" in denied:
                raise refused(403, "accessDenied", "Access Denied: Table {0}:{1}.{2}: User does not have permission to query table {0}:{1}.{2}, or perhaps it does not exist.".format(*one))
        if body.get("location") not in (None, "", "US"):
            raise refused(404, "notFound", f"Not found: Dataset was not found in location {body['location']}")
        reads = sum(self.tables[one]["bytes"] for one in tables)
        billed = max(10, math.ceil(reads / MIB)) * MIB
        most = body.get("maximumBytesBilled")
        if most is not None and int(most) < billed:
            raise refused(400, "bytesBilledLimitExceeded", f"Query exceeded limit for bytes billed: {most}. {billed} or higher required.")
        given = {one["name"]: self.value(one) for one in body.get("queryParameters", [])}
        try:
            sql = tree.sql("duckdb")
            relation = self.duck.execute("EXPLAIN " + sql if body.get("dryRun") else sql, {name: given[name] for name in names})
            columns = [] if body.get("dryRun") else [said(one[0], one[1]) for one in relation.description]
            rows = relation.fetchall()
        except KeyError as missing:
            raise refused(400, "invalidQuery", f"Query parameter {missing} not found") from missing
        except duckdb.Error as error:
            raise refused(400, "invalidQuery", f"Invalid query: {error}") from error
        job = {"project": project, "id": f"job_{uuid.uuid4().hex}", "sql": body["query"], "columns": columns, "rows": rows, "reads": reads, "billed": billed, "slow": self.slow}
        if body.get("dryRun"):
            return {"kind": "bigquery#queryResponse", "jobComplete": True, "cacheHit": False, "jobReference": {"projectId": project, "location": "US"}, "totalBytesProcessed": str(reads), "totalRows": "0", "schema": {"fields": []}}
        self.jobs[project, job["id"]] = job
        self.questions.append(body)
        if asked:
            self.asked[asked] = job
        if self.lose > 0:
            self.lose -= 1
            raise refused(503, "backendError", "the question runs, its answer is lost")
        return self.answer(job, body, {})

    def translate(self, query):
        try:
            tree = sqlglot.parse_one(query, read="bigquery")
        except sqlglot.errors.SqlglotError as error:
            raise refused(400, "invalidQuery", f"Syntax error: {error}") from error
        # NUMERIC of BigQuery has 38 digits, 9 of them behind the point; DuckDB's has three.
        for kind in tree.find_all(exp.DataType):
            if kind.this == exp.DataType.Type.DECIMAL and not kind.expressions:
                kind.replace(exp.DataType.build("DECIMAL(38, 9)", dialect="duckdb"))
        return tree, {one.name for one in tree.find_all(exp.Parameter)}

    def value(self, given):
        kind, value = given["parameterType"], given["parameterValue"]
        if kind["type"] == "ARRAY":
            return [one["value"] for one in value.get("arrayValues", [])]
        if kind["type"] == "DATE":
            if not re.fullmatch(r"\d{4}-\d\d-\d\d", value["value"]):
                raise refused(400, "invalidQuery", f"Invalid value for type DATE: {value['value']}")
            return datetime.date.fromisoformat(value["value"])
        if kind["type"] == "STRING":
            return value["value"]
        raise refused(400, "invalidQuery", f"this fake knows no parameter of type {kind['type']}")

    def results(self, project, job, query):
        if (project, job) not in self.jobs:
            raise refused(404, "notFound", f"Not found: Job {project}:{job}")
        one = self.jobs[project, job]
        if query.get("location") != "US":
            raise refused(404, "notFound", f"Not found: Job {project}:{job} in location {query.get('location')}")
        answer = self.answer(one, query, query)
        answer.pop("totalBytesBilled", None)
        return {**answer, "kind": "bigquery#getQueryResultsResponse", "etag": "x"}

    def job(self, project, job):
        """What Google's own client looks at before it reads a second page."""
        if (project, job) not in self.jobs:
            raise refused(404, "notFound", f"Not found: Job {project}:{job}")
        one = self.jobs[project, job]
        return {
            "kind": "bigquery#job", "id": f"{project}:US.{job}", "status": {"state": "DONE"}, "configuration": {"jobType": "QUERY", "query": {"query": one["sql"], "useLegacySql": False}},
            "jobReference": {"projectId": project, "jobId": job, "location": "US"},
            "statistics": {"totalBytesProcessed": str(one["reads"]), "query": {"statementType": "SELECT", "totalBytesBilled": str(one["billed"])}},
        }

    def answer(self, job, sizes, query):
        made = {"kind": "bigquery#queryResponse", "jobReference": {"projectId": job["project"], "jobId": job["id"], "location": "US"}}
        if job["slow"] > 0:
            job["slow"] -= 1
            return {**made, "jobComplete": False}
        first, size = int(query.get("pageToken") or 0), min(self.page, int(sizes.get("maxResults") or 10_000))
        wanted = (sizes.get("formatOptions") or {}).get("useInt64Timestamp") or query.get("formatOptions.useInt64Timestamp")
        micros = str(wanted).lower() == "true"
        page = job["rows"][first : first + size]
        made |= {
            "jobComplete": True, "cacheHit": False, "schema": {"fields": job["columns"]}, "totalRows": str(len(job["rows"])),
            "totalBytesProcessed": str(job["reads"]), "totalBytesBilled": str(job["billed"]),
            "rows": [{"f": [cell(field, value, micros) for field, value in zip(job["columns"], row)]} for row in page],
        }
        if first + size < len(job["rows"]):
            made["pageToken"] = str(first + size)
        return made
