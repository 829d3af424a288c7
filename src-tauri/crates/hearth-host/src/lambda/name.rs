//! The ways to name a function in AWS: a name, a partial or whole ARN, each perhaps with a qualifier. Must not know
//! which functions exist.

use super::fault::Fault;

/// A function and the version or alias that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FunctionRef {
    pub(super) name: String,
    pub(super) qualifier: Option<String>,
}

impl FunctionRef {
    /// Reads what stands in the path; a qualifier in the query must say the same as one in the name.
    pub(super) fn parse(text: &str, qualifier: Option<String>) -> Result<Self, Fault> {
        let parts: Vec<&str> = text.split(':').collect();
        let (name, inner) = match parts.as_slice() {
            ["arn", _, "lambda", _, _, "function", name] | [_, "function", name] | [name] => (*name, None),
            ["arn", _, "lambda", _, _, "function", name, inner]
            | [_, "function", name, inner]
            | [name, inner] => (*name, Some((*inner).to_owned())),
            _ => return Err(Fault::invalid(&format!("`{text}` does not name a function"))),
        };
        let is_name = !name.is_empty()
            && name.len() <= 64
            && name.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_'));
        if !is_name {
            return Err(Fault::invalid(&format!(
                "`{name}` is not a function name: 1 to 64 letters, digits, hyphens and underscores"
            )));
        }
        let qualifier = match (inner, qualifier) {
            (Some(inner), Some(outer)) if inner != outer => {
                return Err(Fault::invalid(&format!(
                    "the qualifier `{outer}` differs from `{inner}` in the function's name"
                )));
            }
            (inner, outer) => inner.or(outer),
        };
        Ok(Self { name: name.to_owned(), qualifier })
    }

    /// Hearth runs the newest version: `$LATEST`, or its number. Answers what was executed, as AWS names it.
    pub(super) fn executed(&self, newest: u32, arn: &str) -> Result<String, Fault> {
        match self.qualifier.as_deref() {
            None | Some("$LATEST") => Ok("$LATEST".to_owned()),
            Some(number) if number == newest.to_string() => Ok(number.to_owned()),
            Some(other) => Err(Fault::function_not_found(&format!("{arn}:{other}"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_name_a_function_is_read() {
        for (text, query, name, qualifier) in [
            ("tea", None, "tea", None),
            ("tea:3", None, "tea", Some("3")),
            ("tea", Some("$LATEST"), "tea", Some("$LATEST")),
            ("000000000000:function:tea", None, "tea", None),
            ("arn:aws:lambda:us-east-1:000000000000:function:tea", None, "tea", None),
            ("arn:aws:lambda:us-east-1:000000000000:function:tea:3", Some("3"), "tea", Some("3")),
        ] {
            let parsed = FunctionRef::parse(text, query.map(str::to_owned)).unwrap();
            assert_eq!(
                parsed,
                FunctionRef { name: name.to_owned(), qualifier: qualifier.map(str::to_owned) },
                "{text}"
            );
        }
        for text in ["", "a/b", "..", "arn:aws:s3:::bucket", "tea:1:2:3:4"] {
            assert!(FunctionRef::parse(text, None).is_err(), "`{text}` names nothing");
        }
        assert!(FunctionRef::parse("tea:3", Some("4".to_owned())).is_err(), "two qualifiers that differ");
    }

    #[test]
    fn only_the_newest_version_is_executed() {
        let of = |qualifier: Option<&str>| {
            FunctionRef { name: "tea".to_owned(), qualifier: qualifier.map(str::to_owned) }
                .executed(3, "arn")
                .ok()
        };
        assert_eq!(of(None).as_deref(), Some("$LATEST"));
        assert_eq!(of(Some("3")).as_deref(), Some("3"));
        assert_eq!(of(Some("2")), None);
        assert_eq!(of(Some("live")), None, "there are no aliases");
    }
}
