//! Promises that hold for any text.

mod promises;

use promises::texts::{PARAGRAPHS, PARTINGS};
use promises::{clean, clean_stays_clean, dedup, document, the_same_on_any_number_of_threads, twins_stay};
use proptest::prelude::*;
use unecho::log::read;
use unecho::markup::Syntax;

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

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    #[test]
    fn what_stays_is_the_authors_and_log_and_diff_give_the_rest_back(text in texts(), force in any::<bool>()) {
        document(&text, Syntax::Plain, &dedup(force));
    }

    #[test]
    fn cleaning_twice_is_cleaning_once(text in texts()) {
        clean_stays_clean(&text, Syntax::Plain);
    }

    #[test]
    fn any_number_of_threads_finds_the_same(text in texts()) {
        the_same_on_any_number_of_threads(&text);
    }

    #[test]
    fn any_bytes_as_a_log_or_decisions_are_an_error_and_no_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(read(&bytes).is_err());
        promises::decisions(&bytes);
    }

    #[test]
    fn a_changed_log_restores_nothing_but_the_source(
        text in texts(),
        changes in prop::collection::vec(any::<u8>(), 4..24),
    ) {
        promises::changed_log(&text, &changes);
    }

    #[test]
    fn a_record_changes_in_its_text_alone(text in texts(), how in prop::collection::vec(any::<u8>(), 1..30)) {
        let text = promises::texts::json_string(&text, &how);
        let line = format!("{{\"n\": 1.50, \"text\" :{text}, \"text2\":[]}}");
        promises::record(line.as_bytes(), &dedup(true));
    }

    #[test]
    fn the_diff_of_any_cuts_gives_both_texts_back(text in texts(), places in prop::collection::vec(any::<u8>(), 0..30)) {
        promises::any_cuts(&text, &places);
    }

    #[test]
    fn texts_made_by_a_program_hold_what_others_do(program in prop::collection::vec(any::<u8>(), 0..60)) {
        let text = promises::texts::text(&program, Syntax::Plain);
        promises::file(text.as_bytes(), Syntax::Plain, &dedup(true));
        clean_stays_clean(&text, Syntax::Plain);
    }

    #[test]
    fn any_bytes_come_back(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        promises::file(&bytes, Syntax::Plain, &dedup(true));
        promises::record(&bytes, &dedup(true));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn hostile_texts_are_settled_at_once(text in hostile_texts()) {
        let dedup = dedup(true);
        let done = clean(&text, Syntax::Plain, &dedup);
        twins_stay(&done.findings);
        prop_assert_eq!(dedup.find(&done.cleaned).removals().count(), 0, "{:?} then {:?}", text, done.cleaned);
    }
}

/// Found by fuzzing: a header over no hunk, which `git apply` refuses.
#[test]
fn cuts_of_nothing_make_no_diff() {
    promises::any_cuts("one\ntwo\nthree\n", &[1, 0, 3, 0]);
}

/// Found by fuzzing: a control character in another field than the text.
#[test]
fn a_record_with_a_broken_name_is_none() {
    let line = "{\"id\": \"\0x\", \"text\": \"The ferry to Oldmoor will run again from Monday.\"}";
    assert!(unecho::io::jsonl::record(line.as_bytes(), &unecho::io::jsonl::Fields::default()).is_err());
    promises::record(line.as_bytes(), &dedup(true));
}

/// A mark inside the text is of its line, also where that comes to stand first.
#[test]
fn a_mark_inside_the_text_may_come_to_stand_first() {
    let shut = "The harbour of Tarnwick has been closed to large ships since a gale tore away its outer wall.";
    let text = format!("{shut}\n\n\u{feff}Divers have cleared the last of the rubble from the quay.\r{shut}");
    assert!(clean(&text, Syntax::Plain, &dedup(true)).cleaned.starts_with('\u{feff}'));
    document(&text, Syntax::Plain, &dedup(true));
}
