//! The file of an embedded database: kept from other processes, missed when it is gone.
//!
//! - The lock is on the database file itself, whatever name it was opened by: neither another name for the file (a
//!   symbolic link) nor removing the file beside it lets a second process write.
//! - Beside it stands a marker, `NAME.lock`, which tells that a store was begun here. An empty or missing database beside
//!   a marker, or beside a log of changes, is a loss and not a new store. Who wants to begin anew removes the marker, too.
//!   (Earlier releases locked the marker, so it is locked as well.)
//! - While it is open, the path is compared with the open file before every write: a file that was removed or replaced
//!   would take writes that nobody ever finds.

use std::collections::BTreeSet;
use std::fs::{File, Metadata, OpenOptions, TryLockError};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::store::error::StoreError;

/// Device and number of a file, the same by whatever name it is opened.
type FileIdentity = (u64, u64);

/// The files that this process has open. Looked at before a file is opened once more: closing any handle of a file makes
/// the system drop all locks that SQLite has on it in this process.
static OPEN_FILES: Mutex<BTreeSet<FileIdentity>> = Mutex::new(BTreeSet::new());

/// Keeps other processes out while it lives.
#[derive(Debug)]
pub(super) struct DatabaseFile {
    path: PathBuf,
    identity: FileIdentity,
    file: File,
    marker: File,
}

impl DatabaseFile {
    /// Locks a database file, which is made if there was none.
    pub(super) fn take(path: &Path) -> Result<Self, StoreError> {
        let cannot = |path: &Path| {
            let path = path.to_owned();
            |cause| StoreError::Folder { path, cause }
        };
        let in_use = || StoreError::InUse { path: path.to_owned() };
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(cannot(folder))?;
        }
        if std::fs::metadata(path).is_ok_and(|found| open_files().contains(&identity(&found))) {
            return Err(in_use());
        }
        let mut options = OpenOptions::new();
        let file = options.read(true).write(true).create(true).truncate(false);
        let file = file.open(path).map_err(cannot(path))?;
        let canonical = std::fs::canonicalize(path).map_err(cannot(path))?;
        lock(&file, path)?;
        let found = file.metadata().map_err(cannot(path))?;
        let identity = identity(&found);
        let marker_path = canonical.with_extension("lock");
        let mut options = OpenOptions::new();
        let marker = options.read(true).write(true).create(true).truncate(false);
        let mut marker = marker.open(&marker_path).map_err(cannot(&marker_path))?;
        lock(&marker, path)?;
        let mut text = String::new();
        marker.read_to_string(&mut text).map_err(cannot(&marker_path))?;
        let log = canonical_log(&canonical);
        let log_is_there = std::fs::metadata(&log).is_ok_and(|log| log.len() > 0);
        if found.len() == 0 && (log_is_there || !text.is_empty()) {
            let marker = if log_is_there { log } else { marker_path };
            return Err(StoreError::Gone { path: path.to_owned(), marker });
        }
        if !open_files().insert(identity) {
            return Err(in_use());
        }
        let taken = Self { path: canonical, identity, file, marker };
        taken.check_in_place()?;
        Ok(taken)
    }

    /// The path without symbolic links.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Fails once the path no longer leads to the file that is open.
    pub(super) fn check_in_place(&self) -> Result<(), StoreError> {
        match std::fs::metadata(&self.path) {
            Ok(found) if identity(&found) == self.identity => Ok(()),
            Ok(_) | Err(_) => Err(StoreError::Replaced { path: self.path.clone() }),
        }
    }

    /// Writes down that a store was begun here.
    pub(super) fn mark(&self) -> Result<(), StoreError> {
        let cannot = |cause| StoreError::Folder { path: self.path.with_extension("lock"), cause };
        if self.marker.metadata().map_err(cannot)?.len() > 0 {
            return Ok(());
        }
        let text = format!(
            "The store {} was begun. Without this file, an empty one is begun in its place.\n",
            self.path.display()
        );
        (&self.marker).write_all(text.as_bytes()).map_err(cannot)?;
        self.marker.sync_all().map_err(cannot)
    }
}

impl Drop for DatabaseFile {
    fn drop(&mut self) {
        // Said, not left to closing: a process that is just being forked would keep the locks a moment longer.
        let _ = self.marker.unlock();
        let _ = self.file.unlock();
        open_files().remove(&self.identity);
    }
}

fn open_files() -> std::sync::MutexGuard<'static, BTreeSet<FileIdentity>> {
    OPEN_FILES.lock().unwrap_or_else(PoisonError::into_inner)
}

fn identity(found: &Metadata) -> FileIdentity {
    (found.dev(), found.ino())
}

/// SQLite's log of changes beside a database.
fn canonical_log(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}

fn lock(file: &File, path: &Path) -> Result<(), StoreError> {
    file.try_lock().map_err(|error| match error {
        TryLockError::WouldBlock => StoreError::InUse { path: path.to_owned() },
        TryLockError::Error(cause) => StoreError::Folder { path: path.to_owned(), cause },
    })
}
