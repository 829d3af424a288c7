//! Prices of their day: a stretch of time as days that share prices, each with the book of those days. Most months are one
//! such stretch. Must not add anything up.

use super::period::day_of;
use super::plans::{Pricing, counted};
use super::running::Running;
use hearth_cost::{Books, Currency, Day, Decimal, Plan, PriceBook, Provider, Tier};
use hearth_model::{Architecture, Grain, Micros};
use hearth_store::SizedUsage;
use std::collections::BTreeSet;

/// Days in which the same prices held.
#[derive(Clone, Debug)]
pub(crate) struct PricedDays {
    pub(crate) from: Micros,
    pub(crate) to: Micros,
    /// The book of the last of them.
    pub(crate) book: PriceBook,
    /// The last of them.
    pub(crate) day: Day,
}

/// What a unit of everything costs on a day; none where there is no price.
type Prices = Vec<(Decimal, Option<(Vec<Tier>, Currency)>)>;

/// The days from `from` until `to` by the prices that functions with these `pricings` have, oldest first; never none.
pub(crate) fn priced_days(books: &Books, pricings: &[Pricing], from: Micros, to: Micros) -> Vec<PricedDays> {
    let mut stretches: Vec<(PricedDays, Prices)> = Vec::new();
    let mut at = from;
    loop {
        let day = day_of(at);
        let book = books.for_day(day);
        let prices = prices(book, day, pricings);
        let end = (Grain::Day.floor(at) + Grain::Day.length()).min(to.max(at));
        match stretches.last_mut() {
            Some((last, same)) if *same == prices => {
                *last = PricedDays { from: last.from, to: end, book: book.clone(), day };
            }
            _ => stretches.push((PricedDays { from: at, to: end, book: book.clone(), day }, prices)),
        }
        if end >= to {
            return stretches.into_iter().map(|(stretch, _)| stretch).collect();
        }
        at = end;
    }
}

/// Which days of several these are, to be put after a name; nothing when there are no others.
pub(crate) fn when(stretches: &[PricedDays], place: usize) -> String {
    let date = |day: Day| day.strftime("%-d %b").to_string();
    let Some(days) = stretches.get(place).filter(|_| stretches.len() > 1) else { return String::new() };
    if place == 0 {
        format!(", until {}", date(days.day))
    } else if place + 1 == stretches.len() {
        format!(", from {}", date(day_of(days.from)))
    } else {
        format!(", {} to {}", date(day_of(days.from)), date(days.day))
    }
}

fn prices(book: &PriceBook, day: Day, pricings: &[Pricing]) -> Prices {
    let mut prices = Prices::new();
    for pricing in pricings {
        for architecture in [Architecture::X86_64, Architecture::Arm64] {
            let probe = SizedUsage {
                memory_mb: 1_024,
                architecture,
                requests: 1,
                compute_ms: 1_001,
                init_ms: 1,
                storage_mb_ms: 1,
                event_bytes: 0,
                response_bytes: 0,
            };
            let tasks = Running { memory_mb: 1_024, vcpu_hundredths: 100, architecture, task_seconds: 3_600 };
            let tasks = if pricing.plan == Plan::Fargate { vec![tasks] } else { Vec::new() };
            for item in counted("", pricing, day, &[probe], &tasks).unwrap_or_default() {
                let row = book.price(item.meter, &item.region, item.architecture, day);
                let price = row.ok().map(|row| (row.unit_tiers(), row.currency));
                prices.push((item.quantity, price));
            }
        }
    }
    prices
}

/// Where the prices of accounts come from, by whose they are. What runs on this computer is priced as AWS would.
pub(crate) fn price_source<'a>(book: &PriceBook, providers: impl Iterator<Item = &'a str>) -> String {
    let providers: BTreeSet<&str> = providers.collect();
    let others = [("azure", Provider::Azure), ("google", Provider::Gcp)];
    let others: Vec<String> = others
        .into_iter()
        .filter(|(name, _)| providers.contains(name))
        .filter_map(|(_, provider)| book.main_source(provider))
        .collect();
    let has_aws = providers.contains("aws") || providers.contains("local");
    let aws = (has_aws || others.is_empty()).then(|| book.source().to_owned());
    aws.into_iter().chain(others).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use hearth_cost::Meter;

    #[test]
    fn days_are_split_where_a_price_that_counts_changes() {
        let book = PriceBook::bundled().unwrap();
        let later = |days: u32, factor: i64| {
            let day = (0..days).fold(book.day(), |day, _| day.tomorrow().unwrap());
            let mut rows = book.rows().to_vec();
            for tier in rows
                .iter_mut()
                .filter(|row| row.meter == Meter::LambdaRequests)
                .flat_map(|row| &mut row.tiers)
            {
                tier.price *= Decimal::from(factor);
            }
            PriceBook::new(day, "a test".to_owned(), book.sources().clone(), rows).unwrap()
        };
        let books = Books::new(book.clone(), [later(2, 1), later(4, 3)]);
        let pricing =
            |plan| Pricing { plan, region: "us-east-1".to_owned(), vcpu_thousandths: None, paid: false };
        // 2026-11-22 12:00, a day and a half before the first book's day ends.
        let from = Micros(1_795_348_800_000_000);
        let to = from + Micros(8 * Grain::Day.length().0);
        let lambda = priced_days(&books, &[pricing(Plan::LambdaOnDemand)], from, to);
        assert_eq!(lambda.len(), 2, "the second book has the same prices: {lambda:?}");
        assert_eq!((lambda[0].from, lambda[0].to, lambda[1].to), (from, lambda[1].from, to));
        assert_eq!(day_of(lambda[1].from), books.all()[2].day());
        assert_eq!(priced_days(&books, &[pricing(Plan::AzureFlex)], from, to).len(), 1);
        assert_eq!(priced_days(&books, &[], from, from).len(), 1);
    }
}
