//! How the time grows with an article: many paragraphs, and the shapes that would make a careless search quadratic.
//! Beside each hostile shape stands plain text of its size; items are paragraphs.

mod data;

use std::hint::black_box;

use data::Script;
use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use unecho::across::{Key, Sheet, Survey};
use unecho::options::{Across, Mode};
use unecho::paragraph::Findings;
use unecho::{Deduplicator, Options};

fn main() {
    // What the command line says wins.
    divan::Divan::default().sample_count(3).sample_size(1).config_with_args().main();
}

/// Times `find`, once it gave what `holds` expects.
fn find(bencher: Bencher<'_, '_>, text: &str, holds: impl Fn(&Findings) -> bool) {
    let dedup = Deduplicator::new(Options::default()).expect("the defaults are in range");
    let findings = dedup.find(text);
    let removed = findings.removals().count();
    assert!(holds(&findings), "{} paragraphs, {removed} removed, {:?}", findings.paragraphs.len(), findings.capped);
    bencher
        .counter(BytesCount::of_str(text))
        .counter(ItemsCount::new(findings.paragraphs.len()))
        .bench_local(|| dedup.find(black_box(text)));
}

fn removes(findings: &Findings, paragraphs: usize, removed: std::ops::RangeInclusive<usize>) -> bool {
    findings.paragraphs.len() == paragraphs && removed.contains(&findings.removals().count())
}

#[divan::bench(args = [1_000, 10_000, 100_000])]
fn unique(bencher: Bencher<'_, '_>, paragraphs: usize) {
    find(bencher, &data::unique(paragraphs, Script::Latin), |found| removes(found, paragraphs, 0..=0));
}

#[divan::bench(args = [1_000, 100_000])]
fn equal(bencher: Bencher<'_, '_>, paragraphs: usize) {
    let all = paragraphs - 1;
    find(bencher, &data::equal(paragraphs), |found| removes(found, paragraphs, all..=all));
}

#[divan::bench(args = [1_000, 100_000])]
fn one_shingle_in_all(bencher: Bencher<'_, '_>, paragraphs: usize) {
    find(bencher, &data::one_shingle(paragraphs, 40), |found| removes(found, paragraphs, 0..=0));
}

/// Half of what a paragraph says is said by all.
#[divan::bench(args = [1_000, 100_000])]
fn one_shingle_in_short_lines(bencher: Bencher<'_, '_>, paragraphs: usize) {
    find(bencher, &data::one_shingle(paragraphs, 4), |found| found.paragraphs.len() == paragraphs);
}

#[divan::bench(args = [1_000, 100_000])]
fn pairs_just_under(bencher: Bencher<'_, '_>, paragraphs: usize) {
    find(bencher, &data::just_under(paragraphs, 2), |found| removes(found, paragraphs, 0..=0));
}

#[divan::bench(args = [1_000, 10_000])]
fn families_of_near_copies(bencher: Bencher<'_, '_>, paragraphs: usize) {
    find(bencher, &data::near_copies(paragraphs, 60), |found| {
        removes(found, paragraphs, paragraphs * 9 / 10..=paragraphs)
    });
}

#[divan::bench(args = [1_000, 100_000])]
fn near_copies_of_one(bencher: Bencher<'_, '_>, paragraphs: usize) {
    find(bencher, &data::near_copies(paragraphs, paragraphs), |found| {
        removes(found, paragraphs, paragraphs * 9 / 10..=paragraphs)
    });
}

#[divan::bench(args = [1_000, 100_000])]
fn families_just_under(bencher: Bencher<'_, '_>, paragraphs: usize) {
    find(bencher, &data::just_under(paragraphs, 60), |found| removes(found, paragraphs, 0..=0));
}

#[divan::bench(args = [1_000, 100_000])]
fn slips(bencher: Bencher<'_, '_>, paragraphs: usize) {
    find(bencher, &data::slips(paragraphs), |found| found.paragraphs.len() == paragraphs);
}

#[divan::bench(args = [1_000, 100_000])]
fn copies_and_more(bencher: Bencher<'_, '_>, paragraphs: usize) {
    find(bencher, &data::copies_and_more(paragraphs), |found| found.paragraphs.len() == paragraphs);
}

#[divan::bench(args = [1_000, 100_000])]
fn file_names(bencher: Bencher<'_, '_>, paragraphs: usize) {
    find(bencher, &data::file_names(paragraphs), |found| found.paragraphs.len() == paragraphs);
}

#[divan::bench(args = [1_000, 10_000])]
fn one_word_again_and_again(bencher: Bencher<'_, '_>, words: usize) {
    find(bencher, &data::one_word(words), |found| found.paragraphs.len() == 2);
}

#[divan::bench(args = [5_000_000, 50_000_000])]
fn one_paragraph(bencher: Bencher<'_, '_>, bytes: usize) {
    find(bencher, &data::one_paragraph(bytes), |found| removes(found, 1, 0..=0));
}

/// Times the comparison of articles of one paragraph each, once it found what `goes` expects.
fn across(bencher: Bencher<'_, '_>, texts: &[String], goes: usize) {
    let across = Across { mode: Mode::Repeats, min_articles: 3, one_site: true, templates: false };
    let options = Options { across: Some(across.clone()), ..Options::default() };
    let dedup = Deduplicator::new(options.clone()).expect("the defaults are in range");
    let plan = || {
        let mut survey = Survey::new(across.clone(), &options, 1 << 30);
        for (line, text) in (1..).zip(texts) {
            let sheet = Sheet::read(&dedup, "", "", text, None, |_| {});
            survey.add(Key { input: 0, line }, &sheet).expect("kept");
        }
        survey.plan(&dedup).expect("made")
    };
    assert_eq!(plan().len(), goes);
    bencher.counter(ItemsCount::new(texts.len())).bench_local(plan);
}

fn articles(text: &str) -> Vec<String> {
    text.split("\n\n").filter(|paragraph| !paragraph.trim().is_empty()).map(str::to_owned).collect()
}

#[divan::bench(args = [10_000, 100_000])]
fn across_unique(bencher: Bencher<'_, '_>, paragraphs: usize) {
    across(bencher, &articles(&data::unique(paragraphs, Script::Latin)), 0);
}

#[divan::bench(args = [10_000, 100_000])]
fn across_equal(bencher: Bencher<'_, '_>, paragraphs: usize) {
    across(bencher, &articles(&data::equal(paragraphs)), paragraphs - 1);
}

#[divan::bench(args = [10_000, 100_000])]
fn across_one_shingle_in_all(bencher: Bencher<'_, '_>, paragraphs: usize) {
    across(bencher, &articles(&data::one_shingle(paragraphs, 40)), 0);
}
