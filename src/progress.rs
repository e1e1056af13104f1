//! What is told while a run goes: problems always, how far it is on a terminal.

use std::io::{IsTerminal, stderr};
use std::time::Duration;

use crate::batch::{Tally, Watch};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Looks on for whoever sits at the terminal.
pub(crate) struct Progress<'c> {
    bar: Option<ProgressBar>,
    complain: &'c mut dyn FnMut(&str),
    /// The input at hand and how many of its paragraphs go, if that is to be told.
    going: Option<(String, u64)>,
}

impl<'c> Progress<'c> {
    /// `wanted`: show how far the run is, if standard error is a terminal. `total` gives the bytes to read, if known.
    pub(crate) fn new(wanted: bool, total: impl Fn() -> Option<u64>, complain: &'c mut dyn FnMut(&str)) -> Self {
        let bar = (wanted && stderr().is_terminal()).then(|| {
            let total = total();
            let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::stderr_with_hz(10));
            let eta = if total.is_some() { " of {total_bytes}, {eta} left" } else { "" };
            let form = format!("{{spinner}} {{bytes}}{eta} ({{bytes_per_sec}}): {{wide_msg}}");
            bar.set_style(ProgressStyle::with_template(&form).unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar.enable_steady_tick(Duration::from_millis(200));
            bar
        });
        Self { bar, complain, going: None }
    }

    /// Tells of each input how many of its paragraphs would go.
    pub(crate) fn naming(mut self) -> Self {
        self.going = Some((String::new(), 0));
        self
    }

    /// Tells it of the input at hand.
    fn name(&mut self) {
        if let Some((name, removed @ 1..)) = &self.going {
            let paragraphs = if *removed == 1 { "paragraph" } else { "paragraphs" };
            let what = format!("{name}: {removed} {paragraphs} would go");
            self.problem(&what);
        }
    }

    /// Takes the line away.
    pub(crate) fn clear(&mut self) {
        self.name();
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

impl Watch for Progress<'_> {
    fn problem(&mut self, what: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| (self.complain)(what)),
            None => (self.complain)(what),
        }
    }

    fn goes(&mut self, name: &str, removed: u64) {
        match &mut self.going {
            Some((known, so_far)) if known == name => *so_far += removed,
            Some(_) => {
                self.name();
                self.going = Some((name.to_owned(), removed));
            }
            None => {}
        }
    }

    fn progress(&mut self, done: &Tally, read: u64) {
        if let Some(bar) = &self.bar {
            bar.set_position(read);
            bar.set_message(format!("{} articles, {} removed", done.docs, done.removed));
        }
    }
}
