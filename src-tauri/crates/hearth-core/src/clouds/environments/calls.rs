//! From servers and calls that a log tells of to rows of the ledger. Owns what is read and what is inferred: a call is
//! `logs` where the log says what was billed, else `logs_inferred`. Pure.

use crate::api::{SeenCall, SeenEnvironment};
use hearth_model::{
    Engine, Environment, EnvironmentId, EnvironmentState, EnvironmentTransition, FunctionRecord, Invocation,
    InvocationSource, Micros, Outcome, Phases, RequestId, ServerStart, StartTier, billed_milliseconds,
};
use hearth_store::SeenInvocation;

/// How long a server is taken to be kept after its last call, since no line says when it ended: after so long without a
/// call, the next one met a new server each time. Source: 100 probes a point on each vendor in 2025, UBC, EuroSys 2026.
pub(crate) fn kept_idle(provider: &str) -> Micros {
    Micros::from_seconds(match provider {
        hearth_google::GOOGLE => 945,
        hearth_azure::AZURE => 390,
        _ => 360,
    })
}

/// How far the begin of one call may lie apart in two readings. AWS gives an event that it tries again its first id, a
/// minute later; on Azure one id stands for every call of an operation; on Google the id is the line's own.
pub(crate) fn same_within(provider: &str) -> Micros {
    Micros::from_seconds(match provider {
        hearth_google::GOOGLE => 24 * 3_600,
        hearth_azure::AZURE => 0,
        _ => 2,
    })
}

/// Calls that have ended, with their servers. A call whose end is not in the lines waits for the next reading.
pub(crate) fn rows(
    function: &FunctionRecord,
    seen: &[SeenEnvironment],
) -> (Vec<SeenInvocation>, Vec<Environment>) {
    let (mut calls, mut environments) = (Vec::new(), Vec::new());
    for one in seen {
        // A line that names no stream tells of a call and of no server.
        let id =
            (!one.stream.is_empty()).then(|| EnvironmentId(format!("{}/{}", function.account, one.stream)));
        let of_it: Vec<SeenInvocation> =
            one.calls.iter().filter_map(|call| row(function, id.as_ref(), call)).collect();
        if let Some(id) = id.filter(|_| !of_it.is_empty()) {
            environments.push(environment(function, id, one, &of_it));
        }
        calls.extend(of_it);
    }
    calls.sort_by_key(|call| call.invocation.started_us);
    (calls, environments)
}

fn row(
    function: &FunctionRecord,
    environment: Option<&EnvironmentId>,
    call: &SeenCall,
) -> Option<SeenInvocation> {
    if call.reported_us.is_none() && !call.timed_out {
        return None;
    }
    let took = call.duration_us?;
    let init = call.init_us.filter(|_| call.cold).unwrap_or(Micros::ZERO);
    // On Google the request came first and waited for its server within the time of its line; elsewhere the server was
    // there before the line in which the call begins.
    let (init, invoke) = if call.waited {
        let init = init.min(took);
        (init, Micros(took.0 - init.0))
    } else {
        (init, took)
    };
    let began = match (call.started_us, call.reported_us) {
        (Some(started), _) if call.waited => started,
        (Some(started), _) => Micros(started.0.saturating_sub(init.0)),
        (None, Some(reported)) => Micros(reported.0.saturating_sub(took.0).saturating_sub(init.0)),
        (None, None) => return None,
    };
    let memory_mb = call.memory_mb.unwrap_or(function.configuration.memory_mb);
    let billed = call.billed_ms.map(u64::from);
    let outcome = outcome(call, memory_mb);
    let refused = outcome == Outcome::Throttled;
    let phases = if refused {
        Phases::default()
    } else {
        Phases { init_us: init, invoke_us: invoke, ..Phases::default() }
    };
    let invocation = Invocation {
        request_id: RequestId(if call.line.is_empty() {
            call.request_id.clone()
        } else {
            format!("{}-{}", call.request_id, call.line)
        }),
        function_id: function.id.clone(),
        function_name: function.name.clone(),
        version: function.version,
        environment_id: environment.filter(|_| !refused).cloned(),
        environment_number: None,
        started_us: began,
        outcome,
        start: match (refused, call.cold) {
            (true, _) => ServerStart::None,
            (false, true) => ServerStart::Cold,
            (false, false) => ServerStart::Warm,
        },
        phases,
        billed_ms: if refused {
            0
        } else {
            billed.unwrap_or_else(|| billed_milliseconds(Micros::ZERO, took))
        },
        memory_mb,
        max_memory_mb: call.max_memory_mb.unwrap_or(0),
        architecture: function.configuration.architecture,
        event_bytes: 0,
        response_bytes: 0,
        error_type: call.error_type.clone().filter(|_| outcome != Outcome::Succeeded),
        error_message: call.error_message.clone().filter(|_| outcome != Outcome::Succeeded),
        source: if billed.is_some() { InvocationSource::Logs } else { InvocationSource::LogsInferred },
    };
    let transitions = transitions(&invocation, call.restored);
    Some(SeenInvocation { invocation, transitions })
}

fn outcome(call: &SeenCall, memory_mb: u32) -> Outcome {
    let kind = call.error_type.as_deref().unwrap_or_default();
    const OF_INIT: [&str; 5] =
        ["ImportModuleError", "UserCodeSyntaxError", "HandlerNotFound", "InitError", "InvalidEntrypoint"];
    match () {
        () if call.refused => Outcome::Throttled,
        () if call.timed_out => Outcome::TimedOut,
        () if !call.failed => Outcome::Succeeded,
        () if OF_INIT.iter().any(|word| kind.contains(word)) => Outcome::InitFailed,
        () if kind.ends_with("ExitError") || kind.ends_with("OutOfMemory") => {
            // The kernel ends a process that outgrew its memory, and AWS says no more than that.
            let is_full =
                kind.ends_with("OutOfMemory") || call.max_memory_mb.is_some_and(|most| most >= memory_mb);
            if is_full { Outcome::OutOfMemory } else { Outcome::Crashed }
        }
        () => Outcome::FunctionError,
    }
}

/// What its server did for a call.
fn transitions(call: &Invocation, restored: bool) -> Vec<EnvironmentTransition> {
    let Some(environment_id) = &call.environment_id else { return Vec::new() };
    let busy = Micros(call.started_us.0.saturating_add(call.phases.init_us.0));
    let end = Micros(busy.0.saturating_add(call.phases.invoke_us.0));
    let change = |at_us: Micros, state: EnvironmentState, of_call: bool| EnvironmentTransition {
        environment_id: environment_id.clone(),
        function_id: call.function_id.clone(),
        at_us,
        state,
        request_id: of_call.then(|| call.request_id.clone()),
    };
    let mut all = Vec::new();
    if call.phases.init_us > Micros::ZERO {
        let state = if restored { EnvironmentState::Restored } else { EnvironmentState::Init };
        all.push(change(call.started_us, state, true));
    }
    all.push(change(busy, EnvironmentState::Busy, true));
    // Also after a failure: the platform starts the process anew in the same environment, and its lines go on in the
    // same stream.
    all.push(change(end, EnvironmentState::Warm, false));
    all
}

fn environment(
    function: &FunctionRecord,
    id: EnvironmentId,
    seen: &SeenEnvironment,
    calls: &[SeenInvocation],
) -> Environment {
    let born = calls.iter().map(|call| call.invocation.started_us).min().unwrap_or(seen.first_us);
    let changes = calls.iter().flat_map(|call| &call.transitions).map(|change| change.at_us);
    let last = changes.max().unwrap_or(seen.last_us);
    let busy: i64 = calls.iter().map(|call| call.invocation.phases.invoke_us.0).sum();
    let most = calls.iter().map(|call| call.invocation.max_memory_mb).max().unwrap_or(0);
    Environment {
        id,
        function_id: function.id.clone(),
        function_name: function.name.clone(),
        version: function.version,
        number: 0,
        // A runtime that does not run here is some executable.
        engine: Engine::of(&function.configuration.runtime).unwrap_or(Engine::Provided),
        tier: StartTier::Spawned,
        pid: None,
        state: EnvironmentState::Warm,
        state_since_us: last,
        born_us: born,
        init_us: seen.init_us,
        // The last that is known of it: a log does not say when a server ends.
        ended_us: Some(last),
        end_reason: Some("the log says nothing after its last call".to_owned()),
        invocations: u32::try_from(calls.len()).unwrap_or(u32::MAX),
        busy_us: Micros(busy),
        memory_mb: function.configuration.memory_mb,
        max_memory_bytes: u64::from(most) << 20,
    }
}

#[cfg(test)]
mod tests {
    use super::super::rebuild;
    use super::*;
    use hearth_cloud::LogRow;
    use hearth_model::{Architecture, CodePackage, FunctionConfiguration, FunctionId};

    fn function(account: &str) -> FunctionRecord {
        FunctionRecord {
            id: FunctionId::in_account(account, "here", "kettle"),
            account: account.into(),
            region: "here".into(),
            name: "kettle".into(),
            version: 2,
            configuration: FunctionConfiguration {
                runtime: "java21".into(),
                handler: "h".into(),
                memory_mb: 512,
                timeout_s: 3,
                environment_names: Vec::new(),
                reserved_concurrency: None,
                architecture: Architecture::Arm64,
                description: String::new(),
                tasks: None,
                billed_as: None,
            },
            code: CodePackage { sha256: String::new(), size_bytes: 0, files: 0 },
            created_us: Micros::ZERO,
            deployed_us: Micros::ZERO,
            deleted_us: None,
        }
    }

    fn read(lines: &[(i64, &str)]) -> (Vec<SeenInvocation>, Vec<Environment>) {
        let rows = lines.iter().enumerate().map(|(number, (at, text))| LogRow {
            at_us: Micros(*at),
            stream: "s".into(),
            id: format!("l{number}"),
            text: (*text).to_owned(),
        });
        super::rows(&function("aws:dev"), &rebuild(rows.collect()))
    }

    fn states(call: &SeenInvocation) -> Vec<(&'static str, i64)> {
        call.transitions.iter().map(|one| (one.state.as_str(), one.at_us.0)).collect()
    }

    const COLD: &str = "REPORT RequestId: r1\tDuration: 10.00 ms\tBilled Duration: 110 ms\tMemory Size: 256 MB\t\
        Max Memory Used: 61 MB\tInit Duration: 100.00 ms\t";

    #[test]
    fn a_call_of_aws_is_what_its_report_says() {
        let (calls, servers) = read(&[
            (900_000, "INIT_START Runtime Version: java:21"),
            (1_000_000, "START RequestId: r1 Version: $LATEST"),
            (1_010_000, COLD),
            (2_000_000, "START RequestId: r2 Version: $LATEST"),
        ]);
        assert_eq!(calls.len(), 1, "a call that goes on waits for the next reading");
        let call = &calls[0].invocation;
        assert_eq!(
            (call.source, call.outcome, call.start),
            (InvocationSource::Logs, Outcome::Succeeded, ServerStart::Cold)
        );
        assert_eq!((call.billed_ms, call.memory_mb, call.max_memory_mb), (110, 256, 61));
        assert_eq!(call.started_us, Micros(900_000), "its arrival is before the init that it waited for");
        assert_eq!((call.phases.init_us, call.phases.invoke_us), (Micros(100_000), Micros(10_000)));
        assert_eq!(states(&calls[0]), [("init", 900_000), ("busy", 1_000_000), ("warm", 1_010_000)]);
        assert_eq!(servers[0].id.as_str(), "aws:dev/s");
        assert_eq!((servers[0].born_us, servers[0].ended_us), (Micros(900_000), Some(Micros(1_010_000))));
    }

    #[test]
    fn what_google_and_azure_do_not_say_is_inferred_and_marked_so() {
        let (google, _) = read(&[
            (0, "Starting new instance. Reason: AUTOSCALING"),
            (1_000, "REQUEST id=t1 POST / 200 in 950.500 ms"),
            (800_000, "Default STARTUP TCP probe succeeded after 1 attempt for container \"worker\""),
            (2_000_000, "REQUEST id=t1 POST / 500 in 10.200 ms"),
            (3_000_000, "REQUEST id=t2 POST / 429 in 0.100 ms"),
        ]);
        let told: Vec<_> = google.iter().map(|one| &one.invocation).collect();
        assert!(told.iter().all(|call| call.source == InvocationSource::LogsInferred));
        assert_eq!(told[0].request_id.as_str(), "t1-l1", "requests of one trace are told apart");
        assert_eq!((told[0].phases.init_us, told[0].phases.invoke_us), (Micros(800_000), Micros(150_500)));
        assert_eq!((told[0].billed_ms, told[0].started_us), (951, Micros(1_000)));
        assert_eq!((told[1].outcome, told[1].billed_ms), (Outcome::FunctionError, 11));
        assert_eq!(
            (told[2].outcome, told[2].billed_ms, told[2].start),
            (Outcome::Throttled, 0, ServerStart::None)
        );
        let (azure, _) = read(&[
            (1_000, "Initializing Host."),
            (2_000, "Host started (412ms)"),
            (1_000_000, "REQUEST op1 handler 100.5 ms result 200"),
        ]);
        let call = &azure[0].invocation;
        assert_eq!((call.source, call.start), (InvocationSource::LogsInferred, ServerStart::Cold));
        assert_eq!((call.started_us, call.phases.init_us), (Micros(588_000), Micros(412_000)));
        assert_eq!(
            (call.memory_mb, call.architecture),
            (512, Architecture::Arm64),
            "as the account says of the function"
        );
    }

    #[test]
    fn how_a_call_failed_is_told_as_it_is_for_a_local_one() {
        let report = |most: u32, rest: &str| {
            format!(
                "REPORT RequestId: r1\tDuration: 10.00 ms\tBilled Duration: 10 ms\tMemory Size: 256 MB\tMax Memory Used: {most} MB\t{rest}"
            )
        };
        for (most, rest, outcome) in [
            (61, "", Outcome::Succeeded),
            (61, "Status: timeout", Outcome::TimedOut),
            (61, "Status: error\tError Type: Runtime.ExitError", Outcome::Crashed),
            (256, "Status: error\tError Type: Runtime.ExitError", Outcome::OutOfMemory),
            (61, "Status: error\tError Type: Runtime.ImportModuleError", Outcome::InitFailed),
            (61, "Status: error\tError Type: Runtime.Unknown", Outcome::FunctionError),
        ] {
            let line = report(most, rest);
            let (calls, _) = read(&[(1_000, "START RequestId: r1 Version: 1"), (2_000, &line)]);
            assert_eq!(calls[0].invocation.outcome, outcome, "{line}");
        }
    }
}
