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

/// One line about a sample: the first line of its README that is text, or of its package.json.
pub(crate) fn description(folder: &Dir<'_>) -> String {
    let text =
        |name: &str| folder.get_file(folder.path().join(name)).and_then(include_dir::File::contents_utf8);
    let readme = text("README.md")
        .and_then(|text| text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#')));
    let manifest = || {
        let value: serde_json::Value = serde_json::from_str(text("package.json")?).ok()?;
        value["description"].as_str().map(str::to_owned)
    };
    readme.map(str::to_owned).or_else(manifest).unwrap_or_default()
}

fn folder_name(folder: &Dir<'_>) -> String {
    folder.path().file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}
