//! Events to invoke with: the library that ships with Hearth, those that a person saved for a function, and the files of
//! a folder that a person chose.

use crate::api::{
    Empty, EventsFolder, FolderEvent, FolderEventName, FolderEventText, FunctionName, SampleEvent,
    SavedEvent, SavedEventName,
};
use crate::app::blocking;
use crate::functions::existing;
use crate::{ApiError, App, ErrorCode, Result};
use hearth_runtime::PAYLOAD_LIMIT;
use include_dir::{Dir, include_dir};
use serde::Deserialize;
use std::path::Path;

static EVENTS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../../assets/events");

/// Longest name of a saved event.
const LONGEST_NAME: usize = 100;

#[derive(Deserialize)]
struct Entry {
    id: String,
    title: String,
    service: String,
}

/// The library, in the order of its index.
pub(crate) async fn library(_app: &App, _request: Empty) -> Result<Vec<SampleEvent>> {
    sample_events()
}

/// The library without an App.
pub(crate) fn sample_events() -> Result<Vec<SampleEvent>> {
    let broken =
        |what: String| ApiError::new(ErrorCode::Internal, format!("the event library is broken: {what}"));
    let text = |name: &str| {
        EVENTS
            .get_file(name)
            .and_then(include_dir::File::contents_utf8)
            .ok_or_else(|| broken(format!("`{name}` is missing")))
    };
    let index: Vec<Entry> =
        serde_json::from_str(text("index.json")?).map_err(|error| broken(error.to_string()))?;
    index
        .into_iter()
        .map(|entry| {
            let body = text(&format!("{}.json", entry.id))?.trim_end().to_owned();
            Ok(SampleEvent { id: entry.id, title: entry.title, service: entry.service, body })
        })
        .collect()
}

/// An event of the library that fits what a handler reads, as JSON text.
pub(crate) fn suggest(source: &str) -> String {
    const SIGNS: [(&str, &str); 12] = [
        ("aws:s3", "s3-put"),
        ("'s3'", "s3-put"),
        ("\"s3\"", "s3-put"),
        (".s3.", "s3-put"),
        ("messageAttributes", "sqs"),
        ("receiptHandle", "sqs"),
        ("Sns", "sns"),
        ("NewImage", "dynamodb"),
        ("kinesis", "kinesis"),
        ("awslogs", "cloudwatch-logs"),
        ("detail-type", "eventbridge"),
        ("httpMethod", "apigateway-rest"),
    ];
    const HTTP: [&str; 4] = ["requestContext", "rawPath", "queryStringParameters", "rawQueryString"];
    let id = SIGNS
        .iter()
        .find(|(sign, _)| source.contains(sign))
        .map(|(_, id)| *id)
        .or_else(|| HTTP.iter().any(|sign| source.contains(sign)).then_some("function-url-get"))
        .or_else(|| source.contains("Records").then_some("sqs"))
        .unwrap_or("hello");
    let found = sample_events().ok().and_then(|events| events.into_iter().find(|event| event.id == id));
    found.map_or_else(|| "{}".to_owned(), |event| event.body)
}

/// Files of the chosen folder that are listed.
const MOST_FILES: usize = 1_000;

/// The folder that a person chose, and its JSON files.
pub(crate) async fn folder(app: &App, _request: Empty) -> Result<EventsFolder> {
    let Some(folder) = app.settings().events_folder else { return Ok(EventsFolder::default()) };
    blocking(move || {
        let (events, problem) = match files(Path::new(&folder)) {
            Ok(events) => (events, None),
            Err(error) => (Vec::new(), Some(format!("the folder `{folder}` cannot be read: {error}"))),
        };
        let more = u32::try_from(events.len().saturating_sub(MOST_FILES)).unwrap_or(u32::MAX);
        let events = events.into_iter().take(MOST_FILES).collect();
        Ok(EventsFolder { folder: Some(folder), events, more, problem })
    })
    .await
}

fn files(folder: &Path) -> std::io::Result<Vec<FolderEvent>> {
    let mut events = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        // A name that is no text cannot be asked for again.
        let Ok(file) = entry.file_name().into_string() else { continue };
        let is_json = Path::new(&file).extension().is_some_and(|kind| kind.eq_ignore_ascii_case("json"));
        // A link to a file counts as the file; one that leads nowhere is left out.
        if let Some(facts) = is_json.then(|| std::fs::metadata(entry.path()).ok()).flatten()
            && facts.is_file()
        {
            events.push(FolderEvent { file, bytes: facts.len() });
        }
    }
    events.sort_by(|one, other| one.file.cmp(&other.file));
    Ok(events)
}

/// The event in one of its files.
pub(crate) async fn folder_read(app: &App, request: FolderEventName) -> Result<FolderEventText> {
    let file = request.file;
    let Some(folder) = app.settings().events_folder else {
        return Err(ApiError::new(ErrorCode::NotFound, "no folder of events is chosen")
            .with_hint("Choose one in Settings, or with `hearth settings --events-folder DIR`."));
    };
    // Only what lies in the folder itself.
    let is_plain = Path::new(&file).file_name().is_some_and(|name| name == file.as_str());
    if !is_plain {
        return Err(ApiError::new(ErrorCode::InvalidInput, format!("`{file}` is not the name of a file")));
    }
    blocking(move || {
        let path = Path::new(&folder).join(&file);
        let unreadable = |error: String| {
            ApiError::new(ErrorCode::NotFound, format!("`{}` cannot be read", path.display()))
                .with_detail(error)
        };
        let size = std::fs::metadata(&path).map_err(|error| unreadable(error.to_string()))?.len();
        if size > PAYLOAD_LIMIT as u64 {
            return Err(ApiError::new(
                ErrorCode::InvalidInput,
                format!("`{file}` has {size} bytes; the limit of an event is 6 MB ({PAYLOAD_LIMIT} bytes)"),
            ));
        }
        let body = std::fs::read_to_string(&path).map_err(|error| unreadable(error.to_string()))?;
        Ok(FolderEventText { file, body })
    })
    .await
}

pub(crate) async fn saved(app: &App, request: FunctionName) -> Result<Vec<SavedEvent>> {
    let function = existing(app, &request.name).await?;
    let events = app.store().saved_events(&function.id).await?;
    Ok(events
        .into_iter()
        .map(|event| SavedEvent { function: request.name.clone(), name: event.name, body: event.body })
        .collect())
}

pub(crate) async fn save(app: &App, request: SavedEvent) -> Result<Empty> {
    check(&request)?;
    let function = existing(app, &request.function).await?;
    let event = hearth_store::SavedEvent {
        name: request.name.trim().to_owned(),
        body: request.body,
        saved_us: app.now(),
    };
    app.store().save_event(&function.id, &event).await?;
    Ok(Empty {})
}

pub(crate) async fn delete(app: &App, request: SavedEventName) -> Result<Empty> {
    let function = existing(app, &request.function).await?;
    let known = app.store().saved_events(&function.id).await?;
    if !known.iter().any(|event| event.name == request.name) {
        return Err(ApiError::new(
            ErrorCode::NotFound,
            format!("`{}` has no saved event `{}`", request.function, request.name),
        ));
    }
    app.store().delete_event(&function.id, &request.name).await?;
    Ok(Empty {})
}

fn check(event: &SavedEvent) -> Result<()> {
    let name = event.name.trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        return Err(ApiError::new(
            ErrorCode::InvalidInput,
            format!("an event's name has 1 to {LONGEST_NAME} characters, not {}", name.chars().count()),
        ));
    }
    crate::invoke::check_event(event.body.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_event_of_the_library_is_json_and_has_words() {
        let events = sample_events().unwrap();
        assert!(events.len() >= 15, "{} events", events.len());
        let ids: HashSet<&str> = events.iter().map(|event| event.id.as_str()).collect();
        assert_eq!(ids.len(), events.len(), "ids are unique");
        for event in &events {
            serde_json::from_str::<serde_json::Value>(&event.body)
                .unwrap_or_else(|error| panic!("{}: {error}", event.id));
            assert!(!event.title.is_empty() && !event.service.is_empty());
        }
        assert_eq!(EVENTS.files().count(), events.len() + 1, "every file is in the index");
    }

    #[test]
    fn an_event_is_suggested_that_the_code_can_read() {
        for (source, sign) in [
            ("event['Records'][0]['s3']['object']['key']", "aws:s3"),
            ("for (const record of event.Records) JSON.parse(record.body)", "aws:sqs"),
            ("event.requestContext.http.method", "lambda-url"),
            ("return event['httpMethod']", "httpMethod"),
            ("return {'hello': event.get('name')}", "world"),
        ] {
            assert!(suggest(source).contains(sign), "{source} wants {sign}");
        }
    }
}
