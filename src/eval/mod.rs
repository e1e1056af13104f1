//! Scores the engine on labelled articles: precision, recall, F1, and which look-alikes it drops.
//!
//! A labelled set is JSONL: `{"id","lang","paragraphs":[…],"drop":[i],"twin":{"i":k},"keep_hard":[i],"kind":{"i":name},
//! "swap_ok":[i],"ambiguous":[i],"sub":{"i":name},"hard_kind":{"i":name}}`, indices 0-based. A removal is right if it is
//! in `drop` (strict), or if it is the twin of one in `swap_ok` (swap-tolerant); `ambiguous` is never scored.

mod report;
mod score;

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use serde::Deserialize;

use crate::article::Deduplicator;
use crate::paragraph::Findings;

pub use report::{Mistake, Report};
pub use score::{Bootstrap, Interval, Prf, Score};

/// One labelled article.
#[derive(Clone, Debug, Deserialize)]
pub struct Labelled {
    /// Its name.
    #[serde(default)]
    pub id: String,
    /// Language code.
    #[serde(default = "unknown")]
    pub lang: String,
    /// Its paragraphs.
    pub paragraphs: Vec<String>,
    /// What a careful editor deletes.
    #[serde(default)]
    pub drop: BTreeSet<usize>,
    /// The paragraph that stays for each.
    #[serde(default)]
    pub twin: BTreeMap<usize, Option<usize>>,
    /// Look-alikes that must stay.
    #[serde(default)]
    pub keep_hard: BTreeSet<usize>,
    /// Kind of each deletion.
    #[serde(default)]
    pub kind: BTreeMap<usize, String>,
    /// Finer kind.
    #[serde(default)]
    pub sub: BTreeMap<usize, String>,
    /// What sort of look-alike.
    #[serde(default)]
    pub hard_kind: BTreeMap<usize, String>,
    /// Deletions where either copy may go.
    #[serde(default)]
    pub swap_ok: BTreeSet<usize>,
    /// Never scored.
    #[serde(default)]
    pub ambiguous: BTreeSet<usize>,
}

fn unknown() -> String {
    "?".into()
}

/// A labelled set that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("line {line}: {source}")]
pub struct EvalError {
    /// 1-based.
    line: usize,
    source: serde_json::Error,
}

/// An article with what the engine did.
pub(crate) struct Judged {
    pub(crate) article: Labelled,
    pub(crate) findings: Findings,
    pub(crate) removed: BTreeSet<usize>,
}

/// Runs the engine on every labelled article and scores it.
///
/// # Errors
/// If a line is no labelled article.
pub fn evaluate(labelled: &str, dedup: &Deduplicator, bootstrap: Bootstrap) -> Result<Report, EvalError> {
    let mut articles: Vec<Labelled> = Vec::new();
    for (index, line) in labelled.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        articles.push(serde_json::from_str(line).map_err(|source| EvalError { line: index + 1, source })?);
    }
    let judged: Vec<Judged> = articles
        .into_par_iter()
        .map(|article| {
            let paragraphs: Vec<String> = article.paragraphs.iter().map(|p| p.replace('\n', " ")).collect();
            let findings = dedup.find(&paragraphs.join("\n\n"));
            let removed = findings.removals().map(|f| f.paragraph.index()).collect();
            Judged { article, findings, removed }
        })
        .collect();
    Ok(Report::of(&judged, bootstrap))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Options;

    const SET: &str = r#"{"id":"a","lang":"en","paragraphs":["The mayor opened the new bridge over the river on a rainy day in the old town.","Nobody was hurt when the tram left its rails near the station.","The mayor opened the new bridge over the river on a rainy day in the old town."],"drop":[2],"twin":{"2":0},"kind":{"2":"exact"},"swap_ok":[2]}
{"id":"b","lang":"en","paragraphs":["The storm killed 12 people on the coast and left the harbour without power for days.","The storm killed 21 people on the coast and left the harbour without power for days."],"keep_hard":[1],"hard_kind":{"1":"number"}}
{"id":"c","lang":"de","paragraphs":["Der Rat hat den Haushalt gestern nach langer Debatte einstimmig beschlossen.","Ganz anderes steht hier und es hat nichts mit dem Haushalt zu tun."],"drop":[1],"twin":{"1":0},"kind":{"1":"restated"}}
"#;

    #[test]
    fn figures_are_those_worked_out_by_hand() {
        let dedup = Deduplicator::new(Options::default()).expect("default options are in range");
        let report = evaluate(SET, &dedup, Bootstrap::default()).expect("the set parses");
        // One hit (a), one miss (c), no false removal.
        assert_eq!((report.strict.right, report.strict.wrong, report.strict.missed), (1, 0, 1));
        assert!((report.strict.figures.f1 - 2.0 / 3.0).abs() < 1e-9);
        assert_eq!(report.look_alikes["number"], (0, 1));
        assert_eq!((report.untouched_articles, report.untouched_articles_touched), (1, 0));
        assert_eq!(report.by_kind["exact"], (1, 1));
        assert!((report.by_language["de"].f1 - 0.0).abs() < 1e-9);
        assert_eq!(report.errors(5).matches("missed").count(), 1);
        assert!(evaluate("{}\n", &dedup, Bootstrap::default()).is_err_and(|e| e.to_string().starts_with("line 1")));
    }
}
