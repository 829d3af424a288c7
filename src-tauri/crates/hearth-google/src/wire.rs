//! What Google's answers look like, as far as they are read. Values of environment variables are skipped by the parser
//! and never held.

use crate::fault::Said;
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

macro_rules! answers {
    ($($(#[$doc:meta])* $name:ident { $($field:ident: $kind:ty,)* })*) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Default, Deserialize)]
            #[serde(rename_all = "camelCase", default)]
            pub(crate) struct $name { $(pub(crate) $field: $kind,)* }
        )*
    };
}

answers! {
    /// What BigQuery answers to a question.
    QueryAnswer {
        job_complete: bool, job_reference: JobReference, rows: Vec<QueryRow>, page_token: Option<String>,
        total_bytes_processed: String, total_bytes_billed: String,
    }
    JobReference { job_id: String, location: String, }
    QueryRow { f: Vec<Cell>, }
    Cell { v: Option<String>, }
    Datasets { datasets: Vec<Dataset>, next_page_token: String, }
    Dataset { dataset_reference: DatasetReference, }
    DatasetReference { dataset_id: String, }
    Tables { tables: Vec<Table>, next_page_token: String, }
    Table {
        table_reference: TableReference, schema: TableSchema, location: String, time_partitioning: Option<TimeParts>,
    }
    TableReference { table_id: String, }
    TableSchema { fields: Vec<Field>, }
    Field { name: String, fields: Vec<Field>, }
    /// How a table is parted by time: by a column, or by when a row was written.
    TimeParts { field: String, }
    /// A page of functions of the API v2.
    Functions { functions: Vec<Function>, next_page_token: String, unreachable: Vec<String>, }
    /// A function of the API v2.
    Function {
        name: String, description: String, environment: String, state: String, update_time: String, url: String,
        build_config: BuildConfig, service_config: ServiceConfig, event_trigger: Option<EventTrigger>,
        labels: BTreeMap<String, String>, state_messages: Vec<StateMessage>,
    }
    BuildConfig { runtime: String, entry_point: String, source: BuildSource, }
    BuildSource { storage_source: StorageSource, }
    StorageSource { object: String, generation: String, }
    ServiceConfig {
        service: String, timeout_seconds: Option<u32>, available_memory: String, available_cpu: String, uri: String,
        revision: String, environment_variables: Names, secret_environment_variables: Vec<SecretVariable>,
        max_instance_count: Option<u32>, min_instance_count: Option<u32>, service_account_email: String,
    }
    SecretVariable { key: String, }
    EventTrigger { trigger: String, event_type: String, pubsub_topic: String, }
    StateMessage { severity: String, message: String, }

    /// A page of functions of the API v1.
    OldFunctions { functions: Vec<OldFunction>, next_page_token: String, }
    /// A function of the first generation.
    OldFunction {
        name: String, description: String, status: String, entry_point: String, runtime: String, timeout: String,
        available_memory_mb: Option<u32>, service_account_email: String, update_time: String, version_id: String,
        labels: BTreeMap<String, String>, environment_variables: Names,
        https_trigger: Option<HttpsTrigger>, event_trigger: Option<OldTrigger>, max_instances: Option<u32>,
        min_instances: Option<u32>,
    }
    HttpsTrigger { url: String, }
    OldTrigger { event_type: String, resource: String, }

    /// A page of services of Cloud Run.
    Services { services: Vec<RunService>, next_page_token: String, }
    /// A service of Cloud Run; one that was built from a function says so in its build.
    RunService {
        name: String, description: String, update_time: String, uri: String, labels: BTreeMap<String, String>,
        template: Template, build_config: Option<RunBuild>, terminal_condition: Condition, latest_ready_revision: String,
        traffic: Vec<Traffic>, traffic_statuses: Vec<TrafficStatus>, etag: String,
    }
    Template {
        scaling: Scaling, timeout: String, service_account: String, containers: Vec<Container>,
    }
    Scaling { min_instance_count: Option<u32>, max_instance_count: Option<u32>, }
    Container { resources: Resources, env: Vec<Variable>, }
    Resources { limits: BTreeMap<String, String>, cpu_idle: bool, }
    Variable { name: String, }
    RunBuild { function_target: String, base_image: String, source_location: String, }
    Condition { state: String, message: String, }
    TrafficStatus { r#type: String, revision: String, percent: Option<u32>, tag: String, uri: String, }

    /// A page of revisions.
    Revisions { revisions: Vec<Revision>, next_page_token: String, }
    Revision { name: String, create_time: String, containers: Vec<Image>, }
    Image { image: String, }

    /// Something that takes a while.
    Operation { name: String, done: bool, error: Option<Said>, metadata: Doing, }
    Doing { stages: Vec<Stage>, build_name: String, }
    Stage { name: String, state: String, message: String, state_messages: Vec<StateMessage>, }

    /// Where code is uploaded to; both addresses are secrets.
    Upload { upload_url: String, storage_source: Value, }

    Policy { bindings: Vec<Binding>, }
    Binding { role: String, members: Vec<String>, condition: Option<Value>, }
    Tested { permissions: Vec<String>, }
    Project { name: String, project_id: String, display_name: String, state: String, }

    Entries { entries: Vec<Entry>, next_page_token: String, }
    Entry {
        timestamp: String, receive_timestamp: String, insert_id: String, severity: String, text_payload: Option<String>,
        json_payload: Option<Value>, proto_payload: Option<Value>, http_request: Option<HttpRequest>,
        labels: BTreeMap<String, String>, trace: String, resource: Resource,
    }
    HttpRequest { request_method: String, request_url: String, status: u16, latency: String, }
    Resource { labels: BTreeMap<String, String>, }

    Series { time_series: Vec<OneSeries>, next_page_token: String, }
    OneSeries { metric: Labelled, resource: Labelled, points: Vec<Point>, }
    Labelled { labels: BTreeMap<String, String>, }
    Point { interval: Interval, value: PointValue, }
    Interval { start_time: String, end_time: String, }
    PointValue {
        int64_value: Option<String>, double_value: Option<f64>, distribution_value: Option<Distribution>,
    }
    Distribution { count: String, mean: f64, }
}

/// The names of a map whose values are nobody's business.
#[derive(Debug, Default)]
pub(crate) struct Names(pub(crate) BTreeSet<String>);

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfMap;
        impl<'de> Visitor<'de> for OfMap {
            type Value = Names;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a map")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Names, A::Error> {
                let mut names = BTreeSet::new();
                while let Some((name, IgnoredAny)) = map.next_entry()? {
                    names.insert(name);
                }
                Ok(Names(names))
            }
        }
        deserializer.deserialize_map(OfMap)
    }
}

/// A part of the traffic of a service; written back as it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Traffic {
    pub(crate) r#type: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) revision: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) percent: Option<u32>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) tag: String,
}
