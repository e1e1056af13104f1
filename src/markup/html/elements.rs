//! What the names, classes and attributes of HTML elements mean to a reader of articles.

use crate::paragraph::Role;

/// What an element is to a reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Part of a line of text, and whatever is not known.
    Inline,
    /// A link: part of a line.
    Link,
    /// `p`
    Paragraph,
    /// `h1` to `h6`, `summary`, `dt`, `legend`
    Heading(Role),
    /// `li`
    Item,
    /// `dd`
    Definition,
    /// `ul`, `ol`, `dl`
    List,
    /// `blockquote`
    Quote,
    /// `figure`
    Figure,
    /// `figcaption`
    Caption,
    /// `td`, `th`, and a table's `caption`
    Cell,
    /// `tr`, `tbody` and their like
    TablePart,
    /// `pre`
    Pre,
    /// `div`, `section` and their like: goes with its text if nothing else is in it
    Box,
    /// `body`, `main` and their like: never goes
    Frame,
    /// `article`: never goes
    Article,
    /// Nothing in it is prose.
    Skipped,
    /// `head`: nothing in it is prose, and any element of a body ends it
    Head,
    /// A picture, a rule, a control: has no end tag
    Void,
    /// `br`
    Break,
    /// `wbr`, `meta` and their like: shows nothing, has no end tag
    Nothing,
}

impl Kind {
    /// The kind of the element `name` (lower case).
    pub(super) fn of(name: &[u8]) -> Self {
        match name {
            b"a" => Self::Link,
            b"p" => Self::Paragraph,
            b"h1" => Self::Heading(Role::Headline),
            b"h2" | b"h3" | b"h4" | b"h5" | b"h6" | b"summary" | b"dt" | b"legend" => Self::Heading(Role::Subheading),
            b"li" => Self::Item,
            b"dd" => Self::Definition,
            b"ul" | b"ol" | b"dl" => Self::List,
            b"blockquote" => Self::Quote,
            b"figure" => Self::Figure,
            b"figcaption" => Self::Caption,
            b"td" | b"th" | b"caption" => Self::Cell,
            b"tr" | b"tbody" | b"thead" | b"tfoot" | b"table" => Self::TablePart,
            b"pre" | b"listing" => Self::Pre,
            b"div" | b"section" | b"center" | b"address" | b"aside" | b"details" | b"hgroup" => Self::Box,
            b"article" => Self::Article,
            b"html" | b"body" | b"main" | b"header" | b"form" | b"fieldset" => Self::Frame,
            b"head" => Self::Head,
            b"script" | b"style" | b"template" | b"noscript" | b"nav" | b"svg" | b"math" | b"textarea" | b"title"
            | b"button" | b"select" | b"dialog" | b"menu" | b"footer" | b"iframe" | b"object" | b"video" | b"audio"
            | b"canvas" | b"label" | b"map" | b"noembed" | b"noframes" | b"xmp" | b"plaintext" | b"frameset"
            | b"search" => Self::Skipped,
            b"img" | b"input" | b"hr" | b"embed" | b"frame" => Self::Void,
            b"br" => Self::Break,
            b"wbr" | b"meta" | b"link" | b"base" | b"source" | b"track" | b"param" | b"area" | b"col" => Self::Nothing,
            _ => Self::Inline,
        }
    }

    /// True if the element ends the line of text that stands before it.
    pub(super) const fn parts_text(self) -> bool {
        !matches!(self, Self::Inline | Self::Link | Self::Void | Self::Break | Self::Nothing)
    }

    /// True if the element holds whole articles or a part of one.
    pub(super) const fn is_frame(self) -> bool {
        matches!(self, Self::Frame | Self::Article)
    }

    /// True if the element goes once all that is in it goes.
    pub(super) const fn goes_when_empty(self) -> bool {
        matches!(
            self,
            Self::Paragraph
                | Self::Heading(_)
                | Self::Item
                | Self::List
                | Self::Quote
                | Self::Figure
                | Self::Caption
                | Self::Box
        )
    }

    /// True if a start tag of kind `next` ends an element of this kind that has no end tag.
    pub(super) const fn ends_at(self, next: Self) -> bool {
        match self {
            Self::Paragraph => next.parts_text() && !matches!(next, Self::Skipped),
            Self::Item => matches!(next, Self::Item),
            Self::Definition => matches!(next, Self::Definition | Self::Heading(_)),
            Self::Cell => matches!(next, Self::Cell | Self::TablePart),
            Self::Heading(_) => matches!(next, Self::Definition | Self::Heading(_)),
            _ => false,
        }
    }
}

/// What an element's attributes tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Attributes {
    /// Nobody sees it.
    hidden: bool,
    /// It is not read aloud.
    unheard: bool,
    /// It is navigation, advertising or a control.
    pub(super) chrome: bool,
    /// It is called the page's content, its wrapper or the like.
    pub(super) content: bool,
    /// It is called a caption, a pull quote or the like.
    pub(super) role: Option<Role>,
    /// It is called by a name that only furniture has.
    pub(super) certain: bool,
    /// It is called a heading.
    pub(super) heading: bool,
    /// It is set apart at a side.
    pub(super) aside: bool,
    /// It says whose picture it is.
    pub(super) credit: bool,
    /// It has a link's target.
    pub(super) href: bool,
}

/// Words in a class or an id that mark what is no prose.
const CHROME: &[&str] = &[
    "nav",
    "navbar",
    "navigation",
    "menu",
    "submenu",
    "breadcrumb",
    "breadcrumbs",
    "footer",
    "sidebar",
    "related",
    "recirc",
    "recommended",
    "recommendations",
    "recommend",
    "share",
    "sharing",
    "social",
    "newsletter",
    "subscribe",
    "signup",
    "cookie",
    "cookies",
    "consent",
    "gdpr",
    "banner",
    "promo",
    "promos",
    "advert",
    "advertisement",
    "ads",
    "adsense",
    "popup",
    "modal",
    "overlay",
    "pagination",
    "pager",
    "toc",
    "teaser",
    "teasers",
    "popular",
    "trending",
    "latest",
    "carousel",
    "slider",
    "slick",
    "swiper",
    "cloned",
    "widget",
    "widgets",
    "login",
    "masthead",
    "toolbar",
    "tooltip",
    "card",
    "cards",
    "tile",
    "tiles",
    "thumbnail",
    "thumbnails",
    "testimonial",
    "testimonials",
    "product",
    "products",
    "tags",
    "hidden",
    "invisible",
    "offscreen",
    "lightbox",
    "morestories",
    "ingredient",
    "ingredients",
    "instruction",
    "instructions",
];

/// Words in a class or an id that mark what is shown on some devices only, and may stand there twice for that.
const DEVICES: &[&str] = &["mobile", "desktop", "print", "amp"];

/// Beside these, the name tells how something is laid out there.
const LAYOUT: &[&str] = &[
    "align", "center", "col", "cols", "column", "columns", "font", "grid", "gutter", "gutters", "margin", "order",
    "pad", "padded", "padding", "row", "size", "text", "width",
];

/// Of these, the ones that nothing in the same name takes back.
const CERTAIN: &[&str] = &["breadcrumb", "breadcrumbs", "cookie", "cookies", "newsletter", "pagination", "pager"];

/// Words in a name of at most [`LONGEST_COMMENTS`] words that mark what readers say of the article: they quote it, and
/// each other.
const COMMENTS: &[&str] = &[
    "comments",
    "commentlist",
    "commentlinks",
    "commenttext",
    "comentarios",
    "commentaires",
    "commenti",
    "disqus",
    "kommentare",
    "reacties",
    "wpdiscuz",
];
const LONGEST_COMMENTS: usize = 3;

/// Beside these, the name tells that there are comments, not that these are some.
const STATES: &[&str] =
    &["no", "has", "with", "without", "open", "closed", "enabled", "disabled", "off", "on", "tag", "category", "type"];

/// A name of "comment" and these alone is one of them.
const ONE_COMMENT: &[&str] =
    &["comment", "area", "body", "content", "item", "list", "section", "text", "thread", "wrapper", "wc"];

/// Words in a class or an id that mark a heading that is no `h1` to `h6`.
const HEADING: &[&str] = &["h1", "h2", "h3", "h4", "h5", "h6", "heading", "headline", "title", "subtitle"];

/// Words in a class or an id that mark what holds the article, whatever else is said there.
const CONTENT: &[&str] =
    &["content", "main", "article", "body", "wrap", "wrapper", "container", "page", "story", "post", "entry", "layout"];

impl Attributes {
    /// Takes in one attribute of an element.
    pub(super) fn read(&mut self, name: &[u8], value: &str) {
        match name {
            b"hidden" => self.hidden = true,
            b"href" => self.href = true,
            b"aria-hidden" => self.unheard |= value.eq_ignore_ascii_case("true"),
            b"style" => {
                let plain: String = value.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_lowercase();
                self.hidden |= plain.contains("display:none") || plain.contains("visibility:hidden");
            }
            b"role" => {
                self.chrome |= matches!(
                    value,
                    "navigation"
                        | "banner"
                        | "contentinfo"
                        | "search"
                        | "dialog"
                        | "menu"
                        | "menubar"
                        | "tablist"
                        | "toolbar"
                        | "alertdialog"
                        | "listbox"
                        | "tooltip"
                );
            }
            b"class" | b"id" => self.names(value),
            _ => {}
        }
    }

    /// True if nobody sees the element. A pull quote is seen, and not read aloud, as it says what is said elsewhere.
    pub(super) fn is_hidden(&self) -> bool {
        self.hidden || self.unheard && self.role != Some(Role::PullQuote)
    }

    fn names(&mut self, value: &str) {
        let lower = value.to_lowercase();
        for name in lower.split_ascii_whitespace() {
            if name == "sr-only" || name == "d-none" || name.contains("visually-hidden") || name.starts_with("screen-")
            {
                self.hidden = true;
            }
            if name.contains("caption") && !name.contains("with-caption") && !name.contains("has-caption") {
                self.role = Some(Role::Caption);
            } else if name.contains("pullquote") || name.contains("pull-quote") || name.contains("pull_quote") {
                self.role = Some(Role::PullQuote);
            }
            let has = |list: &[&str]| name.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| list.contains(&word));
            self.chrome |= has(DEVICES) && !has(LAYOUT);
            self.certain |= is_comments(name);
            self.aside |= matches!(name, "pull-left" | "pull-right" | "alignleft" | "alignright" | "pq");
        }
        for word in lower.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
            self.certain |= CERTAIN.contains(&word);
            self.chrome |= self.certain || CHROME.contains(&word);
            self.content |= CONTENT.contains(&word);
            self.heading |= HEADING.contains(&word);
            self.credit |= matches!(word, "credit" | "credits" | "copyright" | "byline" | "author");
        }
    }
}

/// True if a class or an id (lower case) names readers' comments.
fn is_comments(name: &str) -> bool {
    let words = || name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let one = words().any(|word| word == "comment") && words().all(|word| ONE_COMMENT.contains(&word));
    let all = words().count() <= LONGEST_COMMENTS && words().any(|word| COMMENTS.contains(&word));
    one || all && !words().any(|word| STATES.contains(&word))
}
