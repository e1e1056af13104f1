//! What is asked of a batch that is compared article with article.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::{Clean, Engine, InputArgs, Switch};
use crate::io::jsonl::Fields;
use crate::options::{Across, Mode, Options};

#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Across articles")]
pub(crate) struct AcrossArgs {
    /// What is done about paragraphs that come back in article after article
    #[arg(long, value_enum, default_value_t = AcrossArg::Off)]
    across: AcrossArg,
    /// Articles of one site that make a paragraph boilerplate
    #[arg(long, value_name = "N", default_value_t = 3)]
    min_articles: usize,
    /// The JSONL field that tells the site: an address, of which the host counts, or a name; where it is missing, the
    /// folder counts
    #[arg(long, value_name = "NAME", default_value = "url")]
    site_field: String,
    /// Take all articles for those of one site
    #[arg(long, num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true",
          value_name = "BOOL", hide_default_value = true)]
    one_site: Switch,
    /// Take paragraphs that differ in their numbers only for the same
    #[arg(long, num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true",
          value_name = "BOOL", hide_default_value = true)]
    templates: Switch,
    /// Memory that comparing articles may use; what does not fit goes to temporary files
    #[arg(long, value_name = "SIZE", default_value = "2GiB", value_parser = bytes)]
    pub(crate) memory: u64,
    /// Compare with the articles of this index, too: they came first
    #[arg(long, value_name = "DIR")]
    pub(crate) index: Option<PathBuf>,
}

/// What is done with an index.
#[derive(Debug, Subcommand)]
pub(crate) enum Index {
    /// Make an index, or go on with one whose build was stopped
    Build(IndexArgs),
    /// Put more articles into an index
    Add(IndexArgs),
    /// Tell what is in an index
    Inspect {
        /// Where it is
        dir: PathBuf,
    },
}

#[derive(Debug, Args)]
pub(crate) struct IndexArgs {
    /// The index: a folder
    pub(crate) dir: PathBuf,
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// The JSONL field that tells the site; see unecho clean
    #[arg(long, value_name = "NAME", default_value = "url", help_heading = "Across articles")]
    site_field: String,
    /// Take paragraphs that differ in their numbers only for the same
    #[arg(long, num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true",
          value_name = "BOOL", hide_default_value = true, help_heading = "Across articles")]
    templates: Switch,
    #[command(flatten)]
    pub(crate) engine: Engine,
}

impl IndexArgs {
    /// What bears on the fingerprints.
    pub(crate) fn across(&self) -> Across {
        Across { mode: Mode::Repeats, min_articles: 2, one_site: false, templates: self.templates.on() }
    }

    pub(crate) fn fields(&self) -> Fields {
        Fields { site: self.site_field.clone(), ..self.input.format.fields() }
    }
}

/// A size as people write it: `2GiB`, `500M`, `4096`. Units are of 1024.
fn bytes(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = text[digits.len()..].to_ascii_lowercase();
    let power = match unit.trim_end_matches("ib").trim_end_matches('b') {
        "" => 0,
        "k" => 10,
        "m" => 20,
        "g" => 30,
        "t" => 40,
        _ => return Err(format!("{unit:?} is no unit; KiB, MiB and GiB are")),
    };
    let number: u64 = digits.trim().parse().map_err(|_| "a number and a unit are wanted: 2GiB".to_owned())?;
    number.checked_mul(1 << power).filter(|bytes| *bytes >= 1 << 20).ok_or_else(|| "at least 1MiB is needed".to_owned())
}

impl AcrossArgs {
    pub(crate) fn across(&self) -> Option<Across> {
        let mode = match self.across {
            AcrossArg::Off => return None,
            AcrossArg::Boilerplate => Mode::Boilerplate,
            AcrossArg::Repeats => Mode::Repeats,
        };
        let (one_site, templates) = (self.one_site.on(), self.templates.on());
        Some(Across { mode, min_articles: self.min_articles, one_site, templates })
    }

    /// The fields of records, with that of the site.
    pub(crate) fn fields(&self, fields: Fields) -> Fields {
        Fields { site: self.site_field.clone(), ..fields }
    }
}

impl Clean {
    /// Everything that bears on the result, the user's own words aside.
    pub(crate) fn options(&self) -> Options {
        Options { across: self.across.across(), ..self.engine.options() }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum AcrossArg {
    /// Nothing: each article by itself
    Off,
    /// What recurs in enough articles of a site goes from all of them
    Boilerplate,
    /// Each paragraph stays in the first article that has it
    Repeats,
}
