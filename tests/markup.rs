//! Promises of the HTML and Markdown readers, for any source: the text is found where it is said to be, whatever is cut
//! leaves the rest as it was, and the rest reads as before without what went.

#![cfg(all(feature = "html", feature = "markdown", feature = "io"))]

mod promises;

use promises::texts::{MARKS, SENTENCES, TAGS};
use promises::{clean_stays_clean, dedup, document, reading};
use proptest::prelude::*;
use unecho::cut::{Cut, cleaned};
use unecho::markup::marked::Marked;
use unecho::markup::{Syntax, read};
use unecho::paragraph::ParagraphId;

fn soup(marks: &'static [&'static str]) -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        5 => prop::sample::select(marks).prop_map(str::to_owned),
        3 => prop::sample::select(SENTENCES).prop_map(str::to_owned),
        1 => any::<String>(),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

fn sources() -> impl Strategy<Value = (Syntax, String)> {
    prop_oneof![
        soup(TAGS).prop_map(|source| (Syntax::Html, source)),
        soup(MARKS).prop_map(|source| (Syntax::Markdown, source)),
    ]
}

/// Articles as pages have them: whole blocks, well formed.
fn articles() -> impl Strategy<Value = (Syntax, String)> {
    let html: &[(&str, &str)] = &[
        ("<p>", "</p>\n"),
        ("  <p>", "</p>\n"),
        ("<p class=x><em>", "</em></p>"),
        ("<figure>\n  <img src=a.png>\n  <figcaption>", "</figcaption>\n</figure>\n"),
        ("<blockquote><p>", "</p></blockquote>\n"),
        ("<ul>\n  <li>", "</li>\n</ul>\n"),
        ("<h2>", "</h2>\n"),
        ("", "<br><br>\n"),
        ("<table><tr><td>", "</td></tr></table>"),
        ("<div><p>", "</p>\n</div>\n"),
    ];
    let markdown: &[(&str, &str)] = &[
        ("", "\n\n"),
        ("> ", "\n\n"),
        ("> x y z\n>\n> ", "\n\n"),
        ("- ", "\n"),
        ("- a short one\n- ", "\n\n"),
        ("1. ", "\n2. a b c\n\n"),
        ("![alt](a.png)\n\n*", "*\n\n"),
        ("![alt](a.png)\n*", "*\n\n"),
        ("## ", "\n\n"),
        ("    ", "\n\n"),
        ("---\n\n", "\n\n"),
        ("| a |\n|---|\n| ", " |\n\n"),
    ];
    let of = |shapes: &'static [(&str, &str)]| {
        prop::collection::vec((prop::sample::select(shapes), prop::sample::select(SENTENCES)), 0..9)
            .prop_map(|blocks| blocks.iter().map(|((a, b), text)| format!("{a}{text}{b}")).collect::<String>())
    };
    prop_oneof![
        of(Box::leak(html.to_vec().into_boxed_slice())).prop_map(|source| (Syntax::Html, source)),
        of(Box::leak(markdown.to_vec().into_boxed_slice())).prop_map(|source| (Syntax::Markdown, source)),
    ]
}

fn marked(source: &str, syntax: Syntax) -> Marked<'_> {
    read(source, syntax).expect("a reader")
}

/// The paragraphs' texts.
fn texts(marked: &Marked<'_>) -> Vec<String> {
    marked.paragraphs.iter().map(|span| span.of(&marked.text).to_owned()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(768) })]

    #[test]
    fn spans_are_in_order_and_any_cuts_leave_a_part_of_the_source((syntax, source) in sources(), chosen in any::<u64>()) {
        reading(&source, &marked(&source, syntax), |index| chosen >> (index % 64) & 1 == 1);
    }

    #[test]
    fn the_rest_reads_as_before((syntax, source) in articles(), chosen in any::<u64>()) {
        let whole = marked(&source, syntax);
        let free = |i: &usize| !whole.hints[*i].fixed && chosen >> (i % 64) & 1 == 1;
        let removed: Vec<usize> = (0..whole.paragraphs.len()).filter(free).collect();
        let spans = whole.cuts(&removed);
        let cuts: Vec<Cut> = removed.iter().zip(spans).map(|(i, span)| Cut { paragraph: ParagraphId::new(*i), span }).collect();
        let rest = cleaned(&source, &cuts);
        let mut expected = texts(&whole);
        for index in removed.iter().rev() {
            expected.remove(*index);
        }
        prop_assert_eq!(texts(&marked(&rest, syntax)), expected, "{:?} then {:?}", source, rest);
    }

    #[test]
    fn the_log_and_the_diff_give_the_source_back((syntax, source) in prop_oneof![articles(), sources()]) {
        document(&source, syntax, &dedup(true));
    }

    #[test]
    fn cleaning_twice_is_cleaning_once((syntax, source) in articles()) {
        clean_stays_clean(&source, syntax);
    }
}

/// Found by fuzzing: the last paragraph could not go for the line right above it, and was under the heading once the
/// one between them had gone.
#[test]
fn a_link_definition_under_a_heading_stays_what_it_is() {
    let (one, two) = (SENTENCES[0], SENTENCES[3]);
    let source = format!("{one} {two}\n\n# Bridges\n\n{one}\n\n[x]: http://a.b\n{two}\n");
    clean_stays_clean(&source, Syntax::Markdown);
}

#[test]
fn deep_nesting_costs_no_more_than_its_length() {
    for (open, close) in
        [("<div>", "</div>"), ("<b>", "</i>"), ("<ul><li>", "</td>"), ("<td>", "</div>"), ("<a href=x>", "</p>")]
    {
        let source = format!("{}some text{}", open.repeat(100_000), close.repeat(100_000));
        let page = marked(&source, Syntax::Html);
        assert!(page.paragraphs.len() <= 1, "{open}");
    }
    let source = format!("{}text", "> ".repeat(10_000));
    assert!(marked(&source, Syntax::Markdown).paragraphs.len() <= 1);
    let source = "- a\n\n".repeat(20_000);
    assert_eq!(marked(&source, Syntax::Markdown).paragraphs.len(), 20_000);
}
