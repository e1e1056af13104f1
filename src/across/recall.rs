//! How many of the pairs that comparing all with all finds are found: in generated text, and by hand in real text.

use std::collections::{HashMap, HashSet};
use std::io::Write;

use rayon::prelude::*;

use super::groups::Groups;
use super::pairs::{Pair, Proposals, share_enough};
use super::sheet::Sheet;
use super::survey::{Batch, Key, Survey};
use super::verify::compare;
use crate::article::Deduplicator;
use crate::options::{Across, Mode, Options};
use crate::paragraph::{Finding, Verdict};

/// Paragraphs of a small vocabulary, some of them excerpts and variants of others: by a seed.
fn paragraphs(count: usize) -> Vec<String> {
    let mut state = 7u64;
    let mut random = move |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let mut all: Vec<Vec<usize>> = Vec::new();
    for at in 0..count {
        let mut words: Vec<usize> = (0..6 + random(60)).map(|_| random(300)).collect();
        if at % 6 > 0 {
            let source = &all[at / 6 * 6];
            let from = if random(2) == 0 { 0 } else { random(source.len() / 2) };
            words = source[from..].to_vec();
            for _ in 0..random(words.len().div_ceil(12)) {
                let place = random(words.len());
                words[place] = random(300);
            }
        }
        all.push(words);
    }
    all.iter().map(|words| words.iter().map(|word| format!("w{word}")).collect::<Vec<_>>().join(" ")).collect()
}

/// A batch, each text an article of its own, that has its memory in bytes.
struct Case {
    dedup: Deduplicator,
    batch: Batch,
    groups: Groups,
    /// All pairs that are proposed.
    found: HashSet<Pair>,
    /// The shingles of each paragraph.
    sets: Vec<Vec<u64>>,
}

impl Case {
    fn of(texts: &[String], memory: u64) -> Self {
        let dedup = Deduplicator::new(Options::default()).expect("in range");
        let across = Across { mode: Mode::Repeats, min_articles: 2, one_site: true, templates: false };
        let mut survey = Survey::new(across, dedup.options(), memory);
        for (line, text) in (1..).zip(texts) {
            let sheet = Sheet::read(&dedup, "", "", text, None, |_| {});
            survey.add(Key { input: 0, line }, &sheet.unnamed()).expect("kept");
        }
        let (batch, keys, asked) = survey.parts();
        let groups = Groups::of(&batch, &keys).expect("read");
        let mut found = HashSet::new();
        let proposals = Proposals::of(&batch, &groups, &asked).expect("read");
        let all = proposals.each(|_, pairs| {
            found.extend(pairs);
            Ok(())
        });
        all.expect("read");
        let read = |paragraph| {
            let mut shingles = Vec::new();
            batch.read_shingles(paragraph, &mut shingles);
            shingles
        };
        let sets = (0..batch.paragraphs.len() as u32).map(read).collect();
        Self { dedup, batch, groups, found, sets }
    }

    /// The first of each group of paragraphs with the same words.
    fn firsts(&self) -> Vec<u32> {
        (0u32..).zip(&self.groups.first).filter(|(at, first)| at == *first).map(|(at, _)| at).collect()
    }

    /// Every pair of different articles that has the share of the smaller one's shingles that is asked for within one.
    fn alike(&self) -> Vec<Pair> {
        let firsts = self.firsts();
        let mut holders: HashMap<u64, Vec<u32>> = HashMap::new();
        for first in &firsts {
            self.sets[*first as usize].iter().for_each(|hash| holders.entry(*hash).or_default().push(*first));
        }
        let alike = firsts.par_iter().flat_map_iter(|&second| {
            let mut met: HashSet<u32> = HashSet::new();
            let set = &self.sets[second as usize];
            for hash in set {
                met.extend(holders[hash].iter().take_while(|first| **first < second));
            }
            let share = self.batch.candidate_share(second);
            met.into_iter()
                .filter(move |first| {
                    let other = &self.sets[*first as usize];
                    self.batch.article(*first) != self.batch.article(second) && share_enough(other, set, share)
                })
                .map(move |first| Pair { second, first })
                .collect::<Vec<_>>()
        });
        alike.collect()
    }
}

#[test]
fn nearly_every_pair_that_comparing_all_finds_is_found() {
    let case = Case::of(&paragraphs(1200), 1 << 20);
    let enough = |pair: &&Pair| {
        let [a, b] = [pair.first, pair.second].map(|paragraph| &case.sets[paragraph as usize]);
        // What the verdict accepts shares this much, but for one in a hundred.
        share_enough(a, b, 0.5)
    };
    let alike = case.alike();
    let all: Vec<&Pair> = alike.iter().filter(enough).collect();
    let missed = all.iter().filter(|pair| !case.found.contains(pair)).count();
    assert!(all.len() > 500 && missed * 100 <= all.len(), "{missed} of {} missed", all.len());
}

/// By hand: `UNECHO_ARTICLES=articles.jsonl cargo test --release --lib recall -- --ignored --nocapture`; several files
/// are parted as in `PATH`, and each is a batch.
#[test]
#[ignore = "needs files of real articles"]
fn of_real_pairs_that_the_verdict_removes_nearly_all_are_found() {
    let files = std::env::var_os("UNECHO_ARTICLES").expect("UNECHO_ARTICLES names JSONL with a field text");
    let (mut all, mut lost) = (0, 0);
    for file in std::env::split_paths(&files) {
        let text = |line: &str| {
            let record: serde_json::Value = serde_json::from_str(line).expect("JSON");
            record["text"].as_str().expect("a text").to_owned()
        };
        let texts: Vec<String> = std::fs::read_to_string(file).expect("readable").lines().map(text).collect();
        let case = Case::of(&texts, 1 << 31);
        let alike = case.alike();
        let compared = alike.len();
        let removes = |found: &Option<Finding>| found.as_ref().is_some_and(|f| f.verdict == Verdict::Remove);
        let accepted = compare(&case.dedup, &case.batch, alike, true);
        let accepted = accepted.iter().filter(|found| removes(&found.forth) || removes(&found.back));
        let accepted: Vec<Pair> = accepted.map(|found| found.pair).collect();
        let missed: Vec<&Pair> = accepted.iter().filter(|pair| !case.found.contains(pair)).collect();
        let mut told = format!(
            "{} paragraphs in {} articles: {compared} pairs are alike, the verdict removes in {}; {} pairs were proposed, \
             {} of those {} not\n",
            case.sets.len(),
            texts.len(),
            accepted.len(),
            case.found.len(),
            missed.len(),
            accepted.len(),
        );
        for pair in &missed {
            for paragraph in [pair.first, pair.second] {
                let head: String = case.batch.with(paragraph, |record| record.text.chars().take(100).collect());
                told += &format!("  {paragraph}: {} shingles, {head:?}\n", case.sets[paragraph as usize].len());
            }
        }
        writeln!(std::io::stderr(), "{told}").expect("told");
        all += accepted.len();
        lost += missed.len();
    }
    assert!(all > 0 && lost * 100 <= all, "{lost} of {all} missed");
}
