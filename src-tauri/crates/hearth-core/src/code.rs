//! The code of a function as a person sees and edits it: its files, one file's text, and saving as a new version.
//! Must not leave the package.

use crate::api::{CodeFile, CodeListing, CodeReadRequest, CodeSaveRequest, CodeText, FunctionName};
use crate::app::blocking;
use crate::detect::handler_file;
use crate::functions::existing;
use crate::package::{copy_folder, is_leftover, make_executable};
use crate::publish::{NewVersion, publish};
use crate::{ApiError, App, ErrorCode, Result};
use hearth_model::{Engine, FunctionRecord};
use std::fs::File;
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};
use walkdir::WalkDir;

/// Largest file that is shown and edited.
const EDITABLE_BYTES: u64 = 1024 * 1024;
/// Bytes that are looked at to tell text from anything else.
const LOOKED_AT: u64 = 8 * 1024;

pub(crate) async fn list(app: &App, request: FunctionName) -> Result<CodeListing> {
    let function = existing(app, &request.name).await?;
    let root = app.packages().path(&function.code);
    let engine = Engine::of(&function.configuration.runtime)?;
    blocking(move || listing(&root, &function.name, Some(engine), &function.configuration.handler)).await
}

/// The files of a package; `name` is the function's.
pub(crate) fn listing(root: &Path, name: &str, engine: Option<Engine>, handler: &str) -> Result<CodeListing> {
    let mut files = Vec::new();
    let walk = WalkDir::new(root).follow_links(false).min_depth(1).sort_by_file_name();
    // An interpreter that may write anywhere leaves its caches beside the code: they are not the person's.
    for entry in walk.into_iter().filter_entry(|entry| !is_leftover(&entry.file_name().to_string_lossy())) {
        let entry = entry.map_err(|error| gone(name).with_detail(error.to_string()))?;
        if !entry.file_type().is_file() {
            continue;
        }
        let path = entry.path().strip_prefix(root).unwrap_or(entry.path());
        let size_bytes = entry.metadata().map_or(0, |metadata| metadata.len());
        files.push(CodeFile {
            path: path
                .components()
                .map(|part| part.as_os_str().to_string_lossy())
                .collect::<Vec<_>>()
                .join("/"),
            size_bytes,
            editable: size_bytes <= EDITABLE_BYTES && looks_like_text(entry.path()),
        });
    }
    let handler_file = engine.and_then(|engine| handler_file(root, engine, handler));
    Ok(CodeListing { files, handler_file })
}

pub(crate) async fn read(app: &App, request: CodeReadRequest) -> Result<CodeText> {
    let function = existing(app, &request.name).await?;
    let root = app.packages().path(&function.code);
    blocking(move || text_of(&root, &request.name, request.path)).await
}

/// The text of one file of a package; `name` is the function's.
pub(crate) fn text_of(root: &Path, name: &str, path: String) -> Result<CodeText> {
    let place = inside(root, &path)?;
    let missing = || ApiError::new(ErrorCode::NotFound, format!("the code of `{name}` has no file `{path}`"));
    // A link may point only inside, which was made sure of; this holds even if somebody changed the folder since.
    let real_root = root.canonicalize().map_err(|_| gone(name))?;
    let real = place.canonicalize().map_err(|_| missing())?;
    if !real.starts_with(&real_root) || !real.is_file() {
        return Err(missing());
    }
    let mut bytes = Vec::new();
    File::open(&real)
        .and_then(|file| file.take(EDITABLE_BYTES + 1).read_to_end(&mut bytes))
        .map_err(|error| missing().with_detail(error.to_string()))?;
    let hidden =
        |why| ApiError::new(ErrorCode::InvalidInput, format!("`{path}` is {why}, so it is not shown"));
    if bytes.len() as u64 > EDITABLE_BYTES {
        return Err(hidden("larger than 1 MiB"));
    }
    let text = String::from_utf8(bytes).map_err(|_| hidden("not text"))?;
    Ok(CodeText { path, text })
}

pub(crate) async fn save(app: &App, request: CodeSaveRequest) -> Result<FunctionRecord> {
    if request.files.is_empty() {
        return Err(ApiError::new(ErrorCode::InvalidInput, "there is no file to save"));
    }
    let _publishing = app.publishing().lock().await;
    let before = existing(app, &request.name).await?;
    let root = app.packages().path(&before.code);
    let packages = app.packages().clone();
    let code = blocking(move || {
        let staging = packages.stage()?;
        copy_edited(&root, &request.files, staging.path())?;
        if request.files.iter().any(|file| file.path == "bootstrap") {
            make_executable(staging.path(), "bootstrap")?;
        }
        packages.keep(staging)
    })
    .await?;
    if code == before.code {
        return Ok(before);
    }
    let new = NewVersion {
        name: before.name.clone(),
        configuration: before.configuration.clone(),
        before: Some(before),
        code,
        variables: None,
        cause: "code".to_owned(),
    };
    publish(app, new).await
}

/// Copies a package and puts these files in the place of its own.
pub(crate) fn copy_edited(root: &Path, files: &[CodeText], into: &Path) -> Result<()> {
    copy_folder(root, into)?;
    files.iter().try_for_each(|file| write(into, file))
}

fn write(root: &Path, file: &CodeText) -> Result<()> {
    let problem = |error: std::io::Error| {
        let full = error.kind() == std::io::ErrorKind::StorageFull;
        let code = if full { ErrorCode::DiskFull } else { ErrorCode::InvalidInput };
        ApiError::new(code, format!("`{}` cannot be saved", file.path)).with_detail(error.to_string())
    };
    if file.text.len() as u64 > EDITABLE_BYTES {
        return Err(ApiError::new(
            ErrorCode::InvalidInput,
            format!("`{}` would be larger than 1 MiB", file.path),
        ));
    }
    let path = inside(root, &file.path)?;
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).map_err(problem)?;
        let real_root = root.canonicalize().map_err(problem)?;
        if !parent.canonicalize().map_err(problem)?.starts_with(real_root) {
            return Err(leaves(&file.path));
        }
    }
    if path.is_symlink() {
        std::fs::remove_file(&path).map_err(problem)?;
    }
    std::fs::write(&path, &file.text).map_err(problem)
}

/// The place of `path` below `root`.
fn inside(root: &Path, path: &str) -> Result<PathBuf> {
    let relative = Path::new(path);
    let plain = !path.is_empty()
        && !path.contains(['\\', '\0'])
        && relative.components().all(|part| matches!(part, Component::Normal(_)));
    if plain { Ok(root.join(relative)) } else { Err(leaves(path)) }
}

fn leaves(path: &str) -> ApiError {
    ApiError::new(ErrorCode::InvalidInput, format!("`{path}` is not a path inside the package"))
}

fn gone(name: &str) -> ApiError {
    ApiError::new(ErrorCode::NotFound, format!("the code of `{name}` is not in the data folder any more"))
        .with_hint("Deploy it again from its folder, or read it again from its account.")
}

fn looks_like_text(path: &Path) -> bool {
    let mut bytes = Vec::new();
    if File::open(path).and_then(|file| file.take(LOOKED_AT).read_to_end(&mut bytes)).is_err() {
        return false;
    }
    let text = match std::str::from_utf8(&bytes) {
        Ok(_) => true,
        // A character may be cut at the end of what was looked at.
        Err(error) => error.error_len().is_none() && bytes.len() as u64 == LOOKED_AT,
    };
    text && !bytes.contains(&0)
}
