//! The inputs of a case: names, numbers and their limits. Owns the words that say which input is wrong. Must not know
//! what is computed from them.

use crate::error::{Error, Result, usage};
use hearth_model::Architecture;
use rust_decimal::Decimal;
use serde_json::{Map, Value};

/// No account uses more of anything in a month; a larger figure is a slip of the keyboard.
const MOST: u64 = 1_000_000_000_000_000;

/// The inputs of one calculation. Every input must be a known one, so that a typo is not a silent zero.
pub(super) struct Inputs<'a> {
    calc: &'a str,
    values: &'a Map<String, Value>,
}

impl<'a> Inputs<'a> {
    pub(super) fn new(calc: &'a str, value: &'a Value, known: &[&str]) -> Result<Self> {
        let Some(values) = value.as_object() else {
            return usage(format!("the inputs of `{calc}` must be an object"));
        };
        match values.keys().find(|name| !known.contains(&name.as_str())) {
            Some(unknown) => {
                usage(format!("`{calc}` has no input `{unknown}`; it knows {}", known.join(", ")))
            }
            None => Ok(Self { calc, values }),
        }
    }

    /// A number that must be there: not negative, not absurd.
    pub(super) fn number(&self, name: &str) -> Result<Decimal> {
        self.optional(name)?.ok_or_else(|| Error::Usage(format!("`{}` needs the input `{name}`", self.calc)))
    }

    /// A whole number that must be there.
    pub(super) fn whole(&self, name: &str) -> Result<Decimal> {
        let value = self.number(name)?;
        if value.is_integer() {
            Ok(value)
        } else {
            usage(format!("`{name}` must be a whole number, not {value}"))
        }
    }

    /// A whole number that fits its type.
    pub(super) fn whole_as<T: TryFrom<Decimal>>(&self, name: &str) -> Result<T> {
        let value = self.whole(name)?;
        T::try_from(value).map_err(|_| Error::Usage(format!("`{name}` cannot be {value}")))
    }

    /// A number that may be missing.
    pub(super) fn optional(&self, name: &str) -> Result<Option<Decimal>> {
        match self.values.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => quantity(name, value).map(Some),
        }
    }

    /// A number, or `usual` when it is missing.
    pub(super) fn number_or(&self, name: &str, usual: i64) -> Result<Decimal> {
        Ok(self.optional(name)?.unwrap_or_else(|| Decimal::from(usual)))
    }

    /// A text that may be missing.
    pub(super) fn text(&self, name: &str) -> Result<Option<&'a str>> {
        match self.values.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => usage(format!("`{name}` must be a text, not {other}")),
        }
    }

    /// A yes or no; missing is no.
    pub(super) fn flag(&self, name: &str) -> Result<bool> {
        match self.values.get(name) {
            None | Some(Value::Null) => Ok(false),
            Some(Value::Bool(value)) => Ok(*value),
            Some(other) => usage(format!("`{name}` must be true or false, not {other}")),
        }
    }

    /// What an input holds.
    pub(super) fn value(&self, name: &str) -> Option<&'a Value> {
        self.values.get(name).filter(|value| !value.is_null())
    }

    /// The processors; x86 when it is not said.
    pub(super) fn architecture(&self) -> Result<Architecture> {
        match self.text("arch")? {
            None | Some("x86" | "x86_64") => Ok(Architecture::X86_64),
            Some("arm64" | "arm") => Ok(Architecture::Arm64),
            Some(other) => usage(format!("`arch` must be x86 or arm64, not `{other}`")),
        }
    }

    /// Names and values, in the order of their names.
    pub(super) fn all(&self) -> impl Iterator<Item = (&'a String, &'a Value)> {
        self.values.iter()
    }
}

/// A number or a text that is one, within limits.
pub(super) fn quantity(name: &str, value: &Value) -> Result<Decimal> {
    let number = any_number(name, value)?;
    if number.is_sign_negative() && !number.is_zero() {
        return usage(format!("`{name}` cannot be negative: {number}"));
    }
    if number > Decimal::from(MOST) {
        return usage(format!("`{name}` is absurd: {number} is more than any account uses"));
    }
    Ok(number)
}

fn any_number(name: &str, value: &Value) -> Result<Decimal> {
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        other => return usage(format!("`{name}` must be a number, not {other}")),
    };
    Decimal::from_str_exact(&text)
        .or_else(|_| Decimal::from_scientific(&text))
        .map(|number| number.normalize())
        .map_err(|_| {
            let words = match text.parse::<f64>() {
                Ok(number) if number.abs() > MOST as f64 => "is absurd: it is more than any account uses",
                Ok(_) => "has more digits than can be exact",
                Err(_) => "is no number",
            };
            Error::Usage(format!("`{name}` {words}: `{text}`"))
        })
}
