//! What is told while a run goes: problems always, how far it is on a terminal.

use std::io::{IsTerminal, stderr};
use std::time::Duration;

use crate::batch::{Tally, Watch};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Looks on for whoever sits at the terminal.
pub(crate) struct Progress<'c> {
    bar: Option<ProgressBar>,
    complain: &'c mut dyn FnMut(&str),
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
        Self { bar, complain }
    }

    /// Takes the line away.
    pub(crate) fn clear(&self) {
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

    fn progress(&mut self, done: &Tally, read: u64) {
        if let Some(bar) = &self.bar {
            bar.set_position(read);
            bar.set_message(format!("{} articles, {} removed", done.docs, done.removed));
        }
    }
}
