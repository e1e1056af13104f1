//! The `unecho` command: parse, run, exit code.

mod args;

use std::fs;
use std::io::{self, BufWriter, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::{CommandFactory, Parser};
use unecho::article::Deduplicator;
use unecho::batch::{Destination, Job, Tally, run};
use unecho::io::files::{Input, SafeFile, inputs, is_single, replaceable};
use unecho::terminal::visible;
use unecho::undo;

use args::{Clean, Cli, Command, Engine, Eval, Explain, Restore, Verify};

/// Exit code where something would go.
const FOUND: u8 = 1;
/// Exit code where something went wrong.
const TROUBLE: u8 = 2;
/// Exit code where the reader of our output is gone, as the shell counts SIGPIPE.
const PIPE: u8 = 141;

fn main() -> ExitCode {
    match dispatch(Cli::parse().command) {
        Ok(code) => ExitCode::from(code),
        Err(error) if broken_pipe(&error) => ExitCode::from(PIPE),
        Err(error) => {
            complain(&format!("{error:#}"));
            ExitCode::from(TROUBLE)
        }
    }
}

fn dispatch(command: Command) -> Result<u8> {
    match command {
        Command::Clean(args) => clean(args),
        Command::Diff(args) => diff(args),
        Command::Explain(args) => explain(args),
        Command::Restore(args) => restore(&args),
        Command::Verify(args) => verify(&args),
        Command::Eval(args) => eval(&args),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "unecho", &mut script);
            print(&script)
        }
        Command::Man => {
            let mut page = Vec::new();
            clap_mangen::Man::new(Cli::command()).render(&mut page)?;
            print(&page)
        }
    }
}

fn broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .any(|cause| cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe))
}

/// A line to standard error; if that is gone, there is nobody to tell.
fn complain(text: &str) {
    let _ = writeln!(io::stderr(), "unecho: {}", visible(text));
}

fn print(bytes: &[u8]) -> Result<u8> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()?;
    Ok(0)
}

fn engine(engine: &Engine) -> Result<Deduplicator> {
    rayon::ThreadPoolBuilder::new().num_threads(engine.threads).build_global().context("cannot start threads")?;
    Ok(Deduplicator::new(engine.options())?)
}

/// The inputs, and how many of the paths could not be read.
fn gather(paths: &[PathBuf]) -> (Vec<Input>, u64) {
    let (inputs, errors) = inputs(paths);
    errors.iter().for_each(|error| complain(&error.to_string()));
    (inputs, errors.len() as u64)
}

fn clean(args: Clean) -> Result<u8> {
    let dedup = engine(&args.engine)?;
    let paths = &args.input.paths;
    if paths.is_empty() && io::stdin().is_terminal() {
        bail!("no input: name files or folders, or pipe an article in; see unecho clean --help");
    }
    let (mut inputs, missing) = gather(paths);
    if inputs.is_empty() && missing > 0 {
        return Ok(TROUBLE);
    }
    let mut refused = 0;
    if args.in_place {
        inputs.retain(|input| match input.path.as_deref().map(replaceable) {
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
    let destination = destination(&args, &inputs)?;
    let mut taken = matches!(destination, Destination::Writer(_));
    let mut side = Vec::new();
    let job = Job {
        inputs,
        format: args.input.format.format(),
        fields: args.input.format.fields(),
        destination,
        diff: args.diff.as_deref().map(|path| side_file(path, &mut taken, &mut side)).transpose()?,
        log: args.log.as_deref().map(|path| side_file(path, &mut taken, &mut side)).transpose()?,
    };
    let mut tally = run(job, &dedup, &mut complain)?;
    for file in side {
        file.commit()?;
    }
    tally.failed += missing + refused;
    if !args.quiet {
        let _ = writeln!(io::stderr(), "unecho: {}", summary(&tally));
    }
    Ok(match () {
        () if tally.failed > 0 || tally.withdrawn > 0 && args.check => TROUBLE,
        () if args.check && tally.removed > 0 => FOUND,
        () => 0,
    })
}

fn summary(tally: &Tally) -> String {
    let count = |n: u64, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
    let mut text = format!("{}, {}", count(tally.docs, "article"), count(tally.paragraphs, "paragraph"));
    text += &format!(": {} removed", tally.removed);
    if tally.removed > 0 {
        text += &format!(" ({:.1} % of the text)", tally.bytes_removed as f64 * 100.0 / tally.bytes.max(1) as f64);
    }
    text += &format!(", {} to review", tally.review);
    if tally.capped > 0 {
        text += &format!(", bounds hit in {} (see the log)", count(tally.capped, "article"));
    }
    if tally.failed > 0 {
        text += &format!(", {} failed", tally.failed);
    }
    text
}

fn destination(args: &Clean, inputs: &[Input]) -> Result<Destination> {
    if args.check {
        return Ok(Destination::Nowhere);
    }
    if args.in_place {
        return Ok(Destination::InPlace);
    }
    let single = is_single(&args.input.paths);
    match &args.output {
        None if single => Ok(Destination::Writer(Box::new(BufWriter::with_capacity(1 << 16, io::stdout())))),
        None => bail!("several inputs need a folder to go to (-o DIR) or --in-place"),
        Some(path) if path.as_os_str() == "-" && single => {
            Ok(Destination::Writer(Box::new(BufWriter::with_capacity(1 << 16, io::stdout()))))
        }
        Some(path) if single && !path.is_dir() => {
            let target = [path.clone()];
            refuse_collisions(inputs.iter().zip(&target))?;
            if !regular(path) {
                let file = fs::OpenOptions::new().write(true).open(path);
                let file = file.with_context(|| format!("{}", path.display()))?;
                return Ok(Destination::Writer(Box::new(BufWriter::new(file))));
            }
            Ok(Destination::File(path.clone()))
        }
        Some(folder) => {
            let targets: Vec<PathBuf> = inputs.iter().map(|input| folder.join(&input.name)).collect();
            refuse_collisions(inputs.iter().zip(&targets))?;
            Ok(Destination::Folder(folder.clone()))
        }
    }
}

/// True for what can be replaced by renaming: a file, or nothing yet. Devices and pipes are written to.
fn regular(path: &Path) -> bool {
    fs::metadata(path).map_or(true, |meta| meta.is_file())
}

/// Refuses outputs that would meet each other or an input, before anything is written.
fn refuse_collisions<'a>(pairs: impl Iterator<Item = (&'a Input, &'a PathBuf)>) -> Result<()> {
    let mut seen: std::collections::HashMap<String, &Path> = std::collections::HashMap::new();
    for (input, target) in pairs {
        let from = input.path.as_deref().unwrap_or(Path::new("standard input"));
        if let (Ok(a), Ok(b)) = (fs::canonicalize(from), fs::canonicalize(target))
            && a == b
        {
            bail!("{} is input and output; use --in-place to replace it", from.display());
        }
        let folded = target.to_string_lossy().to_lowercase();
        if let Some(other) = seen.insert(folded, from) {
            bail!("{} and {} would both be written to {}", other.display(), from.display(), target.display());
        }
    }
    Ok(())
}

/// A diff or a log being written beside the text.
struct Side {
    shared: std::sync::Arc<std::sync::Mutex<Option<SafeFile>>>,
}

impl Side {
    fn commit(self) -> Result<()> {
        let file = self.shared.lock().ok().and_then(|mut slot| slot.take());
        match file {
            Some(file) => Ok(file.commit(None)?),
            None => Ok(()),
        }
    }
}

struct SideWriter(std::sync::Arc<std::sync::Mutex<Option<SafeFile>>>);

impl Write for SideWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.0.lock().map_err(|_| io::Error::other("the writer is gone"))?.as_mut() {
            Some(file) => file.write(bytes),
            None => Err(io::Error::other("the file is closed")),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The writer of a diff or log; `taken` tells whether something else goes to standard output.
fn side_file(path: &Path, taken: &mut bool, sides: &mut Vec<Side>) -> Result<Box<dyn Write + Send>> {
    if path.as_os_str() == "-" {
        if std::mem::replace(taken, true) {
            bail!("two outputs cannot both go to standard output; name a file");
        }
        return Ok(Box::new(BufWriter::new(io::stdout())));
    }
    if !regular(path) && !path.is_dir() {
        let file = fs::OpenOptions::new().write(true).open(path).with_context(|| path.display().to_string())?;
        return Ok(Box::new(BufWriter::new(file)));
    }
    let shared = std::sync::Arc::new(std::sync::Mutex::new(Some(SafeFile::create(path)?)));
    sides.push(Side { shared: shared.clone() });
    Ok(Box::new(SideWriter(shared)))
}

fn diff(args: args::Diff) -> Result<u8> {
    let dedup = engine(&args.engine)?;
    let (inputs, missing) = gather(&args.input.paths);
    let job = Job {
        inputs,
        format: args.input.format.format(),
        fields: args.input.format.fields(),
        destination: Destination::Nowhere,
        diff: Some(Box::new(BufWriter::new(io::stdout()))),
        log: None,
    };
    let tally = run(job, &dedup, &mut complain)?;
    Ok(if tally.failed + missing > 0 { TROUBLE } else { u8::from(tally.removed > 0) })
}

fn read_text(path: &Path) -> Result<String> {
    let bytes = if path.as_os_str() == "-" {
        let mut bytes = Vec::new();
        io::stdin().read_to_end(&mut bytes).context("standard input")?;
        bytes
    } else {
        fs::read(path).with_context(|| path.display().to_string())?
    };
    String::from_utf8(bytes).with_context(|| format!("{}: not valid UTF-8", path.display()))
}

fn explain(args: Explain) -> Result<u8> {
    let dedup = engine(&args.engine)?;
    let text = read_text(args.path.as_deref().unwrap_or(Path::new("-")))?;
    print(unecho::explain::explain(&text, &dedup, args.stage.map(Into::into)).as_bytes())
}

fn restore(args: &Restore) -> Result<u8> {
    let log = fs::read(&args.log).with_context(|| args.log.display().to_string())?;
    let restored = undo::restore(&args.cleaned, &log, args.format.format(), &args.format.fields())
        .with_context(|| args.cleaned.display().to_string())?;
    let folder = args.cleaned.is_dir();
    for (name, bytes) in restored {
        match &args.output {
            None if folder => bail!("a folder is restored into a folder: -o DIR"),
            None => return print(&bytes),
            Some(out) => {
                let path = if folder { out.join(&name) } else { out.clone() };
                let mut file = SafeFile::create(&path)?;
                file.write_all(&bytes).with_context(|| path.display().to_string())?;
                file.commit(None)?;
            }
        }
    }
    Ok(0)
}

fn verify(args: &Verify) -> Result<u8> {
    let log = fs::read(&args.log).with_context(|| args.log.display().to_string())?;
    let docs = undo::verify(&args.original, &args.cleaned, &log, args.format.format(), &args.format.fields())?;
    print(format!("{docs} documents: source, cleaned text and log belong together\n").as_bytes())
}

fn eval(args: &Eval) -> Result<u8> {
    let dedup = engine(&args.engine)?;
    let labelled = read_text(&args.labelled)?;
    let report = unecho::eval::evaluate(&labelled, &dedup, unecho::eval::Bootstrap::default())
        .with_context(|| args.labelled.display().to_string())?;
    if args.json {
        return print((serde_json::to_string_pretty(&report)? + "\n").as_bytes());
    }
    let mut text = report.to_string();
    if args.errors > 0 {
        text += &report.errors(args.errors);
    }
    // The articles are scraped text, too.
    let lines: Vec<String> = text.lines().map(visible).collect();
    print((lines.join("\n") + "\n").as_bytes())
}
