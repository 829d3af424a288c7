//! Values of environment variables, which are secrets: kept in one file a function that only the person may read,
//! by version, so that going back to a version brings its values back. Must not let a value reach an error, a log, the
//! ledger or an export.

use crate::{ApiError, ErrorCode, Result};
use hearth_model::FunctionId;
use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Values by name.
pub(crate) type Variables = BTreeMap<String, String>;

/// Most bytes of names and values together, as on AWS.
const LIMIT: usize = 4_096;

/// Names that the platform sets itself, beside those that begin with `AWS_LAMBDA_`.
const RESERVED: [&str; 11] = [
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
    "AWS_DEFAULT_REGION",
    "AWS_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "LAMBDA_TASK_ROOT",
    "LAMBDA_RUNTIME_DIR",
];

fn is_reserved(name: &str) -> bool {
    RESERVED.contains(&name) || (name.starts_with("AWS_LAMBDA_") && name != "AWS_LAMBDA_EXEC_WRAPPER")
}

/// Refuses names and sizes that AWS would refuse. Says names, never values.
pub(crate) fn check(variables: &Variables) -> Result<()> {
    for name in variables.keys() {
        let mut bytes = name.bytes();
        let starts_well = bytes.next().is_some_and(|first| first.is_ascii_alphabetic());
        if is_reserved(name) {
            return Err(ApiError::new(
                ErrorCode::InvalidInput,
                format!("the environment variable `{name}` is set by the platform itself"),
            )
            .with_hint("Use another name."));
        }
        if !starts_well || !bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            return Err(ApiError::new(
                ErrorCode::InvalidInput,
                format!("`{name}` cannot be the name of an environment variable"),
            )
            .with_hint("Use letters, digits and underscores, and begin with a letter."));
        }
    }
    if let Some((name, _)) = variables.iter().find(|(_, value)| value.contains('\0')) {
        return Err(ApiError::new(
            ErrorCode::InvalidInput,
            format!("the value of the environment variable `{name}` holds a NUL character"),
        ));
    }
    let size: usize = variables.iter().map(|(name, value)| name.len() + value.len()).sum();
    if size > LIMIT {
        return Err(ApiError::new(
            ErrorCode::InvalidInput,
            format!("the environment variables have {size} bytes together; the limit is {LIMIT}"),
        )
        .with_hint("Put large values into a file of the package."));
    }
    Ok(())
}

/// The values of all functions.
#[derive(Clone, Debug)]
pub(crate) struct VariablesStore {
    functions: PathBuf,
}

impl VariablesStore {
    /// The values of a data folder.
    pub(crate) fn open(data_dir: &Path) -> Self {
        Self { functions: data_dir.join("functions") }
    }

    fn path(&self, function: &FunctionId) -> PathBuf {
        self.functions.join(function.as_str()).join("environment.json")
    }

    /// What version `version` of `function` is given: what was set last, at it or before.
    pub(crate) fn of(&self, function: &FunctionId, version: u32) -> Result<Variables> {
        let all = self.read(function)?;
        Ok(all
            .into_iter()
            .rev()
            .find(|(since, _)| *since <= version)
            .map(|(_, values)| values)
            .unwrap_or_default())
    }

    /// Sets the values from `version` on.
    pub(crate) fn set(&self, function: &FunctionId, version: u32, values: &Variables) -> Result<()> {
        let mut all = self.read(function)?;
        let before = all.range(..=version).next_back().map(|(_, values)| values);
        if before == Some(values) || (before.is_none() && values.is_empty()) {
            return Ok(());
        }
        all.insert(version, values.clone());
        self.write(function, &all).map_err(|error| problem(function, "written", &error))
    }

    fn read(&self, function: &FunctionId) -> Result<BTreeMap<u32, Variables>> {
        match std::fs::read(self.path(function)) {
            // The parser's message could quote a value, so it is left out.
            Ok(bytes) => serde_json::from_slice(&bytes)
                .map_err(|_| problem(function, "read", &std::io::ErrorKind::InvalidData.into())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(BTreeMap::new()),
            Err(error) => Err(problem(function, "read", &error)),
        }
    }

    fn write(&self, function: &FunctionId, all: &BTreeMap<u32, Variables>) -> std::io::Result<()> {
        let path = self.path(function);
        let folder = path.parent().unwrap_or(&self.functions);
        std::fs::create_dir_all(folder)?;
        // A temporary file is made with mode 0600, and keeps it when it takes the place of the old one.
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        serde_json::to_writer(&mut file, all)?;
        file.flush()?;
        file.persist(&path).map_err(|error| error.error)?;
        Ok(())
    }
}

fn problem(function: &FunctionId, what: &str, error: &std::io::Error) -> ApiError {
    let code = match error.kind() {
        std::io::ErrorKind::StorageFull => ErrorCode::DiskFull,
        _ => ErrorCode::Internal,
    };
    ApiError::new(code, format!("the environment variables of function {function} could not be {what}"))
        .with_detail(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(pairs: &[(&str, &str)]) -> Variables {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_version_keeps_the_values_it_was_given() {
        let data = tempfile::tempdir().unwrap();
        let store = VariablesStore::open(data.path());
        let function = FunctionId::from("01F");
        assert_eq!(store.of(&function, 1).unwrap(), values(&[]));
        store.set(&function, 2, &values(&[("A", "1")])).unwrap();
        store.set(&function, 4, &values(&[("A", "2"), ("B", "3")])).unwrap();
        assert_eq!(store.of(&function, 1).unwrap(), values(&[]), "version 1 had none");
        assert_eq!(store.of(&function, 3).unwrap(), values(&[("A", "1")]), "version 3 changed nothing");
        assert_eq!(store.of(&function, 9).unwrap(), values(&[("A", "2"), ("B", "3")]));
    }

    #[cfg(unix)]
    #[test]
    fn only_the_person_may_read_the_file() {
        use std::os::unix::fs::PermissionsExt as _;
        let data = tempfile::tempdir().unwrap();
        let store = VariablesStore::open(data.path());
        let function = FunctionId::from("01F");
        store.set(&function, 1, &values(&[("A", "1")])).unwrap();
        store.set(&function, 2, &values(&[("A", "2")])).unwrap();
        let mode = std::fs::metadata(store.path(&function)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn refusals_name_the_variable_and_never_its_value() {
        for (name, value) in
            [("1A", "s3cret"), ("A-B", "s3cret"), ("", "s3cret"), ("AWS_REGION", "s3cret"), ("A", "s3cret\0")]
        {
            let error = check(&values(&[(name, value)])).unwrap_err();
            assert!(error.message.contains(name) && !format!("{error:?}").contains("s3cret"), "{error:?}");
        }
        let error = check(&values(&[("A", &"s3cret".repeat(1_000))])).unwrap_err();
        assert!(error.message.contains("4096") && !error.message.contains("s3cret"), "{error:?}");
        check(&values(&[("API_KEY", "x"), ("b2", "")])).unwrap();
    }
}
