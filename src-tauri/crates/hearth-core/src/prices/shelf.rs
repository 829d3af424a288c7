//! Where price books stand: the bundled one, and every one that was fetched, in `DATA/prices`. Owns these files. A file
//! that cannot be read is left alone and said, never used in part.

use super::PriceSources;
use crate::{ApiError, ErrorCode, Result};
use hearth_cost::{Books, PriceBook};
use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

const PENDING: &str = "pending.json";

/// All price books of a running Hearth.
pub(crate) struct PriceShelf {
    folder: PathBuf,
    books: RwLock<Arc<Books>>,
    pending: Mutex<Option<PriceBook>>,
    /// Files that are no price book, with why, as they were when the data folder was opened.
    unread: Vec<String>,
    sources: Mutex<PriceSources>,
    hosts: Mutex<BTreeSet<String>>,
    alone: tokio::sync::Mutex<()>,
}

impl PriceShelf {
    /// The bundled book and those kept in the data folder.
    pub(crate) fn open(data_dir: &Path) -> Result<Self> {
        let folder = data_dir.join("prices");
        let (mut files, mut unread) = (Vec::new(), Vec::new());
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let name = entry.file_name();
            if path.extension().is_some_and(|extension| extension == "json") && name != PENDING {
                files.push(path);
            }
        }
        files.sort();
        let mut use_it = |path: &Path| {
            read(path).unwrap_or_else(|why| {
                tracing::warn!(path = %path.display(), why, "a price book is not used");
                unread.push(format!("{} is not used: {why}", path.display()));
                None
            })
        };
        let kept: Vec<PriceBook> = files.iter().filter_map(|path| use_it(path)).collect();
        let pending = use_it(&folder.join(PENDING));
        Ok(Self {
            folder,
            unread,
            books: RwLock::new(Arc::new(Books::new(PriceBook::bundled()?, kept))),
            pending: Mutex::new(pending),
            sources: Mutex::new(PriceSources::default()),
            hosts: Mutex::new(BTreeSet::new()),
            alone: tokio::sync::Mutex::new(()),
        })
    }

    pub(crate) fn books(&self) -> Arc<Books> {
        Arc::clone(&self.books.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Files that are no price book, with why.
    pub(super) fn unread(&self) -> Vec<String> {
        self.unread.clone()
    }

    /// Prices that wait for a yes.
    pub(super) fn pending(&self) -> Option<PriceBook> {
        held(&self.pending).clone()
    }

    pub(super) fn sources(&self) -> PriceSources {
        held(&self.sources).clone()
    }

    pub(crate) fn set_sources(&self, sources: PriceSources) {
        *held(&self.sources) = sources;
    }

    /// Hosts that were asked for prices since the start.
    pub(crate) fn hosts(&self) -> Vec<String> {
        held(&self.hosts).iter().cloned().collect()
    }

    pub(super) fn note_hosts(&self, hosts: Vec<String>) {
        held(&self.hosts).extend(hosts);
    }

    /// Held by whoever changes books.
    pub(super) async fn alone(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.alone.lock().await
    }

    /// Writes a book and uses it from now on. Older ones stay.
    pub(super) fn keep(&self, book: &PriceBook) -> Result<()> {
        self.write(&format!("{}.json", book.date()), &book.to_json()?)?;
        let mut books = self.books.write().unwrap_or_else(PoisonError::into_inner);
        let others = books.all().to_vec();
        *books = Arc::new(Books::new(PriceBook::bundled()?, others.into_iter().chain([book.clone()])));
        Ok(())
    }

    /// Writes what waits for a yes, or that nothing does.
    pub(super) fn hold(&self, pending: Option<&PriceBook>) -> Result<()> {
        match pending {
            Some(book) => self.write(PENDING, &book.to_json()?)?,
            None => match std::fs::remove_file(self.folder.join(PENDING)) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(unwritten(&error)),
                _ => {}
            },
        }
        *held(&self.pending) = pending.cloned();
        Ok(())
    }

    /// Whole or not at all.
    fn write(&self, name: &str, text: &str) -> Result<()> {
        let write = || -> std::io::Result<()> {
            std::fs::create_dir_all(&self.folder)?;
            let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
            file.write_all(text.as_bytes())?;
            file.as_file().sync_all()?;
            file.persist(self.folder.join(name)).map_err(|error| error.error)?;
            Ok(())
        };
        write().map_err(|error| unwritten(&error))
    }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn unwritten(error: &std::io::Error) -> ApiError {
    let code = if error.kind() == std::io::ErrorKind::StorageFull {
        ErrorCode::DiskFull
    } else {
        ErrorCode::Internal
    };
    ApiError::new(code, "the price book could not be kept; the old prices stay in use")
        .with_hint("Look at the rights and the free space of the data folder.")
        .with_detail(error.to_string())
}

/// The book of a file, none without a file; else why it is none.
fn read(path: &Path) -> std::result::Result<Option<PriceBook>, String> {
    match std::fs::read_to_string(path) {
        Ok(text) => PriceBook::parse(&text).map(Some).map_err(|error| error.to_string()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.to_string()),
    }
}
