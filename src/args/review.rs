//! What may be typed of the diff, the review and decisions.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{AcrossArgs, Engine, InputArgs};
use crate::diff::Hunks;

#[derive(Debug, Args)]
pub(crate) struct Diff {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// Write a patch, even to a terminal
    #[arg(long, conflicts_with = "text", help_heading = "Output")]
    pub(crate) patch: bool,
    /// Write for people, even to a file or a pipe: each removal beside its twin, what differs marked
    #[arg(long, help_heading = "Output")]
    pub(crate) text: bool,
    /// How the patch is parted
    #[arg(long, value_enum, value_name = "HOW", default_value_t = HunksArg::Merged, help_heading = "Output")]
    pub(crate) hunks: HunksArg,
    /// Write for people, in this order
    #[arg(long, value_enum, value_name = "ORDER", conflicts_with = "patch", help_heading = "Output")]
    pub(crate) sort: Option<SortArg>,
    /// Leave out removals that are closer to the line than this, -1 to 1
    #[arg(long, value_name = "MARGIN", allow_negative_numbers = true, help_heading = "Output")]
    pub(crate) min_margin: Option<f64>,
    #[command(flatten)]
    pub(crate) decisions: DecisionArgs,
    #[command(flatten)]
    pub(crate) across: AcrossArgs,
    #[command(flatten)]
    pub(crate) engine: Engine,
}

#[derive(Debug, Args)]
pub(crate) struct Review {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// Where decisions are kept, each as soon as it is made; the next review goes on there
    #[arg(long, value_name = "FILE", default_value = "decisions.jsonl", help_heading = "Decisions")]
    pub(crate) decisions: PathBuf,
    /// Ask in this order
    #[arg(long, value_enum, value_name = "ORDER", default_value_t = SortArg::Margin, help_heading = "Decisions")]
    pub(crate) sort: SortArg,
    /// Print every finding with its id, tab-separated, and ask nothing
    #[arg(long, help_heading = "Without a terminal")]
    pub(crate) list: bool,
    /// Accept every removal that is not decided
    #[arg(long, help_heading = "Without a terminal")]
    pub(crate) accept_all: bool,
    /// Accept the finding with this id; may be given again
    #[arg(long, value_name = "ID", help_heading = "Without a terminal")]
    pub(crate) accept: Vec<String>,
    /// Restore the paragraph of this id; may be given again
    #[arg(long, value_name = "ID", help_heading = "Without a terminal")]
    pub(crate) restore: Vec<String>,
    /// Keep the paragraph of this id and remove its twin; may be given again
    #[arg(long, value_name = "ID", help_heading = "Without a terminal")]
    pub(crate) swap: Vec<String>,
    #[command(flatten)]
    pub(crate) across: AcrossArgs,
    #[command(flatten)]
    pub(crate) engine: Engine,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum HunksArg {
    /// Changes close to each other are one hunk
    Merged,
    /// A hunk for each removal, to be applied alone
    Each,
}

impl From<HunksArg> for Hunks {
    fn from(hunks: HunksArg) -> Self {
        match hunks {
            HunksArg::Merged => Self::Merged,
            HunksArg::Each => Self::Each,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SortArg {
    /// The closest to the line between removal and keeping first
    Margin,
    /// As the articles have them
    Position,
    /// By the kind of echo
    Kind,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Decisions")]
pub(crate) struct DecisionArgs {
    /// Carry out the decisions in this file; may be given again, the later file wins
    #[arg(long, value_name = "FILE")]
    pub(crate) decisions: Vec<PathBuf>,
    /// What becomes of removals that nobody has decided
    #[arg(long, value_enum, value_name = "WHAT", default_value_t = UndecidedArg::Accept, requires = "decisions")]
    pub(crate) undecided: UndecidedArg,
}

impl DecisionArgs {
    /// True if what is undecided makes the run fail.
    pub(crate) fn gate(&self) -> bool {
        self.undecided == UndecidedArg::Fail
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum UndecidedArg {
    /// They go
    Accept,
    /// They stay
    Restore,
    /// They stay, and the exit code is 1
    Fail,
}
