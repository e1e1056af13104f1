//! The `clean` command: what goes where is planned, then run, then told.

use std::fs;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::SystemTime;

use crate::batch::{Destination, Job, Outcome, Resume, Show, Stopped, Tally, reading, run};
use crate::decisions::Ruling;
use crate::io::codec::Codec;
use crate::io::files::{Input, SafeFile, is_single};
use crate::io::plan;
use crate::io::safe::{Journal, Output, parent, partial, replaceable, sweep};
use crate::log::Terms;
use crate::paragraph::Kind;
use anyhow::{Context, Result, bail};

use crate::args::Clean;
use crate::console::{FOUND, INTERRUPTED, TROUBLE, complain, engine_across, gather, ruling};
use crate::progress::Progress;
use crate::reporting::Reporting;

pub(crate) fn clean(args: Clean) -> Result<u8> {
    let started = SystemTime::now();
    let dedup = engine_across(&args.engine, args.across.across())?;
    let paths = &args.input.paths;
    if paths.is_empty() && io::stdin().is_terminal() {
        bail!("no input: name files or folders, or pipe an article in; see unecho clean --help");
    }
    let stop = listen()?;
    let skip = args.output.clone().filter(|_| !is_single(paths));
    let (mut inputs, missing) = gather(paths, &args.input.select.selection(skip));
    if inputs.is_empty() && missing > 0 {
        return Ok(TROUBLE);
    }
    if args.fail_fast.on() && missing > 0 {
        bail!("nothing is done: --fail-fast");
    }
    let mut refused = 0;
    if args.in_place {
        if args.backup.as_deref().is_some_and(|suffix| suffix.is_empty() || suffix.contains(['/', '\\', '\0'])) {
            bail!("--backup needs a suffix without slashes, such as .bak");
        }
        inputs.retain(|input| match input.path.as_deref().map(|path| replaceable(path, args.backup.as_deref())) {
            Some(Ok(())) => true,
            Some(Err(error)) => {
                complain(&error.to_string());
                refused += 1;
                false
            }
            None => {
                complain("standard input cannot be replaced in place");
                refused += 1;
                false
            }
        });
    }
    if args.report.as_deref().is_some_and(|path| path.as_os_str() == "-" || path.is_dir()) {
        bail!("--report needs the name of a file");
    }
    let target = target(&args)?;
    check(&args, &inputs, &target)?;
    clear_away(&inputs, &target, &args, started);
    let ruling = ruling(&args.decisions)?;
    let (format, fields) = (args.input.format.format(), args.across.fields(args.input.format.fields()));
    let max_record = args.input.max_record.0;
    let decisions = ruling.as_deref().map(Ruling::fingerprint);
    let reading = reading(&fields, max_record);
    let terms = Terms { options: dedup.options(), reading: &reading, decisions: decisions.as_deref() };
    let (log, resume) = log(&args, &terms)?;
    let mut taken = matches!(target, Target::Stdout);
    let log = match log {
        Some(log) => Some(log),
        None => args.log.as_deref().map(|path| side(path, &mut taken)).transpose()?,
    };
    let diff = args.diff.as_deref().map(|path| side(path, &mut taken)).transpose()?;
    if args.stats.as_deref() == Some(Path::new("-")) && taken {
        bail!("two outputs cannot both go to standard output; name a file");
    }
    let mut say = |text: &str| complain(text);
    let total = || inputs.iter().map(|input| Some(fs::metadata(input.path.as_ref()?).ok()?.len())).sum();
    let mut progress = Progress::new(!args.quiet.on(), total, &mut say);
    let job = Job {
        inputs,
        format,
        fields,
        max_record,
        charset: args.input.encoding,
        destination: target.destination(&args)?,
        diff,
        log,
        show: Show {
            cards: args.report.is_some(),
            hunks: args.hunks.into(),
            evidence: !is_single(paths),
            ..Show::default()
        },
        fail_fast: args.fail_fast.on(),
        resume,
        ruling,
        memory: args.across.memory,
        index: args.across.index.clone(),
        stop,
    };
    let mut reporting = Reporting::new(&mut progress, args.report.as_deref());
    let ran = run(job, &dedup, &mut reporting);
    let reported = if ran.is_ok() { reporting.finish() } else { Ok(()) };
    progress.clear();
    let mut outcome = ran?;
    reported?;
    outcome.tally.failed += missing + refused;
    if let Some(path) = &args.stats {
        write_stats(path, &outcome)?;
    }
    if !args.quiet.on() {
        let _ = writeln!(io::stderr(), "unecho: {}", summary(&outcome.tally, !args.decisions.decisions.is_empty()));
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
    let tally = &outcome.tally;
    Ok(match () {
        () if outcome.stopped == Some(Stopped::Asked) => INTERRUPTED,
        () if tally.failed > 0 || tally.withdrawn > 0 && args.check => TROUBLE,
        () if args.decisions.gate() && tally.decisions.new > 0 => {
            complain(&format!("nobody has decided {} of the removals; they stay", tally.decisions.new));
            FOUND
        }
        () if args.check && tally.removed > 0 => FOUND,
        () => 0,
    })
}

/// Stops the run at the first Ctrl-C or SIGTERM, the process at the second.
pub(crate) fn listen() -> Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    let asked = stop.clone();
    ctrlc::set_handler(move || {
        if asked.swap(true, Ordering::Relaxed) {
            process::exit(i32::from(INTERRUPTED));
        }
    })
    .context("cannot listen for signals")?;
    Ok(stop)
}

/// Where the text goes, before anything is opened.
enum Target {
    Nowhere,
    Stdout,
    Device(PathBuf),
    File(PathBuf),
    Folder(PathBuf),
    InPlace,
}

fn target(args: &Clean) -> Result<Target> {
    let single = is_single(&args.input.paths);
    Ok(match &args.output {
        _ if args.check => Target::Nowhere,
        _ if args.in_place => Target::InPlace,
        None if single => Target::Stdout,
        None => bail!("several inputs need a folder to go to (-o DIR) or --in-place"),
        Some(path) if path.as_os_str() == "-" && single => Target::Stdout,
        Some(path) if single && !path.is_dir() && !regular(path) => Target::Device(path.clone()),
        Some(path) if single && !path.is_dir() => Target::File(path.clone()),
        Some(folder) => Target::Folder(folder.clone()),
    })
}

impl Target {
    fn destination(&self, args: &Clean) -> Result<Destination> {
        let buffered = |to| Destination::Writer(Box::new(BufWriter::with_capacity(1 << 16, to)));
        Ok(match self {
            Self::Nowhere => Destination::Nowhere,
            Self::Stdout => Destination::Writer(Box::new(BufWriter::with_capacity(1 << 16, io::stdout()))),
            Self::Device(path) => buffered(device(path)?),
            Self::File(path) => Destination::File(path.clone()),
            Self::Folder(folder) => Destination::Folder(folder.clone()),
            Self::InPlace => Destination::InPlace { backup: args.backup.clone() },
        })
    }

    /// The outputs, each with its input.
    fn pairs<'a>(&self, inputs: &'a [Input]) -> Vec<(&'a Input, PathBuf)> {
        match self {
            Self::File(path) => inputs.iter().map(|input| (input, path.clone())).collect(),
            Self::Folder(folder) => inputs.iter().map(|input| (input, folder.join(&input.name))).collect(),
            Self::Nowhere | Self::Stdout | Self::Device(_) | Self::InPlace => Vec::new(),
        }
    }
}

/// True for what can be replaced by renaming: a file, or nothing yet. Devices and pipes are written to.
fn regular(path: &Path) -> bool {
    fs::metadata(path).map_or(true, |meta| meta.is_file())
}

fn device(path: &Path) -> Result<fs::File> {
    fs::OpenOptions::new().write(true).open(path).with_context(|| path.display().to_string())
}

/// Refuses outputs that would meet each other or an input, before anything is written.
fn check(args: &Clean, inputs: &[Input], target: &Target) -> Result<()> {
    let pairs = target.pairs(inputs);
    let sides = [&args.diff, &args.log, &args.stats, &args.report];
    let sides = sides.into_iter().flatten().map(PathBuf::as_path).filter(|path| path.as_os_str() != "-");
    Ok(plan::check(inputs, pairs.iter().map(|(input, path)| (*input, path.as_path())), sides)?)
}

/// Removes what dead runs left in the folders that this one writes to.
fn clear_away(inputs: &[Input], target: &Target, args: &Clean, started: SystemTime) {
    let mut folders: Vec<PathBuf> = match target {
        Target::InPlace => inputs.iter().filter_map(|input| Some(parent(input.path.as_deref()?).to_owned())).collect(),
        _ => target.pairs(inputs).iter().map(|(_, path)| parent(path).to_owned()).collect(),
    };
    folders.extend(
        [&args.diff, &args.log, &args.stats, &args.report].into_iter().flatten().map(|path| parent(path).to_owned()),
    );
    folders.sort_unstable();
    folders.dedup();
    folders.iter().for_each(|folder| sweep(folder, started));
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

/// The writer of a diff or log; `taken` tells whether something else goes to standard output.
fn side(path: &Path, taken: &mut bool) -> Result<Output> {
    if path.as_os_str() == "-" {
        if std::mem::replace(taken, true) {
            bail!("two outputs cannot both go to standard output; name a file");
        }
        return Ok(Output::Stream(Box::new(BufWriter::new(io::stdout()))));
    }
    if !regular(path) && !path.is_dir() {
        return Ok(Output::Stream(Box::new(BufWriter::new(device(path)?))));
    }
    Ok(Output::File(SafeFile::create(path)?).packed(Codec::of_name(path)))
}

/// The figures of a run as JSON; no clock in them, so that two equal runs give equal figures.
fn write_stats(path: &Path, outcome: &Outcome) -> Result<()> {
    let tally = &outcome.tally;
    let kinds: serde_json::Map<String, serde_json::Value> =
        Kind::ALL.iter().zip(tally.kinds).map(|(kind, count)| (kind.name().to_owned(), count.into())).collect();
    let decisions = &tally.decisions;
    let decisions = serde_json::json!({
        "applied": decisions.applied, "new": decisions.new, "moot": decisions.moot, "stale": decisions.stale,
        "conflicting": decisions.conflicting, "elsewhere": decisions.elsewhere,
    });
    let figures = serde_json::json!({
        "docs": tally.docs, "paragraphs": tally.paragraphs, "removed": tally.removed, "kinds": kinds,
        "across": tally.across, "review": tally.review, "withdrawn": tally.withdrawn, "capped": tally.capped, "failed": tally.failed,
        "bytes": tally.bytes, "bytes_removed": tally.bytes_removed, "complete": outcome.stopped.is_none(),
        "decisions": decisions,
    });
    let text = serde_json::to_string_pretty(&figures)? + "\n";
    let mut taken = false;
    let mut file = side(path, &mut taken)?;
    file.write_all(text.as_bytes()).with_context(|| path.display().to_string())?;
    Ok(file.finish()?)
}

/// `decided`: there were decisions to carry out.
fn summary(tally: &Tally, decided: bool) -> String {
    let count = |n: u64, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
    let mut text = format!("{}, {}", count(tally.docs, "article"), count(tally.paragraphs, "paragraph"));
    text += &format!(": {} removed", tally.removed);
    if tally.removed > 0 {
        text += &format!(" ({:.1} % of the text", tally.bytes_removed as f64 * 100.0 / tally.bytes.max(1) as f64);
        let kinds = Kind::ALL.iter().zip(tally.kinds).filter(|(_, count)| *count > 0);
        let kinds: Vec<String> = kinds.map(|(kind, count)| format!("{count} {kind}")).collect();
        text += &format!("; {})", kinds.join(", "));
    }
    if tally.across > 0 {
        text += &format!(", {} of them said in other articles", tally.across);
    }
    text += &format!(", {} to review", tally.review);
    if tally.withdrawn > 0 {
        text += &format!(", {} left whole (--force)", count(tally.withdrawn, "article"));
    }
    if decided {
        text += &format!("; decisions: {}", tally.decisions);
    }
    if tally.capped > 0 {
        text += &format!(", bounds hit in {} (see the log)", count(tally.capped, "article"));
    }
    if tally.resumed > 0 {
        text += &format!(", {} known from the log", tally.resumed);
    }
    if tally.failed > 0 {
        text += &format!(", {} failed", tally.failed);
    }
    text
}
