//! Samples that ship with Hearth: whole functions inside the program. Must not know how they are deployed.

use crate::{ApiError, ErrorCode, Result};
use include_dir::{Dir, include_dir};

static SAMPLES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../../assets/samples");

/// The folders of all samples, by name.
pub(crate) fn sample_folders() -> Vec<(String, &'static Dir<'static>)> {
    let mut folders: Vec<_> = SAMPLES.dirs().map(|folder| (folder_name(folder), folder)).collect();
    folders.sort_by(|left, right| left.0.cmp(&right.0));
    folders
}

/// The folder of one sample.
pub(crate) fn sample_folder(name: &str) -> Result<&'static Dir<'static>> {
    sample_folders().into_iter().find(|(found, _)| found == name).map(|(_, folder)| folder).ok_or_else(|| {
        let names: Vec<String> = sample_folders().into_iter().map(|(name, _)| name).collect();
        ApiError::new(ErrorCode::NotFound, format!("there is no sample `{name}`"))
            .with_hint(format!("The samples are {}.", names.join(", ")))
    })
}

/// One line about a sample: what its handler's file says first.
pub(crate) fn description(folder: &Dir<'_>, handler_file: Option<&str>) -> String {
    let text = handler_file
        .and_then(|name| folder.get_file(folder.path().join(name)))
        .and_then(include_dir::File::contents_utf8);
    let first = text.and_then(|text| text.lines().next()).unwrap_or_default();
    first
        .trim_matches(|character: char| {
            character.is_whitespace() || matches!(character, '"' | '/' | '#' | '*')
        })
        .to_owned()
}

fn folder_name(folder: &Dir<'_>) -> String {
    folder.path().file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}
