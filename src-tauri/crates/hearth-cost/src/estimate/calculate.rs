//! One case: its calculation by name, and the sum of its lines. Must not hold prices.

use super::answer::{CaseAmount, CaseAnswer, CaseFigures};
use super::inputs::Inputs;
use super::{aws, clouds, given};
use crate::book::{Currency, PriceBook};
use crate::error::{Error, Result, usage};
use crate::line::{Line, cents};
use rust_decimal::Decimal;
use serde_json::Value;
use std::collections::BTreeMap;

/// A case as it was read.
pub(super) struct Case<'a> {
    provider: &'a str,
    service: &'a str,
    calc: &'a str,
    inputs: &'a Value,
    /// Names whose lines alone make the total.
    counted: Option<Vec<&'a str>>,
}

/// A name before each line of a part, and the line.
type Named = (String, Line);

impl<'a> Case<'a> {
    pub(super) fn read(value: &'a Value) -> Result<Self> {
        let text = |name: &str| value.get(name).and_then(Value::as_str);
        let Some(calc) = text("calc") else { return usage("the case has no `calc`") };
        let Some(inputs) = value.get("inputs") else { return usage("the case has no `inputs`") };
        let counted = match text("total_of") {
            Some("expected") => Some(
                value
                    .get("expected")
                    .and_then(Value::as_object)
                    .map(|expected| expected.keys().map(String::as_str).collect())
                    .unwrap_or_default(),
            ),
            Some("lines" | "nontier") | None => None,
            Some(other) => return usage(format!("`total_of` must be lines or expected, not `{other}`")),
        };
        Ok(Self {
            provider: text("provider").unwrap_or_default(),
            service: text("service").unwrap_or_default(),
            calc,
            inputs,
            counted,
        })
    }

    pub(super) fn answer(&self, book: &PriceBook, id: String) -> Result<CaseAnswer> {
        let mut lines: BTreeMap<String, CaseFigures> = BTreeMap::new();
        let mut amounts: BTreeMap<String, Decimal> = BTreeMap::new();
        let mut currency = self.currency(book)?;
        for (name, line) in self.lines(book)? {
            if let Some(price) = &line.price {
                one_currency(&mut currency, price.currency)?;
            }
            let Some(amount) = line.amount else {
                let why = line.note.unwrap_or_else(|| "its price is unknown".to_owned());
                return usage(format!("`{name}` cannot be worked out: {why}"));
            };
            for (tier, part) in tiers(&name, &line) {
                lines.insert(tier, part);
            }
            let sum = amounts.entry(name.clone()).or_default();
            *sum = sum.checked_add(amount).ok_or_else(|| Error::TooLarge(amount.to_string()))?;
            let figures = CaseFigures::of(&line);
            match lines.get_mut(&name) {
                None => {
                    lines.insert(name, figures);
                }
                // Two parts without prefixes of their own may name the same line.
                Some(before) => {
                    before.amount = CaseAmount::of(*sum, cents(*sum));
                    before.steps.extend(figures.steps);
                }
            }
        }
        let counts = |name: &str| self.counted.as_ref().is_none_or(|names| names.contains(&name));
        let counted: Vec<Decimal> =
            amounts.iter().filter(|(name, _)| counts(name)).map(|(_, amount)| *amount).collect();
        let total = CaseAmount::of(counted.iter().sum(), counted.iter().map(|amount| cents(*amount)).sum());
        Ok(CaseAnswer::Done { id, lines, currency: currency.unwrap_or(Currency::Usd), total })
    }

    fn lines(&self, book: &PriceBook) -> Result<Vec<Named>> {
        if self.calc == "merge" {
            return self.merged(book);
        }
        let lines = match self.calc {
            "lines" => given::lines(book, self.provider, self.service, self.inputs)?,
            "aws_lambda" => aws::aws_lambda(book, self.inputs)?,
            "lambda_pc" => aws::lambda_pc(book, self.inputs)?,
            "fargate" => aws::fargate_tasks(book, self.inputs)?,
            "cwlogs" => aws::cloudwatch_logs(book, self.inputs)?,
            "azure_consumption" => clouds::azure_consumption(book, self.inputs)?,
            "azure_units" => clouds::azure_units(book, self.inputs)?,
            "azure_flex" => clouds::azure_flex(book, self.inputs)?,
            "azure_premium" => clouds::azure_premium(book, self.inputs)?,
            "cloud_run" => clouds::cloud_run(book, self.inputs)?,
            "gcf1" => clouds::gcf1(book, self.inputs)?,
            "firebase_min" => clouds::firebase_min(book, self.inputs)?,
            "cloudflare" => clouds::workers(book, self.inputs)?,
            other => return usage(format!("there is no calculation `{other}`")),
        };
        Ok(lines.into_iter().map(|line| (line.name.clone(), line)).collect())
    }

    /// The currency of rates that are given; priced lines have their own.
    fn currency(&self, book: &PriceBook) -> Result<Option<Currency>> {
        match self.calc {
            "lines" => given::currency(book, self.provider, self.service, self.inputs),
            "merge" => {
                let mut currency = None;
                for (part, _) in self.parts()? {
                    if let Some(other) = part.currency(book)? {
                        one_currency(&mut currency, other)?;
                    }
                }
                Ok(currency)
            }
            _ => Ok(None),
        }
    }

    fn merged(&self, book: &PriceBook) -> Result<Vec<Named>> {
        let mut lines = Vec::new();
        for (place, (part, prefix)) in self.parts()?.into_iter().enumerate() {
            let inner =
                part.lines(book).map_err(|error| Error::Usage(format!("part {}: {error}", place + 1)))?;
            lines.extend(inner.into_iter().map(|(name, line)| (format!("{prefix}{name}"), line)));
        }
        Ok(lines)
    }

    /// The cases of a `merge`, each with what the names of its lines begin with.
    fn parts(&self) -> Result<Vec<(Self, &'a str)>> {
        let inputs = Inputs::new("merge", self.inputs, &["parts"])?;
        let Some(parts) = inputs.value("parts").and_then(Value::as_array) else {
            return usage("`merge` needs the input `parts`, an array");
        };
        let mut cases = Vec::with_capacity(parts.len());
        for (place, part) in parts.iter().enumerate() {
            let number = place + 1;
            let wrong = || Error::Usage(format!("part {number} must be [calc, inputs, prefix]"));
            let [calc, inputs, prefix] = part.as_array().map(Vec::as_slice).unwrap_or_default() else {
                return Err(wrong());
            };
            let calc = calc.as_str().ok_or_else(wrong)?;
            let prefix = prefix.as_str().ok_or_else(wrong)?;
            if calc == "merge" {
                return usage(format!("part {number} cannot be a `merge` itself"));
            }
            cases.push((Self { calc, inputs, counted: None, ..*self }, prefix));
        }
        Ok(cases)
    }
}

/// Refuses a second currency: two of them have no sum.
fn one_currency(currency: &mut Option<Currency>, other: Currency) -> Result<()> {
    let before = *currency.get_or_insert(other);
    if before == other {
        return Ok(());
    }
    usage(format!(
        "its lines are paid in {} and {}, which have no sum: make it two cases",
        before.code(),
        other.code()
    ))
}

/// The tiers of a line as lines of their own: `duration_t1`.
fn tiers(name: &str, line: &Line) -> Vec<(String, CaseFigures)> {
    if !name.ends_with("duration")
        || line.price.as_ref().is_none_or(|price| price.meter != "aws/lambda/duration")
    {
        return Vec::new();
    }
    line.steps
        .iter()
        // What is free, or taken off, is no tier.
        .filter(|step| step.rate > Decimal::ZERO)
        .enumerate()
        .map(|(place, step)| {
            let figures = CaseFigures {
                amount: CaseAmount::of(step.amount, cents(step.amount)),
                quantity: step.quantity.to_string(),
                unit: line.unit.clone(),
                steps: vec![step.clone()],
                price: line.price.clone(),
            };
            (format!("{name}_t{}", place + 1), figures)
        })
        .collect()
}
