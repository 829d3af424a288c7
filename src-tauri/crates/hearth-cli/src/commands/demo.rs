//! `demo`: 90 days of made-up data, made and removed as a whole.

use crate::arguments::DemoAction;
use crate::failure::{Ended, Failure};
use crate::output::{Output, Tone};
use hearth_core::api::{DemoOn, DemoState, DemoStatus, Empty};
use hearth_host::Caller;

pub(super) async fn run(caller: &Caller, action: &DemoAction, output: &mut Output) -> Result<Ended, Failure> {
    let status: DemoStatus = match action {
        DemoAction::On { seed, calls } => {
            output.aside("Making 90 days of made-up data. Ctrl-C or `hearth demo off` cancels.", Tone::Quiet);
            caller.ask("demo_on", DemoOn { seed: *seed, calls: *calls }).await?
        }
        DemoAction::Off => caller.ask("demo_off", Empty {}).await?,
        DemoAction::Status => caller.ask("demo_status", Empty {}).await?,
    };
    if output.is_json() {
        output.document(&status)?;
        return Ok(Ended::Well);
    }
    match status.state {
        DemoState::Off => output.line("The demo is off: real data is shown.")?,
        DemoState::Making => output.line(&format!("The demo is being made: {} %.", status.percent))?,
        DemoState::Removing => output.line("The demo is being removed.")?,
        DemoState::On => {
            output.line(&format!(
                "{}: {} functions, {} calls of 90 days, seed {}. Real data goes on being recorded and is not shown.",
                output.tone("DEMO", Tone::Odd),
                status.functions,
                status.calls,
                status.seed
            ))?;
            output.aside("`hearth demo off` removes it.", Tone::Quiet);
        }
    }
    Ok(Ended::Well)
}

/// Says that what follows is made up, beside the answer of a command that shows data.
pub(super) async fn watermark(caller: &Caller, output: &mut Output) {
    if output.is_json() {
        return;
    }
    if let Ok(status) = caller.ask::<DemoStatus>("demo_status", Empty {}).await
        && status.state == DemoState::On
    {
        output.aside("DEMO: this is made-up data. `hearth demo off` shows real data again.", Tone::Odd);
    }
}
