//! The figures of an evaluation, as data and for people.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::paragraph::{Finding, Verdict};

use super::Judged;
use super::score::{Bootstrap, Counts, Prf, Score, counts, score};

/// Hits and all of a class.
type Share = (usize, usize);

/// Everything measured.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Articles.
    pub articles: usize,
    /// Paragraphs.
    pub paragraphs: usize,
    /// Articles that the engine parted into another number of paragraphs than labelled.
    pub parted_otherwise: usize,
    /// Only the labelled paragraph counts.
    pub strict: Score,
    /// Where both say it with the same words, either may go.
    pub swap: Score,
    /// Articles without a labelled deletion.
    pub untouched_articles: usize,
    /// Of these, articles that lost a paragraph.
    pub untouched_articles_touched: usize,
    /// Look-alikes dropped, and all, by what differs.
    pub look_alikes: BTreeMap<String, Share>,
    /// Labelled deletions found (swap-tolerant), and all, by labelled kind.
    pub by_kind: BTreeMap<String, Share>,
    /// The same by finer kind, where labelled.
    pub by_sub: BTreeMap<String, Share>,
    /// Right removals (strict), and all, by the engine's kind.
    pub precision_by_kind: BTreeMap<String, Share>,
    /// Right removals (strict), and all, by the removed paragraph's role.
    pub precision_by_role: BTreeMap<String, Share>,
    /// Swap-tolerant figures by language.
    pub by_language: BTreeMap<String, Prf>,
    /// Labelled deletions put to review.
    pub drops_in_review: usize,
    /// Look-alikes put to review.
    pub look_alikes_in_review: usize,
    /// Every mistake (swap-tolerant).
    #[serde(skip)]
    mistakes: Vec<Mistake>,
}

/// One mistake.
#[derive(Clone, Debug)]
pub struct Mistake {
    /// "false removal" or "missed".
    pub what: &'static str,
    /// Article.
    pub id: String,
    /// Language code.
    pub lang: String,
    /// 0-based paragraph.
    pub paragraph: usize,
    /// Labelled kind.
    pub kind: String,
    /// Its text.
    pub text: String,
    /// The twin's text.
    pub twin: String,
    /// What the engine found.
    pub finding: Option<Finding>,
}

impl Report {
    pub(super) fn of(judged: &[Judged], bootstrap: Bootstrap) -> Self {
        let strict: Vec<Counts> = judged.iter().map(|j| counts(j, false)).collect();
        let swap: Vec<Counts> = judged.iter().map(|j| counts(j, true)).collect();
        let clean = |(j, _): &(&Judged, &Counts)| j.article.drop.is_empty();
        let mut report = Self {
            articles: judged.len(),
            paragraphs: judged.iter().map(|j| j.article.paragraphs.len()).sum(),
            parted_otherwise: judged
                .iter()
                .filter(|j| j.findings.paragraphs.len() != j.article.paragraphs.len())
                .count(),
            strict: score(&strict, bootstrap),
            swap: score(&swap, bootstrap),
            untouched_articles: judged.iter().filter(|j| j.article.drop.is_empty()).count(),
            untouched_articles_touched: judged
                .iter()
                .zip(&strict)
                .filter(clean)
                .filter(|(_, c)| !c.wrong.is_empty())
                .count(),
            look_alikes: BTreeMap::new(),
            by_kind: BTreeMap::new(),
            by_sub: BTreeMap::new(),
            precision_by_kind: BTreeMap::new(),
            precision_by_role: BTreeMap::new(),
            by_language: BTreeMap::new(),
            drops_in_review: 0,
            look_alikes_in_review: 0,
            mistakes: Vec::new(),
        };
        let mut languages: BTreeMap<String, [usize; 3]> = BTreeMap::new();
        for ((judged, strict), swap) in judged.iter().zip(&strict).zip(&swap) {
            let sums = languages.entry(judged.article.lang.clone()).or_default();
            sums[0] += swap.right.len();
            sums[1] += swap.wrong.len();
            sums[2] += swap.missed.len();
            report.count(judged, strict, swap);
            report.note(judged, swap);
        }
        report.by_language = languages.into_iter().map(|(lang, [r, w, m])| (lang, Prf::of(r, w, m))).collect();
        report
    }

    fn count(&mut self, judged: &Judged, strict: &Counts, swap: &Counts) {
        let labels = &judged.article;
        let add = |map: &mut BTreeMap<String, Share>, key: &str, hit: bool| {
            let share = map.entry(key.to_owned()).or_default();
            share.0 += usize::from(hit);
            share.1 += 1;
        };
        for index in &labels.drop {
            let hit = swap.right.contains(index);
            add(&mut self.by_kind, labels.kind.get(index).map_or("?", String::as_str), hit);
            if let Some(sub) = labels.sub.get(index) {
                add(&mut self.by_sub, sub, hit);
            }
        }
        for index in &labels.keep_hard {
            let class = labels.hard_kind.get(index).map_or("hard", String::as_str);
            add(&mut self.look_alikes, class, strict.wrong.contains(index));
        }
        for finding in &judged.findings.findings {
            let index = finding.paragraph.index();
            if finding.verdict == Verdict::Review {
                self.drops_in_review += usize::from(labels.drop.contains(&index));
                self.look_alikes_in_review += usize::from(labels.keep_hard.contains(&index));
            } else if finding.verdict == Verdict::Remove && !labels.ambiguous.contains(&index) {
                let hit = labels.drop.contains(&index);
                add(&mut self.precision_by_kind, finding.kind.name(), hit);
                add(&mut self.precision_by_role, finding.role.name(), hit);
            }
        }
    }

    fn note(&mut self, judged: &Judged, counts: &Counts) {
        let labels = &judged.article;
        let text = |index: Option<usize>| index.and_then(|i| labels.paragraphs.get(i)).cloned().unwrap_or_default();
        let mistake = |what, index: usize| {
            let finding = judged.findings.findings.iter().find(|f| f.paragraph.index() == index).cloned();
            let twin = labels.twin.get(&index).copied().flatten();
            let twin = twin.or_else(|| finding.as_ref().map(|f| f.twin.index()));
            Mistake {
                what,
                id: labels.id.clone(),
                lang: labels.lang.clone(),
                paragraph: index,
                kind: labels.kind.get(&index).or(labels.hard_kind.get(&index)).cloned().unwrap_or_default(),
                text: text(Some(index)),
                twin: text(twin),
                finding,
            }
        };
        self.mistakes.extend(counts.wrong.iter().map(|&index| mistake("false removal", index)));
        self.mistakes.extend(counts.missed.iter().map(|&index| mistake("missed", index)));
    }

    /// Up to `most` false removals and as many misses, for people.
    #[must_use]
    pub fn errors(&self, most: usize) -> String {
        let cut = |text: &str| text.chars().take(160).collect::<String>();
        let mut out = String::new();
        for what in ["false removal", "missed"] {
            for mistake in self.mistakes.iter().filter(|m| m.what == what).take(most) {
                out += &format!(
                    "{what}: {} paragraph {} ({} {})\n    {}\n  = {}\n",
                    mistake.id,
                    mistake.paragraph,
                    mistake.lang,
                    mistake.kind,
                    cut(&mistake.text),
                    cut(&mistake.twin)
                );
                if let Some(finding) = &mistake.finding {
                    let guards: Vec<&str> = finding.guards.iter().map(|guard| guard.name()).collect();
                    out += &format!(
                        "    {} margin {:+.2} guards [{}]: {}\n",
                        finding.verdict,
                        finding.margin,
                        guards.join(", "),
                        finding.reason
                    );
                }
            }
        }
        out
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} articles, {} paragraphs", self.articles, self.paragraphs)?;
        if self.parted_otherwise > 0 {
            writeln!(
                f,
                "{} articles were parted into another number of paragraphs than labelled",
                self.parted_otherwise
            )?;
        }
        for (name, score) in [("strict", &self.strict), ("swap", &self.swap)] {
            let Score { figures, precision, recall, f1, .. } = score;
            writeln!(
                f,
                "{name:<7} precision {:.4} [{:.4}, {:.4}]  recall {:.4} [{:.4}, {:.4}]  F1 {:.4} [{:.4}, {:.4}]  right {} wrong {} missed {}",
                figures.precision,
                precision.low,
                precision.high,
                figures.recall,
                recall.low,
                recall.high,
                figures.f1,
                f1.low,
                f1.high,
                score.right,
                score.wrong,
                score.missed
            )?;
        }
        writeln!(
            f,
            "articles with a false removal {}; of {} without any duplicate {} lost a paragraph",
            self.strict.articles_with_wrong, self.untouched_articles, self.untouched_articles_touched
        )?;
        let dropped: Share = self.look_alikes.values().fold((0, 0), |sum, s| (sum.0 + s.0, sum.1 + s.1));
        writeln!(f, "look-alikes dropped {} of {}", dropped.0, dropped.1)?;
        writeln!(
            f,
            "in review: {} labelled deletions, {} look-alikes",
            self.drops_in_review, self.look_alikes_in_review
        )?;
        shares(f, "look-alikes dropped by what differs", &self.look_alikes)?;
        shares(f, "recall by labelled kind", &self.by_kind)?;
        shares(f, "recall by finer kind", &self.by_sub)?;
        shares(f, "precision by kind (strict)", &self.precision_by_kind)?;
        shares(f, "precision by role (strict)", &self.precision_by_role)?;
        writeln!(f, "by language (swap)")?;
        for (lang, figures) in &self.by_language {
            writeln!(f, "  {lang:<12} P {:.3}  R {:.3}  F1 {:.3}", figures.precision, figures.recall, figures.f1)?;
        }
        Ok(())
    }
}

fn shares(f: &mut fmt::Formatter<'_>, title: &str, shares: &BTreeMap<String, Share>) -> fmt::Result {
    if shares.is_empty() {
        return Ok(());
    }
    writeln!(f, "{title}")?;
    for (name, (hit, all)) in shares {
        writeln!(f, "  {name:<17} {hit:>5} of {all:<5} {:.3}", *hit as f64 / (*all).max(1) as f64)?;
    }
    Ok(())
}
