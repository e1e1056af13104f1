//! Lines of programs, logs and diffs.

/// Least share of a line's characters that are signs of program text.
const CODE_SIGNS: f64 = 0.06;

/// A line of a program, a log, a diff: many brackets, slashes and operators for its length, or what only code has.
pub(crate) fn code_like(text: &str) -> bool {
    let (signs, others) = look(text.as_bytes());
    if signs == 0 && !others {
        return matches!(text.trim(), ")" | "),");
    }
    of_program(text, signs)
}

/// As [`code_like`], of a text with so many signs of program text.
fn of_program(text: &str, signs: usize) -> bool {
    let telling = ["();", ") {", "});", "!=", "==", "->", "::", "</"];
    let bytes = text.as_bytes();
    let opens = text.trim_end().ends_with(['{', '}', '('])
        || memchr::memchr_iter(b'"', bytes).any(|at| bytes[at..].starts_with(b"\", line "));
    let call = |word: &str| word.find('(').is_some_and(|at| at > 0 && word[..at].contains(['.', '_']));
    let calls = || memchr::memchr(b'(', bytes).is_some() && text.split_whitespace().next().is_some_and(call);
    // The frame of a table that a program prints; what closes a call.
    // "─" and "│": E2 94 80, E2 94 82.
    let frame = |at: usize| at > 0 && bytes[at - 1] == 0xe2 && matches!(bytes.get(at + 1), Some(0x80 | 0x82));
    if text.trim_start().starts_with("```") || string_literal(text) {
        return true;
    }
    if memchr::memchr_iter(0x94, bytes).any(frame) || matches!(text.trim(), ")" | ");" | "]" | "];" | "),") {
        return true;
    }
    if signs == 0 && !opens {
        return calls();
    }
    let long = text.chars().count();
    opens && long < 200
        || calls()
        || signs >= 2 && signs as f64 >= CODE_SIGNS * long as f64 && !text.contains("http")
        || signs >= 1 && telling.iter().any(|mark| text.contains(mark)) && long < 200
}

/// True for a string of a program on a line of its own: "lib/pump.rs" in quotation marks.
fn string_literal(text: &str) -> bool {
    let inner = text.trim().strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    inner.is_some_and(|inner| inner.contains(['/', '_']) && !inner.contains([' ', '"']))
}

/// How many signs of program text there are; and whether there is any of what else may tell one: a quotation mark, a
/// bracket, a byte of a frame. No branch and no jump a byte: looked at sixteen at a time.
fn look(text: &[u8]) -> (usize, bool) {
    // Those of "[\\]^_`" and ";<=>" stand side by side in ASCII.
    let within = |byte: u8, first: u8, last: u8| u8::from(byte.wrapping_sub(first) <= last - first);
    let any = |byte: u8, signs: &[u8]| signs.iter().fold(0, |found, sign| found | u8::from(byte == *sign));
    let (mut signs, mut others) = (0, 0);
    for chunk in text.chunks(usize::from(u8::MAX)) {
        let mut count = 0u8;
        for &byte in chunk {
            count += within(byte, b'[', b'`') | within(byte, b';', b'>') | any(byte, b"{}$~");
            others |= any(byte, b"\"(\x94");
        }
        signs += usize::from(count);
    }
    (signs, others != 0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        #[test]
        fn a_glance_passes_over_no_program_text(text in "[ a.,)(\"\u{2502}\u{2510};{_-]{0,6}") {
            let (signs, _) = look(text.as_bytes());
            prop_assert_eq!(code_like(&text), of_program(&text, signs));
        }
    }

    #[test]
    fn signs_of_program_text_are_those_listed() {
        let listed = |byte: &u8| usize::from(b"{}[]<>=;\\`$_^~".contains(byte));
        for byte in 0..=u8::MAX {
            assert_eq!(look(&[byte]).0, listed(&byte), "{byte}");
        }
        let all: Vec<u8> = (0..=u8::MAX).cycle().take(1000).collect();
        assert_eq!(look(&all).0, all.iter().map(listed).sum::<usize>());
    }
}
