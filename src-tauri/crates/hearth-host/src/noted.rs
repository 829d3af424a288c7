//! What is noted on standard error, from `HEARTH_LOG`. Owns that only Hearth's own crates are loud: the vendors' SDKs and
//! the HTTP beneath them print requests with their headers, and so keys and tokens, when they are asked to.

/// What everybody else may say.
const OTHERS: &str = "warn";
const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

/// The filter that `HEARTH_LOG` asks for, or the `usual` level: `debug`, or `hearth_aws=trace,hearth_core=info`.
pub fn log_filter(usual: &str) -> String {
    filter(std::env::var("HEARTH_LOG").ok().as_deref(), usual)
}

fn filter(asked: Option<&str>, usual: &str) -> String {
    let own = |level: &str| format!("hearth={level}");
    let parts: Vec<String> = asked
        .unwrap_or_default()
        .split(',')
        .map(str::trim)
        .filter_map(|part| {
            if LEVELS.contains(&part.to_ascii_lowercase().as_str()) {
                Some(own(part))
            } else {
                part.starts_with("hearth").then(|| part.to_owned())
            }
        })
        .collect();
    let others = if usual == "error" { "error" } else { OTHERS };
    let parts = if parts.is_empty() { vec![own(usual)] } else { parts };
    format!("{others},{}", parts.join(","))
}

#[cfg(test)]
mod tests {
    use super::filter;

    #[test]
    fn only_hearth_itself_is_loud() {
        for (asked, told) in [
            (None, "error,hearth=error"),
            (Some("trace"), "error,hearth=trace"),
            (Some("hearth_aws=debug, aws_sigv4=trace"), "error,hearth_aws=debug"),
            (Some("aws_smithy_runtime=trace,hyper=debug"), "error,hearth=error"),
            (Some("info,hearth_core=trace"), "error,hearth=info,hearth_core=trace"),
        ] {
            assert_eq!(filter(asked, "error"), told, "{asked:?}");
        }
    }
}
