//! What a user may set, checked at the door: the engine past [`Options::check`] cannot fail.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How a plain text is parted into paragraphs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Paragraphs {
    /// By blank lines; where the text has none, each line is a paragraph.
    #[default]
    Auto,
    /// By blank lines only.
    BlankLine,
    /// Each line that is not blank.
    Line,
}

/// Which of two paragraphs that say the same stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Keep {
    /// The higher role (body before caption, quote, headline), then the fuller, then the earlier.
    #[default]
    Auto,
    /// The earlier.
    First,
    /// The one with more words, then the earlier.
    Longest,
}

/// Where the line between `remove` and `review` lies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Caution {
    /// Remove only what is said word for word, typography aside.
    Cautious,
    /// Remove where nothing is lost.
    #[default]
    Normal,
    /// Remove what would be put to review, too.
    Eager,
}

/// What is done about paragraphs that come back in article after article.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// A paragraph that recurs in enough articles of one site goes from all of them.
    Boilerplate,
    /// Each paragraph stays in the first article that has it.
    Repeats,
}

/// How a batch of articles is compared, article with article.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Across {
    /// What goes.
    pub mode: Mode,
    /// Articles of one site that make a paragraph boilerplate; at least 2.
    pub min_articles: usize,
    /// All articles are of one site, whatever they say.
    pub one_site: bool,
    /// Paragraphs that differ in their numbers only are the same.
    pub templates: bool,
}

/// Settings of a [`Deduplicator`](crate::article::Deduplicator).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Options {
    /// How paragraphs are found.
    pub paragraphs: Paragraphs,
    /// Words in a shingle, 1 to 8.
    pub ngram: usize,
    /// Least share of a paragraph's words that its twin must say, 0 to 1.
    pub threshold: f64,
    /// Paragraphs of fewer words are left alone unless they are known furniture; in words.
    pub min_words: usize,
    /// Which copy stays.
    pub keep: Keep,
    /// Where `review` begins.
    pub caution: Caution,
    /// Remove even where that takes more than 40 % of an article's words.
    pub force: bool,
    /// Words of the user's own, in the form of the files in `src/lexicon`, known in every language; may be empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub lexicon: String,
    /// Set if a batch is compared article with article; a single document is not concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub across: Option<Across>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            paragraphs: Paragraphs::default(),
            ngram: 3,
            threshold: 0.75,
            min_words: 3,
            keep: Keep::default(),
            caution: Caution::default(),
            force: false,
            lexicon: String::new(),
            across: None,
        }
    }
}

impl Options {
    /// Checks that every value is in its range.
    ///
    /// # Errors
    /// Names the option, its value and the range.
    pub fn check(&self) -> Result<(), OptionsError> {
        if !(1..=8).contains(&self.ngram) {
            return Err(OptionsError(format!("ngram is {}; it must be 1 to 8", self.ngram)));
        }
        if !(0.0..=1.0).contains(&self.threshold) {
            return Err(OptionsError(format!("threshold is {}; it must be 0 to 1", self.threshold)));
        }
        if let Some(across) = self.across.as_ref().filter(|across| across.min_articles < 2) {
            return Err(OptionsError(format!("min-articles is {}; it must be 2 or more", across.min_articles)));
        }
        Ok(())
    }
}

/// An option out of its range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptionsError(pub(crate) String);

impl fmt::Display for OptionsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for OptionsError {}
