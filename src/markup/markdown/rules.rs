//! Which blocks may go, and with which lines.
//!
//! Whether a block may go must not depend on what else goes: what was held back would go in a second run, or two
//! blocks would join. So a paragraph or quote goes only if blank lines part it from its neighbours and what stands
//! behind it reads the same wherever it stands: no list, no indented code, no raw HTML, nothing indented. What goes
//! has such a block behind it, so that this stays true of what is left. Items of lists stay.

use std::ops::Range;

use crate::markup::marked::{Marked, Wrapper};
use crate::paragraph::Span;

/// What a block is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// A paragraph, the text of a tight list's item, a cell.
    Text,
    Heading,
    Fenced,
    Table,
    Rule,
    Quote,
    List {
        /// Its items are numbered.
        counts: bool,
    },
    Item,
    /// A footnote.
    Note,
    /// Indented code, HTML, front matter, the box of a task.
    Other,
}

/// A block.
pub(super) struct Node {
    pub(super) what: What,
    /// Its bytes of the source, without white space around.
    pub(super) span: Span,
    /// The container it is in: its number, lower than the block's own.
    pub(super) parent: Option<usize>,
    /// The paragraphs in it.
    pub(super) paragraphs: Range<usize>,
    /// It is in emphasis: under a picture, a caption.
    pub(super) emphasised: bool,
    /// It is a picture, or a picture and the line under it.
    pub(super) pictured: bool,
}

/// Fixes what may not go, finds the lines that go with each paragraph, and the wrappers.
pub(super) fn settle(source: &str, nodes: &[Node], definitions: &[usize], marked: &mut Marked<'_>) {
    let page = Page::new(source, nodes, definitions);
    for (at, node) in nodes.iter().enumerate() {
        page.settle_one(at, node, marked);
    }
    page.keep_captions_apart(marked);
    // Containers from within: what is in them is settled by then.
    let mut stays = vec![false; nodes.len()];
    for (at, node) in nodes.iter().enumerate().rev() {
        match node.what {
            What::Quote => stays[at] = page.settle_quote(at, node, stays[at], marked),
            What::Item => Page::settle_item(node, marked),
            _ => {}
        }
        stays[at] |= match node.what {
            What::Quote => false,
            What::Item | What::List { .. } | What::Note | What::Table => true,
            _ => node.pictured || node.paragraphs.clone().all(|paragraph| marked.hints[paragraph].fixed),
        };
        if let Some(parent) = node.parent {
            stays[parent] |= stays[at];
        }
    }
    marked.wrappers.sort_by_key(|wrapper| (wrapper.span.start, std::cmp::Reverse(wrapper.span.end)));
}

struct Page<'s> {
    source: &'s str,
    nodes: &'s [Node],
    definitions: &'s [usize],
    /// For each block, the one before it and the one behind it in the same container.
    previous: Vec<Option<usize>>,
    next: Vec<Option<usize>>,
    /// For each block, how many blocks are in it.
    children: Vec<u32>,
    /// For each block, how many quotes it is in.
    quotes: Vec<u32>,
    /// For each block, true if it is in an item, a footnote or a table.
    bound: Vec<bool>,
}

impl<'s> Page<'s> {
    fn new(source: &'s str, nodes: &'s [Node], definitions: &'s [usize]) -> Self {
        let n = nodes.len();
        let (mut previous, mut next) = (vec![None; n], vec![None; n]);
        let (mut children, mut quotes, mut bound) = (vec![0; n], vec![0; n], vec![false; n]);
        // For each container, and for the document, its last block so far.
        let mut last: Vec<Option<usize>> = vec![None; n + 1];
        for (at, node) in nodes.iter().enumerate() {
            let brother = last[node.parent.unwrap_or(n)].replace(at);
            previous[at] = brother;
            if let Some(brother) = brother {
                next[brother] = Some(at);
            }
            if let Some(parent) = node.parent {
                let what = nodes[parent].what;
                children[parent] += 1;
                quotes[at] = quotes[parent] + u32::from(what == What::Quote);
                bound[at] = bound[parent] || matches!(what, What::Item | What::Note | What::Table);
            }
        }
        Self { source, nodes, definitions, previous, next, children, quotes, bound }
    }

    /// A block of text alone.
    fn settle_one(&self, at: usize, node: &Node, marked: &mut Marked<'_>) {
        let Some(paragraph) = node.paragraphs.clone().next() else { return };
        if matches!(node.what, What::Quote | What::List { .. } | What::Item | What::Note | What::Table) {
            return;
        }
        let hint = &mut marked.hints[paragraph];
        let source = marked.sources[paragraph];
        let sole = node.parent.is_some_and(|p| self.nodes[p].what == What::Item && self.children[p] == 1);
        if self.bound[at] && !sole {
            hint.fixed = true;
        }
        if node.pictured {
            // The line under a picture: the picture stays.
            match self.lines(source, self.quotes[at]) {
                Some(lines) => marked.cuts[paragraph] = lines,
                None => hint.fixed = true,
            }
        } else if !self.bound[at] {
            match self.free(at, source) {
                Some(lines) => marked.cuts[paragraph] = lines,
                None => hint.fixed = true,
            }
        }
    }

    /// A quote goes when all that is in it goes. If it may not, its first paragraph stays, so that it is never empty.
    /// True if something in it stays.
    fn settle_quote(&self, at: usize, node: &Node, stays: bool, marked: &mut Marked<'_>) -> bool {
        let inside = node.paragraphs.clone();
        if stays || self.bound[at] || inside.is_empty() {
            return true;
        }
        match self.free(at, node.span) {
            Some(span) if !self.defines(span) => {
                marked.wrappers.push(Wrapper { first: inside.start, end: inside.end, span });
                false
            }
            _ => {
                marked.hints[inside.start].fixed = true;
                true
            }
        }
    }

    /// Items stay: what stands right behind one may run on into the item before it once it is gone.
    fn settle_item(node: &Node, marked: &mut Marked<'_>) {
        for paragraph in node.paragraphs.clone() {
            marked.hints[paragraph].fixed = true;
        }
    }

    /// The lines that go with a block that may go: its own, and the blank ones behind it if there are some before it.
    fn free(&self, at: usize, span: Span) -> Option<Span> {
        let quotes = self.quotes[at];
        let lines = self.lines(span, quotes)?;
        let blank_before = self.blank_before(lines.start, quotes);
        let first = self.previous[at].is_none() && quotes > 0;
        if !blank_before && !first && !self.under_heading(at, lines.start) {
            return None;
        }
        let behind = self.blank_end(lines.end, quotes);
        let edge = self.next[at].is_none() && self.blank_end(lines.end, 0) > lines.end;
        if behind == lines.end && behind < self.source.len() && !edge {
            return None;
        }
        // Itself, too: else what stands before it would be free once it is gone.
        if !self.reads_the_same(at) || self.next[at].is_some_and(|next| !self.reads_the_same(next)) {
            return None;
        }
        Some(if blank_before { Span::new(lines.start, behind) } else { lines })
    }

    /// True if a heading is what stands right before the line at byte `start`, with no link definition in between.
    fn under_heading(&self, at: usize, start: usize) -> bool {
        self.previous[at].map(|before| &self.nodes[before]).is_some_and(|before| {
            let between = self.source.get(before.span.end..start);
            before.what == What::Heading && between.is_some_and(|between| between.trim().is_empty())
        })
    }

    /// True if a block reads the same whatever stands before it and the blank line.
    fn reads_the_same(&self, at: usize) -> bool {
        let node = &self.nodes[at];
        let text = &self.source[node.span.start..];
        let before = self.before(node.span.start);
        let indented = before.starts_with(' ') || before.contains("  ") || before.contains('\t');
        let plain =
            matches!(node.what, What::Text | What::Heading | What::Fenced | What::Table | What::Rule | What::Quote);
        // Front matter begins so.
        plain && !indented && !text.starts_with("---") && !text.starts_with("+++")
    }

    /// Between a picture and a line in emphasis behind it that is no caption, something stays that is none either.
    fn keep_captions_apart(&self, marked: &mut Marked<'_>) {
        let mut under: Option<Vec<usize>> = None;
        for node in self.nodes.iter() {
            let paragraph = node.paragraphs.clone().next();
            if node.pictured {
                under = Some(Vec::new());
                continue;
            }
            let Some(between) = &mut under else { continue };
            let leaf = !matches!(node.what, What::Quote | What::List { .. } | What::Item | What::Note | What::Table);
            let Some(paragraph) = paragraph.filter(|_| leaf) else {
                if leaf {
                    under = None;
                }
                continue;
            };
            if node.emphasised {
                if let Some(first) = between.first() {
                    marked.hints[*first].fixed = true;
                    under = None;
                }
            } else if marked.hints[paragraph].fixed {
                under = None;
            } else {
                between.push(paragraph);
            }
        }
    }

    /// What stands before byte `at` in its line.
    fn before(&self, at: usize) -> &'s str {
        let start = self.source[..at].rfind('\n').map_or(0, |at| at + 1);
        &self.source[start..at]
    }

    /// The whole lines of a span; nothing if it shares a line with something else, such as the mark of an item.
    fn lines(&self, span: Span, quotes: u32) -> Option<Span> {
        let before = self.before(span.start);
        let marks = before.trim_start_matches('\u{feff}');
        let plain = marks.chars().all(|c| matches!(c, ' ' | '\t' | '>'));
        if !plain || marks.matches('>').count() != quotes as usize {
            return None;
        }
        let end = self.source[span.end..].find('\n').map_or(self.source.len(), |at| span.end + at + 1);
        let rest = &self.source[span.end..end];
        rest.trim_matches([' ', '\t', '\r', '\n']).is_empty().then(|| Span::new(span.start - marks.len(), end))
    }

    /// True if the line before the one that begins at byte `at` is blank, or there is none.
    fn blank_before(&self, at: usize, quotes: u32) -> bool {
        let Some(end) = self.source[..at].trim_end_matches('\u{feff}').strip_suffix('\n') else { return true };
        let start = end.rfind('\n').map_or(0, |at| at + 1);
        is_blank(end[start..].trim_start_matches('\u{feff}'), quotes)
    }

    /// The end of the blank lines that begin at byte `at`.
    fn blank_end(&self, at: usize, quotes: u32) -> usize {
        let lines = self.source[at..].split_inclusive('\n');
        at + lines.take_while(|line| is_blank(line, quotes)).map(str::len).sum::<usize>()
    }

    /// True if a link is defined in a span.
    fn defines(&self, span: Span) -> bool {
        let from = self.definitions.partition_point(|at| *at < span.start);
        self.definitions.get(from).is_some_and(|at| *at < span.end)
    }
}

/// True for a line of nothing but the marks of so many quotes.
fn is_blank(line: &str, quotes: u32) -> bool {
    let plain = line.chars().all(|c| matches!(c, ' ' | '\t' | '\r' | '\n' | '>'));
    plain && line.matches('>').count() == quotes as usize
}
