//! Files: what an input is, and which files a folder holds.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;
use ignore::overrides::OverrideBuilder;

use super::codec::Codec;
pub use super::safe::SafeFile;
use crate::markup::Syntax;

/// How a file's records are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One article a file.
    Text,
    /// One article a file, in Markdown.
    #[cfg(feature = "markdown")]
    Markdown,
    /// One page a file, in HTML.
    #[cfg(feature = "html")]
    Html,
    /// One article a line, in a JSON object.
    Jsonl,
    /// One article a row, in a Parquet table.
    #[cfg(feature = "parquet")]
    Parquet,
}

impl Format {
    /// The format that a file name's ending tells, `.gz` and `.zst` behind it aside; text if it tells nothing.
    #[must_use]
    pub fn of(path: &Path) -> Self {
        Self::known(path).unwrap_or(Self::Text)
    }

    /// The format that a file name's ending tells.
    fn known(path: &Path) -> Option<Self> {
        match ending(path).as_deref() {
            Some("txt") => Some(Self::Text),
            Some("jsonl" | "ndjson" | "jsonlines") => Some(Self::Jsonl),
            #[cfg(feature = "markdown")]
            Some("md" | "markdown") => Some(Self::Markdown),
            #[cfg(feature = "html")]
            Some("html" | "htm" | "xhtml") => Some(Self::Html),
            #[cfg(feature = "parquet")]
            Some("parquet" | "pq") => Some(Self::Parquet),
            _ => None,
        }
    }

    /// As [`Format::of`], for a file about to be read, whose first bytes are `head`: they tell of a table where the
    /// name tells nothing.
    ///
    /// # Errors
    /// If it holds pages or a table, and their reader is not built in: that is no text.
    pub fn readable(path: &Path, head: &[u8]) -> Result<Self, FileError> {
        let ending = ending(path);
        if matches!(ending.as_deref(), Some("html" | "htm" | "xhtml")) && cfg!(not(feature = "html")) {
            return Err(FileError::plain(path, "HTML is not read: built without the feature html"));
        }
        let known = Self::known(path);
        if matches!(ending.as_deref(), Some("parquet" | "pq")) || known.is_none() && is_table(head) {
            return Self::table().map_err(|what| FileError::plain(path, what));
        }
        Ok(known.unwrap_or(Self::Text))
    }

    /// The format of tables.
    ///
    /// # Errors
    /// If their reader is not built in.
    pub const fn table() -> Result<Self, &'static str> {
        #[cfg(feature = "parquet")]
        return Ok(Self::Parquet);
        #[cfg(not(feature = "parquet"))]
        Err("Parquet is not read: built without the feature parquet")
    }

    /// How the articles are marked up.
    #[must_use]
    pub const fn syntax(self) -> Syntax {
        match self {
            #[cfg(feature = "markdown")]
            Self::Markdown => Syntax::Markdown,
            #[cfg(feature = "html")]
            Self::Html => Syntax::Html,
            Self::Text | Self::Jsonl => Syntax::Plain,
            #[cfg(feature = "parquet")]
            Self::Parquet => Syntax::Plain,
        }
    }
}

/// True if these are the first bytes of a Parquet table.
#[must_use]
pub fn is_table(head: &[u8]) -> bool {
    head.starts_with(b"PAR1")
}

/// A file name's ending in small letters; where that only says that the file is packed, the one before it.
fn ending(path: &Path) -> Option<String> {
    let path = if Codec::of_name(path) == Codec::Plain { path } else { Path::new(path.file_stem()?) };
    path.extension().and_then(|ending| ending.to_str()).map(str::to_ascii_lowercase)
}

/// One input file, and its name inside what was asked for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Input {
    /// Where it is; `None` is standard input.
    pub path: Option<PathBuf>,
    /// Its path relative to the folder it was found in, or its file name, with `/` between the parts.
    pub name: String,
}

/// Something wrong with a path.
#[derive(Debug, thiserror::Error)]
#[error("{}: {source}", path.display())]
pub struct FileError {
    /// Which.
    pub path: PathBuf,
    /// What.
    pub source: io::Error,
}

impl FileError {
    /// `source` happened at `path`.
    #[must_use]
    pub fn at(path: &Path, source: io::Error) -> Self {
        Self { path: path.to_owned(), source }
    }

    pub(crate) fn plain(path: &Path, what: &str) -> Self {
        Self::at(path, io::Error::other(what.to_owned()))
    }
}

/// Which files of a folder are taken.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Only those that match one of these globs, whatever their ending; those with a known ending if there is none.
    pub include: Vec<String>,
    /// None that match one of these.
    pub exclude: Vec<String>,
    /// Heed `.gitignore` and `.ignore`.
    pub ignore_files: bool,
    /// A folder that is not entered: where the outputs go.
    pub skip: Option<PathBuf>,
}

/// What stands under some paths.
#[derive(Debug, Default)]
pub struct Found {
    /// The files in order.
    pub inputs: Vec<Input>,
    /// What could not be read or is no file.
    pub errors: Vec<FileError>,
    /// What was passed over and why.
    pub notes: Vec<String>,
}

/// The input files under `paths` in order: files as given, folders by their `.txt`, Markdown, HTML, JSONL (packed
/// or not) and Parquet files, sorted by name.
/// Symbolic links inside folders are not followed. `-` and nothing at all are standard input.
pub fn inputs(paths: &[PathBuf]) -> (Vec<Input>, Vec<FileError>) {
    let found = find(paths, &Selection::default());
    (found.inputs, found.errors)
}

/// As [`inputs`], by `selection`; a file that is named twice is taken once.
pub fn find(paths: &[PathBuf], selection: &Selection) -> Found {
    let mut found = Found::default();
    let stdin = || Input { path: None, name: "stdin".into() };
    if paths.is_empty() {
        found.inputs.push(stdin());
    }
    for path in paths {
        if path.as_os_str() == "-" {
            found.inputs.push(stdin());
            continue;
        }
        match fs::metadata(path) {
            Err(error) => found.errors.push(FileError::at(path, error)),
            Ok(meta) if meta.is_dir() => folder(path, selection, &mut found),
            Ok(meta) if meta.is_file() => {
                let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
                found.inputs.push(Input { path: Some(path.clone()), name });
            }
            Ok(_) => found.errors.push(FileError::plain(path, "not a regular file")),
        }
    }
    if paths.len() > 1 {
        once(&mut found);
    }
    found
}

/// Drops what was named before.
fn once(found: &mut Found) {
    let mut seen = HashSet::new();
    let notes = &mut found.notes;
    found.inputs.retain(|input| {
        let real = input.path.as_ref().map(|path| fs::canonicalize(path).unwrap_or_else(|_| path.clone()));
        let first = seen.insert(real);
        if !first {
            let name = input.path.as_ref().map_or_else(|| "standard input".into(), |path| path.display().to_string());
            notes.push(format!("{name} is named twice; done once"));
        }
        first
    });
}

/// True if `paths` names one file or standard input, not a folder or several.
#[must_use]
pub fn is_single(paths: &[PathBuf]) -> bool {
    paths.is_empty() || paths.len() == 1 && !paths[0].is_dir()
}

fn folder(root: &Path, selection: &Selection, found: &mut Found) {
    let mut globs = OverrideBuilder::new(root);
    let excluded: Vec<String> = selection.exclude.iter().map(|glob| format!("!{glob}")).collect();
    for glob in selection.include.iter().chain(&excluded) {
        if let Err(error) = globs.add(glob) {
            found.errors.push(FileError::plain(root, &error.to_string()));
            return;
        }
    }
    let globs = match globs.build() {
        Ok(globs) => globs,
        Err(error) => {
            found.errors.push(FileError::plain(root, &error.to_string()));
            return;
        }
    };
    let skip = selection.skip.as_ref().and_then(|skip| fs::canonicalize(skip).ok());
    let heed = selection.ignore_files;
    let walk = WalkBuilder::new(root)
        .standard_filters(false)
        .ignore(heed)
        .git_ignore(heed)
        .require_git(false)
        .overrides(globs)
        .follow_links(false)
        .sort_by_file_name(Ord::cmp)
        .filter_entry(move |entry| {
            let inside = skip.is_some() && entry.depth() > 0 && entry.file_type().is_some_and(|kind| kind.is_dir());
            !(inside && fs::canonicalize(entry.path()).ok() == skip)
        })
        .build();
    for entry in walk {
        match entry {
            Err(error) => found.errors.push(FileError::at(root, io::Error::other(error.to_string()))),
            Ok(entry) => {
                let path = entry.path();
                let wanted = Format::known(path).is_some() || !selection.include.is_empty();
                let Some(kind) = entry.file_type().filter(|kind| wanted && entry.depth() > 0 && !kind.is_dir()) else {
                    continue;
                };
                if kind.is_symlink() {
                    found.notes.push(format!("{}: symbolic link, not followed", path.display()));
                } else if kind.is_file() {
                    let relative = path.strip_prefix(root).unwrap_or(path);
                    let parts: Vec<_> = relative.iter().map(|part| part.to_string_lossy()).collect();
                    found.inputs.push(Input { path: Some(path.to_owned()), name: parts.join("/") });
                } else {
                    found.errors.push(FileError::plain(path, "not a regular file"));
                }
            }
        }
    }
}
