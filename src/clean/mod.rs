//! The `clean` command: what goes where is planned, then run, then told.

mod figures;
mod target;

use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, SystemTime};

use crate::article::Deduplicator;
use crate::batch::{Job, Outcome, Resume, Show, Stopped, reading, run};
use crate::decisions::Ruling;
use crate::io::codec::Codec;
use crate::io::files::{Input, is_single};
use crate::io::safe::{Journal, Output, partial, replaceable};
use crate::log::Terms;
use anyhow::{Context, Result, bail};

use crate::args::Clean;
use crate::console::{FOUND, INTERRUPTED, TROUBLE, complain, engine_across, gather, ruling};
use crate::progress::Progress;
use crate::reporting::Reporting;

use figures::{summary, write_stats};
use target::{Target, check, clear_away, regular, side};

pub(crate) fn clean(args: Clean) -> Result<u8> {
    let started = SystemTime::now();
    let dedup = engine_across(&args.engine, args.across.across())?;
    let signals = listen()?;
    let (inputs, absent) = inputs(&args)?;
    if inputs.is_empty() && absent > 0 {
        return Ok(TROUBLE);
    }
    let target = Target::of(&args)?;
    check(&args, &inputs, &target)?;
    clear_away(&inputs, &target, &args, started);
    let job = job(&args, &dedup, inputs, &target, signals)?;
    let mut outcome = watched(&args, job, &dedup)?;
    outcome.tally.failed += absent;
    tell(&args, &outcome)?;
    Ok(code(&args, &outcome))
}

/// What is to be cleaned, and how many of the inputs are not there or may not be replaced, which is told.
fn inputs(args: &Clean) -> Result<(Vec<Input>, u64)> {
    let paths = &args.input.paths;
    if paths.is_empty() && io::stdin().is_terminal() {
        bail!("no input: name files or folders, or pipe an article in; see unecho clean --help");
    }
    if args.report.as_deref().is_some_and(|path| path.as_os_str() == "-" || path.is_dir()) {
        bail!("--report needs the name of a file");
    }
    let backup = args.backup.as_deref();
    if backup.is_some_and(|suffix| suffix.is_empty() || suffix.contains(['/', '\\', '\0'])) {
        bail!("--backup needs a suffix without slashes, such as .bak");
    }
    let skip = args.output.clone().filter(|_| !is_single(paths));
    let (mut inputs, missing) = gather(paths, &args.input.select.selection(skip));
    let found = inputs.len();
    if args.in_place {
        inputs.retain(|input| may_be_replaced(input, backup));
    }
    let absent = missing + (found - inputs.len()) as u64;
    if args.fail_fast.on() && absent > 0 {
        bail!("nothing is done: --fail-fast");
    }
    Ok((inputs, absent))
}

/// Tells why not, too.
fn may_be_replaced(input: &Input, backup: Option<&str>) -> bool {
    let Some(path) = input.path.as_deref() else {
        complain("standard input cannot be replaced in place");
        return false;
    };
    replaceable(path, backup).inspect_err(|error| complain(&error.to_string())).is_ok()
}

/// Opens the outputs.
fn job(args: &Clean, dedup: &Deduplicator, inputs: Vec<Input>, target: &Target, signals: Signals) -> Result<Job> {
    let ruling = ruling(&args.decisions)?;
    let (format, fields) = (args.input.format.format(), args.across.fields(args.input.format.fields()));
    let max_record = args.input.max_record.0;
    let decisions = ruling.as_deref().map(Ruling::fingerprint);
    let reading = reading(&fields, max_record);
    let terms = Terms { options: dedup.options(), reading: &reading, decisions: decisions.as_deref() };
    let (log, resume) = log(args, &terms)?;
    let mut taken = matches!(target, Target::Stdout);
    let log = match log {
        Some(log) => Some(log),
        None => args.log.as_deref().map(|path| side(path, &mut taken)).transpose()?,
    };
    let diff = args.diff.as_deref().map(|path| side(path, &mut taken)).transpose()?;
    if args.stats.as_deref() == Some(Path::new("-")) && taken {
        bail!("two outputs cannot both go to standard output; name a file");
    }
    Ok(Job {
        inputs,
        format,
        fields,
        max_record,
        charset: args.input.encoding,
        destination: target.destination(args)?,
        diff,
        log,
        show: Show {
            cards: args.report.is_some(),
            hunks: args.hunks.into(),
            evidence: !is_single(&args.input.paths),
            ..Show::default()
        },
        fail_fast: args.fail_fast.on(),
        resume,
        ruling,
        memory: args.across.memory,
        index: args.across.index.clone(),
        stop: signals.stop,
        ending: signals.ending,
    })
}

/// Runs the job, and shows how far it is.
fn watched(args: &Clean, job: Job, dedup: &Deduplicator) -> Result<Outcome> {
    let mut say = |text: &str| complain(text);
    let total = || job.inputs.iter().map(|input| Some(fs::metadata(input.path.as_ref()?).ok()?.len())).sum();
    let mut progress = Progress::new(!args.quiet.on(), total, &mut say);
    if args.check && !args.quiet.on() {
        progress = progress.naming();
    }
    let mut reporting = Reporting::new(&mut progress, args.report.as_deref());
    let ran = run(job, dedup, &mut reporting);
    let reported = if ran.is_ok() { reporting.finish() } else { Ok(()) };
    progress.clear();
    let outcome = ran?;
    reported?;
    Ok(outcome)
}

/// Tells what the run did, and takes away what an unfinished one before it left.
fn tell(args: &Clean, outcome: &Outcome) -> Result<()> {
    if let Some(path) = &args.stats {
        write_stats(path, outcome)?;
    }
    if !args.quiet.on() {
        let _ = writeln!(
            io::stderr(),
            "unecho: {}",
            summary(&outcome.tally, args.check, !args.decisions.decisions.is_empty())
        );
    }
    if outcome.stopped == Some(Stopped::Asked) {
        complain("interrupted");
    }
    if args.resume && outcome.stopped.is_none() {
        // What the unfinished run left is in the whole now.
        for path in [&args.output, &args.diff].into_iter().flatten() {
            let _ = fs::remove_file(partial(path));
        }
    }
    for path in &outcome.left {
        complain(&format!("what is done so far is in {}", path.display()));
    }
    Ok(())
}

/// The exit code.
fn code(args: &Clean, outcome: &Outcome) -> u8 {
    let tally = &outcome.tally;
    match () {
        () if outcome.stopped == Some(Stopped::Asked) => INTERRUPTED,
        () if tally.failed > 0 || tally.withdrawn > 0 && args.check => TROUBLE,
        () if args.decisions.gate() && tally.decisions.new > 0 => {
            complain(&format!("nobody has decided {} of the removals; they stay", tally.decisions.new));
            FOUND
        }
        () if args.check && tally.removed > 0 => FOUND,
        () => 0,
    }
}

/// How long a stopped run may take for the documents in work. One can take longer: then it is given up, as a kill
/// would, and what was done before stands in the log.
const PATIENCE: Duration = Duration::from_millis(1500);

/// How a run is asked to stop, and how it tells that it does.
#[derive(Clone, Default)]
pub(crate) struct Signals {
    /// See [`Job::stop`].
    pub(crate) stop: Arc<AtomicBool>,
    /// See [`Job::ending`].
    pub(crate) ending: Arc<AtomicBool>,
}

/// Stops the run at the first Ctrl-C or SIGTERM, the process at the second or when patience is over.
pub(crate) fn listen() -> Result<Signals> {
    let signals = Signals::default();
    let Signals { stop, ending } = signals.clone();
    ctrlc::set_handler(move || {
        if stop.swap(true, Ordering::Relaxed) {
            process::exit(i32::from(INTERRUPTED));
        }
        let ending = ending.clone();
        thread::spawn(move || {
            thread::sleep(PATIENCE);
            if !ending.load(Ordering::Relaxed) {
                complain("interrupted: what was in work is given up");
                process::exit(i32::from(INTERRUPTED));
            }
        });
    })
    .context("cannot listen for signals")?;
    Ok(signals)
}

/// The log as a file, and what it is gone on from; neither if the log is a stream.
fn log(args: &Clean, terms: &Terms<'_>) -> Result<(Option<Output>, Option<Resume>)> {
    let Some(path) = args.log.as_deref().filter(|path| path.as_os_str() != "-" && regular(path)) else {
        if args.resume {
            bail!("--resume needs a log that is a file");
        }
        return Ok((None, None));
    };
    let unfinished = partial(path);
    let mut older = 0;
    let mut resume = None;
    if args.resume {
        let there = [unfinished.as_path(), path].into_iter().find(|path| path.exists());
        resume = there.map(|path| Resume::open(path, terms)).transpose()?.flatten();
        if unfinished.exists() {
            older = resume.as_ref().map_or(0, Resume::len);
        }
    } else if unfinished.exists() {
        complain(&format!("{} of an unfinished run gives way; --resume would go on from it", unfinished.display()));
    }
    let log = Output::Journal(Journal::create(path, older)?).packed(Codec::of_name(path));
    Ok((Some(log), resume))
}
