//! Text for the terminal: scraped text is hostile, and nothing in it may act.

#[cfg(feature = "io")]
pub mod wrap;

use std::fmt::Write as _;

/// `text` with everything that a terminal might obey or hide made visible: control characters, bidirectional
/// overrides, zero-width and other invisible characters become `⟨U+XXXX⟩`. Line feeds and tabs become spaces.
#[must_use]
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\t' => shown.push(' '),
            c if acts(c) => {
                let _ = write!(shown, "⟨U+{:04X}⟩", u32::from(c));
            }
            c => shown.push(c),
        }
    }
    shown
}

/// As [`visible`], cut to `most` characters.
#[must_use]
pub fn excerpt(text: &str, most: usize) -> String {
    let mut cut: String = text.chars().take(most).collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    visible(&cut)
}

/// True for what a terminal might obey or hide.
#[must_use]
pub const fn acts(c: char) -> bool {
    matches!(
        c,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e007f}'
    )
}
