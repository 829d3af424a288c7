//! The notifications of a bucket as S3 writes them. They can only be sent as a whole, so an entry is put into the text
//! that the bucket gave, or cut out of it: what others set there, and what Hearth does not know, stays as it is. Pure.

use quick_xml::Reader;
use quick_xml::escape::{escape, unescape};
use quick_xml::events::Event;
use serde_json::{Map, Value, json};
use std::ops::Range;

/// A bucket without notifications.
const EMPTY: &str = r#"<NotificationConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"></NotificationConfiguration>"#;
const ROOT: &str = "NotificationConfiguration";

/// One entry: who is told of what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Notification {
    /// Its element's name, for instance `CloudFunctionConfiguration`.
    pub(crate) element: String,
    pub(crate) id: String,
    /// The function, queue or topic.
    pub(crate) target: String,
    pub(crate) events: Vec<String>,
    pub(crate) prefix: Option<String>,
    pub(crate) suffix: Option<String>,
    /// The whole element.
    pub(crate) xml: String,
}

impl Notification {
    /// The element of an entry that calls a function.
    pub(crate) fn of_function(
        id: &str,
        function: &str,
        events: &[String],
        prefix: Option<&str>,
        suffix: Option<&str>,
    ) -> String {
        let events: Vec<String> =
            events.iter().map(|event| format!("<Event>{}</Event>", escape(event))).collect();
        let rules: Vec<String> = [("prefix", prefix), ("suffix", suffix)]
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)))
            .map(|(name, value)| {
                format!("<FilterRule><Name>{name}</Name><Value>{}</Value></FilterRule>", escape(value))
            })
            .collect();
        let (events, rules) = (events.concat(), rules.concat());
        let filter =
            if rules.is_empty() { rules } else { format!("<Filter><S3Key>{rules}</S3Key></Filter>") };
        format!(
            "<CloudFunctionConfiguration><Id>{}</Id><CloudFunction>{}</CloudFunction>{events}{filter}\
             </CloudFunctionConfiguration>",
            escape(id),
            escape(function)
        )
    }
}

/// The notifications of a bucket: the text that S3 gave, and what is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Notifications {
    text: String,
    entries: Vec<(Range<usize>, Notification)>,
    /// Where an entry more goes.
    end: usize,
}

impl Notifications {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        Self::read(text).or_else(|problem| match problem {
            // A bucket without any answers with an element that holds nothing, which has no place for an entry.
            Problem::Empty => Self::read(EMPTY).map_err(|_| "no place for an entry".to_owned()),
            Problem::Broken(why) => Err(why),
        })
    }

    fn read(text: &str) -> Result<Self, Problem> {
        let mut reader = Reader::from_str(text);
        let (mut path, mut entries, mut end) = (Vec::<String>::new(), Vec::new(), None);
        let mut entry = Notification::default();
        // Where the element that is read begins, and where the text of the innermost one does.
        let (mut began, mut inside) = (0, 0);
        let mut rule = String::new();
        loop {
            let before = at(&reader);
            match reader.read_event().map_err(|error| Problem::Broken(error.to_string()))? {
                Event::Start(tag) => {
                    path.push(tag.local_name().into_inner().to_owned());
                    inside = at(&reader);
                    if path.len() == 2 {
                        began = before;
                        entry = Notification { element: path[1].clone(), ..Notification::default() };
                    }
                }
                Event::Empty(tag) => match path.len() {
                    0 => return Err(Problem::Empty),
                    1 => {
                        let element = tag.local_name().into_inner().to_owned();
                        let xml = text[before..at(&reader)].to_owned();
                        let whole = Notification { element, xml, ..Notification::default() };
                        entries.push((before..at(&reader), whole));
                    }
                    _ => {}
                },
                Event::End(_) => {
                    let name = path.pop().unwrap_or_default();
                    let value = || unescape(&text[inside..before]).unwrap_or_default().trim().to_owned();
                    match (path.len(), name.as_str()) {
                        (0, _) => end = (name == ROOT).then_some(before),
                        (1, _) => {
                            text[began..at(&reader)].clone_into(&mut entry.xml);
                            entries.push((began..at(&reader), std::mem::take(&mut entry)));
                        }
                        (2, "Id") => entry.id = value(),
                        (2, "Event") => entry.events.push(value()),
                        (2, "CloudFunction" | "LambdaFunctionArn" | "Queue" | "Topic") => {
                            entry.target = value();
                        }
                        (5, "Name") => rule = value().to_lowercase(),
                        (5, "Value") if rule == "prefix" => entry.prefix = Some(value()),
                        (5, "Value") if rule == "suffix" => entry.suffix = Some(value()),
                        _ => {}
                    }
                }
                Event::Eof => break,
                _ => {}
            }
        }
        let end = end.ok_or_else(|| Problem::Broken(format!("no {ROOT} in it")))?;
        Ok(Self { text: text.to_owned(), entries, end })
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = &Notification> {
        self.entries.iter().map(|(_, entry)| entry)
    }

    /// The text with one entry more, before what S3 writes last.
    pub(crate) fn with(&self, xml: &str) -> String {
        let last = self.entries.iter().find(|(_, entry)| entry.element == "EventBridgeConfiguration");
        let place = last.map_or(self.end, |(range, _)| range.start);
        format!("{}{xml}{}", &self.text[..place], &self.text[place..])
    }

    /// The text without the entries that go. An id alone may not tell them: what has none would go with them.
    pub(crate) fn without(&self, goes: impl Fn(&Notification) -> bool) -> String {
        let mut text = self.text.clone();
        for (range, _) in self.entries.iter().rev().filter(|(_, entry)| goes(entry)) {
            text.replace_range(range.clone(), "");
        }
        text
    }

    /// The same as AWS's command line takes it.
    pub(crate) fn json(&self) -> Value {
        let mut all = Map::new();
        for entry in self.entries() {
            let (list, target) = match entry.element.as_str() {
                "CloudFunctionConfiguration" | "LambdaFunctionConfiguration" => {
                    ("LambdaFunctionConfigurations", "LambdaFunctionArn")
                }
                "QueueConfiguration" => ("QueueConfigurations", "QueueArn"),
                "TopicConfiguration" => ("TopicConfigurations", "TopicArn"),
                other => {
                    all.insert(other.to_owned(), json!({}));
                    continue;
                }
            };
            let mut one = json!({ "Id": entry.id, target: entry.target, "Events": entry.events });
            let rules: Vec<Value> = [("prefix", &entry.prefix), ("suffix", &entry.suffix)]
                .into_iter()
                .filter_map(|(name, value)| Some(json!({ "Name": name, "Value": value.as_ref()? })))
                .collect();
            if !rules.is_empty() {
                one["Filter"] = json!({ "Key": { "FilterRules": rules } });
            }
            let list = all.entry(list).or_insert_with(|| json!([]));
            list.as_array_mut().into_iter().for_each(|list| list.push(one.clone()));
        }
        Value::Object(all)
    }
}

enum Problem {
    Empty,
    Broken(String),
}

fn at(reader: &Reader<&[u8]>) -> usize {
    usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const THERE: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<NotificationConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><QueueConfiguration><Id>q</Id>
<Queue>arn:aws:sqs:us-east-1:1:q</Queue><Event>s3:ObjectCreated:*</Event><Filter><S3Key><FilterRule>
<Name>Prefix</Name><Value>a&amp;b/</Value></FilterRule></S3Key></Filter><Later>unknown</Later></QueueConfiguration>
<EventBridgeConfiguration/></NotificationConfiguration>"#;

    #[test]
    fn an_entry_comes_and_goes_and_all_others_stay_as_they_are() {
        let before = Notifications::parse(THERE).unwrap();
        let entry = before.entries().next().unwrap();
        assert_eq!((entry.id.as_str(), entry.prefix.as_deref()), ("q", Some("a&b/")));
        assert_eq!(before.entries().nth(1).unwrap().element, "EventBridgeConfiguration");
        let events = ["s3:ObjectRemoved:*".to_owned()];
        let xml = Notification::of_function("mine", "arn:f", &events, None, Some(".<png>"));
        let with = before.with(&xml);
        let after = Notifications::parse(&with).unwrap();
        let mine = after.entries().nth(1).unwrap();
        assert_eq!((mine.id.as_str(), mine.suffix.as_deref()), ("mine", Some(".<png>")));
        assert_eq!(mine.xml, xml);
        assert!(with.contains("<Later>unknown</Later>"), "{with}");
        assert_eq!(after.without(|one| one.id == "mine"), THERE.trim());
        let json = after.json();
        assert_eq!(json["LambdaFunctionConfigurations"][0]["LambdaFunctionArn"], "arn:f");
        assert_eq!(json["QueueConfigurations"][0]["Filter"]["Key"]["FilterRules"][0]["Value"], "a&b/");
        assert_eq!(json["EventBridgeConfiguration"], json!({}));
    }

    #[test]
    fn what_has_no_id_does_not_go_with_another_that_has_none() {
        let text = "<NotificationConfiguration><CloudFunctionConfiguration><CloudFunction>arn:f</CloudFunction>\
            </CloudFunctionConfiguration><CloudFunctionConfiguration><CloudFunction>arn:other</CloudFunction>\
            </CloudFunctionConfiguration><EventBridgeConfiguration/></NotificationConfiguration>";
        let all = Notifications::parse(text).unwrap();
        let ours = all.entries().find(|one| one.target == "arn:f").unwrap();
        let left = Notifications::parse(&all.without(|one| one == ours)).unwrap();
        let left: Vec<&str> = left.entries().map(|one| one.element.as_str()).collect();
        assert_eq!(left, ["CloudFunctionConfiguration", "EventBridgeConfiguration"]);
    }

    #[test]
    fn a_bucket_without_any_takes_the_first_one() {
        let empty = r#"<NotificationConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/" />"#;
        let before = Notifications::parse(empty).unwrap();
        assert_eq!(before.entries().count(), 0);
        let xml = Notification::of_function("mine", "arn:f", &["s3:ObjectCreated:*".to_owned()], None, None);
        let after = Notifications::parse(&before.with(&xml)).unwrap();
        assert_eq!(after.entries().count(), 1);
        assert!(Notifications::parse("not XML <").is_err());
        assert!(Notifications::parse("<Error></Error>").is_err());
    }
}
