//! A file that grows, and beside it how far it has come, so that an export that was cut off goes on.

use std::fs::{File, OpenOptions};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// After how many messages the file and what stands beside it are put on the disk.
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

/// Where it is kept how far a file has come.
pub(super) fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".cursor");
    PathBuf::from(name)
}

/// Nothing is overwritten.
pub(crate) fn is_there(path: &Path) -> String {
    format!("{} is there already (tệp đã có); name another file or remove it", path.display())
}

fn failed(path: &Path) -> impl Fn(std::io::Error) -> String {
    move |cause| format!("cannot write {}: {cause}", path.display())
}

impl ExportFile {
    /// A new file, which is made when something is written to it, or one that was cut off, from where it is sound.
    pub(super) fn open(path: &Path, plan: &str) -> Result<Self, String> {
        let beside = beside(path);
        let progress = match std::fs::read(&beside) {
            Ok(text) => Some(
                serde_json::from_slice::<Progress>(&text)
                    .map_err(|cause| format!("{} cannot be read: {cause}", beside.display()))?,
            ),
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => None,
            Err(cause) => return Err(format!("{} cannot be read: {cause}", beside.display())),
        };
        let path = path.to_owned();
        let Some(progress) = progress else {
            if path.exists() {
                return Err(is_there(&path));
            }
            let progress = Progress { plan: plan.to_owned(), ..Progress::default() };
            return Ok(Self { path, file: None, progress, unsaved: 0 });
        };
        if progress.plan != plan {
            return Err(format!(
                "{} is of an export with other arguments (không cùng yêu cầu xuất); give the same, or remove both files",
                beside.display()
            ));
        }
        let mut file = OpenOptions::new().write(true).open(&path).map_err(failed(&path))?;
        let there = file.metadata().map_err(failed(&path))?.len();
        if there < progress.length {
            return Err(format!(
                "{} is shorter than it was; remove it and {}",
                path.display(),
                beside.display()
            ));
        }
        file.set_len(progress.length).map_err(failed(&path))?;
        file.seek(SeekFrom::End(0)).map_err(failed(&path))?;
        Ok(Self { path, file: Some(file), progress, unsaved: 0 })
    }

    /// Makes the file; before anything is in it, it is noted beside it that it is an export's.
    fn make(&mut self) -> Result<(), String> {
        let file = OpenOptions::new().write(true).create_new(true).open(&self.path);
        self.file = Some(file.map_err(|cause| {
            let there = cause.kind() == std::io::ErrorKind::AlreadyExists;
            if there { is_there(&self.path) } else { failed(&self.path)(cause) }
        })?);
        self.save()
    }

    /// Whether there is a file to go on with.
    pub(super) fn has_begun(&self) -> bool {
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

    /// Writes more, with the cursor and revision that stand after it.
    pub(super) fn append(
        &mut self,
        bytes: &[u8],
        rows: u64,
        at: Option<(String, i64)>,
    ) -> Result<(), String> {
        if self.file.is_none() {
            self.make()?;
        }
        if let Some(file) = &mut self.file {
            file.write_all(bytes).map_err(failed(&self.path))?;
        }
        self.progress.length += u64::try_from(bytes.len()).unwrap_or_default();
        self.progress.rows += rows;
        if let Some((cursor, revision)) = at {
            (self.progress.cursor, self.progress.revision) = (cursor, revision);
            self.unsaved += 1;
        }
        if self.unsaved >= MESSAGES { self.save() } else { Ok(()) }
    }

    /// First the rows, then how far they go: what is told to be there is there.
    fn save(&mut self) -> Result<(), String> {
        if let Some(file) = &self.file {
            file.sync_data().map_err(failed(&self.path))?;
        }
        let (beside, text) = (beside(&self.path), serde_json::to_vec(&self.progress));
        let mut next = beside.clone();
        next.set_extension("next");
        std::fs::write(&next, text.map_err(|cause| cause.to_string())?).map_err(failed(&next))?;
        std::fs::rename(&next, &beside).map_err(failed(&beside))?;
        self.unsaved = 0;
        Ok(())
    }

    /// All has come: rows and revision.
    pub(super) fn finish(self) -> Result<(u64, i64), String> {
        if let Some(file) = &self.file {
            file.sync_all().map_err(failed(&self.path))?;
        }
        let beside = beside(&self.path);
        std::fs::remove_file(&beside).map_err(failed(&beside))?;
        Ok((self.progress.rows, self.progress.revision))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_was_cut_off_goes_on_from_what_was_put_on_the_disk() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        let mut kept = ExportFile::open(&path, "plan").unwrap();
        assert!(kept.is_new());
        kept.append(b"head\n", 0, None).unwrap();
        for number in 1..=MESSAGES + 3 {
            kept.append(b"row\n", 1, Some((format!("after {number}"), 7))).unwrap();
        }
        drop(kept);
        let mut kept = ExportFile::open(&path, "plan").unwrap();
        assert_eq!((kept.cursor(), kept.rows()), ("after 16", 16));
        kept.append(b"last\n", 1, Some(("end".to_owned(), 7))).unwrap();
        assert_eq!(kept.finish(), Ok((17, 7)));
        let expected = format!("head\n{}last\n", "row\n".repeat(16));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), expected);
        assert!(!beside(&path).exists());
    }

    #[test]
    fn no_file_is_overwritten_and_no_other_export_continued() {
        let folder = tempfile::tempdir().unwrap();
        let (there, begun) = (folder.path().join("a.csv"), folder.path().join("b.csv"));
        std::fs::write(&there, "mine").unwrap();
        assert!(ExportFile::open(&there, "plan").unwrap_err().contains("there already"));
        drop(ExportFile::open(&begun, "plan").unwrap());
        assert!(!begun.exists() && !beside(&begun).exists(), "an export that did not begin leaves a file");
        ExportFile::open(&begun, "plan").unwrap().append(b"", 0, None).unwrap();
        assert!(ExportFile::open(&begun, "other").unwrap_err().contains("other arguments"));
        let mut kept = ExportFile::open(&begun, "plan").unwrap();
        kept.append(b"rows", 1, Some(("a".to_owned(), 1))).unwrap();
        kept.save().unwrap();
        std::fs::write(&begun, "r").unwrap();
        assert!(ExportFile::open(&begun, "plan").unwrap_err().contains("shorter"));
    }
}
