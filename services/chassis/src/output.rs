//! Standard output and standard error of a program. A reader who has gone, as in `… | head -1`, is no fault; a disk that is full
//! is one, and is told. Nothing here panics, as the standard macros do.

use std::io::{ErrorKind, Write};

/// Exit code where standard output cannot be written (`EX_IOERR`).
pub const OUTPUT_FAILED: u8 = 74;

/// Why standard output takes no more.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// Nobody reads it any more.
    #[error("nobody reads standard output any more")]
    Closed,
    /// It cannot be written, for example onto a full disk.
    #[error("standard output cannot be written: {0} (không ghi được kết quả)")]
    Failed(std::io::Error),
}

impl From<std::io::Error> for OutputError {
    fn from(cause: std::io::Error) -> Self {
        if cause.kind() == ErrorKind::BrokenPipe { Self::Closed } else { Self::Failed(cause) }
    }
}

/// Why a command ended before it had done everything.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// What went wrong, for people.
    #[error("{0}")]
    Failed(String),
    /// What it printed was not taken.
    #[error(transparent)]
    Output(#[from] OutputError),
}

impl From<String> for CommandError {
    fn from(problem: String) -> Self {
        Self::Failed(problem)
    }
}

/// Writes to standard output, up to the last byte.
pub fn print(bytes: impl AsRef<[u8]>) -> Result<(), OutputError> {
    write(&mut std::io::stdout().lock(), bytes.as_ref())
}

/// Writes a text and the end of its line to standard output.
pub fn print_line(text: &str) -> Result<(), OutputError> {
    print(format!("{text}\n"))
}

fn write(output: &mut impl Write, bytes: &[u8]) -> Result<(), OutputError> {
    output.write_all(bytes)?;
    Ok(output.flush()?)
}

/// Writes a line to standard error. Where that is not possible, there is nobody left to tell; the exit code says it.
pub fn print_problem(text: &str) {
    drop(write(&mut std::io::stderr().lock(), format!("{}\n", text.trim_end()).as_bytes()));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes so many bytes, and no more.
    struct Narrow {
        room: usize,
        refusal: ErrorKind,
    }

    impl Write for Narrow {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            let taken = bytes.len().min(self.room);
            self.room -= taken;
            if taken == 0 { Err(self.refusal.into()) } else { Ok(taken) }
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_reader_who_has_gone_is_told_from_a_full_disk() {
        let refused = |refusal| write(&mut Narrow { room: 2, refusal }, b"three").unwrap_err();
        assert!(matches!(refused(ErrorKind::BrokenPipe), OutputError::Closed));
        assert!(matches!(refused(ErrorKind::StorageFull), OutputError::Failed(_)));
        assert!(write(&mut Narrow { room: 5, refusal: ErrorKind::Other }, b"three").is_ok());
    }
}
