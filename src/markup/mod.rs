//! Where paragraphs are: one reader a format. Plain text gives spans of the source as it is; marked-up text gives
//! what a person reads of it, and the way back to the source.

#[cfg(feature = "html")]
pub mod html;
#[cfg(feature = "markdown")]
pub mod markdown;
pub mod marked;
pub mod plain;

use marked::Marked;

/// How a document is marked up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Syntax {
    /// Not at all.
    #[default]
    Plain,
    /// Markdown.
    #[cfg(feature = "markdown")]
    Markdown,
    /// HTML.
    #[cfg(feature = "html")]
    Html,
}

impl Syntax {
    /// True for pages.
    #[must_use]
    pub const fn is_html(self) -> bool {
        match self {
            #[cfg(feature = "html")]
            Self::Html => true,
            _ => false,
        }
    }

    /// Its name, if there is markup.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            #[cfg(feature = "markdown")]
            Self::Markdown => Some("markdown"),
            #[cfg(feature = "html")]
            Self::Html => Some("html"),
        }
    }
}

/// Reads a marked-up document; nothing for a plain text, which is its own reading.
#[must_use]
pub fn read(source: &str, syntax: Syntax) -> Option<Marked<'_>> {
    let _ = source;
    match syntax {
        Syntax::Plain => None,
        #[cfg(feature = "markdown")]
        Syntax::Markdown => Some(markdown::read(source)),
        #[cfg(feature = "html")]
        Syntax::Html => Some(html::read(source)),
    }
}
