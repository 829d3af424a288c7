//! What a provider measured of a function of an account, in a sentence. Must not ask anybody.

use hearth_core::api::Measured;
use hearth_core::cloud::Metric;

/// `3 calls, 1 failed, 120 ms each, 1 start of 340 ms, at most 2 at once`; none when nothing was read.
pub(super) fn words(measured: &[Measured]) -> Option<String> {
    let of = |wanted| measured.iter().find(|one| one.metric == wanted).map(|one| one.value);
    let each =
        |sum: Option<f64>, of: Option<f64>| sum.zip(of.filter(|of| *of > 0.0)).map(|(sum, of)| sum / of);
    let calls = of(Metric::Invocations);
    let told = [
        calls.map(|calls| format!("{calls} calls")),
        of(Metric::Errors).map(|errors| format!("{errors} failed")),
        of(Metric::Throttles).map(|refused| format!("{refused} refused")),
        each(of(Metric::DurationMs), calls).map(|ms| format!("{ms:.0} ms each")),
        of(Metric::ColdStarts).map(|starts| format!("{starts} starts")),
        each(of(Metric::InitMs), of(Metric::ColdStarts)).map(|ms| format!("{ms:.0} ms a start")),
        of(Metric::Environments).map(|most| format!("at most {most} servers at once")),
        of(Metric::ComputeMbMs).map(|compute| format!("{:.3} GB-seconds", compute / 1_024_000.0)),
    ];
    let told: Vec<String> = told.into_iter().flatten().collect();
    (!told.is_empty()).then(|| told.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_measured_is_left_out_and_a_mean_needs_calls() {
        let one = |metric, value| Measured { metric, value };
        assert_eq!(words(&[]), None);
        let idle = [one(Metric::Invocations, 0.0), one(Metric::DurationMs, 0.0)];
        assert_eq!(words(&idle).as_deref(), Some("0 calls"));
        let busy = [
            one(Metric::Invocations, 4.0),
            one(Metric::DurationMs, 100.0),
            one(Metric::ColdStarts, 2.0),
            one(Metric::InitMs, 300.0),
            one(Metric::Environments, 2.0),
        ];
        assert_eq!(
            words(&busy).as_deref(),
            Some("4 calls, 25 ms each, 2 starts, 150 ms a start, at most 2 servers at once")
        );
    }
}
