//! Promises that hold for any text.

use proptest::prelude::*;
use unecho::cut::{cleaned, cuts};
use unecho::diff::unified;
use unecho::log::{About, LogWriter, Reading, Terms, read, write_document};
use unecho::markup::plain::is_blank;
use unecho::paragraph::Capped;
use unecho::restore::{records, restore, verify};
use unecho::{Deduplicator, Options};

/// Paragraphs that echo each other in every way, and some that look like something else.
const PARAGRAPHS: &[&str] = &[
    "The mayor opened the new bridge over the river Lenne on a rainy Tuesday morning.",
    "The mayor opened the new bridge over the river Lenne on a rainy Tuesday morning",
    "Opening: The mayor opened the new bridge over the river Lenne on a rainy Tuesday morning (pictured)",
    "The mayor opened the new bridge over the river Lenne on a rainy Wednesday morning.",
    "\u{201c}We waited eleven years for this bridge and it was worth it,\u{201d} said Anna Holm, who runs the bakery.",
    "\"We waited eleven years for this bridge and it was worth it,\" Holm told reporters.",
    "Twelve people were hurt in the storm, and two of them were taken to hospital by boat.",
    "Twenty people were hurt in the storm, and two of them were taken to hospital by boat.",
    "1714153880 676 The mayor opened the new bridge over",
    "--- a/article.txt",
    "+++ b/article.txt",
    "@@ -1,3 +1,2 @@ looks like a hunk",
    "\\ No newline at end of file",
    "* * *",
    "Advertisement",
    "Мэр открыл новый мост через реку в дождливый вторник утром.",
    "市长在一个下雨的星期二早上为河上的新桥揭幕。",
    "two lines of one paragraph\nthat go together through the machine",
    "two lines of one paragraph\r\nthat go together through the machine",
    "a\u{301}n accent and a\u{ad} soft hyphen and a zero\u{200b}width space in one line of text",
    "\u{1b}[31mescape\u{1b}[0m sequences and \u{202e}overrides\u{202c} are only text here",
];

const PARTINGS: &[&str] = &["\n\n", "\r\n\r\n", "\n", "\n\n\n \n", "\n\t\n", "\r", "\u{2029}\u{2029}", "\n\u{a0}\n"];

fn texts() -> impl Strategy<Value = String> {
    let paragraph = prop::sample::select(PARAGRAPHS);
    let parting = prop_oneof![8 => Just("\n\n"), 2 => prop::sample::select(PARTINGS)];
    let pieces = prop::collection::vec((paragraph, parting), 0..14);
    let ends = (any::<bool>(), prop::sample::select(&["", "\n", "\n\n\n", "\r\n"][..]), any::<bool>());
    (pieces, ends, 0..4usize).prop_map(|(pieces, (bom, end, same_parting), uniform)| {
        let mut text = String::from(if bom { "\u{feff}" } else { "" });
        let last = pieces.len().saturating_sub(1);
        for (at, (paragraph, parting)) in pieces.iter().enumerate() {
            text.push_str(paragraph);
            let parting = if same_parting { PARTINGS[uniform] } else { parting };
            text.push_str(if at == last { end } else { parting });
        }
        text
    })
}

/// The shapes that hit the bounds, small: a phrase in all lines, near-copies with a slip each, a text and copies of it
/// that say more, names of files that begin alike, families of near-copies.
fn hostile_texts() -> impl Strategy<Value = String> {
    let words = prop::sample::select(
        &["harbour", "harbor", "ferry", "ferries", "wall", "island", "kelp", "gale", "gala", "pilot", "tide", "tides"]
            [..],
    );
    let own = prop::collection::vec(words, 1..5);
    (prop::collection::vec((own, any::<bool>()), 60..150), 0..5usize).prop_map(|(lines, shape)| {
        let line = |(at, (own, more)): (usize, &(Vec<&str>, bool))| {
            let own = own.join(if shape == 3 { "-" } else { " " });
            match shape {
                0 => format!("{own} by the sea"),
                1 => format!("The council of Oldmoor will vote on {own} number {} on the first Monday of May", at % 7),
                2 if *more => format!("The ferry to Oldmoor will run again from Monday, said its captain, and {own}."),
                2 => "The ferry to Oldmoor will run again from Monday, said its captain.".to_owned(),
                3 => format!("the-harbour-wall-{own}.jpg"),
                _ => {
                    let family = ["ferry to Oldmoor", "tram to the quarry", "last bus of the day"][at % 3];
                    let slip = if *more { "passenger" } else { "pasenger" };
                    format!("Every {slip} on the {family} must show the driver a ticket, or pay for a new one: {own}.")
                }
            }
        };
        lines.iter().enumerate().map(line).collect::<Vec<_>>().join("\n\n")
    })
}

fn dedup(force: bool) -> Deduplicator {
    Deduplicator::new(Options { force, ..Options::default() }).expect("default options are in range")
}

/// Lines with their terminators, byte order mark aside.
fn lines(text: &str, by_lf: bool) -> Vec<&str> {
    let text = text.trim_start_matches('\u{feff}');
    if by_lf {
        text.split_inclusive('\n').collect()
    } else {
        text.split_inclusive(['\r', '\u{2029}', '\u{2028}']).collect()
    }
}

fn is_subsequence(small: &[&str], large: &[&str]) -> bool {
    let mut rest = large.iter();
    small.iter().all(|line| rest.any(|other| other == line))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    #[test]
    fn what_is_kept_is_the_authors_and_every_twin_stays(text in texts(), force in any::<bool>()) {
        let findings = dedup(force).find(&text);
        let cuts = cuts(&text, &findings);
        let clean = cleaned(&text, &cuts);
        let by_lf = text.contains('\n');
        prop_assert!(is_subsequence(&lines(&clean, by_lf), &lines(&text, by_lf)), "{:?} of {:?}", clean, text);
        prop_assert!(cuts.windows(2).all(|w| w[0].span.end <= w[1].span.start));
        prop_assert_eq!(clean.starts_with('\u{feff}'), text.starts_with('\u{feff}'));
        let removed: Vec<u32> = findings.removals().map(|f| f.paragraph.0).collect();
        for finding in findings.removals() {
            prop_assert!(!removed.contains(&finding.twin.0), "{:?}", finding);
            prop_assert!(finding.guards.is_empty(), "{:?}", finding);
        }
        for index in 0..findings.paragraphs.len() {
            let paragraph = findings.paragraphs[index].of(&text);
            let words: Vec<&str> = paragraph.split_whitespace().filter(|word| !is_blank(word)).collect();
            let gone = removed.contains(&(index as u32));
            prop_assert_eq!(gone, cuts.iter().any(|c| c.span.start <= findings.paragraphs[index].start
                && findings.paragraphs[index].end <= c.span.end), "{:?}", words);
        }
    }

    #[test]
    fn cleaning_twice_is_cleaning_once(text in texts()) {
        // A text that was parted by blank lines stays so: the second run must not guess anew.
        let how = Options { paragraphs: unecho::options::Paragraphs::BlankLine, force: true, ..Options::default() };
        let dedup = Deduplicator::new(how).expect("in range");
        let once = cleaned(&text, &cuts(&text, &dedup.find(&text)));
        let again = dedup.find(&once);
        prop_assert_eq!(again.removals().count(), 0, "{:?} then {:?}", text, once);
    }

    #[test]
    fn the_log_gives_the_source_back(text in texts()) {
        let dedup = dedup(true);
        let findings = dedup.find(&text);
        let cuts = cuts(&text, &findings);
        let clean = cleaned(&text, &cuts);
        let mut lines = Vec::new();
        let about = About { id: "d", ..About::default() };
        write_document(&mut lines, about, &text, Some(&clean), &findings, &cuts, &|_| None).expect("plain data");
        let reading = Reading::default();
        let terms = Terms { options: dedup.options(), reading: &reading, decisions: None };
        let mut log = LogWriter::begin(Vec::new(), &terms).expect("to memory");
        log.append(&lines).expect("to memory");
        let log = log.end(1, cuts.len() as u64, false, Capped::default()).expect("to memory");
        let records = records(read(&log).expect("as written"));
        prop_assert_eq!(restore(&records[0], &clean).expect("restores"), text.clone());
        prop_assert!(verify(&records[0], &text, &clean).is_ok());
        let touched = clean.clone() + "x";
        prop_assert!(restore(&records[0], &touched).is_err());
        prop_assert!(read(&log[..log.len() - 2]).is_err());
    }

    #[test]
    fn the_diff_gives_both_back(text in texts()) {
        let findings = dedup(true).find(&text);
        let cuts = cuts(&text, &findings);
        let clean = cleaned(&text, &cuts);
        let diff = unified("d", &text, &cuts, &findings);
        prop_assert_eq!(diff.is_empty(), cuts.is_empty());
        if !diff.is_empty() {
            let patch = diffy::Patch::from_bytes(diff.as_bytes()).map_err(|e| TestCaseError::fail(format!("{e}: {diff}")))?;
            let forward = diffy::apply_bytes(text.as_bytes(), &patch).map_err(|e| TestCaseError::fail(format!("{e}: {diff}")))?;
            prop_assert_eq!(String::from_utf8_lossy(&forward), clean.as_str());
            let back = diffy::apply_bytes(clean.as_bytes(), &patch.reverse()).map_err(|e| TestCaseError::fail(format!("{e}: {diff}")))?;
            prop_assert_eq!(String::from_utf8_lossy(&back), text.as_str());
            for heading in diff.lines().filter(|line| line.starts_with("@@ ")) {
                prop_assert!(heading.len() < 260);
            }
        }
    }

    #[test]
    fn any_number_of_threads_finds_the_same(text in texts()) {
        let dedup = dedup(false);
        let expected = dedup.find(&text);
        for threads in [1, 2, 3, 8] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
            prop_assert_eq!(&pool.install(|| dedup.find(&text)), &expected);
        }
    }

    #[test]
    fn any_bytes_as_a_log_are_an_error_and_no_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(read(&bytes).is_err());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn hostile_texts_are_settled_at_once(text in hostile_texts()) {
        let dedup = dedup(true);
        let findings = dedup.find(&text);
        let removed: Vec<u32> = findings.removals().map(|f| f.paragraph.0).collect();
        for finding in findings.removals() {
            prop_assert!(removed.binary_search(&finding.twin.0).is_err(), "{:?}", finding);
        }
        let once = cleaned(&text, &cuts(&text, &findings));
        prop_assert_eq!(dedup.find(&once).removals().count(), 0, "{:?} then {:?}", text, once);
    }
}
