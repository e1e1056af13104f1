//! Paragraphs of a Markdown document, by the offsets of a CommonMark parser with tables, footnotes, strikethrough,
//! task lists and front matter. What is cut are whole lines of the source.
//!
//! Headings, tables, code, front matter, link definitions, footnotes and HTML stay; headings and cells may be said
//! again by what goes. A caption is the line in emphasis under a paragraph that is only a picture.

mod rules;

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use self::rules::{Node, What};
use crate::markup::marked::Marked;
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
    let events = Parser::new_ext(source, options).into_offset_iter();
    reader.definitions.extend(events.reference_definitions().iter().map(|(_, definition)| definition.span.start));
    reader.definitions.sort_unstable();
    for (event, range) in events {
        reader.event(event, &range);
    }
    reader.finish()
}

/// The text of the block that is being read.
struct Block {
    /// Bytes of the source.
    span: Range<usize>,
    /// Its number among the nodes.
    node: usize,
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
    /// Every block, in order.
    nodes: Vec<Node>,
    /// The containers that are open: their numbers among the nodes.
    open: Vec<usize>,
    block: Option<Block>,
    /// How deep in emphasis, links, pictures, and what is skipped.
    emphasis: usize,
    link: usize,
    picture: usize,
    skipped: usize,
    /// The block before was a picture and nothing else, or a caption.
    after_picture: bool,
    /// First bytes of the link definitions.
    definitions: Vec<usize>,
}

/// A plain paragraph goes only if it has this many words: shorter ones are labels.
const LEAST_WORDS: usize = 6;

/// Quotes and lists are looked at no further up than this.
const DEEPEST: usize = 64;

impl<'s> Reader<'s> {
    fn new(source: &'s str) -> Self {
        Self {
            source,
            marked: Marked::default(),
            text: String::new(),
            nodes: Vec::new(),
            open: Vec::new(),
            block: None,
            emphasis: 0,
            link: 0,
            picture: 0,
            skipped: 0,
            after_picture: false,
            definitions: Vec::new(),
        }
    }

    fn event(&mut self, event: Event<'_>, range: &Range<usize>) {
        match event {
            Event::Start(tag) => self.start(&tag, range),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => self.words(&text, range),
            Event::Code(text) | Event::InlineMath(text) | Event::DisplayMath(text) => self.words(&text, range),
            Event::SoftBreak | Event::HardBreak => self.line_break(range),
            Event::Rule => self.other(What::Rule, range),
            Event::Html(_) | Event::InlineHtml(_) | Event::FootnoteReference(_) | Event::TaskListMarker(_) => {
                // Tags that open here and close elsewhere, and notes that would have no place to point from.
                match &mut self.block {
                    Some(block) => block.hint.fixed = true,
                    None if self.skipped == 0 => self.other(What::Other, range),
                    None => {}
                }
            }
        }
    }

    fn start(&mut self, tag: &Tag<'_>, range: &Range<usize>) {
        let role = |role| Hint { role: Some(role), fixed: true };
        match tag {
            Tag::Paragraph => self.begin(What::Text, range, Hint::default()),
            Tag::Heading { level, .. } => {
                let first = *level as usize == 1;
                self.begin(What::Heading, range, role(if first { Role::Headline } else { Role::Subheading }));
            }
            Tag::Table(_) => self.container(What::Table, range),
            Tag::TableCell => self.begin(What::Text, range, role(Role::ListItem)),
            Tag::CodeBlock(CodeBlockKind::Fenced(_)) => self.begin(What::Fenced, range, role(Role::Code)),
            Tag::CodeBlock(CodeBlockKind::Indented) => self.begin(What::Other, range, role(Role::Code)),
            Tag::BlockQuote(_) => self.container(What::Quote, range),
            Tag::List(from) => self.container(What::List { counts: from.is_some() }, range),
            Tag::Item => self.container(What::Item, range),
            Tag::FootnoteDefinition(_) => self.container(What::Note, range),
            Tag::HtmlBlock | Tag::MetadataBlock(_) => {
                self.other(What::Other, range);
                self.skipped += 1;
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
            TagEnd::BlockQuote(_) | TagEnd::List(_) | TagEnd::Item | TagEnd::FootnoteDefinition | TagEnd::Table => {
                self.close()
            }
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

    fn node(&mut self, what: What, range: &Range<usize>) -> usize {
        let paragraphs = self.marked.paragraphs.len();
        self.nodes.push(Node {
            what,
            span: self.trimmed(range),
            parent: self.open.last().copied(),
            paragraphs: paragraphs..paragraphs,
            emphasised: false,
            pictured: false,
        });
        self.nodes.len() - 1
    }

    fn container(&mut self, what: What, range: &Range<usize>) {
        self.flush();
        let node = self.node(what, range);
        self.open.push(node);
    }

    fn close(&mut self) {
        self.flush();
        if let Some(closed) = self.open.pop() {
            self.nodes[closed].paragraphs.end = self.marked.paragraphs.len();
        }
    }

    /// A block that is no paragraph.
    fn other(&mut self, what: What, range: &Range<usize>) {
        self.flush();
        self.node(what, range);
        self.after_picture = false;
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
            None => self.begin(What::Text, range, Hint::default()),
        }
    }

    fn begin(&mut self, what: What, range: &Range<usize>, hint: Hint) {
        self.flush();
        self.block = Some(Block {
            span: range.clone(),
            node: self.node(what, range),
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

    /// Ends the block that is being read.
    fn flush(&mut self) {
        let Some(block) = self.block.take() else { return };
        let picture = block.pictures > 0 && block.letters == 0;
        let node = &mut self.nodes[block.node];
        node.pictured = picture || block.captions;
        if block.letters == 0 {
            self.text.truncate(block.text);
            self.after_picture = node.pictured;
            return;
        }
        node.emphasised = block.emphasised * 10 >= block.letters * 9;
        let caption = (self.after_picture || block.captions) && node.emphasised;
        let text = &self.text[block.text..];
        let mut hint = block.hint;
        let within =
            |what: &dyn Fn(What) -> bool| self.open.iter().rev().take(DEEPEST).any(|open| what(self.nodes[*open].what));
        hint.role = hint.role.or_else(|| match () {
            () if caption => Some(Role::Caption),
            () if within(&|what| what == What::Quote) => Some(Role::Quote),
            () if within(&|what| what == What::Item) => Some(Role::ListItem),
            () => None,
        });
        hint.fixed |= block.pictures > 0 || block.linked * 2 > block.letters;
        hint.fixed |= text.split_whitespace().count() < LEAST_WORDS && text.is_ascii();
        // A picture's caption may stand right under it; any other line in emphasis alone is a heading.
        hint.fixed |= hint.role.is_none() && block.emphasised == block.letters;
        let span = self.trimmed(&block.span);
        let paragraph = self.marked.paragraphs.len();
        self.after_picture = caption || block.captions;
        self.nodes[block.node].paragraphs = paragraph..paragraph + 1;
        self.marked.paragraphs.push(Span::new(block.text, self.text.len()));
        self.marked.hints.push(hint);
        self.marked.sources.push(span);
        self.marked.cuts.push(span);
        self.text.push_str("\n\n");
    }

    fn trimmed(&self, range: &Range<usize>) -> Span {
        let text = &self.source[range.clone()];
        let start = range.start + (text.len() - text.trim_start().len());
        Span::new(start, start + text.trim().len())
    }

    fn finish(mut self) -> Marked<'static> {
        self.flush();
        self.marked.text = std::mem::take(&mut self.text).into();
        rules::settle(self.source, &self.nodes, &self.definitions, &mut self.marked);
        self.marked
    }
}
