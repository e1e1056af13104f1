//! Files: what an input is, which files a folder holds, and a writer that leaves each output absent, old or complete.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// How a file's records are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One article a file.
    Text,
    /// One article a line, in a JSON object.
    Jsonl,
}

impl Format {
    /// The format that a file name's ending tells; text if it tells nothing.
    #[must_use]
    pub fn of(path: &Path) -> Self {
        match path.extension().and_then(|ending| ending.to_str()) {
            Some("jsonl" | "ndjson" | "jsonlines") => Self::Jsonl,
            _ => Self::Text,
        }
    }
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

    fn plain(path: &Path, what: &str) -> Self {
        Self::at(path, io::Error::other(what.to_owned()))
    }
}

/// The input files under `paths` in order: files as given, folders by their `.txt` and JSONL files, sorted by name.
/// Symbolic links inside folders are not followed. `-` and nothing at all are standard input.
pub fn inputs(paths: &[PathBuf]) -> (Vec<Input>, Vec<FileError>) {
    let mut inputs = Vec::new();
    let mut errors = Vec::new();
    if paths.is_empty() {
        inputs.push(Input { path: None, name: "stdin".into() });
    }
    for path in paths {
        if path.as_os_str() == "-" {
            inputs.push(Input { path: None, name: "stdin".into() });
            continue;
        }
        match fs::metadata(path) {
            Err(error) => errors.push(FileError::at(path, error)),
            Ok(meta) if meta.is_dir() => folder(path, &mut inputs, &mut errors),
            Ok(meta) if meta.is_file() => {
                let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
                inputs.push(Input { path: Some(path.clone()), name });
            }
            Ok(_) => errors.push(FileError::plain(path, "not a regular file")),
        }
    }
    (inputs, errors)
}

/// True if `paths` names one file or standard input, not a folder or several.
#[must_use]
pub fn is_single(paths: &[PathBuf]) -> bool {
    paths.is_empty() || paths.len() == 1 && !paths[0].is_dir()
}

fn folder(root: &Path, inputs: &mut Vec<Input>, errors: &mut Vec<FileError>) {
    let walk =
        ignore::WalkBuilder::new(root).standard_filters(false).follow_links(false).sort_by_file_name(Ord::cmp).build();
    for entry in walk {
        match entry {
            Err(error) => errors.push(FileError::at(root, io::Error::other(error.to_string()))),
            Ok(entry) => {
                let path = entry.path();
                let wanted =
                    path.extension().is_some_and(|ending| ending == "txt") || Format::of(path) == Format::Jsonl;
                if wanted && entry.file_type().is_some_and(|kind| kind.is_file()) {
                    let relative = path.strip_prefix(root).unwrap_or(path);
                    let parts: Vec<_> = relative.iter().map(|part| part.to_string_lossy()).collect();
                    inputs.push(Input { path: Some(path.to_owned()), name: parts.join("/") });
                }
            }
        }
    }
}

/// Writes a file so that at its path there is always nothing, the old file or the whole new one: into a temporary
/// file in the same folder, synced, then renamed.
pub struct SafeFile {
    path: PathBuf,
    to: BufWriter<tempfile::NamedTempFile>,
}

impl SafeFile {
    /// Begins the file that will stand at `path`; folders on the way are made.
    ///
    /// # Errors
    /// If the folder cannot be written.
    pub fn create(path: &Path) -> Result<Self, FileError> {
        let fail = |error| FileError::at(path, error);
        if path.is_dir() {
            return Err(FileError::plain(path, "is a folder"));
        }
        let folder = parent(path);
        fs::create_dir_all(folder).map_err(fail)?;
        let temporary = tempfile::Builder::new().prefix(".unecho-").suffix(".tmp").tempfile_in(folder).map_err(fail)?;
        Ok(Self { path: path.to_owned(), to: BufWriter::with_capacity(1 << 18, temporary) })
    }

    /// Puts the file in its place. `like` is a file whose permissions it takes (set-user-id bits aside).
    ///
    /// # Errors
    /// If a byte could not be written, synced or the file renamed; the old file, if any, is untouched then.
    pub fn commit(self, like: Option<&Path>) -> Result<(), FileError> {
        let path = self.path;
        let fail = |error| FileError::at(&path, error);
        let temporary = self.to.into_inner().map_err(|error| fail(error.into_error()))?;
        set_mode(temporary.as_file(), like.or(Some(&path))).map_err(fail)?;
        temporary.as_file().sync_all().map_err(fail)?;
        temporary.persist(&path).map_err(|error| fail(error.error))?;
        // The rename is on the disk once the folder is; not every system can sync a folder.
        if let Ok(folder) = File::open(parent(&path)) {
            let _ = folder.sync_all();
        }
        Ok(())
    }
}

impl Write for SafeFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.to.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

fn parent(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(unix)]
fn set_mode(file: &File, like: Option<&Path>) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = like.and_then(|path| fs::metadata(path).ok()).map_or(0o644, |meta| meta.permissions().mode() & 0o777);
    file.set_permissions(fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn set_mode(_: &File, _: Option<&Path>) -> io::Result<()> {
    Ok(())
}

/// True if the file at `path` may be replaced in place: not a symbolic link, not one of several names of a file.
///
/// # Errors
/// Says why not.
pub fn replaceable(path: &Path) -> Result<(), FileError> {
    let meta = fs::symlink_metadata(path).map_err(|error| FileError::at(path, error))?;
    if meta.file_type().is_symlink() {
        return Err(FileError::plain(path, "is a symbolic link; --in-place replaces files, not what links point at"));
    }
    #[cfg(unix)]
    if std::os::unix::fs::MetadataExt::nlink(&meta) > 1 {
        return Err(FileError::plain(path, "has other hard links; --in-place would part it from them"));
    }
    Ok(())
}
