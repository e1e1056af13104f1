//! Paragraphs of a Markdown document, by the offsets of a CommonMark parser with tables, footnotes, strikethrough,
//! task lists and front matter. What is cut are whole lines of the source.
//!
//! Headings, tables, code, front matter, link definitions, footnotes and HTML stay; headings and cells may be said
//! again by what goes. A caption is the line in emphasis under a paragraph that is only a picture.

use std::ops::Range;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::marked::{Marked, Wrapper};
use crate::paragraph::{Hint, Role, Span};

/// Reads a document. Every input is a document: there are no errors.
#[must_use]
pub fn read(source: &str) -> Marked<'static> {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS
        | Options::ENABLE_PLUSES_DELIMITED_METADATA_BLOCKS;
    let mut reader = Reader::new(source);
    for (event, range) in Parser::new_ext(source, options).into_offset_iter() {
        reader.event(event, &range);
    }
    reader.finish()
}

/// An open quote, list or item.
struct Open {
    /// Bytes of the source.
    span: Range<usize>,
    /// Paragraphs before it.
    first: usize,
    /// Something is in it that stays.
    stays: bool,
    /// Blocks in it so far.
    blocks: usize,
    /// A list is in it, and nothing behind that list so far that is sure to stay: a list behind would join it.
    after_list: bool,
    what: Container,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Container {
    Quote,
    List,
    /// An item, and whether its list counts.
    Item(bool),
    /// A footnote: nothing in it goes.
    Note,
}

/// The text of the block that is being read.
struct Block {
    /// Bytes of the source.
    span: Range<usize>,
    /// Where its text begins in the reader's.
    text: usize,
    /// Letters, and how many of them are in emphasis, and in links.
    letters: usize,
    emphasised: usize,
    linked: usize,
    /// Pictures in it.
    pictures: usize,
    /// It is the line under a picture.
    captions: bool,
    hint: Hint,
}

struct Reader<'s> {
    source: &'s str,
    marked: Marked<'static>,
    text: String,
    open: Vec<Open>,
    block: Option<Block>,
    /// How deep in emphasis, links, pictures, and what is skipped.
    emphasis: usize,
    link: usize,
    picture: usize,
    skipped: usize,
    /// The block before was a picture and nothing else.
    after_picture: bool,
    /// For each list that is open, whether it counts.
    counted: Vec<bool>,
    /// Something stands before that is sure to stay.
    begun: bool,
    /// As an open block's, outside of all of them.
    after_list: bool,
}

/// A plain paragraph goes only if it has this many words: shorter ones are labels.
const LEAST_WORDS: usize = 6;

impl<'s> Reader<'s> {
    fn new(source: &'s str) -> Self {
        Self {
            source,
            marked: Marked::default(),
            text: String::new(),
            open: Vec::new(),
            block: None,
            emphasis: 0,
            link: 0,
            picture: 0,
            skipped: 0,
            after_picture: false,
            counted: Vec::new(),
            begun: false,
            after_list: false,
        }
    }

    fn event(&mut self, event: Event<'_>, range: &Range<usize>) {
        match event {
            Event::Start(tag) => self.start(&tag, range),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => self.words(&text, range),
            Event::Code(text) | Event::InlineMath(text) | Event::DisplayMath(text) => self.words(&text, range),
            Event::SoftBreak | Event::HardBreak => self.line_break(range),
            Event::Rule => {
                self.flush();
                self.stays();
            }
            Event::Html(_) | Event::InlineHtml(_) | Event::FootnoteReference(_) | Event::TaskListMarker(_) => {
                // Tags that open here and close elsewhere, and notes that would have no place to point from.
                match &mut self.block {
                    Some(block) => block.hint.fixed = true,
                    None => self.stays(),
                }
            }
        }
    }

    fn start(&mut self, tag: &Tag<'_>, range: &Range<usize>) {
        let role = |role| Hint { role: Some(role), fixed: true };
        match tag {
            Tag::Paragraph => self.begin(range, Hint::default()),
            Tag::Heading { level, .. } => {
                let first = *level as usize == 1;
                self.begin(range, role(if first { Role::Headline } else { Role::Subheading }));
            }
            Tag::TableCell => self.begin(range, role(Role::ListItem)),
            Tag::CodeBlock(_) => self.begin(range, role(Role::Code)),
            Tag::BlockQuote(_) => self.container(Container::Quote, range),
            Tag::List(from) => {
                self.container(Container::List, range);
                self.counted.push(from.is_some());
            }
            Tag::Item => {
                let counted = self.counted.last().copied().unwrap_or_default();
                self.container(Container::Item(counted), range);
            }
            Tag::FootnoteDefinition(_) => self.container(Container::Note, range),
            Tag::HtmlBlock | Tag::MetadataBlock(_) => {
                self.flush();
                self.stays();
                self.skipped += 1;
            }
            Tag::Table(_) => {
                self.flush();
                self.stays();
            }
            Tag::Emphasis | Tag::Strong => self.inline(range, |r| r.emphasis += 1),
            Tag::Link { .. } => self.inline(range, |r| r.link += 1),
            Tag::Image { .. } => self.inline(range, |r| r.picture += 1),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::TableCell | TagEnd::CodeBlock => self.flush(),
            TagEnd::BlockQuote(_) | TagEnd::List(_) | TagEnd::Item | TagEnd::FootnoteDefinition => self.close(),
            TagEnd::HtmlBlock | TagEnd::MetadataBlock(_) => self.skipped = self.skipped.saturating_sub(1),
            TagEnd::Emphasis | TagEnd::Strong => self.emphasis = self.emphasis.saturating_sub(1),
            TagEnd::Link => self.link = self.link.saturating_sub(1),
            TagEnd::Image => {
                self.picture = self.picture.saturating_sub(1);
                if let Some(block) = &mut self.block {
                    block.pictures += 1;
                }
            }
            _ => {}
        }
    }

    /// The line under a picture is its caption.
    fn line_break(&mut self, range: &Range<usize>) {
        match &mut self.block {
            Some(block) if block.letters == 0 && block.pictures > 0 && self.picture == 0 => {
                block.span = range.end..range.end;
                (block.pictures, block.captions) = (0, true);
                self.text.truncate(block.text);
            }
            _ => self.words(" ", range),
        }
    }

    fn container(&mut self, what: Container, range: &Range<usize>) {
        self.flush();
        if let Some(top) = self.open.last_mut() {
            top.blocks += 1;
        }
        let first = self.marked.paragraphs.len();
        self.open.push(Open { span: range.clone(), first, stays: false, blocks: 0, after_list: false, what });
    }

    /// Text of a tight list's item stands there without a paragraph around it.
    fn inline(&mut self, range: &Range<usize>, count: impl FnOnce(&mut Self)) {
        self.grow(range);
        count(self);
    }

    fn grow(&mut self, range: &Range<usize>) {
        if self.skipped > 0 {
            return;
        }
        match &mut self.block {
            Some(block) => block.span.end = block.span.end.max(range.end),
            None => self.begin(range, Hint::default()),
        }
    }

    fn begin(&mut self, range: &Range<usize>, hint: Hint) {
        self.flush();
        if let Some(top) = self.open.last_mut() {
            top.blocks += 1;
        }
        self.block = Some(Block {
            span: range.clone(),
            text: self.text.len(),
            letters: 0,
            emphasised: 0,
            linked: 0,
            pictures: 0,
            captions: false,
            hint,
        });
    }

    fn words(&mut self, text: &str, range: &Range<usize>) {
        self.grow(range);
        if self.picture > 0 || self.skipped > 0 {
            return;
        }
        let (emphasised, linked) = (self.emphasis > 0, self.link > 0);
        if let Some(block) = &mut self.block {
            let letters = text.chars().filter(|c| c.is_alphanumeric()).count();
            block.letters += letters;
            block.emphasised += letters * usize::from(emphasised);
            block.linked += letters * usize::from(linked);
            self.text.push_str(text);
        }
    }

    /// A block that is no paragraph.
    fn stays(&mut self) {
        if let Some(top) = self.open.last_mut() {
            top.blocks += 1;
        }
        self.anchor();
        self.after_picture = false;
    }

    /// Something in the open container is sure to stay.
    fn anchor(&mut self) {
        self.begun = true;
        match self.open.last_mut() {
            Some(top) => (top.stays, top.after_list) = (true, false),
            None => self.after_list = false,
        }
    }

    /// Ends the block that is being read.
    fn flush(&mut self) {
        let Some(block) = self.block.take() else { return };
        let picture = block.pictures > 0 && block.letters == 0;
        if block.letters == 0 {
            self.text.truncate(block.text);
            self.anchor();
            self.after_picture = picture;
            return;
        }
        let span = self.trimmed(&block.span);
        let words = self.text[block.text..].split_whitespace().count();
        let mut hint = block.hint;
        let containers = || self.open.iter().rev().take(DEEPEST);
        let caption = (self.after_picture || block.captions) && block.emphasised * 10 >= block.letters * 9;
        hint.role = hint.role.or_else(|| match () {
            () if caption => Some(Role::Caption),
            () if containers().any(|o| o.what == Container::Quote) => Some(Role::Quote),
            () if containers().any(|o| matches!(o.what, Container::Item(_))) => Some(Role::ListItem),
            () => None,
        });
        let lines = self.lines(&span, true);
        // The first block of an item goes with its item or not at all.
        let item = self.open.last().is_some_and(|o| matches!(o.what, Container::Item(_)) && o.blocks == 1);
        hint.fixed |= block.pictures > 0 || block.linked * 2 > block.letters || lines.is_none() && !item;
        // Without one of its items, a list would count otherwise.
        hint.fixed |= containers().any(|o| matches!(o.what, Container::Note | Container::Item(true)));
        hint.fixed |= !item && lines.is_some_and(|lines| self.would_join(&span, &lines));
        hint.fixed |= words < LEAST_WORDS && self.text[block.text..].is_ascii();
        // A picture's caption may stand right under it; any other line in emphasis alone is a heading.
        hint.fixed |= hint.role.is_none() && block.emphasised == block.letters;
        if hint.fixed || block.captions {
            self.anchor();
        }
        self.after_picture = false;
        self.marked.paragraphs.push(Span::new(block.text, self.text.len()));
        self.marked.hints.push(hint);
        self.marked.sources.push(span);
        self.marked.cuts.push(lines.unwrap_or(span));
        self.text.push_str("\n\n");
    }

    /// True if what stands before and behind a block would become one, or something else, without it.
    fn would_join(&self, span: &Span, lines: &Span) -> bool {
        let after_list = self.open.last().map_or(self.after_list, |top| top.after_list);
        let next = self.blank_end(lines.end);
        let line = self.source[next..].trim_start_matches(['>', ' ']);
        let marker = line.starts_with(['-', '*', '+', '\t']) || line.starts_with(|c: char| c.is_ascii_digit());
        let indented = self.source[next..].trim_start_matches('>').starts_with("    ");
        let front = !self.begun && (line.starts_with("---") || line.starts_with("+++"));
        let tight = !self.blank_before(span) && next < self.source.len() && self.blank_end(lines.end) == lines.end;
        after_list && (marker || indented) || front || tight && self.begun
    }

    /// True if a blank line, or nothing, stands before the line of `span`.
    fn blank_before(&self, span: &Span) -> bool {
        let Some(end) = self.source[..span.start].rfind('\n') else { return true };
        let start = self.source[..end].rfind('\n').map_or(0, |at| at + 1);
        self.source[start..end].trim_matches(['>', ' ', '\t', '\r', '\u{feff}']).is_empty()
    }

    /// The end of the blank lines that begin at byte `at`.
    fn blank_end(&self, at: usize) -> usize {
        let blank = |line: &&str| line.chars().all(|c| c.is_whitespace() || c == '>');
        at + self.source[at..].split_inclusive('\n').take_while(blank).map(str::len).sum::<usize>()
    }

    /// The whole lines of a block, and with `blanks` the blank lines behind it, if there are some before it as well;
    /// nothing if it shares a line with something else.
    fn lines(&self, span: &Span, blanks: bool) -> Option<Span> {
        let start = self.source[..span.start].rfind('\n').map_or(0, |at| at + 1);
        let marks = &self.source[start..span.start];
        // In a quote its mark goes, too; the first line of an item holds the item's mark, and the item is a wrapper.
        let quote = self.open.iter().rev().take(DEEPEST).any(|o| o.what == Container::Quote);
        let plain = |c: char| c == ' ' || c == '\t' || c == '\u{feff}' || quote && c == '>';
        if !marks.chars().all(plain) {
            return None;
        }
        let start = if marks.starts_with('\u{feff}') { start + '\u{feff}'.len_utf8() } else { start };
        let mut end = self.source[span.end..].find('\n').map_or(self.source.len(), |at| span.end + at + 1);
        if !self.source[span.end..end].trim().is_empty() {
            return None;
        }
        // A line without the mark of the quote ends the quote.
        let blank =
            |line: &&str| line.trim_matches(['>', ' ', '\t', '\r', '\n']).is_empty() && line.contains('>') == quote;
        if blanks && self.blank_before(span) {
            end += self.source[end..].split_inclusive('\n').take_while(blank).map(str::len).sum::<usize>();
        }
        Some(Span::new(start, end))
    }

    fn trimmed(&self, range: &Range<usize>) -> Span {
        let text = &self.source[range.clone()];
        let start = range.start + (text.len() - text.trim_start().len());
        Span::new(start, start + text.trim().len())
    }

    fn close(&mut self) {
        self.flush();
        let Some(closed) = self.open.pop() else { return };
        let end = self.marked.paragraphs.len();
        let item = matches!(closed.what, Container::Item(_));
        let span = self.trimmed(&closed.span);
        let lines = self.lines(&span, !item).filter(|_| !closed.stays && end > closed.first);
        let lines = lines.filter(|_| !item || end == closed.first + 1);
        let lines = lines.filter(|lines| closed.what != Container::Note && (item || !self.would_join(&span, lines)));
        if let Some(span) = lines {
            self.marked.wrappers.push(Wrapper { first: closed.first, end, span });
        } else {
            // One of its paragraphs stays, so that it is never empty. An item of several blocks stays whole: with one
            // left, the next run would read an item that may go.
            let most = if item { end } else { end.min(closed.first + 1) };
            self.marked.hints[closed.first..most].iter_mut().for_each(|hint| hint.fixed = true);
            self.anchor();
        }
        if closed.what == Container::List {
            self.counted.pop();
            match self.open.last_mut() {
                Some(top) => top.after_list = true,
                None => self.after_list = true,
            }
        }
    }

    fn finish(mut self) -> Marked<'static> {
        self.flush();
        self.marked.text = std::mem::take(&mut self.text).into();
        self.marked
    }
}

/// Quotes and lists are looked at no further up than this.
const DEEPEST: usize = 64;
