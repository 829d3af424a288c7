//! Which files a QuickJS function may load: its own, by relative path.
//!
//! Owns module names and their sources. Nothing outside the task root is ever
//! read, links included.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use rquickjs::loader::{ImportAttributes, Loader, Resolver};
use rquickjs::module::Declared;
use rquickjs::{Ctx, Exception, Module, Result};

const EXTENSIONS: [&str; 4] = ["js", "mjs", "cjs", "json"];

/// The task root, and the last module that was not found in it.
#[derive(Debug, Clone, Default)]
pub(super) struct Files {
    root: Rc<RefCell<PathBuf>>,
    missing: Rc<RefCell<Option<String>>>,
}

impl Files {
    /// Takes the function's folder; module names are canonical paths below it.
    pub(super) fn enter(&self, root: &Path) -> std::io::Result<()> {
        *self.root.borrow_mut() = root.canonicalize()?;
        Ok(())
    }

    pub(super) fn root(&self) -> PathBuf {
        self.root.borrow().clone()
    }

    /// The message of the last failed import since the last call.
    pub(super) fn take_missing(&self) -> Option<String> {
        self.missing.borrow_mut().take()
    }

    /// Resolves `name` as seen from the module `base`.
    pub(super) fn find(&self, base: &str, name: &str) -> Option<String> {
        let root = self.root();
        let wanted = if name.starts_with("./") || name.starts_with("../") || name == "." || name == ".." {
            Path::new(base).parent().unwrap_or(&root).join(name)
        } else if Path::new(name).is_absolute() {
            PathBuf::from(name)
        } else {
            return None;
        };
        let with_extension = EXTENSIONS.iter().map(|extension| {
            let mut file = wanted.clone().into_os_string();
            file.push(".");
            file.push(extension);
            PathBuf::from(file)
        });
        let index = EXTENSIONS.iter().map(|extension| wanted.join("index").with_extension(extension));
        std::iter::once(wanted.clone())
            .chain(with_extension)
            .chain(index)
            .find(|file| file.is_file())
            .and_then(|file| file.canonicalize().ok())
            .filter(|file| file.starts_with(&root))
            .and_then(|file| file.to_str().map(str::to_owned))
    }

    /// Resolves for `require`, and remembers what was not there.
    pub(super) fn require(&self, base: &str, name: &str) -> Option<String> {
        let found = self.find(base, name);
        if found.is_none() {
            *self.missing.borrow_mut() = Some(absent(name));
        }
        found
    }

    /// Reads a file that `find` named.
    pub(super) fn read(&self, file: &str) -> std::io::Result<String> {
        let path = Path::new(file).canonicalize()?;
        if !path.starts_with(self.root()) {
            return Err(std::io::Error::other(format!("`{file}` is outside the function's folder")));
        }
        std::fs::read_to_string(path)
    }

    fn refuse(&self, context: &Ctx<'_>, message: String) -> rquickjs::Error {
        let error = Exception::throw_message(context, &message);
        *self.missing.borrow_mut() = Some(message);
        error
    }
}

impl Resolver for Files {
    fn resolve<'js>(
        &mut self,
        context: &Ctx<'js>,
        base: &str,
        name: &str,
        _attributes: Option<ImportAttributes<'js>>,
    ) -> Result<String> {
        if let Some(file) = self.find(base, name) {
            return Ok(file);
        }
        Err(self.refuse(context, absent(name)))
    }
}

impl Loader for Files {
    fn load<'js>(
        &mut self,
        context: &Ctx<'js>,
        name: &str,
        _attributes: Option<ImportAttributes<'js>>,
    ) -> Result<Module<'js, Declared>> {
        let source = self
            .read(name)
            .map_err(|error| self.refuse(context, format!("cannot read module `{name}`: {error}")))?;
        if Path::new(name).extension().is_some_and(|extension| extension == "json") {
            return Module::declare(context.clone(), name, format!("export default (\n{source}\n);"));
        }
        Module::declare(context.clone(), name, source)
    }
}

/// What is said of a module that cannot be had.
pub(super) fn absent(name: &str) -> String {
    if name.starts_with('.') || name.starts_with('/') {
        format!("cannot find module `{name}` in the function's folder")
    } else {
        format!("quickjs has no module `{}`; use nodejs", name.trim_start_matches("node:"))
    }
}
