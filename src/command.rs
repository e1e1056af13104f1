//! The `unecho` command: parse, run, exit code. Its binary and the Python package's script both stand on it.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::Path;

use crate::args::{Cli, Command, Eval, Explain, Restore, Verify};
use crate::clean;
use crate::config::{self, Config};
use crate::console::{PIPE, TROUBLE, complain, engine, print, read_text};
use crate::index;
use crate::io::charset;
use crate::io::codec::Codec;
use crate::io::files::{Format, SafeFile};
use crate::io::source;
use crate::review;
use crate::terminal::visible;
use crate::undo::{self, Restored};
use crate::view;
use anyhow::{Context, Result, bail};
use clap::CommandFactory;

/// Runs the command line `arguments`, the command's own name first; the exit code of the process. Once a process: it
/// starts the threads and listens for signals. What is wrong goes to standard error.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    match config::parse(&arguments).and_then(|(cli, config)| dispatch(cli.command, &config)) {
        Ok(code) => code,
        Err(error) if broken_pipe(&error) => PIPE,
        Err(error) => match error.downcast_ref::<clap::Error>() {
            // A wrong command line, or a question for help.
            Some(error) => {
                let code = u8::try_from(error.exit_code()).unwrap_or(TROUBLE);
                match error.print() {
                    Err(error) if error.kind() == io::ErrorKind::BrokenPipe => PIPE,
                    Err(_) => TROUBLE,
                    Ok(()) => code,
                }
            }
            None => {
                complain(&told(&error));
                TROUBLE
            }
        },
    }
}

fn dispatch(command: Command, config: &Config) -> Result<u8> {
    for name in &config.unknown {
        complain(&format!("the variable {name} is ignored; unecho config tells which there are"));
    }
    match command {
        Command::Clean(args) => clean::clean(args),
        Command::Index(index) => index::index(index),
        Command::Diff(args) => view::diff(args),
        Command::Review(args) => review::review(args),
        Command::Explain(args) => explain(args),
        Command::Restore(args) => restore(&args),
        Command::Verify(args) => verify(&args),
        Command::Eval(args) => eval(&args),
        Command::Config => print(config.shown()?.as_bytes()),
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

/// The error and its causes, but for those that it tells itself.
fn told(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if !text.ends_with(&cause) {
            let colon = if text.is_empty() { "" } else { ": " };
            text += &format!("{colon}{cause}");
        }
    }
    text
}

fn broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .any(|cause| cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe))
}

fn explain(args: Explain) -> Result<u8> {
    let dedup = engine(&args.engine)?;
    let path = args.path.as_deref().unwrap_or(Path::new("-"));
    let (bytes, _) = source::read(path)?;
    let syntax = args.format.format().unwrap_or(Format::of(path)).syntax();
    let (text, _) = charset::read(&bytes, syntax).with_context(|| path.display().to_string())?;
    if let Some(&[one, other]) = args.pair.as_deref().or(args.why_not.as_deref()) {
        let told = crate::explain::pair(&text, syntax, &dedup, [one, other], args.pair.is_some());
        return print(told.map_err(anyhow::Error::msg)?.as_bytes());
    }
    print(crate::explain::explain(&text, syntax, &dedup, args.stage.map(Into::into)).as_bytes())
}

fn restore(args: &Restore) -> Result<u8> {
    let (log, _) = source::read(&args.log)?;
    let restored = undo::restore(&args.cleaned, &log, args.format.format(), &args.select.selection(None))
        .with_context(|| args.cleaned.display().to_string())?;
    let folder = args.cleaned.is_dir();
    for Restored { name, bytes, codec } in restored {
        match &args.output {
            None if folder => bail!("a folder is restored into a folder: -o DIR"),
            None => return print(&bytes),
            Some(out) => {
                let (path, codec) = match folder {
                    true => (out.join(&name), codec),
                    false => (out.clone(), Codec::of_name(out)),
                };
                let mut file = SafeFile::create(&path)?;
                file.write_all(&codec.pack(bytes)?).with_context(|| path.display().to_string())?;
                file.commit(None)?;
            }
        }
    }
    Ok(0)
}

fn verify(args: &Verify) -> Result<u8> {
    let (log, _) = source::read(&args.log)?;
    let docs = undo::verify(&args.original, &args.cleaned, &log, args.format.format(), &args.select.selection(None))?;
    print(format!("{docs} documents: source, cleaned text and log belong together\n").as_bytes())
}

fn eval(args: &Eval) -> Result<u8> {
    let dedup = engine(&args.engine)?;
    let labelled = read_text(&args.labelled)?;
    let report = crate::eval::evaluate(&labelled, &dedup, crate::eval::Bootstrap::default())
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
