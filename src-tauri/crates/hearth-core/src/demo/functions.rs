//! Who lives in the demo: accounts, functions and what was done to them in the 90 days. Facts as on the design's
//! screens, scaled so that a laptop makes them in seconds. Must not know chance or the ledger.

use hearth_model::Architecture::{self, Arm64, X86_64};
use hearth_model::BilledAs;
use hearth_trace::{Random, Trigger, median_s, memory_mb, per_day};

/// Days that the demo tells of, the current one included.
pub(super) const DAYS: i64 = 90;

/// Id, name and provider of each account. Ids begin so that the ledger keeps them apart from real ones.
pub(super) const ACCOUNTS: [(&str, &str, &str); 4] = [
    ("demo-prod", "fernhill-prod", "aws"),
    ("demo-dev", "fernhill-dev", "aws"),
    ("demo-azure", "Fernhill Retail", "azure"),
    ("demo-google", "fernhill-data", "google"),
];

/// When a function is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rhythm {
    /// Working hours of weekdays.
    Office,
    /// Evenings, and weekends even more.
    Shop,
    /// Day and night.
    Even,
    /// Always after the same time.
    Clock,
}

/// One function.
#[derive(Clone, Debug)]
pub(super) struct Made {
    pub(super) name: String,
    pub(super) account: &'static str,
    pub(super) region: &'static str,
    pub(super) runtime: &'static str,
    pub(super) memory_mb: u32,
    pub(super) architecture: Architecture,
    pub(super) per_day: f64,
    pub(super) median_ms: f64,
    pub(super) init_ms: f64,
    /// Share of calls that fail.
    pub(super) fails: f64,
    pub(super) rhythm: Rhythm,
    pub(super) description: &'static str,
    /// Its number of versions before the 90 days.
    pub(super) versions: u32,
    /// A change of memory: days before now, and the size from then on.
    pub(super) resized: Option<(i64, u32)>,
    /// A bad deploy: days before now; most calls of two hours fail.
    pub(super) broken: Option<i64>,
}

type Row = (
    &'static str,
    (&'static str, &'static str),
    (&'static str, u32, Architecture),
    (f64, f64, f64, f64),
    Rhythm,
    &'static str,
);

const PROD: (&str, &str) = ("demo-prod", "eu-west-1");
const PROD_US: (&str, &str) = ("demo-prod", "us-east-1");
const DEV: (&str, &str) = ("demo-dev", "eu-west-1");
const AZURE: (&str, &str) = ("demo-azure", "eastus");
const GOOGLE: (&str, &str) = ("demo-google", "europe-west1");

/// Name; account and region; runtime, memory, processors; calls a day, median ms, init ms, share that fails.
const NAMED: [Row; 22] = [
    (
        "checkout-api",
        PROD,
        ("nodejs22.x", 512, Arm64),
        (410.0, 38.0, 310.0, 0.0015),
        Rhythm::Shop,
        "Takes payment and writes the order",
    ),
    (
        "search-index",
        PROD,
        ("nodejs22.x", 1_536, Arm64),
        (270.0, 342.0, 540.0, 0.0005),
        Rhythm::Shop,
        "Keeps the search in step with the shop",
    ),
    (
        "image-resize",
        PROD,
        ("python3.13", 1_536, Arm64),
        (180.0, 604.0, 1_900.0, 0.002),
        Rhythm::Office,
        "Makes the sizes of product pictures",
    ),
    (
        "thumbnail-video",
        PROD,
        ("python3.13", 3_008, X86_64),
        (64.0, 39_000.0, 6_200.0, 0.004),
        Rhythm::Office,
        "Pictures out of product films",
    ),
    (
        "order-events",
        PROD,
        ("java21", 1_024, X86_64),
        (240.0, 190.0, 1_800.0, 0.0),
        Rhythm::Shop,
        "Passes orders on to the warehouse",
    ),
    (
        "webhook-payments",
        PROD,
        ("nodejs22.x", 256, Arm64),
        (60.0, 61.0, 260.0, 0.001),
        Rhythm::Shop,
        "What the card company tells",
    ),
    (
        "session-authorizer",
        PROD,
        ("provided.al2023", 128, Arm64),
        (520.0, 1.9, 14.0, 0.0),
        Rhythm::Shop,
        "Who is allowed in",
    ),
    (
        "nightly-report",
        PROD_US,
        ("python3.12", 2_048, Arm64),
        (24.0, 41_800.0, 920.0, 0.01),
        Rhythm::Clock,
        "Sales of the last hours",
    ),
    (
        "embeddings-build",
        PROD_US,
        ("python3.13", 10_240, X86_64),
        (30.0, 142_000.0, 4_800.0, 0.02),
        Rhythm::Office,
        "Vectors for recommendations",
    ),
    (
        "tax-rates",
        PROD_US,
        ("nodejs22.x", 512, Arm64),
        (90.0, 55.0, 280.0, 0.001),
        Rhythm::Shop,
        "Sales tax of the states",
    ),
    (
        "checkout-api-dev",
        DEV,
        ("nodejs22.x", 512, Arm64),
        (34.0, 41.0, 318.0, 0.02),
        Rhythm::Office,
        "The next checkout",
    ),
    (
        "resize-thumbnail",
        DEV,
        ("nodejs22.x", 512, Arm64),
        (10.0, 55.0, 204.0, 0.0),
        Rhythm::Office,
        "A trial",
    ),
    (
        "hello-counter",
        DEV,
        ("python3.12", 128, Arm64),
        (3.0, 3.0, 121.0, 0.0),
        Rhythm::Office,
        "Somebody's first function",
    ),
    (
        "load-test",
        DEV,
        ("provided.al2023", 1_024, X86_64),
        (20.0, 9_000.0, 40.0, 0.05),
        Rhythm::Office,
        "Knocks at the next checkout",
    ),
    (
        "mailer",
        AZURE,
        ("dotnet9", 1_536, X86_64),
        (120.0, 122.0, 1_480.0, 0.0005),
        Rhythm::Shop,
        "Confirmations and reminders",
    ),
    (
        "inventory-sync",
        AZURE,
        ("nodejs22.x", 1_536, X86_64),
        (144.0, 4_800.0, 2_100.0, 0.004),
        Rhythm::Clock,
        "What the shops have in stock",
    ),
    (
        "pdf-render",
        AZURE,
        ("python3.12", 1_024, X86_64),
        (44.0, 8_900.0, 1_710.0, 0.0),
        Rhythm::Office,
        "Invoices as PDF",
    ),
    (
        "clickstream-etl",
        GOOGLE,
        ("python3.12", 2_048, X86_64),
        (160.0, 8_400.0, 1_320.0, 0.001),
        Rhythm::Shop,
        "Clicks into the warehouse",
    ),
    (
        "recommend",
        GOOGLE,
        ("provided", 512, X86_64),
        (130.0, 22.0, 140.0, 0.0),
        Rhythm::Shop,
        "What goes with it",
    ),
    (
        "bq-export",
        GOOGLE,
        ("nodejs22.x", 1_024, X86_64),
        (48.0, 12_100.0, 820.0, 0.0),
        Rhythm::Clock,
        "Tables for the analysts",
    ),
    (
        "fraud-score",
        PROD,
        ("python3.13", 2_048, X86_64),
        (75.0, 240.0, 2_600.0, 0.0),
        Rhythm::Shop,
        "How odd an order is",
    ),
    (
        "cart-sweeper",
        PROD,
        ("python3.12", 256, Arm64),
        (12.0, 1_900.0, 380.0, 0.0),
        Rhythm::Clock,
        "Forgets carts that were left",
    ),
];

/// Others, made of the published distributions.
const OTHERS: [&str; 12] = [
    "address-check",
    "audit-trail",
    "backup-index",
    "currency-rates",
    "feed-google",
    "feed-social",
    "gift-cards",
    "loyalty-points",
    "parcel-status",
    "price-import",
    "review-filter",
    "stock-alert",
];

/// Everybody, in the order of the table. The others are the same for the same chance.
pub(super) fn functions(random: &mut Random) -> Vec<Made> {
    let named = NAMED.into_iter().map(|(name, place, size, calls, rhythm, description)| Made {
        name: name.to_owned(),
        account: place.0,
        region: place.1,
        runtime: size.0,
        memory_mb: size.1,
        architecture: size.2,
        per_day: calls.0,
        median_ms: calls.1,
        init_ms: calls.2,
        fails: calls.3,
        rhythm,
        description,
        versions: 1 + (random.bits() % 40) as u32,
        // The bill of the design's month: search grew dearer when it got more memory.
        resized: (name == "search-index").then_some((17, 1_536)),
        broken: (name == "image-resize").then_some(9),
    });
    let mut all: Vec<Made> = named.collect();
    for name in OTHERS {
        let trigger = Trigger::any(random);
        let place = random.pick(&[(PROD, 0.6), (PROD_US, 0.2), (DEV, 0.2)]);
        all.push(Made {
            name: name.to_owned(),
            account: place.0,
            region: place.1,
            runtime: random.pick(&[("nodejs22.x", 0.5), ("python3.13", 0.5)]),
            memory_mb: memory_mb(random),
            architecture: if random.unit() < 0.5 { Arm64 } else { X86_64 },
            per_day: per_day(random, trigger).min(60.0),
            median_ms: (median_s(random) * 1_000.0).min(60_000.0),
            init_ms: 200.0 + 600.0 * random.unit(),
            fails: random.pick(&[(0.0, 0.5), (0.002, 0.3), (0.01, 0.2)]),
            rhythm: if trigger == Trigger::Timer { Rhythm::Clock } else { Rhythm::Even },
            description: "",
            versions: 1,
            resized: None,
            broken: None,
        });
    }
    all
}

impl Made {
    /// How its cloud bills it, where that has more than one way.
    pub(super) fn billed_as(&self) -> Option<BilledAs> {
        match self.account {
            "demo-azure" => Some(BilledAs::AzureConsumption),
            "demo-google" => Some(BilledAs::CloudRunRequest { vcpu_thousandths: Some(1_000) }),
            _ => None,
        }
    }

    /// Memory that many days before now.
    pub(super) fn memory_before(&self) -> u32 {
        match self.resized {
            Some(_) => 1_024,
            None => self.memory_mb,
        }
    }
}
