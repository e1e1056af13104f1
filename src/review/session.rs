//! Where a review stands: which card is shown, what a key means there, what can be taken back.

use std::path::Path;

use console::Key;

use crate::card::Card;
use crate::decisions::{Decisions, Line, Scope};
use crate::paragraph::{Choice, Verdict};
use crate::show;
use crate::terminal::visible;
use crate::terminal::wrap::Screen;

/// What is to be done about a key.
pub(super) enum Answer {
    /// Write this decision about that card down.
    Decide(usize, Choice, Scope),
    /// Say this and show the card again.
    Say(String),
    /// Read what to search for.
    Find,
    /// Read what to show only.
    Filter,
    /// Show what is shown now.
    Go,
    /// The person has had enough.
    Quit,
}

const HELP: &str = "\
  a  accept: the paragraph goes          r  restore: it stays
  w  swap: it stays, its twin goes       u  unsure: looked at, left open
  z  undo the last decision              s  scope of the next decision: this, pair, text
  j  next     k  back     n  next that is not decided
  t  the paragraphs around               /  find a text        f  show only some
  q  quit; every decision is saved already, and the next review goes on here";

pub(super) struct Session {
    cards: Vec<Card>,
    decisions: Decisions,
    /// The cards that are shown, in order.
    list: Vec<usize>,
    /// Place in the list.
    at: usize,
    context: bool,
    scope: Scope,
    /// Decisions of this session: card, what was decided before, scope.
    undo: Vec<(usize, Option<Choice>, Scope)>,
    /// What is about to be written takes back, instead of being taken back itself.
    undoing: bool,
}

impl Session {
    pub(super) fn new(cards: Vec<Card>, decisions: Decisions) -> Self {
        let list = (0..cards.len()).collect();
        let mut session = Self {
            cards,
            decisions,
            list,
            at: 0,
            context: false,
            scope: Scope::This,
            undo: Vec::new(),
            undoing: false,
        };
        session.at = session.open_from(0).unwrap_or(0);
        session
    }

    pub(super) fn is_empty(&self) -> bool {
        self.cards.is_empty()
    }

    pub(super) fn card(&mut self, at: usize) -> &mut Card {
        &mut self.cards[at]
    }

    /// What tells whether the screen shows what it should.
    pub(super) fn place(&self) -> (usize, bool, usize) {
        (self.list.get(self.at).copied().unwrap_or(0), self.context, self.undo.len())
    }

    fn here(&self) -> usize {
        self.list.get(self.at).copied().unwrap_or(0)
    }

    /// The place in the list of the next card at or behind `from` that is asked about and not decided.
    fn open_from(&self, from: usize) -> Option<usize> {
        let open = |at: &usize| self.cards[self.list[*at]].asked() && self.cards[self.list[*at]].choice.is_none();
        (from..self.list.len()).chain(0..from.min(self.list.len())).find(open)
    }

    fn counts(&self) -> (usize, usize, usize) {
        let asked = || self.cards.iter().filter(|card| card.asked());
        let decided = asked().filter(|card| card.choice.is_some()).count();
        let unsure = asked().filter(|card| card.choice == Some(Choice::Unsure)).count();
        (asked().count(), decided, unsure)
    }

    pub(super) fn greeting(&self) -> String {
        let (asked, decided, unsure) = self.counts();
        let kept = self.cards.len() - asked;
        let going = if decided > 0 && decided < asked { ", going on with the next" } else { "" };
        format!(
            "{decided} of {asked} decided ({unsure} unsure){going}; {kept} look-alikes that were kept come last. \
             Closest to the line first; ? for help."
        )
    }

    pub(super) fn farewell(&self, file: &Path) -> String {
        let (asked, decided, unsure) = self.counts();
        let file = visible(&file.display().to_string());
        format!(
            "{decided} of {asked} decided ({unsure} unsure), all in {file}.\n\
             Carry them out: unecho clean PATH --decisions {file} -o OUT"
        )
    }

    pub(super) fn shown(&self, screen: Screen) -> String {
        self.cards.get(self.here()).map_or_else(String::new, |card| show::card(card, screen, self.context))
    }

    pub(super) fn prompt(&self) -> String {
        let (asked, decided, _) = self.counts();
        let near = self.cards.get(self.here()).is_some_and(|card| card.verdict == Verdict::Keep);
        let what = if near { "look-alike, kept; a removes it" } else { "a accept  r restore  w swap  u unsure" };
        let scope = match self.scope {
            Scope::This => "",
            Scope::Pair => " this pair everywhere:",
            Scope::Text => " this text everywhere:",
        };
        format!("[{}/{}, {decided} of {asked} decided]{scope} {what}  j k n z t ? q > ", self.at + 1, self.list.len())
    }

    pub(super) fn answer(&mut self, key: &Key) -> Answer {
        match key {
            Key::Char('a') => self.decide(Choice::Accept),
            Key::Char('r') => self.decide(Choice::Restore),
            Key::Char('w') => self.decide(Choice::Swap),
            Key::Char('u') => self.decide(Choice::Unsure),
            Key::Char('z') => self.undo(),
            Key::Char('j' | ' ') | Key::ArrowDown | Key::Enter => self.step(true),
            Key::Char('k') | Key::ArrowUp => self.step(false),
            Key::Char('n') => match self.open_from(self.at + 1) {
                Some(at) => {
                    self.at = at;
                    Answer::Go
                }
                None => Answer::Say("all is decided; q quits".into()),
            },
            Key::Char('t') => {
                self.context = !self.context;
                Answer::Go
            }
            Key::Char('s') => {
                self.scope = match self.scope {
                    Scope::This => Scope::Pair,
                    Scope::Pair => Scope::Text,
                    Scope::Text => Scope::This,
                };
                Answer::Go
            }
            Key::Char('e') => Answer::Say("every decision is in the file already".into()),
            Key::Char('/') => Answer::Find,
            Key::Char('f') => Answer::Filter,
            Key::Char('?' | 'h') => Answer::Say(HELP.into()),
            Key::Char('q' | '\u{4}') => Answer::Quit,
            _ => Answer::Say("? for help".into()),
        }
    }

    fn decide(&mut self, choice: Choice) -> Answer {
        if self.scope == Scope::Text && choice == Choice::Swap {
            return Answer::Say("swap is about two texts: choose another scope with s".into());
        }
        self.undoing = false;
        Answer::Decide(self.here(), choice, self.scope)
    }

    fn undo(&mut self) -> Answer {
        let Some((card, before, scope)) = self.undo.pop() else { return Answer::Say("nothing to undo".into()) };
        self.undoing = true;
        if let Some(at) = self.list.iter().position(|listed| *listed == card) {
            self.at = at;
        }
        Answer::Decide(card, before.unwrap_or(Choice::Open), scope)
    }

    /// A decision is on the disk: what else it decides is known, and the next card is shown.
    pub(super) fn decided(&mut self, at: usize, choice: Choice, scope: Scope) {
        let card = &self.cards[at];
        let before = self.decisions.choice(&card.identity, card.doc.as_deref());
        self.decisions.decide(&Line::new(&card.identity, card.doc.as_deref(), "", choice, scope));
        if scope == Scope::This {
            let card = &mut self.cards[at];
            card.choice = self.decisions.choice(&card.identity, card.doc.as_deref());
        } else {
            for card in &mut self.cards {
                card.choice = self.decisions.choice(&card.identity, card.doc.as_deref());
            }
        }
        self.scope = Scope::This;
        if !self.undoing {
            self.undo.push((at, before, scope));
            self.at = (self.at + 1).min(self.list.len().saturating_sub(1));
        }
    }

    fn step(&mut self, forth: bool) -> Answer {
        let next = if forth { Some(self.at + 1) } else { self.at.checked_sub(1) };
        match next.filter(|at| *at < self.list.len()) {
            Some(at) => {
                self.at = at;
                Answer::Go
            }
            None => Answer::Say(if forth { "the last; q quits".into() } else { "the first".into() }),
        }
    }

    /// Goes to the next card that holds `text`.
    pub(super) fn find(&mut self, text: &str) -> String {
        let wanted = text.to_lowercase();
        let holds = |card: &Card| {
            card.text().to_lowercase().contains(&wanted) || card.twin_text.to_lowercase().contains(&wanted)
        };
        let len = self.list.len();
        match (self.at + 1..len).chain(0..len.min(self.at + 1)).find(|at| holds(&self.cards[self.list[*at]])) {
            Some(at) if !wanted.is_empty() => {
                self.at = at;
                String::new()
            }
            _ => "not found".into(),
        }
    }

    /// Shows only the cards of this kind, verdict or name; those that are open; or all.
    pub(super) fn filter(&mut self, what: &str) -> String {
        let meant = |card: &Card| match what {
            "" => true,
            "open" => card.choice.is_none(),
            _ => {
                card.kind.name() == what
                    || card.verdict.name() == what
                    || card.choice.is_some_and(|choice| choice.name() == what)
                    || card.name.contains(what)
            }
        };
        let list: Vec<usize> = (0..self.cards.len()).filter(|at| meant(&self.cards[*at])).collect();
        if list.is_empty() {
            return "there is none; all are shown as before".into();
        }
        self.list = list;
        self.at = self.open_from(0).unwrap_or(0);
        format!("{} shown", self.list.len())
    }
}
