//! `deploy` and `samples`.

use super::changes;
use crate::arguments::Deploy;
use crate::failure::{Ended, Failure};
use crate::output::{Output, Tone};
use crate::table::{Side, Table, cell};
use crate::words;
use hearth_core::api::{CodeSource, DeployRequest, Deployed, Empty, Sample};
use hearth_host::Caller;

pub(super) async fn deploy(
    caller: &Caller,
    arguments: &Deploy,
    output: &mut Output,
) -> Result<Ended, Failure> {
    if let (Some(image), Some(to)) = (&arguments.image, &arguments.to) {
        return changes::deploy_image(caller, arguments, image, to, output).await;
    }
    let source = match (&arguments.sample, &arguments.function, &arguments.path) {
        (Some(sample), ..) => CodeSource::Sample { sample: sample.clone() },
        (None, Some(name), _) => CodeSource::Function { name: name.clone() },
        (None, None, path) => {
            let path = path.clone().unwrap_or_default();
            // Whoever answers may have another working folder. A symbolic link stays what it is.
            let path = std::path::absolute(&path).unwrap_or(path);
            CodeSource::Path { path: path.to_string_lossy().into_owned() }
        }
    };
    if let Some(to) = &arguments.to {
        return changes::deploy(caller, arguments, source, to, output).await;
    }
    let environment = &arguments.environment;
    let request = DeployRequest {
        source,
        name: arguments.name.clone(),
        runtime: arguments.runtime.clone(),
        handler: arguments.handler.clone(),
        memory_mb: arguments.memory,
        timeout_s: arguments.timeout,
        environment: (!environment.is_empty()).then(|| environment.iter().cloned().collect()),
    };
    let deployed: Deployed = caller.ask("deploy", request).await?;
    if output.is_json() {
        output.document(&deployed)?;
        return Ok(Ended::Well);
    }
    print(&deployed, output)?;
    Ok(Ended::Well)
}

fn print(deployed: &Deployed, output: &mut Output) -> Result<(), Failure> {
    let (function, detected) = (&deployed.function, &deployed.detected);
    let name = output.tone(&function.name, Tone::Strong);
    output.line(&format!("Deployed {name}, version {}.", function.version))?;
    let settings = &function.configuration;
    let because = |value: &str, found: Option<&str>, reason: &str| {
        if found == Some(value) && !reason.is_empty() {
            format!("{value} ({reason})")
        } else {
            value.to_owned()
        }
    };
    let runtime = because(&settings.runtime, detected.runtime.as_deref(), &detected.runtime_reason);
    let handler = because(&settings.handler, detected.handler.as_deref(), &detected.handler_reason);
    let size = words::bytes(function.code.size_bytes);
    output.line(&format!("  runtime  {runtime}"))?;
    output.line(&format!("  handler  {handler}"))?;
    output.line(&format!("  memory   {} MB, timeout {} s", settings.memory_mb, settings.timeout_s))?;
    output.line(&format!("  code     {}, {size}", words::counted(u64::from(function.code.files), "file")))?;
    for problem in &detected.problems {
        output.aside(&format!("note: {problem}"), Tone::Odd);
    }
    output.line(&format!("Run it: {}", run_line(&function.name, &deployed.suggested_event)))
}

/// A line to copy into a shell; a long event is left to the reader.
fn run_line(name: &str, event: &str) -> String {
    let compact = serde_json::from_str::<serde_json::Value>(event).map(|event| event.to_string());
    match compact {
        Ok(event) if event != "{}" && event.len() <= 72 && !event.contains('\'') => {
            format!("hearth invoke {name} --event '{event}'")
        }
        _ => format!("hearth invoke {name}"),
    }
}

pub(super) async fn samples(caller: &Caller, output: &mut Output) -> Result<Ended, Failure> {
    let samples: Vec<Sample> = caller.ask("samples_list", Empty {}).await?;
    if output.is_json() {
        output.document(&samples)?;
        return Ok(Ended::Well);
    }
    let mut table = Table::new(&[
        ("Sample", Side::Left),
        ("Runtime", Side::Left),
        ("Here", Side::Left),
        ("What", Side::Left),
    ]);
    for sample in samples {
        let here = if sample.available { cell("yes", Tone::Good) } else { cell("no", Tone::Odd) };
        table.row(vec![
            cell(sample.name, Tone::Strong),
            sample.runtime.into(),
            here,
            sample.description.into(),
        ]);
    }
    table.print(output)?;
    Ok(Ended::Well)
}
