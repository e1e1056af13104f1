//! The command line: what may be typed, and what is meant by it.

mod across;
mod review;

use std::path::PathBuf;

pub(crate) use across::{AcrossArgs, Index, IndexArgs};
use std::str::FromStr;

pub(crate) use self::review::{DecisionArgs, Diff, HunksArg, Review, SortArg, UndecidedArg};
use crate::io::charset::Charset;
use crate::io::files::{Format, Selection};
use crate::io::jsonl::Fields;
use crate::options::{Caution, Keep, Options, Paragraphs};
use clap::{Args, Parser, Subcommand, ValueEnum};

/// Removes the echoes from scraped articles: captions printed twice, quotes restated, headline fragments, paragraphs
/// said again. Loses nothing: every removal names its twin and can be undone.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true, max_term_width = 100)]
pub(crate) struct Cli {
    /// Read the settings from this file
    #[arg(long, value_name = "FILE", global = true, conflicts_with = "no_config", help_heading = "Configuration")]
    pub(crate) config: Option<PathBuf>,
    /// Read no unecho.toml; without this, the nearest from the current folder upward counts
    #[arg(long, global = true, help_heading = "Configuration")]
    pub(crate) no_config: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Write the cleaned text, and on request the diff and the log
    Clean(Clean),
    /// Keep the paragraphs of past articles, to compare later ones with (clean --index)
    #[command(subcommand)]
    Index(Index),
    /// Show what would go, as a unified diff; exit 1 if anything would
    Diff(Diff),
    /// Go through what would go and overrule it; decisions are carried out by clean --decisions FILE
    Review(Review),
    /// Show what the engine sees in one article, stage by stage
    Explain(Explain),
    /// Give the source back from the cleaned text and the log
    Restore(Restore),
    /// Prove that source, cleaned text and log belong together
    Verify(Verify),
    /// Score the engine on labelled articles
    Eval(Eval),
    /// Print every setting, its value and where it comes from
    Config,
    /// Print a shell's completion script
    Completions {
        /// For which shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
}

#[derive(Debug, Args)]
pub(crate) struct Clean {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// Write the cleaned text here: a file for one input, a folder for several
    #[arg(short, long, value_name = "OUT", help_heading = "Output")]
    pub(crate) output: Option<PathBuf>,
    /// Write the unified diff here
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(crate) diff: Option<PathBuf>,
    /// Write a page to read and to decide on: what went, why, and what was almost removed
    #[arg(long, value_name = "FILE.html", help_heading = "Output")]
    pub(crate) report: Option<PathBuf>,
    /// How the diff is parted
    #[arg(long, value_enum, value_name = "HOW", default_value_t = HunksArg::Merged, help_heading = "Output")]
    pub(crate) hunks: HunksArg,
    /// Write the decision log here; with it every removal can be undone
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(crate) log: Option<PathBuf>,
    /// Replace the input files by their cleaned text
    #[arg(long, conflicts_with = "output", help_heading = "Output")]
    pub(crate) in_place: bool,
    /// Keep each replaced file under its name with SUFFIX behind it
    #[arg(long, value_name = "SUFFIX", requires = "in_place", conflicts_with = "output", help_heading = "Output")]
    pub(crate) backup: Option<String>,
    /// Write no text; exit 1 if anything would go
    #[arg(long, conflicts_with_all = ["output", "in_place"], help_heading = "Output")]
    pub(crate) check: bool,
    /// Write the figures of the run here, as JSON
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(crate) stats: Option<PathBuf>,
    /// Go on from the log that an unfinished run left at FILE.partial, or from the finished one
    #[arg(long, requires = "log", help_heading = "Output")]
    pub(crate) resume: bool,
    #[command(flatten)]
    pub(crate) decisions: DecisionArgs,
    /// Stop at the first record or file that cannot be done
    #[arg(long, num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true",
          value_name = "BOOL", hide_default_value = true, help_heading = "Output")]
    pub(crate) fail_fast: Switch,
    /// No summary, no progress
    #[arg(short, long, num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true",
          value_name = "BOOL", hide_default_value = true, help_heading = "Output")]
    pub(crate) quiet: Switch,
    #[command(flatten)]
    pub(crate) across: AcrossArgs,
    #[command(flatten)]
    pub(crate) engine: Engine,
}

#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// The article; standard input if none is given
    pub(crate) path: Option<PathBuf>,
    /// How the article is marked up
    #[arg(long, value_enum, default_value_t = FormatArg::Auto, help_heading = "Input")]
    pub(crate) format: FormatArg,
    /// Show this stage only
    #[arg(long, value_name = "STAGE")]
    pub(crate) stage: Option<Stage>,
    /// Show two paragraphs word by word, and what each difference is taken for
    #[arg(long, value_names = ["I", "J"], num_args = 2, conflicts_with = "stage")]
    pub(crate) pair: Option<Vec<usize>>,
    /// Say why paragraph I does not go for paragraph J
    #[arg(long, value_names = ["I", "J"], num_args = 2, conflicts_with_all = ["stage", "pair"])]
    pub(crate) why_not: Option<Vec<usize>>,
    #[command(flatten)]
    pub(crate) engine: Engine,
}

/// A stage of the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Stage {
    Paragraphs,
    Words,
    Shingles,
    Candidates,
    Pairs,
    Verdicts,
}

impl From<Stage> for crate::explain::Stage {
    fn from(stage: Stage) -> Self {
        match stage {
            Stage::Paragraphs => Self::Paragraphs,
            Stage::Words => Self::Words,
            Stage::Shingles => Self::Shingles,
            Stage::Candidates => Self::Candidates,
            Stage::Pairs => Self::Pairs,
            Stage::Verdicts => Self::Verdicts,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// The cleaned text: a file, or the folder that clean wrote
    pub(crate) cleaned: PathBuf,
    /// The log of the run that wrote it
    #[arg(long, value_name = "FILE")]
    pub(crate) log: PathBuf,
    /// Write the source here; standard output if not given (a folder for a folder)
    #[arg(short, long, value_name = "OUT")]
    pub(crate) output: Option<PathBuf>,
    /// How records are found
    #[arg(long, value_enum, default_value_t = FormatArg::Auto, help_heading = "Input")]
    pub(crate) format: FormatArg,
    #[command(flatten)]
    pub(crate) select: SelectArgs,
}

#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// The source: a file or a folder
    pub(crate) original: PathBuf,
    /// The cleaned text
    pub(crate) cleaned: PathBuf,
    /// The log of the run that wrote it
    #[arg(long, value_name = "FILE")]
    pub(crate) log: PathBuf,
    /// How records are found
    #[arg(long, value_enum, default_value_t = FormatArg::Auto, help_heading = "Input")]
    pub(crate) format: FormatArg,
    #[command(flatten)]
    pub(crate) select: SelectArgs,
}

#[derive(Debug, Args)]
pub(crate) struct Eval {
    /// Labelled articles, one JSON object a line
    pub(crate) labelled: PathBuf,
    /// Print this many false removals and misses, each
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) errors: usize,
    /// Print the figures as JSON
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) engine: Engine,
}

#[derive(Debug, Args)]
pub(crate) struct InputArgs {
    /// Files, or folders of .txt, .md, .html and .jsonl files, as they are or packed (.gz, .zst); `-` or nothing is
    /// standard input
    pub(crate) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) select: SelectArgs,
    /// Leave longer records alone; bytes, or with K, M or G behind them
    #[arg(long, value_name = "SIZE", default_value = "256M", help_heading = "Input")]
    pub(crate) max_record: Size,
    /// Read files in this encoding (utf-8, windows-1252, shift_jis, ...) instead of the one that they show
    #[arg(long, value_name = "NAME", value_parser = Charset::of_label, help_heading = "Input")]
    pub(crate) encoding: Option<Charset>,
    #[command(flatten)]
    pub(crate) format: FormatArgs,
}

/// A number of bytes: `1000`, `64K`, `256M`, `2G`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Size(pub(crate) usize);

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = text.trim_end_matches(['K', 'M', 'G', 'k', 'm', 'g']);
        let shift = match text[number.len()..].to_ascii_lowercase().as_str() {
            "" => 0,
            "k" => 10,
            "m" => 20,
            "g" => 30,
            _ => return Err("one of K, M and G may stand behind the number".into()),
        };
        let size = number.parse().ok().and_then(|number: usize| number.checked_mul(1 << shift));
        size.filter(|size| (1..1 << 40).contains(size)).map(Self).ok_or_else(|| "no size such as 256M".into())
    }
}

/// Which files of folders are meant.
#[derive(Clone, Debug, Args)]
pub(crate) struct SelectArgs {
    /// Of folders, take the files that match this glob, whatever their ending; may be given again
    #[arg(long, value_name = "GLOB", help_heading = "Input")]
    pub(crate) include: Vec<String>,
    /// Of folders, leave out the files and folders that match this glob; may be given again
    #[arg(long, value_name = "GLOB", help_heading = "Input")]
    pub(crate) exclude: Vec<String>,
    /// Heed .gitignore and .ignore in folders
    #[arg(long, num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true",
          value_name = "BOOL", hide_default_value = true, help_heading = "Input")]
    pub(crate) ignore_files: Switch,
}

impl SelectArgs {
    /// The files of folders; the folder `skip` is not entered.
    pub(crate) fn selection(&self, skip: Option<PathBuf>) -> Selection {
        Selection {
            include: self.include.clone(),
            exclude: self.exclude.clone(),
            ignore_files: self.ignore_files.on(),
            skip,
        }
    }
}

/// A flag that a configuration can set and the command line take back: `--flag`, `--flag=false`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Switch {
    #[value(name = "false", aliases = ["no", "off", "0"])]
    Off,
    #[value(name = "true", aliases = ["yes", "on", "1"])]
    On,
}

impl Switch {
    pub(crate) const fn on(self) -> bool {
        matches!(self, Self::On)
    }
}

#[derive(Clone, Debug, Args)]
pub(crate) struct FormatArgs {
    /// How records are found
    #[arg(long, value_enum, default_value_t = FormatArg::Auto, help_heading = "Input")]
    pub(crate) format: FormatArg,
    /// The JSONL field or Parquet column that holds the article; a dot leads into an object: data.text
    #[arg(long, value_name = "NAME", default_value = "text", help_heading = "Input")]
    pub(crate) text_field: String,
    /// The JSONL field or Parquet column that names the article
    #[arg(long, value_name = "NAME", default_value = "id", help_heading = "Input")]
    pub(crate) id_field: String,
}

impl FormatArgs {
    pub(crate) const fn format(&self) -> Option<Format> {
        self.format.format()
    }

    pub(crate) fn fields(&self) -> Fields {
        Fields { text: self.text_field.clone(), id: self.id_field.clone(), ..Fields::default() }
    }
}

impl FormatArg {
    pub(crate) const fn format(self) -> Option<Format> {
        match self {
            Self::Auto => None,
            Self::Text => Some(Format::Text),
            Self::Markdown => Some(Format::Markdown),
            Self::Html => Some(Format::Html),
            Self::Jsonl => Some(Format::Jsonl),
            #[cfg(feature = "parquet")]
            Self::Parquet => Some(Format::Parquet),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FormatArg {
    /// By the file name's ending; standard input whose first line is a JSON object is JSONL, else text; Parquet tells
    /// itself
    Auto,
    /// One article a file
    Text,
    /// One article a file, in Markdown
    Markdown,
    /// One page a file
    Html,
    /// One JSON object a line
    Jsonl,
    /// One article a row of a table
    #[cfg(feature = "parquet")]
    Parquet,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Judgement")]
pub(crate) struct Engine {
    /// What parts paragraphs
    #[arg(long, value_enum, default_value_t = ParagraphsArg::Auto, help_heading = "Input")]
    paragraphs: ParagraphsArg,
    /// Threads; 0: one a core
    #[arg(long, value_name = "N", default_value_t = 0, help_heading = "Input")]
    pub(crate) threads: usize,
    /// Words in a shingle
    #[arg(long, value_name = "N", default_value_t = Options::default().ngram)]
    ngram: usize,
    /// Least share of a paragraph's words that its twin must say, 0 to 1
    #[arg(long, value_name = "SHARE", default_value_t = Options::default().threshold)]
    threshold: f64,
    /// Leave paragraphs of fewer words alone, unless they are known furniture
    #[arg(long, value_name = "N", default_value_t = Options::default().min_words)]
    min_words: usize,
    /// Which of two that say the same stays
    #[arg(long, value_enum, default_value_t = KeepArg::Auto)]
    keep: KeepArg,
    /// Remove only what is said almost word for word
    #[arg(long, conflicts_with = "eager")]
    cautious: bool,
    /// Where the line between removal and review lies
    #[arg(long, value_enum, default_value_t = CautionArg::Normal, conflicts_with_all = ["cautious", "eager"])]
    caution: CautionArg,
    /// Remove what would be put to review, too
    #[arg(long)]
    eager: bool,
    /// Remove even where that takes more than 40 % of an article's words
    #[arg(long, num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true",
          value_name = "BOOL", hide_default_value = true)]
    force: Switch,
    /// Words of your own: a file in the form of those in src/lexicon ([saying], [credit], [boilerplate], ...)
    #[arg(long, value_name = "FILE")]
    pub(crate) lexicon: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum CautionArg {
    /// Remove only what is said almost word for word
    Cautious,
    /// Remove where nothing is lost
    Normal,
    /// Remove what would be put to review, too
    Eager,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ParagraphsArg {
    /// Blank lines; where there are none, each line
    Auto,
    /// Blank lines
    BlankLine,
    /// Each line
    Line,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum KeepArg {
    /// Body before caption, quote and headline; then the fuller; then the earlier
    Auto,
    /// The earlier
    First,
    /// The longer
    Longest,
}

impl Engine {
    pub(crate) fn options(&self) -> Options {
        Options {
            lexicon: String::new(),
            across: None,
            paragraphs: match self.paragraphs {
                ParagraphsArg::Auto => Paragraphs::Auto,
                ParagraphsArg::BlankLine => Paragraphs::BlankLine,
                ParagraphsArg::Line => Paragraphs::Line,
            },
            ngram: self.ngram,
            threshold: self.threshold,
            min_words: self.min_words,
            keep: match self.keep {
                KeepArg::Auto => Keep::Auto,
                KeepArg::First => Keep::First,
                KeepArg::Longest => Keep::Longest,
            },
            caution: match (self.cautious, self.eager) {
                (true, _) => Caution::Cautious,
                (_, true) => Caution::Eager,
                _ => match self.caution {
                    CautionArg::Cautious => Caution::Cautious,
                    CautionArg::Normal => Caution::Normal,
                    CautionArg::Eager => Caution::Eager,
                },
            },
            force: self.force.on(),
        }
    }
}
