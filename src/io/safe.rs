//! Outputs that are always absent, old or complete: written beside their place, synced, renamed.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::codec::{Codec, Packer};
use super::files::FileError;

const PREFIX: &str = ".unecho-";
const SUFFIX: &str = ".tmp";

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
        Ok(Self { path: path.to_owned(), to: BufWriter::with_capacity(1 << 18, temporary(path)?) })
    }

    /// Puts the file in its place. `like` is a file whose permissions it takes (set-user-id bits aside).
    ///
    /// # Errors
    /// If a byte could not be written, synced or the file renamed; the old file, if any, is untouched then.
    pub fn commit(self, like: Option<&Path>) -> Result<(), FileError> {
        let path = self.path.clone();
        self.put(&path, like)
    }

    /// Puts what is written so far beside its place, where an unfinished run leaves it: see [`partial`].
    ///
    /// # Errors
    /// As [`SafeFile::commit`].
    pub fn leave(self) -> Result<PathBuf, FileError> {
        let path = partial(&self.path);
        self.put(&path, None)?;
        Ok(path)
    }

    fn put(self, path: &Path, like: Option<&Path>) -> Result<(), FileError> {
        let fail = |error| FileError::at(path, error);
        let temporary = self.to.into_inner().map_err(|error| fail(error.into_error()))?;
        take_after(temporary.as_file(), path, like.unwrap_or(path)).map_err(fail)?;
        temporary.as_file().sync_all().map_err(fail)?;
        temporary.persist(path).map_err(|error| fail(error.error))?;
        sync_folder(path).map_err(fail)
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

/// Where an unfinished run leaves what would have stood at `path`: `PATH.partial`.
#[must_use]
pub fn partial(path: &Path) -> PathBuf {
    with_suffix(path, ".partial")
}

/// The path with `suffix` behind its name.
#[must_use]
pub fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn temporary(path: &Path) -> Result<tempfile::NamedTempFile, FileError> {
    let fail = |error| FileError::at(path, error);
    if path.is_dir() {
        return Err(FileError::plain(path, "is a folder"));
    }
    let folder = parent(path);
    fs::create_dir_all(folder).map_err(fail)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX).suffix(SUFFIX);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666)); // less the umask
    let file = builder.tempfile_in(folder).map_err(fail)?;
    hold(file.as_file());
    Ok(file)
}

/// The log while it is written: at `PATH.partial`, where a killed run leaves it to be resumed from, then renamed.
///
/// Where an older one of `older` bytes stands there, it stays until this one has got further.
pub struct Journal {
    path: PathBuf,
    hidden: Option<tempfile::NamedTempFile>,
    shown: Option<File>,
    len: u64,
    older: u64,
}

impl Journal {
    /// Begins the log that will stand at `path`.
    ///
    /// # Errors
    /// If the folder cannot be written.
    pub fn create(path: &Path, older: u64) -> Result<Self, FileError> {
        if partial(path).is_dir() {
            return Err(FileError::plain(&partial(path), "is a folder"));
        }
        Ok(Self { path: path.to_owned(), hidden: Some(temporary(path)?), shown: None, len: 0, older })
    }

    fn file(&mut self) -> io::Result<&mut File> {
        match (&mut self.hidden, &mut self.shown) {
            (Some(hidden), _) => Ok(hidden.as_file_mut()),
            (None, Some(shown)) => Ok(shown),
            (None, None) => Err(io::Error::other("the log is closed")),
        }
    }

    fn show(&mut self) -> io::Result<()> {
        if let Some(hidden) = self.hidden.take() {
            take_after(hidden.as_file(), &self.path, &self.path)?;
            self.shown = Some(hidden.persist(partial(&self.path)).map_err(|error| error.error)?);
        }
        Ok(())
    }

    /// Brings every byte to the disk.
    ///
    /// # Errors
    /// If that fails.
    pub fn sync(&mut self) -> io::Result<()> {
        self.show()?;
        self.file()?.sync_data()
    }

    /// Puts the finished log in its place.
    ///
    /// # Errors
    /// If a byte could not be synced or the file renamed.
    pub fn commit(mut self) -> Result<(), FileError> {
        let path = self.path.clone();
        let fail = |error| FileError::at(&path, error);
        self.show().map_err(fail)?;
        self.file().and_then(|file| file.sync_all()).map_err(fail)?;
        fs::rename(partial(&path), &path).map_err(fail)?;
        sync_folder(&path).map_err(fail)
    }

    /// Leaves the log of an unfinished run at `PATH.partial`.
    ///
    /// # Errors
    /// If a byte could not be synced.
    pub fn leave(mut self) -> Result<PathBuf, FileError> {
        let path = partial(&self.path);
        if self.shown.is_some() || !path.exists() {
            self.sync().map_err(|error| FileError::at(&path, error))?;
        }
        Ok(path)
    }
}

impl Write for Journal {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file()?.write(bytes)?;
        self.len += written as u64;
        if self.hidden.is_some() && self.len > self.older {
            self.show()?;
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Where a diff or a log goes.
pub enum Output {
    /// A stream or a device, written as it comes.
    Stream(Box<dyn Write + Send>),
    /// A file, put in its place at the end.
    File(SafeFile),
    /// A log, kept where it can be resumed from.
    Journal(Journal),
    /// Any of them, packed.
    Packed(Box<Packer<Output>>),
}

impl Output {
    /// The same, packed by `codec`.
    #[must_use]
    pub fn packed(self, codec: Codec) -> Self {
        if codec == Codec::Plain { self } else { Self::Packed(Box::new(Packer::new(self, codec))) }
    }

    /// Where it goes, as errors name it.
    pub(crate) fn path(&self) -> &Path {
        match self {
            Self::Stream(_) => Path::new("output"),
            Self::File(file) => &file.path,
            Self::Journal(journal) => &journal.path,
            Self::Packed(packer) => packer.get_ref().path(),
        }
    }

    /// All is written: flushes, syncs, renames.
    ///
    /// # Errors
    /// If that fails.
    pub fn finish(self) -> Result<(), FileError> {
        match self {
            Self::Stream(mut to) => to.flush().map_err(|error| FileError::at(Path::new("output"), error)),
            Self::File(file) => file.commit(None),
            Self::Journal(journal) => journal.commit(),
            Self::Packed(packer) => {
                let path = packer.get_ref().path().to_owned();
                packer.finish().map_err(|error| FileError::at(&path, error))?.finish()
            }
        }
    }

    /// The run stops here: what is written stays usable. Gives the path it is left at.
    ///
    /// # Errors
    /// If that fails.
    pub fn leave(self) -> Result<Option<PathBuf>, FileError> {
        match self {
            Self::Stream(_) => self.finish().map(|()| None),
            Self::File(file) => file.leave().map(Some),
            Self::Journal(journal) => journal.leave().map(Some),
            Self::Packed(packer) => {
                let path = packer.get_ref().path().to_owned();
                packer.finish().map_err(|error| FileError::at(&path, error))?.leave()
            }
        }
    }

    /// Brings what is written to the disk, where that can be told.
    ///
    /// # Errors
    /// If that fails.
    pub fn sync(&mut self) -> io::Result<()> {
        match self {
            Self::Stream(to) => to.flush(),
            Self::File(_) => Ok(()),
            Self::Journal(journal) => journal.sync(),
            Self::Packed(packer) => packer.out()?.sync(),
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Stream(to) => to.write(bytes),
            Self::File(file) => file.write(bytes),
            Self::Journal(journal) => journal.write(bytes),
            Self::Packed(packer) => packer.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Stream(to) => to.flush(),
            Self::File(_) | Self::Journal(_) => Ok(()),
            Self::Packed(packer) => packer.flush(),
        }
    }
}

/// Removes the temporary files that dead runs left in `folder`: older than `before` and held by no living process.
pub fn sweep(folder: &Path, before: SystemTime) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let Some(name) = name.to_str() else { continue };
        let ours = name.starts_with(PREFIX) && name.ends_with(SUFFIX);
        if !ours || !entry.metadata().is_ok_and(|meta| meta.is_file() && meta.modified().is_ok_and(|at| at < before)) {
            continue;
        }
        if File::open(entry.path()).is_ok_and(|file| abandoned(&file)) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Marks a temporary file as in use for as long as this process holds it open.
#[cfg(unix)]
fn hold(file: &File) {
    // Where the file system knows no locks, the file merely lives longer after a crash.
    let _ = rustix::fs::flock(file, rustix::fs::FlockOperation::NonBlockingLockExclusive);
}

#[cfg(unix)]
fn abandoned(file: &File) -> bool {
    rustix::fs::flock(file, rustix::fs::FlockOperation::NonBlockingLockExclusive).is_ok()
}

#[cfg(not(unix))]
fn hold(_: &File) {}

#[cfg(not(unix))]
fn abandoned(_: &File) -> bool {
    false
}

/// The folder that `path` stands in.
#[must_use]
pub fn parent(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A rename is on the disk once its folder is.
#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    match File::open(parent(path)).and_then(|folder| folder.sync_all()) {
        // Some file systems cannot sync a folder; a folder that cannot be read can still be written.
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::PermissionDenied) => Ok(()),
        other => other,
    }
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Gives a file the owner and the extended attributes of the one that it replaces at `path`, and the permissions of the
/// one at `like`, set-user-id bits aside.
#[cfg(unix)]
fn take_after(file: &File, path: &Path, like: &Path) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
    if let Ok(old) = fs::symlink_metadata(path)
        && old.is_file()
    {
        let own = file.metadata()?;
        if (own.uid(), own.gid()) != (old.uid(), old.gid()) {
            // Only the administrator may give files away; anyone else, to a group of theirs.
            let _ = fchown(file, Some(old.uid()), Some(old.gid())).or_else(|_| fchown(file, None, Some(old.gid())));
        }
        take_attributes(file, path);
    }
    match fs::metadata(like) {
        Ok(meta) if meta.is_file() => {
            file.set_permissions(fs::Permissions::from_mode(meta.permissions().mode() & 0o777))
        }
        _ => Ok(()),
    }
}

#[cfg(not(unix))]
fn take_after(_: &File, _: &Path, _: &Path) -> io::Result<()> {
    Ok(())
}

/// Gives a file the extended attributes of the one at `from`, access lists among them. Some are the administrator's
/// alone, and not every file system has any.
#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
fn take_attributes(file: &File, from: &Path) {
    use rustix::fs::{XattrFlags, fsetxattr, lgetxattr, lgetxattr_query, llistxattr, llistxattr_query};
    let mut names = vec![0; llistxattr_query(from).unwrap_or(0)];
    let len = llistxattr(from, &mut names[..]).unwrap_or(0);
    for name in names[..len].split(|byte| *byte == 0).filter(|name| !name.is_empty()) {
        let mut value = vec![0; lgetxattr_query(from, name).unwrap_or(0)];
        if let Ok(len) = lgetxattr(from, name, &mut value[..]) {
            let _ = fsetxattr(file, name, &value[..len], XattrFlags::empty());
        }
    }
}

#[cfg(all(unix, not(any(target_os = "linux", target_os = "android", target_vendor = "apple"))))]
fn take_attributes(_: &File, _: &Path) {}

/// True if the file at `path` may be replaced in place: a regular file, not a symbolic link, not one of several names
/// of a file (its own backup aside, which a killed run may have left).
///
/// # Errors
/// Says why not.
pub fn replaceable(path: &Path, backup: Option<&str>) -> Result<(), FileError> {
    let meta = fs::symlink_metadata(path).map_err(|error| FileError::at(path, error))?;
    if meta.file_type().is_symlink() {
        return Err(FileError::plain(path, "is a symbolic link; --in-place replaces files, not what links point at"));
    }
    if !meta.is_file() {
        return Err(FileError::plain(path, "is not a regular file"));
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let own = backup.and_then(|suffix| fs::symlink_metadata(with_suffix(path, suffix)).ok());
        let own = own.is_some_and(|own| (own.dev(), own.ino()) == (meta.dev(), meta.ino()));
        if meta.nlink() > 1 + u64::from(own) {
            return Err(FileError::plain(path, "has other hard links; --in-place would part it from them"));
        }
    }
    Ok(())
}

/// Gives the file at `path` a second name with `suffix`, so that it outlives being replaced.
///
/// # Errors
/// If another file has that name already.
pub fn back_up(path: &Path, suffix: &str) -> Result<(), FileError> {
    let backup = with_suffix(path, suffix);
    let Err(error) = fs::hard_link(path, &backup) else { return Ok(()) };
    if error.kind() == io::ErrorKind::AlreadyExists {
        return match (Stamp::at(path), Stamp::at(&backup)) {
            (Ok(a), Ok(b)) if a == b && a.is_known() => Ok(()),
            _ => Err(FileError::plain(&backup, "is there already; move it away or choose another --backup suffix")),
        };
    }
    // Not every file system knows hard links.
    let mut copy = SafeFile::create(&backup)?;
    let copied = File::open(path).and_then(|mut from| io::copy(&mut from, &mut copy));
    copied.map_err(|error| FileError::at(&backup, error))?;
    copy.commit(Some(path))
}

/// What tells one state of a file from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Device and inode; 0 where the system has none.
    id: (u64, u64),
    len: u64,
    modified: Option<SystemTime>,
}

impl Stamp {
    /// Of an open file.
    ///
    /// # Errors
    /// If the system does not tell.
    pub fn of(file: &File) -> io::Result<Self> {
        Ok(Self::new(&file.metadata()?))
    }

    /// Of the file at `path`; links are not followed.
    ///
    /// # Errors
    /// If there is none.
    pub fn at(path: &Path) -> io::Result<Self> {
        Ok(Self::new(&fs::symlink_metadata(path)?))
    }

    /// By what the system says of it.
    #[must_use]
    pub fn new(meta: &fs::Metadata) -> Self {
        Self { id: identity(meta), len: meta.len(), modified: meta.modified().ok() }
    }

    /// Length in bytes.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.len
    }

    const fn is_known(self) -> bool {
        self.id.1 != 0
    }
}

/// Device and inode of a file; 0 where the system has none.
#[cfg(unix)]
#[must_use]
pub fn identity(meta: &fs::Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt;
    (meta.dev(), meta.ino())
}

/// Device and inode of a file; 0 where the system has none.
#[cfg(not(unix))]
#[must_use]
pub fn identity(_: &fs::Metadata) -> (u64, u64) {
    (0, 0)
}
