//! `thidua store`: moving a store.

use indicatif::ProgressBar;

/// Copies a store and tells where the copy stands.
pub(crate) async fn copy(from: &str, to: &str) -> Result<(), String> {
    let bar = ProgressBar::new(0);
    let progress = |reached: i64, last: i64| {
        bar.set_length(u64::try_from(last).unwrap_or_default());
        bar.set_position(u64::try_from(reached).unwrap_or_default());
    };
    let head = thidua_chassis::store::copy(from, to, progress).await.map_err(|error| error.to_string())?;
    bar.finish_and_clear();
    println!("copied: {} entries, head {}", head.revision, head.hash);
    Ok(())
}
