//! Where the outputs of `clean` go, and that they do not meet.

use std::fs;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::args::Clean;
use crate::batch::Destination;
use crate::io::codec::Codec;
use crate::io::files::{Input, SafeFile, is_single};
use crate::io::plan;
use crate::io::safe::{Output, parent, sweep};
use anyhow::{Context, Result, bail};

/// Where the text goes, before anything is opened.
pub(super) enum Target {
    Nowhere,
    Stdout,
    Device(PathBuf),
    File(PathBuf),
    Folder(PathBuf),
    InPlace,
}

impl Target {
    /// # Errors
    /// If several inputs have no folder to go to.
    pub(super) fn of(args: &Clean) -> Result<Self> {
        let single = is_single(&args.input.paths);
        Ok(match &args.output {
            _ if args.check => Self::Nowhere,
            _ if args.in_place => Self::InPlace,
            None if single => Self::Stdout,
            None => bail!("several inputs need a folder to go to (-o DIR) or --in-place"),
            Some(path) if path.as_os_str() == "-" && single => Self::Stdout,
            Some(path) if single && !path.is_dir() && !regular(path) => Self::Device(path.clone()),
            Some(path) if single && !path.is_dir() => Self::File(path.clone()),
            Some(folder) => Self::Folder(folder.clone()),
        })
    }

    pub(super) fn destination(&self, args: &Clean) -> Result<Destination> {
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
pub(super) fn regular(path: &Path) -> bool {
    fs::metadata(path).map_or(true, |meta| meta.is_file())
}

fn device(path: &Path) -> Result<fs::File> {
    fs::OpenOptions::new().write(true).open(path).with_context(|| path.display().to_string())
}

/// What is written beside the text.
fn sides(args: &Clean) -> impl Iterator<Item = &Path> {
    [&args.diff, &args.log, &args.stats, &args.report].into_iter().flatten().map(PathBuf::as_path)
}

/// Refuses outputs that would meet each other or an input, before anything is written.
pub(super) fn check(args: &Clean, inputs: &[Input], target: &Target) -> Result<()> {
    let pairs = target.pairs(inputs);
    let sides = sides(args).filter(|path| path.as_os_str() != "-");
    Ok(plan::check(inputs, pairs.iter().map(|(input, path)| (*input, path.as_path())), sides)?)
}

/// Removes what dead runs left in the folders that this one writes to.
pub(super) fn clear_away(inputs: &[Input], target: &Target, args: &Clean, started: SystemTime) {
    let mut folders: Vec<PathBuf> = match target {
        Target::InPlace => inputs.iter().filter_map(|input| Some(parent(input.path.as_deref()?).to_owned())).collect(),
        _ => target.pairs(inputs).iter().map(|(_, path)| parent(path).to_owned()).collect(),
    };
    folders.extend(sides(args).map(|path| parent(path).to_owned()));
    folders.sort_unstable();
    folders.dedup();
    folders.iter().for_each(|folder| sweep(folder, started));
}

/// The writer of a diff or log; `taken` tells whether something else goes to standard output.
pub(super) fn side(path: &Path, taken: &mut bool) -> Result<Output> {
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
