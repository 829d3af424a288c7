//! AWS Fargate: tasks by the second, on Linux, Windows and Spot. Owns task sizes, minimums and its lines. Source:
//! aws.amazon.com/fargate/pricing.

use super::terms::{Desk, known_or_unknown};
use crate::charge::Quantity;
use crate::error::{Result, usage};
use crate::line::{Line, LineKind, Step};
use crate::meter::Meter;
use hearth_model::Architecture;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a task runs on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum FargatePlatform {
    /// Linux on x86.
    #[default]
    LinuxX86,
    /// Linux on arm64.
    LinuxArm,
    /// Windows on x86.
    Windows,
    /// Linux on x86 that AWS may take back.
    SpotX86,
    /// Linux on arm64 that AWS may take back.
    SpotArm,
}

impl FargatePlatform {
    fn architecture(self) -> Architecture {
        match self {
            Self::LinuxArm | Self::SpotArm => Architecture::Arm64,
            _ => Architecture::X86_64,
        }
    }

    /// Seconds that a task is billed at least.
    pub(crate) fn minimum_s(self) -> Decimal {
        Decimal::from(if self == Self::Windows { 300 } else { 60 })
    }
}

/// Tasks that each run for a while.
pub(crate) struct Tasks {
    /// How often a task ran.
    pub(crate) runs: Decimal,
    /// Seconds of each run, from pulling the image to stopping.
    pub(crate) seconds: Decimal,
    pub(crate) vcpu: Decimal,
    pub(crate) memory_gb: Decimal,
    /// Storage in GB; 20 come with a task.
    pub(crate) storage_gb: Decimal,
    pub(crate) platform: FargatePlatform,
    /// Per second instead of the book's prices: vCPU, GB, GB of storage.
    pub(crate) rates: Option<[Decimal; 3]>,
}

const FREE_STORAGE_GB: u32 = 20;

/// Processors, memory, the licence of Windows and storage beyond 20 GB.
pub(crate) fn tasks(desk: Desk<'_>, tasks: &Tasks) -> Result<Vec<Line>> {
    for (what, value) in [
        ("runs", tasks.runs),
        ("seconds", tasks.seconds),
        ("vCPU", tasks.vcpu),
        ("memory", tasks.memory_gb),
        ("storage", tasks.storage_gb),
    ] {
        if value.is_sign_negative() && !value.is_zero() {
            return usage(format!("{what} of a task cannot be negative: {value}"));
        }
    }
    let platform = tasks.platform;
    let seconds = tasks.seconds.ceil().max(platform.minimum_s());
    let all = Quantity::exact(tasks.runs).times(seconds)?;
    let storage = (tasks.storage_gb - Decimal::from(FREE_STORAGE_GB)).max(Decimal::ZERO);
    if let Some([vcpu, memory, ephemeral]) = tasks.rates {
        return entered(&all, tasks, storage, [vcpu, memory, ephemeral]);
    }
    let hours = all.per(Decimal::from(3_600))?;
    let (vcpu, memory) = match platform {
        FargatePlatform::LinuxX86 | FargatePlatform::LinuxArm => (Meter::FargateVcpu, Meter::FargateMemory),
        FargatePlatform::Windows => (Meter::FargateWindowsVcpu, Meter::FargateWindowsMemory),
        FargatePlatform::SpotX86 | FargatePlatform::SpotArm => {
            (Meter::FargateSpotVcpu, Meter::FargateSpotMemory)
        }
    };
    let spot = matches!(platform, FargatePlatform::SpotX86 | FargatePlatform::SpotArm);
    let plan = desk.terms.savings_plan.as_ref().filter(|_| !spot);
    let architecture = Some(platform.architecture());
    let mut lines = vec![
        desk.charge("vcpu", "Processors", vcpu, architecture, hours.times(tasks.vcpu)?)?
            .savings(plan)
            .line()?,
        desk.charge("memory", "Memory", memory, architecture, hours.times(tasks.memory_gb)?)?
            .savings(plan)
            .line()?,
    ];
    if platform == FargatePlatform::Windows {
        let licence = hours.times(tasks.vcpu)?;
        let charge = desk.charge("os", "Windows licence", Meter::FargateWindowsOs, architecture, licence)?;
        lines.insert(1, charge.line()?);
    }
    if !storage.is_zero() {
        let line = desk
            .charge("ephemeral", "Ephemeral storage", Meter::FargateEphemeral, None, hours.times(storage)?)
            .and_then(crate::charge::Charge::line);
        let kind = LineKind::Service;
        lines.push(known_or_unknown(line, "ephemeral", "Ephemeral storage", kind, Meter::FargateEphemeral)?);
    }
    Ok(lines)
}

fn entered(seconds: &Quantity, tasks: &Tasks, storage: Decimal, rates: [Decimal; 3]) -> Result<Vec<Line>> {
    [
        ("vcpu", "Processors", "vCPU-second", tasks.vcpu, rates[0]),
        ("memory", "Memory", "GB-second", tasks.memory_gb, rates[1]),
        ("ephemeral", "Ephemeral storage", "GB-second", storage, rates[2]),
    ]
    .into_iter()
    .map(|(name, label, unit, each, rate)| {
        if rate.is_sign_negative() {
            return usage(format!("the rate of {name} cannot be negative: {rate}"));
        }
        Ok(Line::entered(name, label, unit, vec![Step::new("all", seconds.times(each)?.value, rate)?]))
    })
    .collect()
}

/// vCPU in hundredths, least and most memory in MB, and its step.
const SIZES: &[(u32, u32, u32, u32)] = &[
    (25, 512, 2_048, 1_024),
    (50, 1_024, 4_096, 1_024),
    (100, 2_048, 8_192, 1_024),
    (200, 4_096, 16_384, 1_024),
    (400, 8_192, 30_720, 1_024),
    (800, 16_384, 61_440, 4_096),
    (1_600, 32_768, 122_880, 8_192),
    // Read: up to 32 vCPU and 244 GB. Its least memory and step are not: any size within is taken.
    (3_200, 61_440, 249_856, 1_024),
];

/// Whether Fargate offers a task of these.
pub fn fits_task_size(vcpu: Decimal, memory_mb: u32) -> bool {
    SIZES.iter().any(|(hundredths, least, most, step)| {
        Decimal::new(i64::from(*hundredths), 2) == vcpu
            && (*least..=*most).contains(&memory_mb)
            // A quarter of a processor has 512 MB, 1 GB and 2 GB.
            && (memory_mb == *least || memory_mb.is_multiple_of(*step))
    })
}

/// Refuses a task that Fargate does not have. Less memory than a task's least is taken down to 1 GB a processor: what a
/// pod of EKS asks for is less than the task that it becomes, and published estimates count what it asks for.
pub(crate) fn check_size(vcpu: Decimal, memory_gb: Decimal) -> Result<()> {
    let gb = |mb: u32| Decimal::from(mb) / Decimal::from(1_024);
    let Some((hundredths, least, most, step)) =
        SIZES.iter().find(|(hundredths, ..)| Decimal::new(i64::from(*hundredths), 2) == vcpu)
    else {
        return usage(format!(
            "Fargate has no task of {} vCPU: it has 0.25, 0.5, 1, 2, 4, 8, 16 and 32",
            vcpu.normalize()
        ));
    };
    let memory_mb = memory_gb * Decimal::from(1_024);
    let pod = memory_gb < gb(*least) && memory_mb >= Decimal::from(hundredths * 1_024 / 100);
    let fits = memory_mb.is_integer()
        && u32::try_from(memory_mb).is_ok_and(|memory_mb| fits_task_size(vcpu, memory_mb));
    if fits || pod {
        return Ok(());
    }
    usage(format!(
        "a task of {} vCPU on Fargate has {} to {} GB of memory, by {} GB, not {}",
        vcpu.normalize(),
        gb(*least).normalize(),
        gb(*most).normalize(),
        gb(*step).normalize(),
        memory_gb.normalize()
    ))
}

/// The smallest task that has at least this many processors and this much memory in MB; none when there is no task
/// so large.
pub fn task_size(vcpu: Decimal, memory_mb: u32) -> Option<(Decimal, u32)> {
    SIZES
        .iter()
        .filter(|(hundredths, _, most, _)| {
            Decimal::new(i64::from(*hundredths), 2) >= vcpu && *most >= memory_mb
        })
        .map(|(hundredths, least, _, step)| {
            let memory = if memory_mb <= *least { *least } else { memory_mb.div_ceil(*step) * step };
            (Decimal::new(i64::from(*hundredths), 2), memory)
        })
        .next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tasks_have_the_sizes_that_fargate_offers() {
        let vcpu = |text: &str| text.parse::<Decimal>().unwrap();
        for (processors, memory, fits) in [
            ("0.25", 512, true),
            ("0.25", 4_096, false),
            ("1", 2_048, true),
            ("1", 2_500, false),
            ("3", 4_096, false),
        ] {
            assert_eq!(fits_task_size(vcpu(processors), memory), fits, "{processors} vCPU, {memory} MB");
        }
        assert_eq!(task_size(vcpu("0.1"), 300), Some((vcpu("0.25"), 512)));
        assert_eq!(task_size(vcpu("1.5"), 3_000), Some((vcpu("2"), 4_096)));
        assert_eq!(task_size(vcpu("0.25"), 3_000), Some((vcpu("0.5"), 3_072)));
        assert_eq!(task_size(vcpu("1"), 300_000), None);
    }
}
