//! From tags and text to paragraphs: a stack of open elements, and the run of text that is being read.

mod teasers;

use std::collections::HashSet;

use xxhash_rust::xxh3::xxh3_64;

use super::elements::{Attributes, Kind};
use super::parts::{Open, Run};
use super::rules::{is_title_like, judge, plain};
use super::sections::Sections;
use crate::markup::marked::{Marked, Wrapper, with_line};
use crate::paragraph::{Hint, Role, Span};

/// An end tag closes an element at most this far up; browsers nest no deeper.
const DEEPEST: usize = 512;

/// A linked line of so many words is a title.
const LEAST_TITLE_WORDS: usize = 4;

/// Builds a [`Marked`] from the tokens of a page.
pub(super) struct Builder<'s> {
    source: &'s str,
    marked: Marked<'static>,
    text: String,
    open: Vec<Open>,
    run: Run,
    /// End of the last token.
    at: usize,
    /// A `br` ended at this byte, with nothing but white space behind it so far.
    broken: Option<usize>,
    /// The last paragraph's cut may take in the breaks behind it.
    takes_breaks: bool,
    titles: HashSet<String>,
    /// Letters read so far.
    letters: usize,
    sections: Sections,
    /// Text of the `title` element.
    title: Option<String>,
}

impl<'s> Builder<'s> {
    pub(super) fn new(source: &'s str) -> Self {
        Self {
            source,
            marked: Marked::default(),
            text: String::new(),
            open: Vec::new(),
            run: Run::default(),
            at: 0,
            broken: None,
            takes_breaks: false,
            titles: HashSet::new(),
            letters: 0,
            sections: Sections::new(),
            title: None,
        }
    }

    /// A title of the page: what repeats it is a headline.
    pub(super) fn title(&mut self, title: String) {
        self.titles.insert(plain(&title));
    }

    pub(super) fn start_tag(&mut self, name: &[u8], attributes: Attributes, start: usize, end: usize) {
        let kind = Kind::of(name);
        if self.top_kind() == Some(Kind::Head) && !matches!(kind, Kind::Nothing | Kind::Skipped) {
            self.pop(start);
        }
        match kind {
            Kind::Break => self.line_break(start, end),
            Kind::Void => self.object(name == b"hr", start, end),
            Kind::Nothing => self.at = end,
            _ => self.push(name, kind, attributes, start, end),
        }
    }

    fn push(&mut self, name: &[u8], kind: Kind, attributes: Attributes, start: usize, end: usize) {
        if kind.parts_text() {
            self.flush(start);
            while let Some(block) = self.open.last().map(|top| top.block)
                && self.open[block].kind.ends_at(kind)
            {
                self.pop_to(block, start);
            }
        } else if self.run.text == self.text.len() && self.open.len() <= self.run.depth {
            (self.run.start, self.run.depth) = (self.at, self.open.len());
        }
        let skipped = self.skips(name, kind, &attributes);
        let hint = self.hint(kind, &attributes);
        let parent = self.open.last();
        let linked = parent.is_some_and(|p| p.linked) || kind == Kind::Link && attributes.href;
        let bold = parent.is_some_and(|p| p.bold) || matches!(name, b"b" | b"strong");
        let block = if kind.parts_text() { self.open.len() } else { parent.map_or(0, |p| p.block) };
        if skipped {
            self.something_stays(start);
        }
        let first = self.marked.paragraphs.len();
        let name_hash = xxh3_64(name);
        self.open.push(Open {
            name: name_hash,
            kind,
            start,
            first,
            skipped,
            stays: false,
            hint,
            teaser: 0,
            linked,
            bold,
            block,
            links: 0,
            card: false,
            listed: false,
            sourced: false,
            letters: self.letters,
        });
        if name == b"title" && !self.open.iter().rev().skip(1).take(1).any(|p| p.kind == Kind::Skipped) {
            self.title = Some(String::new());
        }
        self.at = end;
        if kind.parts_text() {
            self.begin(end);
        }
    }

    /// True if what stands in an element is no prose of the page.
    fn skips(&self, name: &[u8], kind: Kind, attributes: &Attributes) -> bool {
        let parent = self.open.last();
        let exempt = attributes.content && kind == Kind::Box && !attributes.certain || kind.is_frame();
        let chrome = attributes.chrome && !exempt && (kind.parts_text() || attributes.certain);
        let skips = matches!(kind, Kind::Skipped | Kind::Head) || attributes.is_hidden() || chrome;
        // A quote has its source in its footer.
        let quoted = parent.is_some_and(|p| p.hint.role == Some(Role::Quote)) && name == b"footer";
        parent.is_some_and(|p| p.skipped) || skips && !quoted && !matches!(name, b"html" | b"body")
    }

    /// What an element tells of the text in it; else what those around it do.
    fn hint(&self, kind: Kind, attributes: &Attributes) -> Hint {
        let hint = self.open.last().map_or(Hint::default(), |p| p.hint);
        match kind {
            Kind::Heading(role) => Hint { role: Some(role), fixed: true },
            Kind::Cell | Kind::Definition => Hint { role: Some(Role::ListItem), fixed: true },
            Kind::Pre => Hint { role: Some(Role::Code), fixed: true },
            _ if hint.fixed => hint,
            Kind::Paragraph | Kind::Box if attributes.heading && !attributes.content => {
                Hint { role: Some(Role::Subheading), fixed: true }
            }
            _ if attributes.credit && kind.parts_text() && !kind.is_frame() => Hint { fixed: true, ..hint },
            _ if attributes.role.is_some() && !kind.is_frame() => Hint { role: attributes.role, fixed: false },
            Kind::Caption | Kind::Figure => Hint { role: Some(Role::Caption), fixed: false },
            Kind::Quote if attributes.aside => Hint { role: Some(Role::PullQuote), fixed: false },
            Kind::Quote if hint.role != Some(Role::PullQuote) => Hint { role: Some(Role::Quote), fixed: false },
            Kind::Item => Hint { role: Some(Role::ListItem), fixed: false },
            _ => hint,
        }
    }

    pub(super) fn end_tag(&mut self, name: &[u8], start: usize, end: usize) {
        let kind = Kind::of(name);
        let hash = xxh3_64(name);
        if kind.parts_text() {
            self.flush(start);
        }
        if name == b"br" {
            return self.line_break(start, end);
        }
        let reach = self.open.iter().rev().take(DEEPEST);
        let barrier = |o: &Open| o.kind == Kind::Cell || !kind.parts_text() && o.kind.parts_text();
        let mut found = None;
        for (up, open) in reach.enumerate() {
            if open.name == hash {
                found = Some(self.open.len() - 1 - up);
                break;
            }
            if barrier(open) && kind != Kind::TablePart {
                break;
            }
        }
        match found {
            Some(at) => {
                if at + 1 < self.open.len() {
                    self.run.tangled = true;
                    self.pop_to(at + 1, start);
                }
                self.pop(end);
            }
            None if !kind.parts_text() => self.run.tangled = true,
            None => {}
        }
        self.at = end;
        if kind.parts_text() {
            self.begin(end);
        } else {
            if self.run.text < self.text.len() && self.open.len() < self.run.depth {
                self.run.tangled = true;
            }
        }
    }

    pub(super) fn text(&mut self, value: &str, end: usize) {
        if let Some(title) = &mut self.title {
            title.push_str(value);
        }
        let (skipped, hint, linked, bold) = self
            .open
            .last()
            .map_or((false, Hint::default(), false, false), |top| (top.skipped, top.hint, top.linked, top.bold));
        let before = self.text.len();
        if !skipped {
            self.words(value, hint, linked, bold);
        }
        if self.text.len() > before {
            self.run.last = end;
        }
    }

    fn words(&mut self, value: &str, hint: Hint, linked: bool, bold: bool) {
        for c in value.chars() {
            if matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{c}') {
                self.run.space = true;
                continue;
            }
            if self.run.text == self.text.len() {
                if self.open.len() <= self.run.depth {
                    (self.run.start, self.run.depth) = (self.at, self.open.len());
                }
                self.run.tangled |= self.run.pictured;
                self.run.hint = hint;
            } else if self.run.space {
                self.text.push(' ');
            }
            if self.run.end.take().is_some() {
                self.run.tangled = true;
            }
            self.run.space = false;
            self.broken = None;
            self.text.push(c);
            let letter = usize::from(c.is_alphanumeric());
            self.run.letters += letter;
            self.run.linked += letter * usize::from(linked);
            self.run.bold += letter * usize::from(bold);
            self.letters += letter;
            if bold {
                let read = self.text.len() - self.run.text;
                self.run.before_bold.get_or_insert(read - c.len_utf8());
                if self.run.bold == self.run.letters {
                    self.run.lead = read;
                }
            }
        }
    }

    /// A single break is white space; a second one ends the run.
    fn line_break(&mut self, start: usize, end: usize) {
        let empty = self.run.text == self.text.len();
        if self.broken.is_some() || empty {
            self.flush(start);
            if self.takes_breaks
                && let Some(cut) = self.marked.cuts.last_mut()
            {
                cut.end = end;
            }
            self.at = end;
            self.reset(end);
        }
        self.run.space = true;
        self.broken = Some(end);
        self.at = end;
    }

    /// A picture or another thing without text.
    fn object(&mut self, parts: bool, start: usize, end: usize) {
        if parts {
            self.flush(start);
            self.reset(end);
        } else if self.run.text == self.text.len() {
            self.run.pictured = self.open.len() > self.run.depth;
            if !self.run.pictured {
                self.reset(end);
            }
        }
        self.something_stays(start);
        self.takes_breaks = false;
        self.at = end;
    }

    /// What begins at byte `at` is no text, and stays.
    fn something_stays(&mut self, at: usize) {
        if self.run.text < self.text.len() && self.run.end.is_none() {
            self.run.end = Some(at);
            self.run.tangled |= self.open.len() != self.run.depth;
        }
        if let Some(block) = self.open.last().map(|top| top.block) {
            self.open[block].stays = true;
        }
    }

    fn top_kind(&self) -> Option<Kind> {
        self.open.last().map(|top| top.kind)
    }

    fn begin(&mut self, at: usize) {
        self.takes_breaks = false;
        self.reset(at);
    }

    fn reset(&mut self, at: usize) {
        self.broken = None;
        self.run = Run { start: at, depth: self.open.len(), text: self.text.len(), last: at, ..Run::default() };
    }

    /// Ends the run of text before byte `at`.
    fn flush(&mut self, at: usize) {
        let run = std::mem::take(&mut self.run);
        let words = self.text[run.text..].split(' ').count();
        self.run = Run { start: at, depth: self.open.len(), text: self.text.len(), last: at, ..Run::default() };
        if run.letters == 0 {
            self.text.truncate(run.text);
            self.run.text = run.text;
            return;
        }
        let block = self.open.last().map(|top| top.block);
        let level = block.and_then(|b| if let Kind::Heading(role) = self.open[b].kind { Some(role) } else { None });
        let heading = level == Some(Role::Subheading);
        if level == Some(Role::Headline) && !run.mostly_linked() {
            self.open.iter_mut().for_each(|open| open.teaser = 0);
        }
        if self.is_aside(&run, words, block, heading) {
            self.text.truncate(run.text);
            self.run.text = run.text;
            return;
        }
        if let Some(role) = level {
            self.sections.heading(&self.text[run.text..], role == Role::Headline);
        }
        self.sections.paragraph();
        let lead = &self.text[run.text..run.text + run.lead];
        if lead.ends_with('?') && run.bold < run.letters {
            self.sections.asked(lead);
        }
        let end = run.end.unwrap_or(at);
        let source = self.trimmed(run.start, run.last.clamp(run.start, end));
        let cut = self.trimmed(run.start, end);
        let mut hint = run.hint;
        if hint.role.is_none() && self.titles.contains(&plain(&self.text[run.text..])) {
            hint.role = Some(Role::Headline);
        }
        judge(&self.text[run.text..], words, run.bold == run.letters, &mut hint);
        // An item that begins with a term defines it, among others that are alike.
        let term = |at| self.text[run.text..run.text + at].split_whitespace().count() < 2;
        hint.fixed |= hint.role == Some(Role::ListItem) && run.bold < run.letters && run.before_bold.is_some_and(term);
        let balanced = !run.tangled && self.open.len() == run.depth;
        hint.fixed |= !balanced;
        if hint.fixed
            && let Some(block) = block
        {
            self.open[block].stays = true;
        }
        self.marked.paragraphs.push(Span::new(run.text, self.text.len()));
        self.marked.hints.push(hint);
        self.marked.sources.push(source);
        self.marked.cuts.push(if run.end.is_some() { cut } else { with_line(self.source, cut) });
        self.takes_breaks = run.end.is_none();
        self.text.push_str("\n\n");
        self.run.text = self.text.len();
    }

    /// True if a run is no text of this page: links, what a reply quotes, another page's card.
    fn is_aside(&mut self, run: &Run, words: usize, block: Option<usize>, heading: bool) -> bool {
        let before = self.marked.paragraphs.len();
        let mostly_linked = run.mostly_linked();
        let quote = self.open.iter_mut().rev().take(DEEPEST).find(|open| open.kind == Kind::Quote);
        let reply = quote.is_some_and(|quote| {
            quote.sourced |= mostly_linked && quote.first == before;
            quote.sourced
        });
        let teaser = self.in_teaser(words);
        if !(mostly_linked || reply || teaser && !heading) {
            return false;
        }
        if heading && is_title_like(&self.text[run.text..], words) {
            self.begins_teaser();
        }
        if let Some(block) = block {
            let begins = self.open[block].first == before && words >= LEAST_TITLE_WORDS;
            if !heading && mostly_linked && begins && matches!(self.open[block].kind, Kind::Box | Kind::Item) {
                self.open[block].teaser = teasers::LINES;
            }
            self.open[block].stays = true;
            self.open[block].links += usize::from(mostly_linked);
        }
        true
    }

    /// The paragraphs from `first` on are none.
    fn forget(&mut self, first: usize) {
        let Some(span) = self.marked.paragraphs.get(first) else { return };
        self.text.truncate(span.start);
        self.run.text = self.text.len();
        self.marked.paragraphs.truncate(first);
        self.marked.hints.truncate(first);
        self.marked.sources.truncate(first);
        self.marked.cuts.truncate(first);
        while self.marked.wrappers.pop_if(|wrapper| wrapper.end > first).is_some() {}
        self.sections.forget(first);
    }

    /// The bytes `start..end` without white space around them.
    fn trimmed(&self, start: usize, end: usize) -> Span {
        let text = self.source.get(start..end).unwrap_or_default();
        let start = start + (text.len() - text.trim_start().len());
        Span::new(start, start + text.trim().len())
    }

    fn pop_to(&mut self, depth: usize, at: usize) {
        while self.open.len() > depth {
            self.pop(at);
        }
    }

    /// Closes the innermost element, which ends before byte `end`.
    fn pop(&mut self, end: usize) {
        let Some(closed) = self.open.pop() else { return };
        if closed.kind == Kind::Skipped
            && let Some(title) = self.title.take()
        {
            self.titles.insert(plain(&title));
        }
        if closed.kind == Kind::Link && closed.linked && closed.letters == self.letters {
            let around = self.open.iter_mut().rev().take(6).find(|o| o.kind == Kind::Item);
            if let Some(item) = around {
                item.card = true;
            }
        }
        if !closed.kind.parts_text() {
            return;
        }
        if closed.listed {
            self.sections.listed(closed.first, self.marked.paragraphs.len());
        }
        // Most of a list are links, or its item is a card: a listing of other pages.
        let listing = match closed.kind {
            Kind::List => closed.links >= self.marked.paragraphs.len() - closed.first,
            Kind::Item => closed.card,
            _ => false,
        };
        if listing {
            self.forget(closed.first);
        }
        let closed = Open { stays: closed.stays || listing, ..closed };
        if let Some(block) = self.open.last().map(|top| top.block) {
            self.open[block].links += closed.links;
        }
        let paragraphs = self.marked.paragraphs.len();
        let goes = closed.kind.goes_when_empty() && !closed.stays && paragraphs > closed.first;
        if goes {
            let element = self.trimmed(closed.start, end);
            let span = with_line(self.source, element);
            self.marked.wrappers.push(Wrapper { first: closed.first, end: paragraphs, span });
        }
        let empty = paragraphs == closed.first && !closed.stays;
        if !goes
            && !empty
            && let Some(block) = self.open.last().map(|top| top.block)
        {
            self.open[block].stays = true;
        }
    }

    pub(super) fn finish(mut self) -> Marked<'static> {
        let end = self.source.len();
        self.flush(end);
        self.pop_to(0, end);
        self.sections.fix(&mut self.marked.hints);
        self.marked.text = std::mem::take(&mut self.text).into();
        self.marked
    }
}
