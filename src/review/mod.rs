//! The `review` command: every finding put to a person, every answer on the disk before the next question.

mod book;
mod session;

use std::io::{self, IsTerminal, Write};

use crate::args::{Review, SortArg};
use crate::batch::{Destination, Job, Show, run};
use crate::card::Card;
use crate::console::{TROUBLE, complain, engine_across, gather, print};
use crate::decisions::{Decisions, Line, Scope};
use crate::paragraph::{Choice, Verdict};
use crate::terminal::excerpt;
use crate::view::{Cards, screen, sort};
use anyhow::{Result, bail};

use self::book::Book;
use self::session::{Answer, Session};

/// Characters of a paragraph in a list.
const EXCERPT: usize = 60;

pub(crate) fn review(args: Review) -> Result<u8> {
    let scripted =
        args.list || args.accept_all || !args.accept.is_empty() || !args.restore.is_empty() || !args.swap.is_empty();
    let terminal = io::stdin().is_terminal() && io::stdout().is_terminal();
    if !scripted && !terminal {
        bail!(
            "review asks on a terminal; without one: unecho review PATH --decisions FILE --list, --accept-all, \
             --accept ID, --restore ID, --swap ID; or unecho clean --report FILE.html"
        );
    }
    if args.input.paths.iter().any(|path| path.as_os_str() == "-") || args.input.paths.is_empty() && !scripted {
        bail!("standard input is for your answers: name files or folders");
    }
    let dedup = engine_across(&args.engine, args.across.across())?;
    let (inputs, missing) = gather(&args.input.paths, &args.input.select.selection(None));
    let job = Job {
        format: args.input.format.format(),
        fields: args.across.fields(args.input.format.fields()),
        memory: args.across.memory,
        index: args.across.index.clone(),
        max_record: args.input.max_record.0,
        charset: args.input.encoding,
        show: Show { cards: true, ..Show::default() },
        ..Job::new(inputs, Destination::Nowhere)
    };
    let mut found = Cards::default();
    let tally = run(job, &dedup, &mut found)?.tally;
    let (mut book, decisions) = Book::open(&args.decisions)?;
    let mut cards = found.list;
    for card in &mut cards {
        card.choice = decisions.choice(&card.identity, card.doc.as_deref());
    }
    order(&mut cards, args.sort);
    if scripted {
        batch(&args, &mut cards, &mut book)?;
    } else {
        ask(cards, decisions, &mut book)?;
    }
    Ok(if tally.failed + missing > 0 { TROUBLE } else { 0 })
}

/// What goes or is unsure first, then what was kept as a look-alike, the closest to the line first.
fn order(cards: &mut [Card], by: SortArg) {
    sort(cards, by);
    cards.sort_by_key(|card| !card.asked());
    let asked = cards.iter().filter(|card| card.asked()).count();
    if by == SortArg::Margin {
        cards[asked..].sort_by(|a, b| b.margin.total_cmp(&a.margin));
    }
}

/// What is asked for without a terminal.
fn batch(args: &Review, cards: &mut [Card], book: &mut Book) -> Result<()> {
    let mut decided = 0;
    for (ids, choice) in [(&args.accept, Choice::Accept), (&args.restore, Choice::Restore), (&args.swap, Choice::Swap)]
    {
        for id in ids {
            let mut met = cards.iter_mut().filter(|card| card.identity.id == *id).peekable();
            if met.peek().is_none() {
                bail!("no finding has the id {id}; unecho review --list names them all");
            }
            for card in met {
                decide(card, choice, Scope::This, book)?;
                decided += 1;
            }
        }
    }
    if args.accept_all {
        for card in cards.iter_mut().filter(|card| card.verdict == Verdict::Remove && card.choice.is_none()) {
            decide(card, Choice::Accept, Scope::This, book)?;
            decided += 1;
        }
    }
    if args.list {
        let mut text = String::new();
        for card in cards.iter() {
            let choice = card.choice.map_or("-", Choice::name);
            text += &format!(
                "{}\t{}\t{choice}\t{}\t{}\t{}\t{}\t{:+.2}\t{}\n",
                card.identity.id,
                card.verdict,
                card.name,
                card.paragraph,
                card.twin,
                card.kind,
                card.margin,
                excerpt(&card.text(), EXCERPT)
            );
        }
        print(text.as_bytes())?;
    } else {
        complain(&format!("{decided} decided in {}", args.decisions.display()));
    }
    Ok(())
}

/// Writes a decision down; only then it counts.
fn decide(card: &mut Card, choice: Choice, scope: Scope, book: &mut Book) -> Result<()> {
    book.write(&Line::new(&card.identity, card.doc.as_deref(), &card.text(), choice, scope))?;
    card.choice = Some(choice).filter(|choice| *choice != Choice::Open);
    Ok(())
}

/// Asks card by card until the person goes.
fn ask(cards: Vec<Card>, decisions: Decisions, book: &mut Book) -> Result<()> {
    let terminal = console::Term::stdout();
    let mut session = Session::new(cards, decisions);
    let mut out = io::stdout();
    if session.is_empty() {
        return Ok(writeln!(out, "nothing was found to decide")?);
    }
    writeln!(out, "{}", session.greeting())?;
    let mut shown = None;
    loop {
        if shown != Some(session.place()) {
            write!(out, "\n{}", session.shown(screen()))?;
            shown = Some(session.place());
        }
        write!(out, "{}", session.prompt())?;
        out.flush()?;
        let key = match terminal.read_key() {
            Ok(key) => key,
            // The terminal is gone, or Ctrl-D: all that was decided is on the disk.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => break,
            Err(error) => return Err(error.into()),
        };
        match session.answer(&key) {
            Answer::Decide(at, choice, scope) => {
                decide(session.card(at), choice, scope, book)?;
                writeln!(out, "{choice}")?;
                session.decided(at, choice, scope);
            }
            Answer::Say(text) => {
                writeln!(out, "{text}")?;
                shown = None;
            }
            Answer::Find => {
                write!(out, "find: ")?;
                out.flush()?;
                let mut text = String::new();
                io::stdin().read_line(&mut text)?;
                writeln!(out, "{}", session.find(text.trim()))?;
            }
            Answer::Filter => {
                write!(out, "show only (a kind, a verdict, open, a part of a name; nothing for all): ")?;
                out.flush()?;
                let mut text = String::new();
                io::stdin().read_line(&mut text)?;
                writeln!(out, "{}", session.filter(text.trim()))?;
            }
            Answer::Go => writeln!(out)?,
            Answer::Quit => break,
        }
    }
    Ok(writeln!(out, "\n{}", session.farewell(book.path()))?)
}
