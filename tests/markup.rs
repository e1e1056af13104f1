//! Promises of the HTML and Markdown readers, for any source: the text is found where it is said to be, whatever is cut
//! leaves the rest as it was, and the rest reads as before without what went.

#![cfg(all(feature = "html", feature = "markdown", feature = "io"))]

use proptest::prelude::*;
use unecho::cut::{Cut, cleaned, marked_cuts};
use unecho::diff::unified;
use unecho::log::{About, LogWriter, Reading, Terms, read as read_log, write_document};
use unecho::markup::marked::Marked;
use unecho::markup::{Syntax, read};
use unecho::paragraph::{Capped, ParagraphId, Span};
use unecho::restore::{records, restore};
use unecho::{Deduplicator, Options};

const TAGS: &[&str] = &[
    "<p>",
    "</p>",
    "<div>",
    "</div>",
    "<ul>",
    "</ul>",
    "<ol>",
    "<li>",
    "</li>",
    "<blockquote>",
    "</blockquote>",
    "<figure>",
    "</figure>",
    "<figcaption>",
    "</figcaption>",
    "<img src=a.png alt='a b'>",
    "<br>",
    "<br><br>",
    "<br/>\n<br/>",
    "<b>",
    "</b>",
    "<em class=caption>",
    "</em>",
    "<a href=x>",
    "</a>",
    "<h1>",
    "</h1>",
    "<h2>",
    "</h2>",
    "<pre>",
    "</pre>",
    "<table><tr><td>",
    "</td></tr></table>",
    "<script>if (a < b) {}</script>",
    "<!-- <p> -->",
    "<nav>",
    "</nav>",
    "<span hidden>",
    "</span>",
    "\n",
    "\n  ",
    "\r\n",
    " ",
    "&amp;",
    "&nbsp;",
    "&#8217;",
    "<title>",
    "</title>",
    "<svg><title>",
    "</svg>",
    "<",
    "</",
    "<p",
    "\u{feff}",
    "é",
    "市",
    "<article>",
    "</article>",
    "<hr>",
    "<body>",
    "</body>",
    "<dl><dt>",
    "<dd>",
    "</dl>",
    "<article><header><h2><a href=x>The ferry runs again</a></h2>",
    "</header>",
    "<blockquote><a href=x>Ada wrote:</a>",
    "<aside class=pullquote aria-hidden=true>",
    "</aside>",
    "<h5>",
    "</h5>",
];

const MARKS: &[&str] = &[
    "\n",
    "\n\n",
    "\n\n\n",
    "\r\n\r\n",
    "- ",
    "* ",
    "1. ",
    "2) ",
    "> ",
    ">\n",
    "# ",
    "## ",
    "    ",
    "  ",
    "\t",
    "```\n",
    "---\n",
    "===\n",
    "| a | b |\n|---|---|\n",
    "![alt](a.png)",
    "*",
    "**",
    "_",
    "`",
    "[x]: http://a.b\n",
    "[^1]: ",
    "[^1]",
    "<div>\n",
    "</div>\n",
    "<!-- -->\n",
    "\\",
    "  \n",
    "\u{feff}",
    "é",
    "市",
    "&amp;",
    "+++\n",
    "- [ ] ",
];

const SENTENCES: &[&str] = &[
    "The mayor opened the new bridge over the river Lenne on a rainy Tuesday morning in May.",
    "The mayor opened the new bridge over the river Lenne on a rainy Tuesday morning in May",
    "We waited eleven years for this bridge and it was worth it, said Anna Holm of the bakery.",
    "Twelve people were hurt in the storm, and two of them were taken to hospital by boat.",
    "Ada",
];

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

fn dedup() -> Deduplicator {
    Deduplicator::new(Options { force: true, ..Options::default() }).expect("in range")
}

fn in_order(spans: &[Span], text: &str) -> bool {
    spans.windows(2).all(|w| w[0].end <= w[1].start)
        && spans.iter().all(|s| s.start <= s.end && text.get(s.range()).is_some())
}

/// The paragraphs' texts.
fn texts(marked: &Marked<'_>) -> Vec<String> {
    marked.paragraphs.iter().map(|span| span.of(&marked.text).to_owned()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(768) })]

    #[test]
    fn spans_are_in_order_and_any_cuts_leave_a_part_of_the_source((syntax, source) in sources(), chosen in any::<u64>()) {
        let marked = marked(&source, syntax);
        let n = marked.paragraphs.len();
        prop_assert!(in_order(&marked.paragraphs, &marked.text));
        prop_assert!(in_order(&marked.sources, &source), "{:?}", marked);
        prop_assert_eq!((marked.hints.len(), marked.sources.len(), marked.cuts.len()), (n, n, n));
        let removed: Vec<usize> = (0..n).filter(|i| chosen >> (i % 64) & 1 == 1).collect();
        let cuts = marked.cuts(&removed);
        prop_assert_eq!(cuts.len(), removed.len());
        prop_assert!(in_order(&cuts, &source), "{:?} {:?}", cuts, marked);
        for (index, cut) in removed.iter().zip(&cuts).filter(|(i, _)| !marked.hints[**i].fixed) {
            let text = marked.sources[*index];
            prop_assert!(cut.start <= text.start && text.end <= cut.end, "{} {:?} {:?}", index, cut, marked);
        }
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
        let marked = marked(&source, syntax);
        let findings = dedup().find_marked(&marked);
        let cuts = marked_cuts(&marked, &findings);
        let clean = cleaned(&source, &cuts);
        for finding in findings.removals() {
            prop_assert!(!marked.hints[finding.paragraph.index()].fixed);
        }
        let mut lines = Vec::new();
        let about = About { id: "d", ..About::default() };
        write_document(&mut lines, about, &source, Some(&clean), &findings, &cuts, &|_| None).expect("plain data");
        let (engine, reading) = (dedup(), Reading::default());
        let terms = Terms { options: engine.options(), reading: &reading, decisions: None };
        let mut log = LogWriter::begin(Vec::new(), &terms).expect("to memory");
        log.append(&lines).expect("to memory");
        let log = log.end(1, cuts.len() as u64, false, Capped::default()).expect("to memory");
        let records = records(read_log(&log).expect("as written"));
        prop_assert_eq!(restore(&records[0], &clean).expect("restores"), source.clone());
        let diff = unified("d", &source, &cuts, &findings);
        if !diff.is_empty() {
            let patch = diffy::Patch::from_bytes(diff.as_bytes()).map_err(|e| TestCaseError::fail(format!("{e}: {diff}")))?;
            let forward = diffy::apply_bytes(source.as_bytes(), &patch).map_err(|e| TestCaseError::fail(format!("{e}: {diff}")))?;
            prop_assert_eq!(String::from_utf8_lossy(&forward), clean.as_str());
        }
    }

    #[test]
    fn cleaning_twice_is_cleaning_once((syntax, source) in articles()) {
        let once = |source: &str| {
            let marked = marked(source, syntax);
            cleaned(source, &marked_cuts(&marked, &dedup().find_marked(&marked)))
        };
        let first = once(&source);
        prop_assert_eq!(once(&first), first, "{:?}", source);
    }
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
