//! The `diff` command: an exact patch for a pipe, a page to read for a person.

use std::env;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::process::{Command, Stdio};

use crate::args::{Diff, SortArg};
use crate::batch::{Destination, Job, Show, Tally, Watch, run};
use crate::card::Card;
use crate::console::{TROUBLE, complain, engine_across, gather, ruling};
use crate::io::files::is_single;
use crate::io::safe::Output;
use crate::paragraph::Verdict;
use crate::show;
use crate::terminal::wrap::Screen;
use anyhow::{Context, Result};

/// Columns where nobody says how many there are.
const COLUMNS: usize = 80;

pub(crate) fn diff(args: Diff) -> Result<u8> {
    let dedup = engine_across(&args.engine, args.across.across())?;
    let paths = &args.input.paths;
    let (inputs, missing) = gather(paths, &args.input.select.selection(None));
    let read = args.text || args.sort.is_some() || !args.patch && io::stdout().is_terminal();
    let patch = || Output::Stream(Box::new(BufWriter::new(io::stdout())));
    let job = Job {
        format: args.input.format.format(),
        fields: args.across.fields(args.input.format.fields()),
        max_record: args.input.max_record.0,
        charset: args.input.encoding,
        memory: args.across.memory,
        index: args.across.index.clone(),
        diff: (!read).then(patch),
        show: Show {
            cards: read,
            hunks: args.hunks.into(),
            evidence: !is_single(paths),
            least_margin: args.min_margin,
        },
        ruling: ruling(&args.decisions)?,
        ..Job::new(inputs, Destination::Nowhere)
    };
    let mut cards = Cards::default();
    let tally = run(job, &dedup, &mut cards)?.tally;
    if read {
        page(cards.list, &args, &tally)?;
    }
    let open = args.decisions.gate() && tally.decisions.new > 0;
    Ok(if tally.failed + missing > 0 { TROUBLE } else { u8::from(open || tally.removed > 0) })
}

/// Collects what was found.
#[derive(Default)]
pub(crate) struct Cards {
    pub(crate) list: Vec<Card>,
}

impl Watch for Cards {
    fn problem(&mut self, what: &str) {
        complain(what);
    }

    fn card(&mut self, card: &Card) {
        self.list.push(card.clone());
    }
}

/// Shows the removals, and how many look-alikes stayed.
fn page(mut cards: Vec<Card>, args: &Diff, tally: &Tally) -> Result<()> {
    let kept = cards.iter().filter(|card| card.verdict == Verdict::Keep && card.choice.is_none()).count();
    let least = args.min_margin.unwrap_or(f64::NEG_INFINITY);
    cards.retain(|card| (card.verdict == Verdict::Remove || card.choice.is_some()) && card.margin >= least);
    sort(&mut cards, args.sort.unwrap_or(SortArg::Position));
    let screen = screen();
    let mut text = String::new();
    for card in &cards {
        text += &show::card(card, screen, false);
        text.push('\n');
    }
    let look_alikes = if kept == 1 { "look-alike" } else { "look-alikes" };
    text += &format!(
        "{} removed, {} to review, {kept} {look_alikes} kept: unecho review asks about them, unecho diff --patch writes a patch\n",
        tally.removed, tally.review
    );
    pass(&text)
}

/// Orders cards; equals stay as the articles have them.
pub(crate) fn sort(cards: &mut [Card], order: SortArg) {
    match order {
        SortArg::Position => {}
        SortArg::Margin => cards.sort_by(|a, b| a.margin.total_cmp(&b.margin)),
        SortArg::Kind => cards.sort_by_key(|card| card.kind),
    }
}

/// What standard output is like.
pub(crate) fn screen() -> Screen {
    let set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
    let terminal = io::stdout().is_terminal();
    let colour = terminal && !set("NO_COLOR") && env::var_os("TERM").is_none_or(|term| term != "dumb");
    let said = env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let asked = console::Term::stdout().size_checked().map(|(_, columns)| usize::from(columns));
    let width = said.or(asked.filter(|_| terminal)).filter(|columns| *columns > 0).unwrap_or(COLUMNS);
    Screen { width, colour }
}

/// Gives `text` to the pager, if standard output is a terminal and one is set; else prints it.
fn pass(text: &str) -> Result<()> {
    let pager = ["UNECHO_PAGER", "PAGER"].iter().find_map(env::var_os);
    let pager = pager.filter(|pager| io::stdout().is_terminal() && !pager.is_empty() && pager != "cat");
    let Some(pager) = pager else {
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        return Ok(out.flush()?);
    };
    let mut command = Command::new("sh");
    command.arg("-c").arg(&pager).stdin(Stdio::piped());
    if env::var_os("LESS").is_none() {
        // Colours pass, a short page needs no key, the screen stays as it is.
        command.env("LESS", "FRX");
    }
    let mut child = command.spawn().with_context(|| format!("pager {}", pager.display()))?;
    if let Some(mut to) = child.stdin.take() {
        // A pager that is left early closes its input.
        let _ = to.write_all(text.as_bytes());
    }
    child.wait()?;
    Ok(())
}
