//! Compiles the contract without protoc: protox reads the files, prost and tonic make the types and stubs, pbjson their
//! canonical JSON. The descriptor set keeps options and comments, for reflection and for the tests of the conventions.

use std::error::Error;
use std::path::{Path, PathBuf};

#[expect(clippy::disallowed_methods, reason = "cargo tells build scripts their folder this way")]
fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=thidua");
    println!("cargo::rerun-if-changed=google");
    let mut files = Vec::new();
    collect(Path::new("thidua"), &mut files)?;
    files.sort();

    let mut compiler = protox::Compiler::new(["."])?;
    compiler.include_imports(true).include_source_info(true).open_files(&files)?;
    // Not through prost's own types: those drop the `google.api` options.
    let descriptors = compiler.encode_file_descriptor_set();
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    std::fs::write(out.join("thidua.bin"), &descriptors)?;

    tonic_prost_build::configure()
        .extern_path(".google.protobuf", "::pbjson_types")
        .compile_well_known_types(true)
        .compile_fds(compiler.file_descriptor_set())?;
    pbjson_build::Builder::new().register_descriptors(&descriptors)?.build(&[".thidua", ".google.type"])?;
    Ok(())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "proto") {
            files.push(path);
        }
    }
    Ok(())
}
