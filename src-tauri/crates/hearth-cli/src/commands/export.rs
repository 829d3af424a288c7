//! `export`: charts as SVG or PNG, tables as CSV.

use super::named;
use crate::arguments::{Export, Exported};
use crate::failure::{Ended, Failure};
use crate::output::Output;
use hearth_core::api::{
    AppInfo, ChartExport, ChartKind, Empty, EnvironmentsQuery, FunctionsQuery, ImageFormat, InvocationsQuery,
    LogsQuery, TableExport,
};
use hearth_core::commands::Body;
use hearth_core::{ApiError, ErrorCode};
use hearth_host::Caller;
use hearth_model::{Grain, Micros, SeriesQuery};
use std::path::PathBuf;

pub(super) async fn export(
    caller: &Caller,
    arguments: &Export,
    output: &mut Output,
) -> Result<Ended, Failure> {
    let function = named::function(caller, &arguments.place, arguments.function.as_deref()).await?;
    let picture = |chart, query| {
        (
            "chart_export",
            serde_json::to_value(ChartExport {
                chart,
                query,
                format: arguments.format.into(),
                theme: arguments.theme.as_str().to_owned(),
            }),
        )
    };
    let table = |table: TableExport| ("table_export", serde_json::to_value(table));
    let (command, payload) = match arguments.what {
        Exported::Calls => picture(ChartKind::Invocations, series(caller, arguments, function).await?),
        Exported::ColdStarts => picture(ChartKind::ColdStarts, series(caller, arguments, function).await?),
        Exported::Durations => picture(ChartKind::Durations, series(caller, arguments, function).await?),
        Exported::Cost => picture(ChartKind::Cost, series(caller, arguments, function).await?),
        Exported::Functions => table(TableExport::Functions { query: FunctionsQuery::default() }),
        Exported::Invocations => table(TableExport::Invocations {
            query: InvocationsQuery { function, ..InvocationsQuery::default() },
        }),
        Exported::Environments => {
            table(TableExport::Environments { query: EnvironmentsQuery { function, include_ended: true } })
        }
        Exported::Logs => table(TableExport::Logs { query: LogsQuery { function, ..LogsQuery::default() } }),
        Exported::Series => table(TableExport::Series { query: series(caller, arguments, function).await? }),
    };
    let Body::Bytes(bytes) = caller.call(command, payload?).await? else {
        return Err(ApiError::new(ErrorCode::Internal, format!("`{command}` answered without a file")).into());
    };
    let path = arguments.output.clone().unwrap_or_else(|| usual_name(arguments));
    output.file(&path, &bytes)?;
    Ok(Ended::Well)
}

/// The stretch that ends now, by Hearth's own clock.
async fn series(
    caller: &Caller,
    arguments: &Export,
    function: Option<String>,
) -> Result<SeriesQuery, Failure> {
    let info: AppInfo = caller.ask("app_info", Empty {}).await?;
    let grain = arguments.grain.map_or_else(
        || if arguments.last.0 <= Grain::Day.length().0 { Grain::Minute } else { Grain::Hour },
        Grain::from,
    );
    Ok(SeriesQuery { function, from_us: info.now_us - arguments.last, to_us: info.now_us + Micros(1), grain })
}

fn usual_name(arguments: &Export) -> PathBuf {
    let mut name = String::from("hearth-");
    if let Some(function) = &arguments.function {
        name.push_str(function);
        name.push('-');
    }
    name.push_str(arguments.what.word());
    name.push('.');
    name.push_str(match (arguments.what.is_chart(), ImageFormat::from(arguments.format)) {
        (false, _) => "csv",
        (true, ImageFormat::Svg) => "svg",
        (true, ImageFormat::Png) => "png",
    });
    PathBuf::from(name)
}
