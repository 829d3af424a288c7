//! Google prices its regions in two tiers. Owns which region is in which; must not know the prices.
//!
//! Read from firebase/firebase-tools `pricing.ts` (MIT, 2026-08-21) for the regions it names and from
//! cloud.google.com/run/pricing of 2026-09-28, which puts asia-south1 into tier 1. A region that neither names
//! is unknown rather than guessed.

const FUNCTIONS_TIER_1: &[&str] = &[
    "us-central1",
    "us-east1",
    "us-east4",
    "europe-west1",
    "europe-west2",
    "asia-east2",
    "asia-northeast1",
    "asia-northeast2",
];
const FUNCTIONS_TIER_2: &[&str] = &[
    "us-west2",
    "us-west3",
    "us-west4",
    "northamerica-northeast1",
    "southamerica-east1",
    "europe-west3",
    "europe-west6",
    "europe-central2",
    "australia-southeast1",
    "asia-south1",
    "asia-southeast2",
    "asia-northeast3",
];
const RUN_TIER_1: &[&str] = &[
    "asia-east1",
    "asia-northeast1",
    "asia-northeast2",
    "asia-south1",
    "europe-north1",
    "europe-west1",
    "europe-west4",
    "us-central1",
    "us-east1",
    "us-east4",
    "us-west1",
];
const RUN_TIER_2: &[&str] = &[
    "asia-east2",
    "asia-northeast3",
    "asia-southeast1",
    "asia-southeast2",
    "australia-southeast1",
    "europe-central2",
    "europe-west2",
    "europe-west3",
    "europe-west6",
    "northamerica-northeast1",
    "southamerica-east1",
    "us-west2",
    "us-west3",
    "us-west4",
];

/// `tier1` or `tier2`, the names under which a price book holds Google's prices; none for an unknown region.
pub fn google_tier(service: &str, region: &str) -> Option<&'static str> {
    let (first, second) = match service {
        "functions_gen1" => (FUNCTIONS_TIER_1, FUNCTIONS_TIER_2),
        _ => (RUN_TIER_1, RUN_TIER_2),
    };
    if region == "tier1" || first.contains(&region) {
        Some("tier1")
    } else if region == "tier2" || second.contains(&region) {
        Some("tier2")
    } else {
        None
    }
}

/// The regions of Google whose tier is known for a service.
pub(crate) fn google_regions(service: &str) -> impl Iterator<Item = &'static str> {
    let (first, second) = match service {
        "functions_gen1" => (FUNCTIONS_TIER_1, FUNCTIONS_TIER_2),
        _ => (RUN_TIER_1, RUN_TIER_2),
    };
    first.iter().chain(second).copied()
}
