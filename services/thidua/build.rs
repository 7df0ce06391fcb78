//! Puts the example year into the program, so that it runs wherever it is copied to.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

#[expect(clippy::disallowed_methods, reason = "cargo tells a build script through its environment")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=example");
    let root = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?).join("example");
    let mut files = Vec::new();
    collect(&root, &mut files)?;
    files.sort();
    let mut text = String::from("[\n");
    for file in &files {
        println!("cargo::rerun-if-changed={}", file.display());
        let name = file.strip_prefix(&root)?.display().to_string();
        writeln!(text, "    ({name:?}, include_str!({:?})),", file.display().to_string())?;
    }
    text.push_str("]\n");
    std::fs::write(PathBuf::from(std::env::var("OUT_DIR")?).join("example.rs"), text)?;
    Ok(())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
