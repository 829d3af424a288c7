//! Deploys and changes of configuration as flags, in words. Must not know prices.

use crate::api::CostFlag;
use hearth_model::{Architecture, FunctionConfiguration, ServiceTasks};
use hearth_store::VersionChange;

/// Flags of these versions, in their order.
pub(crate) fn flags(changes: Vec<VersionChange>) -> Vec<CostFlag> {
    changes
        .into_iter()
        .map(|change| {
            let (what, billed) = words(&change);
            CostFlag {
                at_us: change.at_us,
                words: format!("{} v{}, {what}", change.name, change.version),
                function_id: change.function_id,
                name: change.name,
                version: change.version,
                billed,
            }
        })
        .collect()
}

/// What a version changed, and whether that has a price.
fn words(change: &VersionChange) -> (String, bool) {
    let Some(before) = &change.before else { return ("first deploy".to_owned(), true) };
    let after = &change.after;
    let mut billed = Vec::new();
    if before.memory_mb != after.memory_mb {
        billed.push(format!("{} to {} MB", grouped(before.memory_mb), grouped(after.memory_mb)));
    }
    if before.architecture != after.architecture {
        let name = |configuration: &FunctionConfiguration| match configuration.architecture {
            Architecture::X86_64 => "x86",
            Architecture::Arm64 => "arm64",
        };
        billed.push(format!("{} to {}", name(before), name(after)));
    }
    if let (Some(before), Some(after)) = (before.tasks, after.tasks) {
        if before.vcpu_hundredths != after.vcpu_hundredths {
            let vcpu = |tasks: ServiceTasks| f64::from(tasks.vcpu_hundredths) / 100.0;
            billed.push(format!("{} to {} vCPU", vcpu(before), vcpu(after)));
        }
        if before.count != after.count {
            billed.push(format!("{} to {} tasks", before.count, after.count));
        }
    }
    if !billed.is_empty() {
        return (billed.join(", "), true);
    }
    let other = if before.runtime != after.runtime {
        format!("{} to {}", before.runtime, after.runtime)
    } else if before.timeout_s != after.timeout_s {
        format!("timeout {} to {} s", before.timeout_s, after.timeout_s)
    } else if change.cause == "code" || change.cause == "deploy" {
        "new code".to_owned()
    } else {
        change.cause.clone()
    };
    (other, false)
}

/// Thousands apart, by the thin space of the window.
fn grouped(value: u32) -> String {
    let digits = value.to_string();
    match digits.len() {
        0..=3 => digits,
        length => format!("{}\u{202f}{}", &digits[..length - 3], &digits[length - 3..]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hearth_model::{FunctionId, Micros};

    fn configuration(memory_mb: u32) -> FunctionConfiguration {
        FunctionConfiguration {
            runtime: "quickjs".to_owned(),
            handler: "index.handler".to_owned(),
            memory_mb,
            timeout_s: 3,
            environment_names: Vec::new(),
            reserved_concurrency: None,
            architecture: Architecture::Arm64,
            description: String::new(),
            tasks: None,
            billed_as: None,
        }
    }

    #[test]
    fn a_flag_says_what_has_a_price_first() {
        let change = |before: Option<FunctionConfiguration>, after, cause: &str| VersionChange {
            at_us: Micros(5),
            function_id: FunctionId::from("f"),
            name: "search".to_owned(),
            version: 41,
            cause: cause.to_owned(),
            before,
            after,
        };
        let x86 = FunctionConfiguration { architecture: Architecture::X86_64, ..configuration(1_024) };
        let told: Vec<_> = flags(vec![
            change(Some(configuration(1_024)), configuration(1_536), "configuration"),
            change(Some(x86), configuration(1_024), "configuration"),
            change(None, configuration(128), "deploy"),
            change(Some(configuration(128)), configuration(128), "code"),
            change(Some(configuration(128)), configuration(128), "rollback to 3"),
        ])
        .into_iter()
        .map(|flag| (flag.words, flag.billed))
        .collect();
        let expected = [
            ("search v41, 1\u{202f}024 to 1\u{202f}536 MB", true),
            ("search v41, x86 to arm64", true),
            ("search v41, first deploy", true),
            ("search v41, new code", false),
            ("search v41, rollback to 3", false),
        ];
        assert_eq!(told, expected.map(|(words, billed)| (words.to_owned(), billed)));
    }
}
