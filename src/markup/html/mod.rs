//! Paragraphs of an HTML page: runs of text between block boundaries, by the byte spans of a tokenizer that follows
//! the standard. Nothing is written anew: what is cut are bytes of the page.
//!
//! Navigation, controls, teasers and text that is mostly links are no prose and no paragraphs; nor is what nobody
//! sees, so that nothing visible goes for the sake of an invisible twin. Headings, rows of tables and program text
//! are paragraphs that stay. Time and memory are linear in the page's length.

mod builder;
mod elements;
mod parts;
mod rules;
mod sections;

use std::convert::Infallible;

use html5gum::emitters::callback::{CallbackEmitter, CallbackEvent};
use html5gum::{Span as TokenSpan, Tokenizer};

use crate::markup::marked::Marked;

use builder::Builder;
use elements::Attributes;

/// Reads a page. Every input is a page: there are no errors.
#[must_use]
pub fn read(source: &str) -> Marked<'static> {
    let mut builder = Builder::new(source);
    let (mut tag, mut address) = (Tag::default(), None);
    let mut emitter = CallbackEmitter::new(|event: CallbackEvent<'_>, span: TokenSpan<usize>| -> Option<Infallible> {
        match event {
            CallbackEvent::OpenStartTag { name } => tag.open(name, span.start),
            CallbackEvent::AttributeName { name } => tag.attribute(name),
            CallbackEvent::AttributeValue { value } => tag.value(value),
            CallbackEvent::CloseStartTag { .. } => {
                tag.finish();
                builder.start_tag(&tag.name, tag.attributes, tag.start, span.end);
                address = address.take().or_else(|| tag.address());
                if let Some(title) = tag.title() {
                    builder.title(title);
                }
            }
            CallbackEvent::EndTag { name } => builder.end_tag(name, span.start, span.end),
            CallbackEvent::String { value } => builder.text(&String::from_utf8_lossy(value), span.end),
            CallbackEvent::Comment { .. } | CallbackEvent::Doctype { .. } | CallbackEvent::Error(_) => {}
        }
        None
    });
    emitter.naively_switch_states(true);
    let Ok(()) = Tokenizer::new_with_emitter(source, emitter).finish();
    Marked { address, ..builder.finish() }
}

/// The start tag being read.
#[derive(Default)]
struct Tag {
    name: Vec<u8>,
    start: usize,
    attributes: Attributes,
    /// The attribute whose value comes next.
    attribute: Vec<u8>,
    /// Set while an attribute has had no value yet.
    bare: bool,
    is_title: bool,
    /// True where it tells the page's own address.
    is_address: bool,
    /// What it tells.
    content: Option<String>,
}

impl Tag {
    fn open(&mut self, name: &[u8], start: usize) {
        self.name.clear();
        self.name.extend_from_slice(name);
        self.start = start;
        self.attributes = Attributes::default();
        self.bare = false;
        self.is_title = false;
        self.is_address = false;
        self.content = None;
    }

    fn attribute(&mut self, name: &[u8]) {
        self.finish();
        self.attribute.clear();
        self.attribute.extend_from_slice(name);
        self.bare = true;
    }

    fn value(&mut self, value: &[u8]) {
        let value = String::from_utf8_lossy(value);
        self.bare = false;
        self.attributes.read(&self.attribute, &value);
        if self.name == b"meta" {
            match &*self.attribute {
                b"property" | b"name" => {
                    self.is_title |= value == "og:title" || value == "twitter:title";
                    self.is_address |= value == "og:url";
                }
                b"content" => self.content = Some(value.into_owned()),
                _ => {}
            }
        } else if self.name == b"link" {
            match &*self.attribute {
                b"rel" => self.is_address |= value.split_ascii_whitespace().any(|rel| rel == "canonical"),
                b"href" => self.content = Some(value.into_owned()),
                _ => {}
            }
        }
    }

    fn finish(&mut self) {
        if std::mem::take(&mut self.bare) {
            self.attributes.read(&self.attribute, "");
        }
    }

    fn address(&mut self) -> Option<String> {
        self.content.take_if(|address| self.is_address && address.contains("://"))
    }

    fn title(&mut self) -> Option<String> {
        self.content.take().filter(|_| self.is_title)
    }
}
