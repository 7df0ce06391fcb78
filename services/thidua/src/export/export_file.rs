//! A file that grows, with a note beside it of how far it has come, so that an interrupted export goes on.

use std::fs::{File, OpenOptions};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::output::file_exists;

/// After how many messages the file and the note are flushed to the disk.
const MESSAGES: u32 = 16;

/// How far a file has come.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Progress {
    /// What is being exported, and how it is written.
    plan: String,
    /// Where the stream goes on.
    cursor: String,
    /// The bytes up to there; what follows is cut off.
    length: u64,
    rows: u64,
    revision: i64,
}

/// A file being written.
#[derive(Debug)]
pub(super) struct ExportFile {
    path: PathBuf,
    /// None before anything is written: an export that never begins leaves nothing behind.
    file: Option<File>,
    progress: Progress,
    unsaved: u32,
}

/// How much a finished export holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Extent {
    /// The records.
    pub(super) rows: u64,
    /// The revision at which they were read.
    pub(super) revision: i64,
}

/// How far a message reaches.
#[derive(Debug)]
pub(super) struct Reached {
    /// Where the stream goes on after it.
    pub(super) cursor: String,
    /// The revision at which its records were read.
    pub(super) revision: i64,
}

/// The file of the note beside a file.
pub(super) fn progress_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".cursor");
    PathBuf::from(name)
}

fn failed(path: &Path) -> impl Fn(std::io::Error) -> String {
    move |cause| format!("cannot write {}: {cause}", path.display())
}

impl ExportFile {
    /// A new file, which is created by the first write, or one of an interrupted export, from where it is sound.
    pub(super) fn open(path: &Path, plan: &str) -> Result<Self, String> {
        let note = progress_path(path);
        let progress = match std::fs::read(&note) {
            Ok(text) => Some(
                serde_json::from_slice::<Progress>(&text)
                    .map_err(|cause| format!("{} cannot be read: {cause}", note.display()))?,
            ),
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => None,
            Err(cause) => return Err(format!("{} cannot be read: {cause}", note.display())),
        };
        let path = path.to_owned();
        let Some(progress) = progress else {
            if path.exists() {
                return Err(file_exists(&path));
            }
            let progress = Progress { plan: plan.to_owned(), ..Progress::default() };
            return Ok(Self { path, file: None, progress, unsaved: 0 });
        };
        if progress.plan != plan {
            return Err(format!(
                "{} is of an export with other arguments (không cùng yêu cầu xuất); give the same, or remove both files",
                note.display()
            ));
        }
        let mut file = OpenOptions::new().write(true).open(&path).map_err(failed(&path))?;
        let length = file.metadata().map_err(failed(&path))?.len();
        if length < progress.length {
            return Err(format!(
                "{} is shorter than it was; remove it and {}",
                path.display(),
                note.display()
            ));
        }
        file.set_len(progress.length).map_err(failed(&path))?;
        file.seek(SeekFrom::End(0)).map_err(failed(&path))?;
        Ok(Self { path, file: Some(file), progress, unsaved: 0 })
    }

    /// Creates the file; before anything is in it, the note says that it is an export's.
    fn create(&mut self) -> Result<(), String> {
        let file = OpenOptions::new().write(true).create_new(true).open(&self.path);
        self.file = Some(file.map_err(|cause| {
            let exists = cause.kind() == std::io::ErrorKind::AlreadyExists;
            if exists { file_exists(&self.path) } else { failed(&self.path)(cause) }
        })?);
        self.save()
    }

    /// Whether there is a file to go on with.
    pub(super) fn exists(&self) -> bool {
        self.file.is_some()
    }

    /// Whether nothing has been written.
    pub(super) fn is_new(&self) -> bool {
        self.progress.length == 0
    }

    pub(super) fn cursor(&self) -> &str {
        &self.progress.cursor
    }

    pub(super) fn rows(&self) -> u64 {
        self.progress.rows
    }

    /// Writes more rows, and how far they reach.
    pub(super) fn append(&mut self, bytes: &[u8], rows: u64, reached: Option<Reached>) -> Result<(), String> {
        if self.file.is_none() {
            self.create()?;
        }
        if let Some(file) = &mut self.file {
            file.write_all(bytes).map_err(failed(&self.path))?;
        }
        self.progress.length += u64::try_from(bytes.len()).unwrap_or_default();
        self.progress.rows += rows;
        if let Some(Reached { cursor, revision }) = reached {
            (self.progress.cursor, self.progress.revision) = (cursor, revision);
            self.unsaved += 1;
        }
        if self.unsaved >= MESSAGES { self.save() } else { Ok(()) }
    }

    /// First the rows, then the note: rows that it counts are on the disk.
    fn save(&mut self) -> Result<(), String> {
        if let Some(file) = &self.file {
            file.sync_data().map_err(failed(&self.path))?;
        }
        let (note, text) = (progress_path(&self.path), serde_json::to_vec(&self.progress));
        let mut next = note.clone();
        next.set_extension("next");
        std::fs::write(&next, text.map_err(|cause| cause.to_string())?).map_err(failed(&next))?;
        std::fs::rename(&next, &note).map_err(failed(&note))?;
        self.unsaved = 0;
        Ok(())
    }

    /// Ends a complete export.
    pub(super) fn finish(self) -> Result<Extent, String> {
        if let Some(file) = &self.file {
            file.sync_all().map_err(failed(&self.path))?;
        }
        let note = progress_path(&self.path);
        std::fs::remove_file(&note).map_err(failed(&note))?;
        Ok(Extent { rows: self.progress.rows, revision: self.progress.revision })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reached(cursor: &str, revision: i64) -> Reached {
        Reached { cursor: cursor.to_owned(), revision }
    }

    #[test]
    fn an_interrupted_file_goes_on_from_what_was_flushed_to_the_disk() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        let mut file = ExportFile::open(&path, "plan").unwrap();
        assert!(file.is_new());
        file.append(b"head\n", 0, None).unwrap();
        for number in 1..=MESSAGES + 3 {
            file.append(b"row\n", 1, Some(reached(&format!("after {number}"), 7))).unwrap();
        }
        drop(file);
        let mut file = ExportFile::open(&path, "plan").unwrap();
        assert_eq!((file.cursor(), file.rows()), ("after 16", 16));
        file.append(b"last\n", 1, Some(reached("end", 7))).unwrap();
        assert_eq!(file.finish(), Ok(Extent { rows: 17, revision: 7 }));
        let expected = format!("head\n{}last\n", "row\n".repeat(16));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), expected);
        assert!(!progress_path(&path).exists());
    }

    #[test]
    fn no_file_is_overwritten_and_no_other_export_continued() {
        let folder = tempfile::tempdir().unwrap();
        let (there, begun) = (folder.path().join("a.csv"), folder.path().join("b.csv"));
        std::fs::write(&there, "mine").unwrap();
        assert!(ExportFile::open(&there, "plan").unwrap_err().contains("there already"));
        drop(ExportFile::open(&begun, "plan").unwrap());
        assert!(
            !begun.exists() && !progress_path(&begun).exists(),
            "an export that did not begin leaves a file"
        );
        ExportFile::open(&begun, "plan").unwrap().append(b"", 0, None).unwrap();
        assert!(ExportFile::open(&begun, "other").unwrap_err().contains("other arguments"));
        let mut file = ExportFile::open(&begun, "plan").unwrap();
        file.append(b"rows", 1, Some(reached("a", 1))).unwrap();
        file.save().unwrap();
        std::fs::write(&begun, "r").unwrap();
        assert!(ExportFile::open(&begun, "plan").unwrap_err().contains("shorter"));
    }
}
