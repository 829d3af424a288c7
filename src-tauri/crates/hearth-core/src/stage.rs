//! Brings code from where a person has it into a staging folder and looks at it. Owns the kinds of sources. Must not
//! know the ledger; blocking, so it is called off the async threads.

use crate::api::{CodeSource, CodeText, Detected, EngineInfo};
use crate::code::copy_edited;
use crate::detect::detect;
use crate::package::{Packages, Staging, copy_folder, unzip, write_embedded};
use crate::samples::sample_folder;
use crate::{ApiError, ErrorCode, Result};
use bytes::Bytes;
use hearth_model::{FunctionConfiguration, FunctionRecord};
use std::fs::File;
use std::io::{BufReader, Cursor, Read as _};
use std::path::{Path, PathBuf};

/// What staging needs from the App.
#[derive(Clone, Debug)]
pub(crate) struct Stage {
    pub(crate) packages: Packages,
    pub(crate) data_dir: PathBuf,
    pub(crate) uploads_dir: PathBuf,
    pub(crate) engines: Vec<EngineInfo>,
}

/// Where the bytes come from.
pub(crate) enum Origin {
    /// As a user interface names it.
    Source(CodeSource),
    /// A zip in memory.
    Zip(Bytes),
    /// A package that is here, with files in the place of its own.
    Edited {
        /// The folder of the package.
        folder: PathBuf,
        /// The function that it was read of.
        name: String,
        /// The files.
        files: Vec<CodeText>,
    },
    /// What a function that is here runs.
    Kept {
        /// The folder of its code.
        folder: PathBuf,
        /// The function.
        function: Box<FunctionRecord>,
    },
}

/// Code that was brought and looked at. Dropping it removes it.
#[derive(Debug)]
pub(crate) struct Staged {
    pub(crate) staging: Staging,
    pub(crate) detected: Detected,
}

impl Stage {
    /// Brings the code. With `handler_given`, a wrapping folder stays, since the handler may be written with it.
    pub(crate) fn bring(&self, origin: &Origin, handler_given: bool) -> Result<Staged> {
        let staging = self.packages.stage()?;
        let called = match origin {
            Origin::Kept { folder, function } => {
                copy_folder(folder, staging.path())?;
                function.name.clone()
            }
            Origin::Edited { folder, name, files } => {
                copy_edited(folder, files, staging.path())?;
                name.clone()
            }
            Origin::Zip(bytes) => {
                unzip(Cursor::new(bytes), staging.path())?;
                String::new()
            }
            Origin::Source(CodeSource::Path { path }) => self.bring_path(path, &staging)?,
            Origin::Source(CodeSource::Upload { upload, file_name }) => {
                let file = self.upload(upload)?;
                unzip(BufReader::new(file), staging.path())?;
                stem(Path::new(file_name))
            }
            Origin::Source(CodeSource::Sample { sample }) => {
                write_embedded(sample_folder(sample)?, staging.path())?;
                sample.clone()
            }
            Origin::Source(CodeSource::Function { name } | CodeSource::Edited { name, .. }) => {
                return Err(ApiError::internal(format!("the code of `{name}` was not looked up")));
            }
        };
        let mut detected = detect(staging.path(), &called, &self.engines);
        if detected.handler.is_none()
            && !handler_given
            && let Some(wrapper) = only_folder(staging.path())
        {
            staging.unwrap_folder(&wrapper)?;
            detected = detect(staging.path(), &called, &self.engines);
            detected
                .highlights
                .push((wrapper, "this folder inside the zip was taken as the package".to_owned()));
        }
        if let Origin::Kept { function, .. } = origin {
            as_it_is(&mut detected, function, &self.engines);
        }
        Ok(Staged { staging, detected })
    }

    /// Copies a folder, a zip or a file, and returns what people would call it.
    fn bring_path(&self, written: &str, staging: &Staging) -> Result<String> {
        let path = expand(written)?;
        let metadata = std::fs::metadata(&path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => {
                ApiError::new(ErrorCode::NotFound, format!("there is no file or folder `{}`", path.display()))
                    .with_hint("Check the path; upper and lower case count.")
            }
            _ => ApiError::new(ErrorCode::InvalidPackage, format!("`{}` cannot be read", path.display()))
                .with_detail(error.to_string()),
        })?;
        if metadata.is_dir() {
            let real = path.canonicalize().unwrap_or_else(|_| path.clone());
            if self.data_dir.canonicalize().is_ok_and(|data| data.starts_with(&real)) {
                return Err(ApiError::new(
                    ErrorCode::InvalidPackage,
                    format!("`{}` holds Hearth's own data, so it cannot be a function", path.display()),
                )
                .with_hint("Choose the folder that holds only the function."));
            }
            copy_folder(&path, staging.path())?;
            return Ok(real.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default());
        }
        let kind = FileKind::of(&path)?;
        match kind {
            FileKind::Zip => {
                let file = File::open(&path).map_err(|error| unreadable(&path, &error))?;
                unzip(BufReader::new(file), staging.path())?;
            }
            FileKind::Source => {
                let name =
                    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
                staging.add_file(&path, &name)?;
            }
            FileKind::Program => staging.add_file(&path, "bootstrap")?,
        }
        Ok(called(&path))
    }

    fn upload(&self, upload: &str) -> Result<File> {
        let missing = || {
            ApiError::new(ErrorCode::NotFound, format!("there is no upload `{upload}` any more"))
                .with_hint("Drop the folder or file again.")
        };
        File::open(self.upload_path(upload).ok_or_else(missing)?).map_err(|_| missing())
    }

    /// The file of an upload; none when the name is not one that the host makes.
    pub(crate) fn upload_path(&self, upload: &str) -> Option<PathBuf> {
        let plain = (1..=64).contains(&upload.len())
            && upload.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        plain.then(|| self.uploads_dir.join(format!("{upload}.zip")))
    }
}

/// A function that is here has its runtime and handler already: a person may have chosen others than would be found.
fn as_it_is(detected: &mut Detected, function: &FunctionRecord, engines: &[EngineInfo]) {
    let FunctionConfiguration { runtime, handler, .. } = &function.configuration;
    detected.name.clone_from(&function.name);
    detected.engine_available = engines.iter().any(|engine| engine.runtime == *runtime && engine.available);
    detected.runtime = Some(runtime.clone());
    detected.handler = Some(handler.clone());
    let reason = format!("as version {} has it here", function.version);
    detected.runtime_reason.clone_from(&reason);
    detected.handler_reason = reason;
    detected.problems.clear();
}

enum FileKind {
    Zip,
    /// One file of Python or JavaScript.
    Source,
    /// An executable, which becomes `bootstrap`.
    Program,
}

impl FileKind {
    fn of(path: &Path) -> Result<Self> {
        let extension = path.extension().map(|extension| extension.to_string_lossy().to_lowercase());
        let mut start = Vec::new();
        File::open(path)
            .and_then(|file| file.take(4).read_to_end(&mut start))
            .map_err(|error| unreadable(path, &error))?;
        match extension.as_deref() {
            Some("zip") => return Ok(Self::Zip),
            Some("py" | "js" | "mjs" | "cjs") => return Ok(Self::Source),
            _ => {}
        }
        match start.as_slice() {
            [b'P', b'K', 3 | 5, 4 | 6] => Ok(Self::Zip),
            [0x7f, b'E', b'L', b'F'] | [b'#', b'!', ..] => Ok(Self::Program),
            _ => Err(ApiError::new(
                ErrorCode::InvalidPackage,
                format!("`{}` is not something that can be deployed", path.display()),
            )
            .with_hint("Choose a folder, a .zip, a .py, .js, .mjs or .cjs file, or an executable.")),
        }
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> ApiError {
    ApiError::new(ErrorCode::InvalidPackage, format!("`{}` cannot be read", path.display()))
        .with_detail(error.to_string())
}

/// An absolute path, with `~` at its beginning understood.
fn expand(written: &str) -> Result<PathBuf> {
    let written = written.trim();
    let path = match written.strip_prefix('~') {
        Some(rest) if rest.is_empty() || rest.starts_with(['/', '\\']) => std::env::home_dir()
            .ok_or_else(|| {
                ApiError::new(ErrorCode::InvalidInput, "the home folder that `~` stands for is not known")
            })?
            .join(rest.trim_start_matches(['/', '\\'])),
        _ => PathBuf::from(written),
    };
    if path.is_absolute() {
        Ok(path)
    } else {
        Err(ApiError::new(ErrorCode::InvalidInput, format!("`{written}` is not an absolute path"))
            .with_hint("Write the whole path, beginning with / or ~."))
    }
}

/// What people would call a file: its folder when the file is called like everybody's.
fn called(path: &Path) -> String {
    let name = stem(path);
    let usual = ["app", "index", "main", "handler", "lambda_function", "function", "bootstrap", "lambda"];
    if usual.contains(&name.as_str())
        && let Some(folder) = path.parent().and_then(Path::file_name)
    {
        return folder.to_string_lossy().into_owned();
    }
    name
}

fn stem(path: &Path) -> String {
    path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The folder that holds everything, when there is exactly one thing at the top.
fn only_folder(root: &Path) -> Option<String> {
    let mut entries = std::fs::read_dir(root).ok()?;
    let first = entries.next()?.ok()?;
    let alone = entries.next().is_none() && first.file_type().ok()?.is_dir();
    alone.then(|| first.file_name().to_string_lossy().into_owned())
}
