//! The environment variables a function sees: Lambda's names, local values. Owns which names are reserved and
//! which need a process of their own. Must not read the host's environment.

use crate::FunctionSpec;
use hearth_model::{EnvironmentId, Micros};
use std::collections::BTreeMap;
use std::path::Path;

/// Search path inside environments, as on Lambda's image without its own folders.
const SEARCH_PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// The same for every process, prepared or not.
pub(crate) fn base(scratch: &Path) -> BTreeMap<String, String> {
    let scratch = scratch.to_string_lossy();
    [
        ("PATH", SEARCH_PATH),
        ("LANG", "en_US.UTF-8"),
        ("TZ", ":UTC"),
        ("HOME", &scratch),
        ("TMPDIR", &scratch),
        #[cfg(windows)]
        ("TEMP", &scratch),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .collect()
}

/// What changes between environments.
pub(crate) struct Place<'a> {
    pub(crate) environment: &'a EnvironmentId,
    pub(crate) scratch: &'a Path,
    pub(crate) clients: &'a Path,
    pub(crate) region: &'a str,
    pub(crate) port: u16,
    pub(crate) now: Micros,
}

/// The whole environment of a function: Lambda's names over the person's over the base.
pub(crate) fn of_function(function: &FunctionSpec, place: &Place<'_>) -> BTreeMap<String, String> {
    let mut variables = base(place.scratch);
    let task_root = function.code_dir.to_string_lossy();
    // Where Lambda looks for a function's own shared libraries; a person may set another.
    if cfg!(unix) {
        variables.insert("LD_LIBRARY_PATH".to_owned(), format!("{task_root}:{task_root}/lib"));
    }
    variables.extend(
        function
            .environment
            .iter()
            .filter(|(name, _)| !is_reserved(name) && is_possible(name))
            .map(|(name, value)| (name.clone(), value.replace('\0', ""))),
    );
    let log_group = format!("/aws/lambda/{}", function.name);
    let log_stream = log_stream(place.environment, place.now);
    let execution = format!("AWS_Lambda_{}", function.runtime);
    let memory = function.memory_mb.to_string();
    let runtime_dir = place.clients.to_string_lossy();
    let api = format!("127.0.0.1:{}", place.port);
    for (name, value) in [
        ("AWS_LAMBDA_RUNTIME_API", api.as_str()),
        ("AWS_LAMBDA_FUNCTION_NAME", &function.name),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", &memory),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", &log_group),
        ("AWS_LAMBDA_LOG_STREAM_NAME", &log_stream),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
        ("AWS_REGION", place.region),
        ("AWS_DEFAULT_REGION", place.region),
        ("AWS_EXECUTION_ENV", &execution),
        ("AWS_XRAY_CONTEXT_MISSING", "LOG_ERROR"),
        // Where X-Ray's clients send anyway when nobody says; nothing listens there unless the person runs a daemon.
        ("AWS_XRAY_DAEMON_ADDRESS", "127.0.0.1:2000"),
        ("_AWS_XRAY_DAEMON_ADDRESS", "127.0.0.1"),
        ("_AWS_XRAY_DAEMON_PORT", "2000"),
        // Visibly not real, so that a call to AWS fails there and nowhere else.
        ("AWS_ACCESS_KEY_ID", "HEARTHLOCALKEY"),
        ("AWS_SECRET_ACCESS_KEY", "hearth-local-not-a-secret"),
        ("AWS_SESSION_TOKEN", "hearth-local-not-a-token"),
        ("LAMBDA_TASK_ROOT", &task_root),
        ("PWD", &task_root),
        ("LAMBDA_RUNTIME_DIR", &runtime_dir),
        ("_HANDLER", &function.handler),
    ] {
        variables.insert(name.to_owned(), value.to_owned());
    }
    variables
}

/// Names that Lambda keeps for itself.
fn is_reserved(name: &str) -> bool {
    name.starts_with("AWS_LAMBDA_") && name != "AWS_LAMBDA_EXEC_WRAPPER"
        || matches!(
            name,
            "_HANDLER"
                | "_X_AMZN_TRACE_ID"
                | "AWS_REGION"
                | "AWS_DEFAULT_REGION"
                | "AWS_EXECUTION_ENV"
                | "AWS_ACCESS_KEY"
                | "AWS_ACCESS_KEY_ID"
                | "AWS_SECRET_ACCESS_KEY"
                | "AWS_SESSION_TOKEN"
                | "LAMBDA_TASK_ROOT"
                | "LAMBDA_RUNTIME_DIR"
                | "HEARTH_PARKED"
        )
}

/// Whether the system can pass a variable of that name at all.
fn is_possible(name: &str) -> bool {
    !name.is_empty() && !name.contains(['=', '\0'])
}

/// Whether some variable only works when it is there as the process starts.
pub(crate) fn need_own_process(variables: &BTreeMap<String, String>) -> bool {
    variables.keys().any(|name| {
        matches!(name.as_str(), "NODE_OPTIONS" | "NODE_EXTRA_CA_CERTS" | "AWS_LAMBDA_EXEC_WRAPPER")
            || name.starts_with("PYTHON")
            || name.starts_with("LD_")
            || name.starts_with("DYLD_")
    })
}

/// `2026/02/18/[$LATEST]` and 32 hexadecimal digits.
fn log_stream(environment: &EnvironmentId, now: Micros) -> String {
    let (year, month, day) = civil(now.0.div_euclid(86_400_000_000));
    let digits: String = environment.as_str().bytes().rev().flat_map(|byte| [byte >> 4, byte & 15]).fold(
        String::new(),
        |mut text, digit| {
            text.push(char::from_digit(u32::from(digit), 16).unwrap_or('0'));
            text
        },
    );
    format!("{year:04}/{month:02}/{day:02}/[$LATEST]{digits:.32}")
}

/// Year, month and day of a number of days since 1970, in the Gregorian calendar.
fn civil(days: i64) -> (i64, i64, i64) {
    // Counted from 1 March of year 0, so that the leap day is the last of its year.
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, of_year - (153 * shifted + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_become_dates() {
        for (days, date) in [(0, (1970, 1, 1)), (11_016, (2000, 2, 29)), (20_780, (2026, 11, 23))] {
            assert_eq!(civil(days), date, "date of day {days}");
        }
    }

    #[test]
    fn variables_that_act_at_process_start_need_an_own_process() {
        let named = |name: &str| BTreeMap::from([(name.to_owned(), String::new())]);
        for name in ["NODE_OPTIONS", "PYTHONPATH", "LD_PRELOAD", "AWS_LAMBDA_EXEC_WRAPPER"] {
            assert!(need_own_process(&named(name)), "{name} must be there from the start");
        }
        assert!(!need_own_process(&named("STAGE")), "an ordinary variable can be set later");
    }
}
