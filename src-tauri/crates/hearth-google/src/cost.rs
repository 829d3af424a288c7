//! What Google billed, from the billing export in BigQuery: Google has no API that says it. Owns the question and which
//! services it is about. Amounts are added up as NUMERIC, which is exact, and come as text.

use crate::GoogleAccount;
use crate::bigquery::{self, Question, RUN};
use crate::export::Export;
use hearth_cloud::{BilledCost, BilledQuestion, BilledRow, CostRequest, FaultKind, Result};
use jiff::civil::Date;

/// Services that functions use, by the ids that Google's catalog gives them, since it renames services.
const SERVICES: [&str; 5] = [
    // Cloud Run functions, Cloud Run, and what builds, keeps and logs them: Cloud Build, Artifact Registry, Cloud Logging.
    "29E7-DA93-CA13",
    "152E-C115-5142",
    "8B5D-EF7D-EB12",
    "149C-F9EC-3994",
    "5490-F7B7-8DF6",
];

/// What would be read for it.
pub(crate) async fn question(account: &GoogleAccount, request: &CostRequest) -> Result<BilledQuestion> {
    let (export, question) = prepare(account, request).await?;
    let reads = question.reads(account).await?;
    Ok(BilledQuestion { table: export.name, reads_bytes: reads, billed_bytes: bigquery::billed(reads) })
}

pub(crate) async fn billed(account: &GoogleAccount, request: &CostRequest) -> Result<BilledCost> {
    let (export, question) = prepare(account, request).await?;
    let most = bigquery::billed(question.reads(account).await?);
    let found = question.run(account, most).await?;
    let rows = found.rows.into_iter().map(row).collect::<Result<Vec<_>>>()?;
    let mut notes = vec![
        format!("Read from {}. Its days are those of Pacific time, as on Google's bill.", export.name),
        "An amount is the cost with its credits; Google may still change it until the invoice.".to_owned(),
    ];
    if let Some(billed) = found.billed {
        notes.push(format!("BigQuery counts {billed} bytes for this question."));
    }
    Ok(BilledCost { rows, requests: found.requests, estimated: true, notes })
}

async fn prepare(account: &GoogleAccount, request: &CostRequest) -> Result<(Export, Question)> {
    for day in [&request.since, &request.until] {
        if day.parse::<Date>().is_err() {
            let words = format!("`{day}` is not a day; write it as 2026-11-01");
            return Err(RUN.fault(FaultKind::Invalid, words));
        }
    }
    let export = Export::of(account, request.table.as_deref()).await?;
    let question = Question {
        sql: sql(&export),
        parameters: vec![
            bigquery::parameter("project", "STRING", &account.project),
            bigquery::list("services", &SERVICES),
            bigquery::parameter("since", "DATE", &request.since),
            bigquery::parameter("until", "DATE", &request.until),
        ],
        location: export.location.clone(),
    };
    Ok((export, question))
}

/// A bill has rows by the hour. One of a day is written on that day or later, so that older parts need not be read.
fn sql(export: &Export) -> String {
    let resource = if export.has_resources {
        "IFNULL(resource.global_name, resource.name)"
    } else {
        "CAST(NULL AS STRING)"
    };
    let parts = if export.by_day_written { "  AND _PARTITIONTIME >= TIMESTAMP(@since)\n" } else { "" };
    format!(
        "SELECT\n  \
           DATE(usage_start_time, 'America/Los_Angeles') AS usage_day,\n  \
           service.description AS service_name,\n  \
           sku.description AS meter_name,\n  \
           {resource} AS resource_name,\n  \
           currency AS currency_name,\n  \
           usage.pricing_unit AS unit_name,\n  \
           SUM(CAST(usage.amount_in_pricing_units AS NUMERIC)) AS quantity,\n  \
           SUM(CAST(cost AS NUMERIC)\n    \
             + IFNULL((SELECT SUM(CAST(credit.amount AS NUMERIC)) FROM UNNEST(credits) AS credit), 0)) AS amount\n\
         FROM `{table}`\n\
         WHERE project.id = @project\n  \
           AND service.id IN UNNEST(@services)\n  \
           AND usage_start_time >= TIMESTAMP(@since, 'America/Los_Angeles')\n  \
           AND usage_start_time < TIMESTAMP(DATE_ADD(@until, INTERVAL 1 DAY), 'America/Los_Angeles')\n\
         {parts}\
         GROUP BY usage_day, service_name, meter_name, resource_name, currency_name, unit_name\n\
         ORDER BY usage_day, service_name, meter_name, resource_name, currency_name, unit_name",
        table = export.name,
    )
}

fn row(cells: Vec<Option<String>>) -> Result<BilledRow> {
    let Ok([day, service, meter, resource, currency, unit, quantity, amount]) =
        <[Option<String>; 8]>::try_from(cells)
    else {
        return Err(RUN.fault(FaultKind::Other, "BigQuery answered with other columns than were asked for"));
    };
    Ok(BilledRow {
        day: day.unwrap_or_default(),
        service,
        resource: resource.or_else(|| meter.clone()).unwrap_or_default(),
        meter,
        amount: amount.unwrap_or_else(|| "0".to_owned()),
        currency: currency.unwrap_or_default(),
        quantity,
        unit,
    })
}
