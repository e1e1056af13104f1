//! Lines that end between words, by the width that a terminal gives each character; and colours, where it has them.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// How a stretch of text looks. What a colour says is also said in signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// As the terminal has it.
    Plain,
    /// Less important.
    Dim,
    /// A heading.
    Bold,
    /// What only the twin says.
    Twin,
    /// What only the paragraph says.
    Own,
}

impl Look {
    const fn code(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Dim => "\x1b[2m",
            Self::Bold => "\x1b[1m",
            Self::Twin => "\x1b[32m",
            Self::Own => "\x1b[31m",
        }
    }
}

/// A word, or what is left between two words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Its looks.
    pub look: Look,
    /// Its text, without a line end.
    pub text: String,
}

/// What the terminal is like.
#[derive(Clone, Copy, Debug)]
pub struct Screen {
    /// Columns.
    pub width: usize,
    /// True if it may be coloured.
    pub colour: bool,
}

/// The columns that a text takes.
#[must_use]
pub fn columns(text: &str) -> usize {
    text.width()
}

impl Screen {
    /// `text` in its looks.
    #[must_use]
    pub fn paint(&self, look: Look, text: &str) -> String {
        if !self.colour || look == Look::Plain || text.is_empty() {
            return text.to_owned();
        }
        format!("{}{text}\x1b[0m", look.code())
    }

    /// The tokens in lines of at most `width` columns each, broken where there is a space, or inside of a word that is
    /// longer than a line. A line has no space at its end.
    #[must_use]
    pub fn wrap(&self, tokens: &[Token], width: usize) -> Vec<String> {
        let width = width.max(8);
        let mut lines: Vec<Vec<Token>> = vec![Vec::new()];
        let mut used = 0;
        for word in words(tokens) {
            let wide: usize = word.iter().map(|token| columns(&token.text)).sum();
            let blank = word.iter().all(|token| token.text.trim().is_empty());
            if used + wide > width && used > 0 {
                lines.push(Vec::new());
                used = 0;
            }
            if blank && used == 0 {
                continue;
            }
            for token in word {
                used = put(&mut lines, used, token, width);
            }
        }
        lines.iter().map(|line| self.line(line)).collect()
    }

    fn line(&self, tokens: &[Token]) -> String {
        let mut line = String::new();
        let last = tokens.iter().rposition(|token| !token.text.trim().is_empty()).map_or(0, |at| at + 1);
        for run in tokens[..last].chunk_by(|a, b| a.look == b.look) {
            let text: String = run.iter().map(|token| token.text.as_str()).collect();
            line += &self.paint(run[0].look, &text);
        }
        line
    }
}

/// Puts a token on the last line; what does not fit goes on on the next. Gives the columns used there.
fn put(lines: &mut Vec<Vec<Token>>, mut used: usize, token: Token, width: usize) -> usize {
    let Token { look, text } = token;
    let mut fits = String::new();
    for grapheme in text.graphemes(true) {
        let wide = columns(grapheme);
        if used + wide > width && used > 0 {
            if let Some(line) = lines.last_mut() {
                line.push(Token { look, text: std::mem::take(&mut fits) });
            }
            lines.push(Vec::new());
            used = 0;
        }
        fits.push_str(grapheme);
        used += wide;
    }
    if let Some(line) = lines.last_mut() {
        line.push(Token { look, text: fits });
    }
    used
}

/// The tokens regrouped: each group is a blank, or what stands between two blanks, whatever its looks.
fn words(tokens: &[Token]) -> Vec<Vec<Token>> {
    let mut groups: Vec<Vec<Token>> = Vec::new();
    let mut after_blank = true;
    for token in tokens {
        for part in token.text.split_inclusive(' ') {
            let (word, blank) = part.strip_suffix(' ').map_or((part, false), |word| (word, true));
            if !word.is_empty() {
                let piece = Token { look: token.look, text: word.to_owned() };
                match groups.last_mut().filter(|_| !after_blank) {
                    Some(group) => group.push(piece),
                    None => groups.push(vec![piece]),
                }
                after_blank = false;
            }
            if blank {
                groups.push(vec![Token { look: token.look, text: " ".into() }]);
                after_blank = true;
            }
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PLAIN: Screen = Screen { width: 80, colour: false };

    fn plain(text: &str) -> Vec<Token> {
        vec![Token { look: Look::Plain, text: text.into() }]
    }

    #[test]
    fn lines_end_between_words_and_a_wide_character_takes_two_columns() {
        assert_eq!(PLAIN.wrap(&plain("one two three four"), 9), ["one two", "three", "four"]);
        assert_eq!(PLAIN.wrap(&plain("日本語の長い文です"), 8), ["日本語の", "長い文で", "す"]);
        assert_eq!(PLAIN.wrap(&plain("a supercalifragilistic b"), 8), ["a", "supercal", "ifragili", "stic b"]);
    }

    proptest! {
        #[test]
        fn no_line_is_too_wide_and_no_word_is_lost(text in "[a-zé日 ]{0,60}", width in 8usize..30) {
            let lines = PLAIN.wrap(&plain(&text), width);
            prop_assert!(lines.iter().all(|line| columns(line) <= width), "{:?}", lines);
            let bare = |text: &str| text.chars().filter(|c| *c != ' ').collect::<String>();
            prop_assert_eq!(bare(&lines.concat()), bare(&text));
        }
    }
}
