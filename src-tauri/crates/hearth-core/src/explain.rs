//! Why an invocation failed, in one sentence, and what to do, cheapest first. Pure: reads the record and invents nothing.

use crate::api::Explanation;
use crate::budgets::STOPPED;
use hearth_model::{Invocation, Outcome};

/// Why `invocation` failed; none when it did not. `timeout_s` is that of the version that ran, when it is known.
pub(crate) fn explain(invocation: &Invocation, timeout_s: Option<u32>) -> Option<Explanation> {
    let kind = invocation.error_type.as_deref().unwrap_or_default();
    let message = plain_message(invocation.error_message.as_deref().unwrap_or_default());
    let explanation = match invocation.outcome {
        Outcome::Running | Outcome::Succeeded => return None,
        Outcome::TimedOut => timed_out(timeout_s),
        Outcome::OutOfMemory => out_of_memory(invocation),
        Outcome::InitFailed => init_failed(kind, message),
        Outcome::Crashed => crashed(kind, message),
        Outcome::FunctionError => function_error(kind, message),
        Outcome::Throttled if message.starts_with(STOPPED) => explained(
            format!(
                "Hearth's brake holds the function: {}",
                message.trim_start_matches(STOPPED).trim_start_matches(": ")
            ),
            &["Release the brake: Ctrl Shift B.", "Look at Budgets & brake to see why it was pulled."],
        ),
        Outcome::Throttled => explained(
            "The function was already running on as many servers as it may have, so this call was refused.",
            &["Call it again when a server is free.", "Raise or remove the limit of servers in Config."],
        ),
        Outcome::Lost => explained(
            "Hearth ended while this call was running, so its result is unknown.",
            &["Run it again.", "Check what it may have done outside, since it can have been half way."],
        ),
        Outcome::Cancelled => {
            explained("A person cancelled this call, and its server was ended.", &["Run it again."])
        }
    };
    Some(explanation)
}

fn explained(cause: impl Into<String>, fixes: &[&str]) -> Explanation {
    Explanation { cause: cause.into(), fixes: fixes.iter().map(|&fix| fix.to_owned()).collect() }
}

fn timed_out(timeout_s: Option<u32>) -> Explanation {
    let cause = match timeout_s {
        Some(1) => "It did not answer within its timeout of 1 second, so its server was ended.".to_owned(),
        Some(seconds) => {
            format!("It did not answer within its timeout of {seconds} seconds, so its server was ended.")
        }
        None => "It did not answer within its timeout, so its server was ended.".to_owned(),
    };
    let longer = match timeout_s {
        Some(900) => "Split the work: 900 seconds is the longest timeout there is.".to_owned(),
        Some(seconds) => {
            format!("Raise the timeout, for instance to {} seconds.", (seconds * 2).clamp(10, 900))
        }
        None => "Raise the timeout.".to_owned(),
    };
    Explanation {
        cause,
        fixes: vec![
            "Look at the last log line: what comes after it is where it waited.".to_owned(),
            "Give every network call a timeout of its own, shorter than the function's.".to_owned(),
            longer,
        ],
    }
}

fn out_of_memory(invocation: &Invocation) -> Explanation {
    let more = (invocation.memory_mb * 2).min(10_240);
    Explanation {
        cause: format!(
            "It needed more than its {} MB of memory (at least {} MB were in use), so its server was ended.",
            invocation.memory_mb,
            invocation.max_memory_mb.max(invocation.memory_mb)
        ),
        fixes: vec![
            format!("Raise the memory to {more} MB."),
            "Work through large data in pieces instead of loading it whole.".to_owned(),
            "Keep nothing large outside the handler: it stays in the server between calls.".to_owned(),
        ],
    }
}

fn init_failed(kind: &str, message: &str) -> Explanation {
    if let Some(module) = missing_module(message) {
        return Explanation {
            cause: format!("The code imports `{module}`, which is not in the package."),
            fixes: vec![
                format!("Put it into the folder and deploy again: {}.", install_command(message, &module)),
                "If it is a file of your own, check its name and folder, upper and lower case included."
                    .to_owned(),
            ],
        };
    }
    if kind.contains("HandlerNotFound")
        || kind.contains("HandlerNotDefined")
        || message.contains("is undefined or not exported")
    {
        return explained(
            "The file was loaded, but it has no function of the handler's name.",
            &[
                "Compare the handler in Config with the names in the file.",
                "Export the function under that name.",
            ],
        );
    }
    if kind.contains("UserCodeSyntaxError")
        || message.contains("SyntaxError")
        || message.contains("IndentationError")
    {
        return Explanation {
            cause: format!("The code has a syntax error: {}.", one_line(message)),
            fixes: vec!["Correct the line that the log names and deploy again.".to_owned()],
        };
    }
    if kind.contains("MalformedHandlerName") {
        return explained(
            "The handler's name is not a file and a function with a dot between them.",
            &["Write the handler as file.function, for instance app.handler."],
        );
    }
    if message.contains("exec format")
        || kind.contains("InvalidEntrypoint")
        || message.contains("cannot execute")
    {
        return explained(
            "The bootstrap executable could not be started.",
            &[
                "Build it for this computer's system and processor.",
                "Check that it has the executable bit and the right first line.",
            ],
        );
    }
    if kind.contains("ExitError") {
        return Explanation {
            cause: format!("Its server ended while it was starting{}.", reason(message)),
            fixes: vec![
                "Look at the log: what was printed last came just before the end.".to_owned(),
                "Do not call exit at the top level of the code.".to_owned(),
            ],
        };
    }
    Explanation {
        cause: format!("The code outside the handler failed{}.", reason(&named(kind, message))),
        fixes: vec![
            "Look at the log of the start for the line it happened on.".to_owned(),
            "Check the environment variables and files that the code reads when it is loaded.".to_owned(),
        ],
    }
}

fn crashed(kind: &str, message: &str) -> Explanation {
    let mut fixes = vec![
        "Look at the last log lines: what was printed last came just before the end.".to_owned(),
        "Answer by returning; exit and kill end the server for every call after.".to_owned(),
    ];
    if message.contains("signal") || message.contains("segmentation") {
        fixes.insert(
            1,
            "A signal often comes from a native library: check that it is built for this computer."
                .to_owned(),
        );
    }
    Explanation {
        cause: format!("Its server ended before it answered{}.", reason(&named(kind, message))),
        fixes,
    }
}

fn function_error(kind: &str, message: &str) -> Explanation {
    let lower = message.to_lowercase();
    if kind.contains("MarshalError")
        || kind.contains("InvalidResponse")
        || lower.contains("not json serializable")
    {
        return explained(
            "It answered with something that JSON cannot hold.",
            &[
                "Return only objects, lists, texts, numbers, true, false and null.",
                "Turn dates, bytes and sets into text or lists before returning them.",
            ],
        );
    }
    if kind.contains("ResponseSizeTooLarge") {
        return explained(
            "Its answer is larger than 6 MB, which is the limit of Lambda.",
            &["Return a link to the data, or only a part of it."],
        );
    }
    if lower.contains("credentials") || kind.contains("AccessDenied") || lower.contains("not authorized") {
        return explained(
            "It was refused by a cloud because it has no credentials, or not the right ones.",
            &[
                "Local functions get no credentials of this computer: answer the call to the cloud in the code while it runs here.",
                "If the code brings its own credentials, check the permission that the message names.",
            ],
        );
    }
    if [
        "econnrefused",
        "enotfound",
        "connection refused",
        "name or service not known",
        "failed to resolve",
        "fetch failed",
    ]
    .iter()
    .any(|sign| lower.contains(sign))
    {
        return explained(
            format!("It could not reach another computer{}.", reason(&named(kind, message))),
            &["Check the address and that the other side is running.", "Check the network of this computer."],
        );
    }
    if matches!(kind, "KeyError" | "TypeError" | "AttributeError" | "ReferenceError" | "IndexError") {
        return explained(
            format!("The handler failed{}.", reason(&named(kind, message))),
            &[
                "Compare the event with what the code expects: a field is often missing or of another type.",
                "Look at the log for the line it happened on.",
            ],
        );
    }
    explained(
        format!("The handler failed{}.", reason(&named(kind, message))),
        &["Look at the log for the line it happened on, correct it and deploy again."],
    )
}

/// A message without what the platform puts in front of it for machines.
fn plain_message(message: &str) -> &str {
    let mut plain = message;
    if plain.starts_with("RequestId: ")
        && let Some((_, rest)) = plain.split_once(" Error: ")
    {
        plain = rest;
    }
    for prefix in ["Runtime exited with error: ", "Syntax error in module "] {
        let Some(rest) = plain.strip_prefix(prefix) else { continue };
        let module = prefix.ends_with("module ");
        plain = if module { rest.split_once(": ").map_or(rest, |(_, rest)| rest) } else { rest };
    }
    plain
}

/// The module that an import error misses, in the words of Python and of Node.js.
fn missing_module(message: &str) -> Option<String> {
    for marker in
        ["No module named ", "Cannot find module ", "Cannot find package ", "could not load module "]
    {
        let Some((_, rest)) = message.split_once(marker) else { continue };
        let rest = rest.trim_start();
        let name = match rest.chars().next()? {
            quote @ ('\'' | '"' | '`') => rest[1..].split(quote).next()?,
            _ => rest.split_whitespace().next()?,
        };
        return (!name.is_empty()).then(|| name.to_owned());
    }
    None
}

fn install_command(message: &str, module: &str) -> String {
    if message.contains("No module named") {
        let top = module.split('.').next().unwrap_or(module);
        format!("`pip install {top} -t .`")
    } else if module.starts_with(['.', '/']) {
        "it is a file of the package itself".to_owned()
    } else {
        format!("`npm install {module}`")
    }
}

fn named(kind: &str, message: &str) -> String {
    match (kind.is_empty(), message.is_empty()) {
        (true, _) => message.to_owned(),
        (false, true) => kind.to_owned(),
        (false, false) if message.starts_with(kind) => message.to_owned(),
        (false, false) => format!("{kind}: {message}"),
    }
}

/// `: …` with the first line of a message and no full stop, or nothing.
fn reason(message: &str) -> String {
    let line = one_line(message);
    if line.is_empty() { String::new() } else { format!(": {line}") }
}

fn one_line(message: &str) -> String {
    const LONGEST: usize = 200;
    let line = message.lines().next().unwrap_or_default().trim().trim_end_matches('.');
    if line.chars().count() > LONGEST {
        format!("{}…", line.chars().take(LONGEST).collect::<String>())
    } else {
        line.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hearth_model::*;

    fn failed(outcome: Outcome, kind: &str, message: &str) -> Invocation {
        Invocation {
            request_id: RequestId::from("r"),
            function_id: FunctionId::from("f"),
            function_name: "hello".to_owned(),
            version: 1,
            environment_id: None,
            environment_number: None,
            started_us: Micros::ZERO,
            outcome,
            start: ServerStart::Cold,
            phases: Phases::default(),
            billed_ms: 1,
            memory_mb: 128,
            max_memory_mb: 140,
            architecture: Architecture::X86_64,
            event_bytes: 2,
            response_bytes: 0,
            error_type: (!kind.is_empty()).then(|| kind.to_owned()),
            error_message: (!message.is_empty()).then(|| message.to_owned()),
            source: InvocationSource::Test,
        }
    }

    #[test]
    fn every_failure_has_a_cause_and_a_fix_and_success_has_none() {
        for outcome in Outcome::ALL {
            let explanation = explain(&failed(outcome, "", ""), None);
            let fine = matches!(outcome, Outcome::Running | Outcome::Succeeded);
            assert_eq!(explanation.is_none(), fine, "{outcome:?}");
            if let Some(explanation) = explanation {
                assert!(
                    explanation.cause.ends_with('.') && !explanation.cause.contains(':'),
                    "{}",
                    explanation.cause
                );
                assert!(!explanation.fixes.is_empty());
            }
        }
    }

    #[test]
    fn the_cause_names_what_was_missing_or_exceeded() {
        for (outcome, kind, message, words) in [
            (
                Outcome::InitFailed,
                "Runtime.ImportModuleError",
                "Unable to import module 'app': No module named 'requests'",
                "`requests`, which is not in the package",
            ),
            (Outcome::InitFailed, "Runtime.ImportModuleError", "Error: Cannot find module 'uuid'", "`uuid`"),
            (
                Outcome::InitFailed,
                "Runtime.HandlerNotFound",
                "Handler 'x' missing on module 'app'",
                "no function of the handler's name",
            ),
            (
                Outcome::InitFailed,
                "Runtime.UserCodeSyntaxError",
                "Syntax error in module 'app': invalid syntax (app.py, line 3)",
                "a syntax error: invalid syntax (app.py, line 3).",
            ),
            (
                Outcome::FunctionError,
                "Runtime.MarshalError",
                "Object of type set is not JSON serializable",
                "JSON cannot hold",
            ),
            (Outcome::FunctionError, "KeyError", "'name'", "KeyError: 'name'"),
            (
                Outcome::Crashed,
                "Runtime.ExitError",
                "Runtime exited with error: exit status 3",
                "exit status 3",
            ),
            (Outcome::OutOfMemory, "", "", "more than its 128 MB"),
            (Outcome::TimedOut, "", "", "timeout of 3 seconds"),
        ] {
            let explanation = explain(&failed(outcome, kind, message), Some(3)).unwrap();
            assert!(explanation.cause.contains(words), "`{words}` in `{}`", explanation.cause);
        }
    }
}
