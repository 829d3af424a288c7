//! The command table: the whole contract with every user interface. One line a command; from it come the
//! dispatcher and the TypeScript types. Must not know who calls or over what.

use crate::api::{
    AccountBilled, AccountChoose, AccountInfo, AccountName, AccountPermissions, AccountTested, AccountUnlock,
    AccountsList, CallsRead, CloudApply, CloudChangeName, CloudChangeRequest, CloudChanged, CloudCode,
    CloudCodeRead, CloudFunctionName, CloudFunctions, CloudFunctionsQuery, CloudInvoke, CloudInvoked,
    CloudLogs, CloudLogsQuery, CloudRegion, CloudReview, CloudSides, CloudStanding, ClusterDetail,
    ClusterName, Clusters, ClustersQuery, EndpointAdd, Inventory, SeenEnvironments, SyncStart, SyncStatus,
    TaskDefinitionName, TaskDefinitions, TaskDefinitionsQuery, TaskLogsQuery,
};
use crate::api::{
    AppInfo, BrakeConsentSet, BrakeFunctions, BrakeHistoryEntry, BrakeHistoryQuery, BrakeModeSet,
    BrakeRehearsal, BrakeStatus, BudgetDelete, BudgetSet, ChartExport, CodeListing, CodeReadRequest,
    CodeSaveRequest, CodeText, ConfigureRequest, DemoOn, DemoStatus, DeployRequest, Deployed, Detected,
    Empty, EnvironmentName, EnvironmentsQuery, EventAnswer, EventRun, EventsFolder, FolderEventName,
    FolderEventText, FunctionDetail, FunctionName, FunctionsList, FunctionsQuery, InspectRequest,
    InvocationDetail, InvocationName, InvocationsPage, InvocationsQuery, InvokeAnswer, InvokeRequest,
    LanesQuery, LanesSnapshot, LedgerAnswer, LedgerCheck, LedgerChecked, LedgerExported, LedgerFile,
    LedgerImported, LedgerInfo, LedgerQuery, LedgerVacuumed, LogsPage, LogsQuery, Pace, PaceRequest,
    PriceRows, PricesConfirm, PricesInfo, PricesQuery, PricesRefresh, PricesRefreshed, RollbackRequest,
    Sample, SampleEvent, SavedEvent, SavedEventName, SavedQuery, SavedQueryName, SendRequest, Sent, Settings,
    TableExport, Tuning, TuningName, TuningPlan, TuningPreview, TuningsQuery,
};
use crate::api::{ByUsePrice, CostActual, CostCompared, LiveTail, LiveTailName, LiveTailStart, SigningIn};
use crate::api::{
    CostExport, CostFunctionDetail, CostFunctionQuery, CostOverview, CostQuery, CostReportQuery,
    WhatIfAnswer, WhatIfRequest,
};
use crate::api::{OwnRequestsMonth, OwnRequestsTable, UnfinishedChange, UnfinishedName};
use crate::{ApiError, App, ErrorCode, Result};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use hearth_cloud::{BilledCost, Layer, TaskDefinition};
use hearth_model::{Environment, FunctionRecord, SeriesQuery};
use serde::Serialize;
use serde_json::Value;
use std::panic::AssertUnwindSafe;
use ts_rs::TS;

/// Bytes that are not JSON: columns of a chart, a picture, a CSV file.
#[derive(Clone, Debug, PartialEq, Eq, TS)]
#[ts(type = "ArrayBuffer")]
pub struct Raw(pub Vec<u8>);

/// What a command answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// JSON text.
    Json(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// Turns an answer into a [`Body`].
trait IntoBody {
    fn into_body(self) -> Result<Body>;
}

impl<T: Serialize> IntoBody for T {
    fn into_body(self) -> Result<Body> {
        serde_json::to_string(&self).map(Body::Json).map_err(|error| {
            ApiError::new(ErrorCode::Internal, "an answer could not be written as JSON")
                .with_detail(error.to_string())
        })
    }
}

/// What [`IntoBody`] does for `Raw`, which is not `Serialize`.
fn raw_body(raw: Raw) -> Body {
    Body::Bytes(raw.0)
}

fn parse<T: serde::de::DeserializeOwned>(command: &str, payload: Value) -> Result<T> {
    serde_json::from_value(payload).map_err(|error| {
        ApiError::new(
            ErrorCode::InvalidInput,
            format!("`{command}` was called with a request it does not understand"),
        )
        .with_detail(error.to_string())
    })
}

macro_rules! commands {
    (
        json { $( $(#[doc = $doc:literal])* $name:ident($request:ty) -> $answer:ty = $handler:path; )* }
        raw { $( $(#[doc = $raw_doc:literal])* $raw_name:ident($raw_request:ty) = $raw_handler:path; )* }
    ) => {
        /// Names of all commands.
        pub const COMMANDS: &[&str] = &[ $( stringify!($name), )* $( stringify!($raw_name), )* ];

        /// Request and answer of each command.
        #[derive(TS)]
        #[ts(export, export_to = "Commands.ts")]
        pub struct Commands {
            $( $(#[doc = $doc])* pub $name: ($request, $answer), )*
            $( $(#[doc = $raw_doc])* pub $raw_name: ($raw_request, Raw), )*
        }

        async fn run(app: &App, command: &str, payload: Value) -> Result<Body> {
            match command {
                $( stringify!($name) => {
                    let request = parse::<$request>(command, payload)?;
                    Box::pin($handler(app, request)).await?.into_body()
                } )*
                $( stringify!($raw_name) => {
                    let request = parse::<$raw_request>(command, payload)?;
                    Box::pin($raw_handler(app, request)).await.map(raw_body)
                } )*
                other => Err(ApiError::new(ErrorCode::NotFound, format!("no command named `{other}`"))),
            }
        }
    };
}

/// Runs a command by its name. A panic inside ends that command only. Boxed here, so that all commands are compiled with
/// this crate and not once more with each program that runs them.
pub fn dispatch<'a>(app: &'a App, command: &'a str, payload: Value) -> BoxFuture<'a, Result<Body>> {
    Box::pin(guarded(command, run(app, command, payload)))
}

async fn guarded(command: &str, work: impl Future<Output = Result<Body>>) -> Result<Body> {
    AssertUnwindSafe(work).catch_unwind().await.unwrap_or_else(|panic| {
        let text = panic
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| panic.downcast_ref::<String>().cloned())
            .unwrap_or_default();
        tracing::error!(command, panic = text, "a command panicked");
        Err(ApiError::internal(format!("`{command}` stopped unexpectedly")))
    })
}

commands! {
    json {
        /// What Hearth is, where its data is, and what it can run.
        app_info(Empty) -> AppInfo = crate::system::info;
        /// The settings.
        settings_get(Empty) -> Settings = crate::system::settings;
        /// Replaces the settings; what is out of range is refused.
        settings_set(Settings) -> Settings = crate::system::set_settings;
        /// Shortens the keep-alive while somebody watches at another speed; it wears off by itself.
        runtime_pace(PaceRequest) -> Pace = crate::pace::set;

        /// What a folder, zip or file holds, without deploying it.
        deploy_inspect(InspectRequest) -> Detected = crate::deploy::inspect;
        /// Deploys to the local runtime.
        deploy(DeployRequest) -> Deployed = crate::deploy::deploy;
        /// Samples that ship with Hearth.
        samples_list(Empty) -> Vec<Sample> = crate::deploy::samples;

        /// All functions with their figures and servers.
        functions_list(FunctionsQuery) -> FunctionsList = crate::functions::list;
        /// One function with what its page shows.
        function_get(FunctionName) -> FunctionDetail = crate::functions::get;
        /// Changes the configuration; makes a new version.
        function_configure(ConfigureRequest) -> FunctionRecord = crate::functions::configure;
        /// Deletes a function; its history stays and `function_restore` brings it back.
        function_delete(FunctionName) -> Empty = crate::functions::delete;
        /// Takes a deletion back.
        function_restore(FunctionName) -> FunctionRecord = crate::functions::restore;
        /// Goes back to an older version, as a new version.
        function_rollback(RollbackRequest) -> FunctionRecord = crate::functions::rollback;
        /// Files of a function's package.
        code_list(FunctionName) -> CodeListing = crate::code::list;
        /// One file's text.
        code_read(CodeReadRequest) -> CodeText = crate::code::read;
        /// Replaces files and deploys the result as a new version.
        code_save(CodeSaveRequest) -> FunctionRecord = crate::code::save;

        /// Runs a function once and waits for the answer.
        invoke(InvokeRequest) -> InvokeAnswer = crate::invoke::invoke;
        /// Cancels an invocation that is going on: its server is ended.
        invoke_cancel(InvocationName) -> Empty = crate::invoke::cancel;
        /// Sends several invocations and does not wait.
        invoke_send(SendRequest) -> Sent = crate::invoke::send;
        /// The library of sample events.
        events_library(Empty) -> Vec<SampleEvent> = crate::events::library;
        /// Events that a person saved for a function.
        events_saved(FunctionName) -> Vec<SavedEvent> = crate::events::saved;
        /// Saves an event, over one of the same name.
        event_save(SavedEvent) -> Empty = crate::events::save;
        /// Deletes a saved event.
        event_delete(SavedEventName) -> Empty = crate::events::delete;

        /// The folder of events that a person chose, and what is in it.
        events_folder(Empty) -> EventsFolder = crate::events::folder;
        /// The event in a file of that folder.
        events_folder_read(FolderEventName) -> FolderEventText = crate::events::folder_read;
        /// Sends an event to one of several functions, here or in an account, which must be unlocked.
        event_run(EventRun) -> EventAnswer = crate::everywhere::run;
        /// Ends such a call, or the waiting for one in an account.
        event_cancel(InvocationName) -> Empty = crate::everywhere::cancel;

        /// The accounts that were found, and what was chosen for them. Asks nobody.
        accounts_list(Empty) -> AccountsList = crate::clouds::accounts::list;
        /// Asks the vendor who an account is.
        account_test(AccountName) -> AccountTested = crate::clouds::accounts::test;
        /// Asks the vendor what an account may do, and gives the smallest policies.
        account_permissions(AccountName) -> AccountPermissions = crate::clouds::accounts::permissions;
        /// Allows changes in an account for some minutes, or locks it.
        account_unlock(AccountUnlock) -> AccountInfo = crate::clouds::accounts::unlock;
        /// Marks an account as production, or chooses its regions.
        account_choose(AccountChoose) -> AccountInfo = crate::clouds::accounts::choose;
        /// Asks the vendor what an account was billed by day and resource.
        account_billed(AccountBilled) -> BilledCost = crate::clouds::accounts::billed;
        /// What the vendor bills for that question, to be told before; null where it is free.
        account_billed_price(AccountBilled) -> Option<ByUsePrice> = crate::clouds::accounts::billed_price;
        /// What Hearth itself asked of accounts in a month, and what vendors bill for that.
        own_requests(OwnRequestsMonth) -> OwnRequestsTable = crate::clouds::own_requests::table;
        /// Begins to sign in to an account through the vendor's own flow; one that goes on already is answered.
        sign_in_begin(AccountName) -> SigningIn = crate::clouds::sign_in::begin;
        /// Sign-ins that go on, and the last one of each account.
        sign_ins_list(Empty) -> Vec<SigningIn> = crate::clouds::sign_in::list;
        /// Cancels a sign-in; answers when nothing of it goes on.
        sign_in_cancel(AccountName) -> SigningIn = crate::clouds::sign_in::cancel;
        /// Adds an endpoint that speaks as a vendor does.
        endpoint_add(EndpointAdd) -> AccountInfo = crate::clouds::accounts::add_endpoint;
        /// Forgets such an endpoint.
        endpoint_remove(AccountName) -> Empty = crate::clouds::accounts::remove_endpoint;
        /// The functions of an account, asked now.
        cloud_functions(CloudFunctionsQuery) -> CloudFunctions = crate::clouds::functions::list;
        /// One function of an account with everything around it.
        cloud_function(CloudFunctionName) -> CloudStanding = crate::clouds::functions::get;
        /// Reads the code of a function of an account, to be looked at and edited.
        cloud_code(CloudFunctionName) -> CloudCode = crate::clouds::code::read;
        /// One file of code that was read so.
        cloud_code_read(CloudCodeRead) -> CodeText = crate::clouds::code::file;
        /// What is set around a function of an account: triggers, environments kept ready, layers.
        cloud_sides(CloudFunctionName) -> CloudSides = crate::clouds::sides::get;
        /// The layers of a region of an account, each in its newest version.
        cloud_layers(CloudRegion) -> Vec<Layer> = crate::clouds::sides::layers;
        /// Calls a function of an account once; the account must be unlocked.
        cloud_invoke(CloudInvoke) -> CloudInvoked = crate::clouds::functions::invoke;
        /// What vendors bill each time they are asked, to be told before.
        by_use_prices(Empty) -> Vec<ByUsePrice> = crate::clouds::by_use::prices;
        /// Begins a live log of a function of an account, which the vendor bills by the minute.
        live_tail_start(LiveTailStart) -> LiveTail = crate::clouds::tail::start;
        /// Says that somebody still looks at it, without which it ends.
        live_tail_renew(LiveTailName) -> LiveTail = crate::clouds::tail::renew;
        /// Ends it.
        live_tail_stop(LiveTailName) -> LiveTail = crate::clouds::tail::stop;
        /// A month as Hearth worked it out beside what the vendor billed, which it bills a question for.
        cost_actual(CostActual) -> CostCompared = crate::clouds::actual::compare;
        /// What the vendor bills for that question, to be told before; null where it is free.
        cost_actual_price(CostActual) -> Option<ByUsePrice> = crate::clouds::actual::price;
        /// A page of log lines of a function of an account.
        cloud_logs(CloudLogsQuery) -> CloudLogs = crate::clouds::functions::logs;
        /// Servers of a function of an account, rebuilt from its log.
        cloud_environments(CloudLogsQuery) -> SeenEnvironments = crate::clouds::environments::list;
        /// Brings the calls of one function of an account into the ledger, from its log.
        cloud_calls_read(CloudFunctionName) -> CallsRead = crate::clouds::logs::read_one;
        /// Clusters of an account, asked now.
        clusters_list(ClustersQuery) -> Clusters = crate::clouds::containers::clusters;
        /// A cluster with its services and tasks, and what they cost.
        cluster_get(ClusterName) -> ClusterDetail = crate::clouds::containers::cluster;
        /// A page of the task definitions of a region that can be run.
        task_definitions_list(TaskDefinitionsQuery) -> TaskDefinitions = crate::clouds::containers::definitions;
        /// One task definition.
        task_definition_get(TaskDefinitionName) -> TaskDefinition = crate::clouds::containers::definition;
        /// A page of log lines of a task.
        task_logs(TaskLogsQuery) -> CloudLogs = crate::clouds::containers::logs;
        /// What a change in an account would do. Changes nothing.
        cloud_review(CloudChangeRequest) -> CloudReview = crate::clouds::changes::review;
        /// Makes a change that was reviewed; the account must be unlocked.
        cloud_apply(CloudApply) -> CloudChanged = crate::clouds::changes::apply;
        /// Cancels such a change: no further call is made, and what was made is taken back.
        cloud_change_cancel(CloudChangeName) -> Empty = crate::clouds::changes::cancel;
        /// Changes in accounts that were half made when Hearth was killed, or that could not be taken back wholly.
        unfinished_list(Empty) -> Vec<UnfinishedChange> = crate::clouds::unfinished::list;
        /// Forgets such a change; what it made stays as it is.
        unfinished_forget(UnfinishedName) -> Empty = crate::clouds::unfinished::forget;
        /// Starts reading what accounts hold into the ledger.
        sync_start(SyncStart) -> SyncStatus = crate::clouds::sync::start;
        /// How far reading is.
        sync_status(Empty) -> SyncStatus = crate::clouds::sync::status;
        /// Cancels reading; what was read stays.
        sync_cancel(Empty) -> SyncStatus = crate::clouds::sync::cancel;
        /// What accounts hold, as it was read last. Asks nobody.
        cloud_inventory(Empty) -> Inventory = crate::clouds::inventory::all;

        /// A page of invocations, newest first.
        invocations_list(InvocationsQuery) -> InvocationsPage = crate::history::invocations;
        /// One invocation with everything kept of it.
        invocation_get(InvocationName) -> InvocationDetail = crate::history::invocation;
        /// A page of log lines.
        logs_list(LogsQuery) -> LogsPage = crate::history::logs;
        /// Servers, newest first.
        environments_list(EnvironmentsQuery) -> Vec<Environment> = crate::environments::list;
        /// Reaps one idle server, or ends a busy one.
        environment_reap(EnvironmentName) -> Empty = crate::environments::reap;
        /// Reaps all servers of a function, so that the next call is cold.
        function_reap(FunctionName) -> Empty = crate::environments::reap_all;
        /// Everything lanes draw.
        lanes_snapshot(LanesQuery) -> LanesSnapshot = crate::environments::lanes;

        /// What the ledger takes, how long it keeps what, and what it deleted.
        ledger_info(Empty) -> LedgerInfo = crate::ledger::care::info;
        /// Checks the file, and that figures equal the calls behind them.
        ledger_check(LedgerCheck) -> LedgerChecked = crate::ledger::care::check;
        /// Deletes what is too old and rewrites the file without gaps.
        ledger_vacuum(Empty) -> LedgerVacuumed = crate::ledger::care::vacuum;
        /// Copies the ledger into a new file.
        ledger_export(LedgerFile) -> LedgerExported = crate::ledger::care::export;
        /// Brings in what such a file holds and the ledger does not.
        ledger_import(LedgerFile) -> LedgerImported = crate::ledger::care::import;
        /// Asks the ledger in SQL, on a connection that cannot write.
        ledger_query(LedgerQuery) -> LedgerAnswer = crate::ledger::ask::query;
        /// Questions that were kept.
        queries_saved(Empty) -> Vec<SavedQuery> = crate::ledger::ask::saved;
        /// Keeps a question, over one of the same name.
        query_save(SavedQuery) -> Empty = crate::ledger::ask::save;
        /// Forgets a question.
        query_delete(SavedQueryName) -> Empty = crate::ledger::ask::delete;
        /// Whether there is a demo, and how far making it is.
        demo_status(Empty) -> DemoStatus = crate::demo::status;
        /// Makes 90 days of made-up data and shows them in the place of real data; answers when it is done.
        demo_on(DemoOn) -> DemoStatus = crate::demo::on;
        /// Removes the demo without a trace, or cancels its making.
        demo_off(Empty) -> DemoStatus = crate::demo::off;
        /// The price books and what waits for a person's yes.
        prices_get(Empty) -> PricesInfo = crate::prices::get;
        /// Rows of the newest book.
        prices_rows(PricesQuery) -> PriceRows = crate::prices::rows;
        /// Fetches price lists of vendors: the only command that contacts a host.
        prices_refresh(PricesRefresh) -> PricesRefreshed = crate::prices::refresh;
        /// Takes or drops prices that wait for a person's yes.
        prices_confirm(PricesConfirm) -> PricesInfo = crate::prices::confirm;

        /// What a tuning will do and cost; nothing is run.
        tuning_preview(TuningPlan) -> TuningPreview = crate::tuning::preview;
        /// Begins a tuning, which goes on by itself; `tuning_changed` tells how far it is.
        tuning_start(TuningPlan) -> Tuning = crate::tuning::start;
        /// Ends a tuning; it puts back what it changed.
        tuning_cancel(TuningName) -> Empty = crate::tuning::cancel;
        /// One tuning with everything that was found.
        tuning_get(TuningName) -> Tuning = crate::tuning::get;
        /// Tunings, newest first.
        tunings_list(TuningsQuery) -> Vec<Tuning> = crate::tuning::list;
        /// The newest tuning of a function that measured everything.
        tuning_latest(FunctionName) -> Option<Tuning> = crate::tuning::latest;
        /// Tries again to put back a memory size that could not be.
        tuning_restore(TuningName) -> Tuning = crate::tuning::restore;
        /// Budgets and the brake as they stand now.
        brake_status(Empty) -> BrakeStatus = crate::budgets::status;
        /// Sets a scope's monthly budget, in the place of the one it has.
        budget_set(BudgetSet) -> BrakeStatus = crate::budgets::set;
        /// Deletes a scope's budget.
        budget_delete(BudgetDelete) -> BrakeStatus = crate::budgets::delete;
        /// Says what the brake does when something runs away; what it holds stays held.
        brake_mode(BrakeModeSet) -> BrakeStatus = crate::budgets::set_mode;
        /// Says whether the armed brake may stop functions of an account by itself.
        brake_consent(BrakeConsentSet) -> BrakeStatus = crate::budgets::consent;
        /// Pulls the brake on these functions, or on all: their limit of servers becomes 0.
        brake_pull(BrakeFunctions) -> BrakeStatus = crate::budgets::pull;
        /// Releases these functions, or all: their limit is what it was.
        brake_release(BrakeFunctions) -> BrakeStatus = crate::budgets::release;
        /// Leaves these suggested functions alone, or all, for ten minutes.
        brake_leave(BrakeFunctions) -> BrakeStatus = crate::budgets::leave;
        /// What the brake would do now, and nothing is done.
        brake_rehearse(Empty) -> BrakeRehearsal = crate::budgets::rehearse;
        /// What budgets and the brake did, newest first.
        brake_history(BrakeHistoryQuery) -> Vec<BrakeHistoryEntry> = crate::budgets::history;
        /// A month of a scope: spent, forecast, by account, function and meter, day by day.
        cost_overview(CostQuery) -> CostOverview = crate::spending::overview;
        /// One function's bill of a month, line by line and tier by tier.
        cost_function(CostFunctionQuery) -> CostFunctionDetail = crate::spending::function;
        /// What a month would cost with another size, traffic, region, plan or cloud.
        cost_what_if(WhatIfRequest) -> WhatIfAnswer = crate::spending::what_if;
    }
    raw {
        /// Columns of a chart: see `SERIES_COLUMNS`.
        series(SeriesQuery) = crate::charts::series;
        /// A chart as SVG or PNG.
        chart_export(ChartExport) = crate::charts::export;
        /// The code of a function of an account as a zip.
        cloud_code_zip(CloudFunctionName) = crate::clouds::code::zip;
        /// A cost report as a file; as JSON it is a `CostReport`.
        cost_report(CostReportQuery) = crate::report::report;
        /// A table as CSV.
        table_export(TableExport) = crate::export::table;
        /// The whole answer to a question as CSV; `limit` is not looked at.
        ledger_query_csv(LedgerQuery) = crate::ledger::ask::query_csv;

        /// A table of the Cost screen as CSV, or its chart as a picture.
        cost_export(CostExport) = crate::spending::export;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_in_a_command_becomes_an_error_without_its_text() {
        let error = guarded("invoke", async { panic!("s3cret") }).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::Internal);
        assert!(error.message.contains("`invoke`") && !format!("{error:?}").contains("s3cret"), "{error:?}");
    }

    #[test]
    fn types_are_written_for_the_ui() {
        let config = ts_rs::Config::from_env();
        Commands::export_all(&config).expect("Commands.ts can be written");
        hearth_model::EventBatch::export_all(&config).expect("EventBatch.ts can be written");
        ApiError::export_all(&config).expect("ApiError.ts can be written");
    }
}
