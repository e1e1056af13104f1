//! How fast each step of an article's journey is, in bytes of text a second.

mod data;

use std::hint::black_box;

use data::Script;
use divan::Bencher;
use divan::counter::BytesCount;
use unecho::io::jsonl::{Fields, record, without};
use unecho::markup::plain::paragraphs;
use unecho::options::Paragraphs;
use unecho::paragraph::Span;
use unecho::shingle::Prints;
use unecho::similarity::align::{Match, align};
use unecho::similarity::candidates::Search;
use unecho::similarity::vocabulary::Vocabulary;
use unecho::{Deduplicator, Options, cut, diff};

fn main() {
    // What the command line says wins.
    divan::Divan::default().sample_count(30).sample_size(1).config_with_args().main();
}

/// Paragraphs in the texts.
const PARAGRAPHS: usize = 10_000;

fn deduplicator() -> Deduplicator {
    Deduplicator::new(Options::default()).expect("the defaults are in range")
}

fn prints(text: &str) -> Prints {
    let mut prints = Prints::default();
    prints.fill(text, &paragraphs(text, Paragraphs::Auto), Options::default().ngram);
    prints
}

fn count_words(text: &str) -> usize {
    let mut words = 0;
    unecho::words::scan(text, |_, _, _| words += 1);
    words
}

#[divan::bench]
fn step_1_paragraphs(bencher: Bencher<'_, '_>) {
    let text = data::unique(PARAGRAPHS, Script::Latin);
    assert_eq!(paragraphs(&text, Paragraphs::Auto).len(), PARAGRAPHS);
    bencher.counter(BytesCount::of_str(&text)).bench_local(|| paragraphs(black_box(&text), Paragraphs::Auto));
}

#[divan::bench(args = [Script::Latin, Script::Cyrillic, Script::Arabic, Script::Han, Script::Thai])]
fn step_2_words(bencher: Bencher<'_, '_>, script: Script) {
    let text = data::unique(PARAGRAPHS, script);
    let words = count_words(&text);
    assert!((20 * PARAGRAPHS..400 * PARAGRAPHS).contains(&words), "{words} words");
    if script == Script::Latin {
        assert_eq!(words, text.split_whitespace().count());
    }
    bencher.counter(BytesCount::of_str(&text)).bench_local(|| count_words(black_box(&text)));
}

#[divan::bench]
fn step_3_shingles(bencher: Bencher<'_, '_>) {
    let text = data::unique(PARAGRAPHS, Script::Latin);
    let spans = paragraphs(&text, Paragraphs::Auto);
    let mut prints = prints(&text);
    assert_eq!(prints.all_shingles().len(), count_words(&text) - 2 * PARAGRAPHS);
    bencher.counter(BytesCount::of_str(&text)).bench_local(|| prints.fill(black_box(&text), &spans, 3));
}

#[divan::bench]
fn step_4_candidates(bencher: Bencher<'_, '_>) {
    let text = data::unique(PARAGRAPHS, Script::Latin);
    let prints = prints(&text);
    let mut search = Search::default();
    let mut candidates = || search.candidates(black_box(&prints), 0.35, |_, _| true);
    assert_eq!(candidates().pairs, []);
    bencher.counter(BytesCount::of_str(&text)).bench_local(candidates);
}

#[divan::bench]
fn step_4_candidates_of_pairs(bencher: Bencher<'_, '_>) {
    let text = data::just_under(PARAGRAPHS, 2);
    let prints = prints(&text);
    let mut search = Search::default();
    let mut candidates = || search.candidates(black_box(&prints), 0.35, |_, _| true);
    assert_eq!(candidates().pairs.len(), PARAGRAPHS / 2);
    bencher.counter(BytesCount::of_str(&text)).bench_local(candidates);
}

#[divan::bench(args = [20, 100, 1000, 5000])]
fn step_5_alignment(bencher: Bencher<'_, '_>, words: usize) {
    let [one, other] = data::near_equal(words, 10);
    let text = format!("{one}\n{other}");
    let mut vocabulary = Vocabulary::new(&text);
    let x = vocabulary.read(Span::new(0, one.len()));
    let y = vocabulary.read(Span::new(one.len() + 1, text.len()));
    let alignment = align(&x, &y, &vocabulary).expect("short enough");
    let same = alignment.first.iter().filter(|found| matches!(found, Match::Same(_))).count();
    assert!((words * 9 / 10..words).contains(&same), "{same} of {words}");
    let repeat = 5000 / words;
    bencher.counter(BytesCount::new(text.len() * repeat)).bench_local(|| {
        for _ in 0..repeat {
            black_box(align(black_box(&x), &y, &vocabulary));
        }
    });
}

#[divan::bench(args = [Script::Latin, Script::Cyrillic, Script::Arabic, Script::Han, Script::Thai])]
fn whole_unique(bencher: Bencher<'_, '_>, script: Script) {
    let text = data::unique(PARAGRAPHS, script);
    let dedup = deduplicator();
    let found = dedup.find(&text);
    assert_eq!((found.paragraphs.len(), found.removals().count()), (PARAGRAPHS, 0));
    bencher.counter(BytesCount::of_str(&text)).bench_local(|| dedup.find(black_box(&text)));
}

#[divan::bench]
fn whole_articles_with_echoes(bencher: Bencher<'_, '_>) {
    let articles = data::articles_with_echoes(200);
    let dedup = deduplicator();
    let removals = || articles.iter().map(|text| dedup.find(black_box(text)).removals().count()).sum::<usize>();
    assert!((550..=600).contains(&removals()), "{} removals, of 600 echoes", removals());
    bencher.counter(BytesCount::new(articles.iter().map(String::len).sum::<usize>())).bench_local(removals);
}

/// The articles of `corpus/articles`.
const ARTICLES: [&str; 3] = [
    include_str!("../corpus/articles/glass-harbour.txt"),
    include_str!("../corpus/articles/observatorio.txt"),
    include_str!("../corpus/articles/stadtwerke.txt"),
];

#[divan::bench]
fn whole_corpus(bencher: Bencher<'_, '_>) {
    let dedup = deduplicator();
    for article in ARTICLES {
        assert!(dedup.find(article).removals().count() > 0);
    }
    let bytes = ARTICLES.iter().map(|text| text.len()).sum::<usize>() * 100;
    bencher.counter(BytesCount::new(bytes)).bench_local(|| {
        for _ in 0..100 {
            ARTICLES.iter().for_each(|article| drop(dedup.find(black_box(article))));
        }
    });
}

#[divan::bench]
fn cutting(bencher: Bencher<'_, '_>) {
    let text = data::articles_with_echoes(1).remove(0);
    let findings = deduplicator().find(&text);
    let cuts = cut::cuts(&text, &findings);
    assert_eq!(cuts.len(), findings.removals().count());
    assert!(cuts.len() >= 2 && cut::cleaned(&text, &cuts).len() < text.len());
    bencher.counter(BytesCount::new(text.len() * 1000)).bench_local(|| {
        for _ in 0..1000 {
            black_box(cut::cleaned(black_box(&text), &cut::cuts(&text, &findings)));
        }
    });
}

#[divan::bench]
fn diffing(bencher: Bencher<'_, '_>) {
    let text = data::articles_with_echoes(1).remove(0);
    let findings = deduplicator().find(&text);
    let cuts = cut::cuts(&text, &findings);
    let hunks = diff::unified("a", &text, &cuts, &findings).matches("\n@@ ").count();
    assert_eq!(hunks, cuts.len());
    bencher.counter(BytesCount::new(text.len() * 1000)).bench_local(|| {
        for _ in 0..1000 {
            black_box(diff::unified("a", black_box(&text), &cuts, &findings));
        }
    });
}

#[divan::bench]
fn jsonl_record(bencher: Bencher<'_, '_>) {
    let text = data::articles_with_echoes(1).remove(0);
    let line = serde_json::json!({ "id": 7, "text": text, "url": "https://example.org/a" }).to_string().into_bytes();
    let fields = Fields::default();
    let cuts = cut::cuts(&text, &deduplicator().find(&text));
    let cleaned = || {
        let record = record(black_box(&line), &fields).expect("a record");
        without(&line, record.raw, &cuts)
    };
    let value: serde_json::Value = serde_json::from_slice(&cleaned()).expect("JSON");
    assert_eq!(value["text"], cut::cleaned(&text, &cuts));
    bencher.counter(BytesCount::new(line.len() * 1000)).bench_local(|| {
        for _ in 0..1000 {
            black_box(cleaned());
        }
    });
}
