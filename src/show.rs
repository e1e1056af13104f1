//! A card on the terminal: one block of lines, words never parted, what differs marked by signs and by colour.

use crate::card::Card;
use crate::marks::{Mark, Piece};
use crate::paragraph::{Choice, Verdict};
use crate::terminal::wrap::{Look, Screen, Token};

/// Columns before the text.
const LABEL: usize = 11;

/// Widest text that is easy to read, in columns.
const WIDEST: usize = 100;

/// The card in lines, each with its line feed. `context` shows the neighbours of both paragraphs.
#[must_use]
pub fn card(card: &Card, screen: Screen, context: bool) -> String {
    let mut out = String::new();
    let bold = |text: &str| screen.paint(Look::Bold, text);
    let share = format!("{:.2}  margin {:+.2}", card.coverage, card.margin);
    let decided = card.choice.map_or(String::new(), |choice| format!("  decided: {choice}"));
    let head = format!("{} of {}  {} of {}  {share}{decided}", card.paragraph, card.of, card.kind, card.twins());
    out += &format!("{}  {}\n", bold(&card.name), head);
    for line in screen.wrap(&[plain(&card.headline())], text_width(screen)) {
        out += &format!("{}{line}\n", " ".repeat(LABEL + 3));
    }
    if context {
        out += &block(screen, "before", &[dim(&card.around[0])]);
    }
    let label = match (card.choice, card.verdict) {
        (Some(Choice::Accept), _) | (None, Verdict::Remove) => "REMOVED",
        (None, Verdict::Review) => "REVIEW",
        (Some(Choice::Unsure), _) => "UNSURE",
        _ => "KEPT",
    };
    out += &block(screen, label, &pieces(&card.pieces));
    if context {
        out += &block(screen, "after", &[dim(&card.around[1])]);
        out += &block(screen, "before", &[dim(&card.twin_around[0])]);
    }
    let stays = if card.choice == Some(Choice::Swap) { "REMOVED" } else { "twin" };
    out += &block(screen, &format!("{stays} {}", card.twin), &[plain(&card.twin_text)]);
    if context {
        out += &block(screen, "after", &[dim(&card.twin_around[1])]);
    }
    out
}

/// Columns of the text.
fn text_width(screen: Screen) -> usize {
    screen.width.min(WIDEST + LABEL + 3).saturating_sub(LABEL + 3)
}

/// Lines of text with a label before the first.
fn block(screen: Screen, label: &str, tokens: &[Token]) -> String {
    let mut out = String::new();
    for (index, line) in screen.wrap(tokens, text_width(screen)).iter().enumerate() {
        let label = if index == 0 { label } else { "" };
        // The pilcrow is one column wide.
        let pad = " ".repeat(LABEL.saturating_sub(label.chars().count()));
        out += format!("{pad}{} | {line}", screen.paint(Look::Bold, label)).trim_end();
        out.push('\n');
    }
    out
}

fn plain(text: &str) -> Token {
    Token { look: Look::Plain, text: text.to_owned() }
}

fn dim(text: &str) -> Token {
    Token { look: Look::Dim, text: text.to_owned() }
}

/// `[-only the twin-]` and `{+only the paragraph+}`.
fn pieces(pieces: &[Piece]) -> Vec<Token> {
    let mut tokens = Vec::new();
    for (at, piece) in pieces.iter().enumerate() {
        let next = pieces.get(at + 1).map_or("", |next| next.text.as_str());
        match piece.mark {
            Mark::Both => tokens.push(plain(&piece.text)),
            Mark::Own => tokens.push(Token { look: Look::Own, text: format!("{{+{}+}}", piece.text) }),
            Mark::Twin => {
                if tokens.last().is_some_and(|last: &Token| !last.text.ends_with(' ')) {
                    tokens.push(plain(" "));
                }
                tokens.push(Token { look: Look::Twin, text: format!("[-{}-]", piece.text) });
                // What only the twin says stands between the paragraph's words with no gap of its own.
                if !next.is_empty() && !next.starts_with(' ') {
                    tokens.push(plain(" "));
                }
            }
        }
    }
    tokens
}
