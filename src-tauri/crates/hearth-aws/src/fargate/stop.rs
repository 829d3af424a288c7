//! Why a task stopped, in one line for people, with what can be done. Owns what ECS's codes and reasons mean. Pure.
//! Source: docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html, read 2026-11.

use hearth_cloud::{TaskContainer, TaskStop, shortened};

pub(super) fn stop(code: &str, reason: &str, containers: &[TaskContainer]) -> TaskStop {
    let (words, hint, failed) = meaning(code, reason, containers);
    TaskStop {
        code: code.to_owned(),
        reason: shortened(reason),
        words,
        hint: hint.map(str::to_owned),
        failed,
    }
}

fn meaning(code: &str, reason: &str, containers: &[TaskContainer]) -> (String, Option<&'static str>, bool) {
    match code {
        "EssentialContainerExited" => exited(containers),
        "TaskFailedToStart" => unstarted(reason),
        "ServiceSchedulerInitiated" if unhealthy(reason) => (
            "Its service stopped it: it failed the health check.".to_owned(),
            Some("Look at its log, and whether it answers on the port and path that are checked."),
            true,
        ),
        "ServiceSchedulerInitiated" => (
            "Its service stopped it: fewer tasks are wanted, or a new version takes its place.".to_owned(),
            None,
            false,
        ),
        "UserInitiated" if reason.is_empty() => ("Somebody stopped it.".to_owned(), None, false),
        "UserInitiated" => (format!("Somebody stopped it: {}", shortened(reason)), None, false),
        "SpotInterruption" => (
            "AWS took its spare capacity back.".to_owned(),
            Some("Run what must not stop without Spot; a service starts another task by itself."),
            true,
        ),
        "TerminationNotice" => (
            "AWS took the machine under it out of service.".to_owned(),
            Some("A service starts another task by itself; run a single task again."),
            true,
        ),
        _ if reason.is_empty() => ("AWS does not say why.".to_owned(), None, false),
        _ => (shortened(reason), None, false),
    }
}

fn unhealthy(reason: &str) -> bool {
    let reason = reason.to_lowercase();
    reason.contains("health check") || reason.contains("unhealthy")
}

/// A container without which the task cannot be has ended.
fn exited(containers: &[TaskContainer]) -> (String, Option<&'static str>, bool) {
    const LOG: &str = "Look at its log.";
    let killed = containers
        .iter()
        .find(|one| one.reason.as_deref().is_some_and(|reason| reason.contains("OutOfMemory")));
    if let Some(one) = killed {
        let words = format!("`{}` ran out of memory and was killed.", one.name);
        return (words, Some("Give the task more memory, or find what fills it."), true);
    }
    let Some(one) = containers.iter().find(|one| one.exit_code.is_some_and(|code| code != 0)) else {
        let all_well = containers.iter().any(|one| one.exit_code == Some(0));
        return if all_well {
            ("It ended by itself with exit code 0.".to_owned(), None, false)
        } else {
            ("A container that it needs ended, and AWS does not say how.".to_owned(), Some(LOG), true)
        };
    };
    let name = &one.name;
    match one.exit_code.unwrap_or_default() {
        137 => (
            format!("`{name}` was killed (exit code 137)."),
            Some(
                "Most often memory ran out, or it did not end within 30 s of being asked to. Look at its log.",
            ),
            true,
        ),
        139 => (format!("`{name}` crashed on wrong memory (exit code 139)."), Some(LOG), true),
        143 => (format!("`{name}` ended when it was asked to (exit code 143)."), None, false),
        126 | 127 => (
            format!("`{name}` could not run its command (exit code {}).", one.exit_code.unwrap_or_default()),
            Some("Check the command, and that the image is for the task's processors."),
            true,
        ),
        code => (format!("`{name}` ended with exit code {code}."), Some(LOG), true),
    }
}

/// It never ran.
fn unstarted(reason: &str) -> (String, Option<&'static str>, bool) {
    let (words, hint) = if reason.contains("CannotPullContainer") {
        (
            "Its image could not be pulled.",
            "Check the image's name and tag, the way to the registry (a public address or a NAT gateway), and \
             whether the execution role may pull it.",
        )
    } else if reason.contains("ResourceInitializationError") {
        (
            "What it needs could not be set up before it ran.",
            "Check the way to AWS from its subnets, and what the execution role may do: secrets, logs, registry.",
        )
    } else if reason.contains("CannotStartContainer") || reason.contains("CannotCreateContainer") {
        (
            "Its container could not be started.",
            "Check the command, the entry point and the image's processors.",
        )
    } else if reason.contains("Capacity is unavailable") || reason.contains("RESOURCE:") {
        ("AWS had no room for it.", "Try again later, or in subnets of other zones.")
    } else if reason.contains("network interface") {
        ("It got no network address in time.", "Try again; check that its subnets have free addresses.")
    } else {
        ("It could not be started.", "The reason of AWS stands beside this line.")
    };
    (words.to_owned(), Some(hint), true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn container(exit_code: Option<i32>, reason: Option<&str>) -> TaskContainer {
        TaskContainer {
            name: "web".into(),
            image: "nginx".into(),
            state: "STOPPED".into(),
            exit_code,
            reason: reason.map(str::to_owned),
        }
    }

    #[test]
    fn a_stopped_task_says_why_in_one_line_and_whether_something_is_wrong() {
        let killed = "OutOfMemoryError: Container killed due to memory usage";
        for (code, reason, one, words, failed) in [
            ("EssentialContainerExited", "", container(Some(0), None), "exit code 0", false),
            ("EssentialContainerExited", "", container(Some(1), None), "`web` ended with exit code 1", true),
            ("EssentialContainerExited", "", container(Some(137), Some(killed)), "ran out of memory", true),
            ("EssentialContainerExited", "", container(Some(137), None), "was killed", true),
            ("EssentialContainerExited", "", container(None, None), "does not say how", true),
            (
                "TaskFailedToStart",
                "CannotPullContainerError: no such image",
                container(None, None),
                "could not be pulled",
                true,
            ),
            (
                "ServiceSchedulerInitiated",
                "Scaling activity initiated by",
                container(Some(143), None),
                "Its service",
                false,
            ),
            (
                "ServiceSchedulerInitiated",
                "Task failed ELB health checks",
                container(None, None),
                "health check",
                true,
            ),
            ("UserInitiated", "enough", container(None, None), "Somebody stopped it: enough", false),
            ("SpotInterruption", "", container(None, None), "spare capacity", true),
            ("", "", container(None, None), "does not say why", false),
            ("SomethingNew", "a reason", container(None, None), "a reason", false),
        ] {
            let stop = stop(code, reason, &[one]);
            assert!(stop.words.contains(words), "{code}: {}", stop.words);
            assert_eq!(stop.failed, failed, "{code} {reason}");
        }
    }
}
