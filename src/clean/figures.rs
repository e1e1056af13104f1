//! The figures of a run: a line for people, JSON for programs.

use std::io::Write;
use std::path::Path;

use crate::batch::{Outcome, Tally};
use crate::paragraph::{Capped, Kind};
use anyhow::{Context, Result};

use super::target::side;

/// The figures of a run as JSON; no clock in them, so that two equal runs give equal figures.
pub(super) fn write_stats(path: &Path, outcome: &Outcome) -> Result<()> {
    let tally = &outcome.tally;
    let kinds: serde_json::Map<String, serde_json::Value> =
        Kind::ALL.iter().zip(tally.kinds).map(|(kind, count)| (kind.name().to_owned(), count.into())).collect();
    let decisions = &tally.decisions;
    let decisions = serde_json::json!({
        "applied": decisions.applied, "new": decisions.new, "moot": decisions.moot, "stale": decisions.stale,
        "conflicting": decisions.conflicting, "elsewhere": decisions.elsewhere,
    });
    let figures = serde_json::json!({
        "docs": tally.docs, "paragraphs": tally.paragraphs, "removed": tally.removed, "kinds": kinds,
        "across": tally.across, "review": tally.review, "withdrawn": tally.withdrawn, "capped": tally.capped,
        "capped_across": tally.capped_across, "failed": tally.failed,
        "bytes": tally.bytes, "bytes_removed": tally.bytes_removed, "complete": outcome.stopped.is_none(),
        "decisions": decisions,
    });
    let text = serde_json::to_string_pretty(&figures)? + "\n";
    let mut taken = false;
    let mut file = side(path, &mut taken)?;
    file.write_all(text.as_bytes()).with_context(|| path.display().to_string())?;
    Ok(file.finish()?)
}

/// The run in a line; `check`: nothing was written; `decided`: there were decisions to carry out.
pub(super) fn summary(tally: &Tally, check: bool, decided: bool) -> String {
    let count = |n: u64, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
    let mut text = format!("{}, {}", count(tally.docs, "article"), count(tally.paragraphs, "paragraph"));
    text += &format!(": {} {}removed", tally.removed, if check { "to be " } else { "" });
    if tally.removed > 0 {
        text += &format!(" ({:.1} % of the text", tally.bytes_removed as f64 * 100.0 / tally.bytes.max(1) as f64);
        let kinds = Kind::ALL.iter().zip(tally.kinds).filter(|(_, count)| *count > 0);
        let kinds: Vec<String> = kinds.map(|(kind, count)| format!("{count} {kind}")).collect();
        text += &format!("; {})", kinds.join(", "));
    }
    if tally.across > 0 {
        text += &format!(", {} of them said in other articles", tally.across);
    }
    text += &format!(", {} to review", tally.review);
    if tally.withdrawn > 0 {
        text += &format!(", {} left whole (--force)", count(tally.withdrawn, "article"));
    }
    if decided {
        text += &format!("; decisions: {}", tally.decisions);
    }
    if tally.capped > 0 {
        text += &format!(", bounds hit in {} (see the log)", count(tally.capped, "article"));
    }
    let Capped { candidates, postings, alignments } = tally.capped_across;
    let bounds = [
        (candidates, "paragraph", "with more candidates than are compared"),
        (postings, "shingle", "with more holders than are looked up"),
        (alignments, "pair", "with more words than are aligned"),
    ];
    let hit: Vec<String> = bounds
        .iter()
        .filter(|(n, ..)| *n > 0)
        .map(|(n, what, why)| format!("{} {why}", count(*n as u64, what)))
        .collect();
    if !hit.is_empty() {
        text += &format!(", bounds hit across articles: {}", hit.join(", "));
    }
    if tally.resumed > 0 {
        text += &format!(", {} known from the log", tally.resumed);
    }
    if tally.failed > 0 {
        text += &format!(", {} failed", tally.failed);
    }
    text
}
