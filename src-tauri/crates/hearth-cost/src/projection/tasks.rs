//! Tasks of Fargate that run now: what their time costs, with what comes with it. Must not know where the time was
//! counted.

use crate::book::{Currency, PriceBook};
use crate::charge::Quantity;
use crate::error::Result;
use crate::line::{Breakdown, Line, LineKind};
use crate::services::fargate::{FargatePlatform, Tasks, tasks};
use crate::services::{Desk, Terms, aws_extras};
use rust_decimal::Decimal;

/// Time of tasks of one size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskTime {
    /// How many tasks.
    pub tasks: u32,
    /// Seconds of each, from pulling its image to stopping.
    pub seconds: u64,
    /// Processors in units of which 1024 are one.
    pub cpu_units: u32,
    /// Memory.
    pub memory_mb: u32,
    /// Storage in GB; 20 come with a task.
    pub storage_gb: u32,
    /// What it runs on.
    pub platform: FargatePlatform,
    /// Whether each has a public IPv4 address; none when nobody knows.
    pub public_ipv4: Option<bool>,
}

/// What the time of tasks costs: processors, memory, storage, and the addresses that are easily forgotten.
pub fn task_time(book: &PriceBook, terms: &Terms, time: &TaskTime) -> Result<Breakdown> {
    let desk = Desk::new(book, terms)?;
    let mut lines = tasks(
        desk,
        &Tasks {
            runs: Decimal::from(time.tasks),
            seconds: Decimal::from(time.seconds),
            vcpu: Decimal::from(time.cpu_units) / Decimal::from(1_024),
            memory_gb: Decimal::from(time.memory_mb) / Decimal::from(1_024),
            storage_gb: Decimal::from(time.storage_gb),
            platform: time.platform,
            rates: None,
        },
    )?;
    match time.public_ipv4 {
        Some(false) => {}
        Some(true) => {
            // An address is billed by the second as long as the task has it.
            let hours = Quantity::exact(time.seconds).per(Decimal::from(3_600))?.value;
            lines.push(aws_extras::ipv4(desk, time.tasks, hours)?);
        }
        None => lines.push(Line::unknown(
            "ipv4",
            "Public IPv4 addresses",
            LineKind::Hidden,
            "hour",
            "AWS does not say with the task whether it has a public address",
        )),
    }
    let mut assumptions = vec!["list price, from pulling the image until the task stops".to_owned()];
    if Decimal::from(time.seconds) < time.platform.minimum_s() {
        assumptions.push(format!("each task is billed for at least {} s", time.platform.minimum_s()));
    }
    if matches!(time.platform, FargatePlatform::SpotX86 | FargatePlatform::SpotArm) {
        assumptions.push("Spot prices move all the time".to_owned());
    }
    Ok(Breakdown::of(book, Currency::Usd, lines, assumptions))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_of_a_task_is_rate_times_quantity_and_a_short_one_is_billed_for_a_minute() {
        let book = PriceBook::bundled().unwrap();
        let terms = Terms::list("us-east-1", book.day());
        let time = TaskTime {
            tasks: 2,
            seconds: 3_600,
            cpu_units: 256,
            memory_mb: 512,
            storage_gb: 20,
            platform: FargatePlatform::LinuxX86,
            public_ipv4: Some(true),
        };
        let hour = task_time(&book, &terms, &time).unwrap();
        // Two tasks of a quarter of a processor and half a GB at the prices of us-east-1, and two addresses.
        assert_eq!(hour.line("vcpu").unwrap().amount, Some("0.02024".parse().unwrap()));
        assert_eq!(hour.line("memory").unwrap().amount, Some("0.004445".parse().unwrap()));
        assert_eq!(hour.line("ipv4").unwrap().amount, Some("0.01".parse().unwrap()));
        assert_eq!(hour.total, "0.034685".parse().unwrap());
        let short = TaskTime { seconds: 5, public_ipv4: None, ..time.clone() };
        let minute = TaskTime { seconds: 60, public_ipv4: None, ..time };
        let short = task_time(&book, &terms, &short).unwrap();
        assert_eq!(short.total, task_time(&book, &terms, &minute).unwrap().total);
        assert_eq!(short.unknown, ["ipv4"], "what nobody knows is not zero");
    }
}
