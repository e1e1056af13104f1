//! An index on disk: the sheets of documents read before, to compare later ones with.
//!
//! One redb file: its transactions are all or nothing, so that a killed build leaves whole documents, and a mark that
//! is set last tells whether the build was finished. An index that is not is gone on with, and never compared with.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use redb::{Database, ReadableTable, ReadableTableMetadata, TableDefinition};
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use crate::options::{Mode, Options};

use super::sheet::Sheet;

/// Version of the form of an index.
pub const FORMAT: u32 = 1;

/// Version of folding, words, shingles and what is asked for: an index of another one cannot be compared with. A test
/// fails when they change.
pub const FOLD: u32 = 1;

/// The file in the index folder.
const FILE: &str = "index.redb";

/// The same, before it says what it is.
const BEGUN: &str = "index.redb.begun";

/// Facts about the index.
const META: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("meta");

/// The sheets in their order: JSON, packed by Zstandard.
const SHEETS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("sheets");

/// What is there already: hash of site, name and text.
const KNOWN: TableDefinition<'_, u64, u64> = TableDefinition::new("known");

/// Effort of Zstandard.
const LEVEL: i32 = 3;

/// Bytes of cache.
const CACHE: usize = 64 << 20;

/// Whatever the store has to say.
type AnyError = Box<dyn std::error::Error + Send + Sync>;

/// What an index was made with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Terms {
    format: u32,
    fold: u32,
    /// Without what is decided only when the index is used.
    options: Options,
}

impl Terms {
    /// Of an index that is made or used under these options.
    #[must_use]
    pub fn of(options: &Options) -> Self {
        let mut options = options.clone();
        if let Some(across) = &mut options.across {
            across.mode = Mode::Repeats;
            across.min_articles = 2;
            across.one_site = false;
        }
        Self { format: FORMAT, fold: FOLD, options }
    }
}

/// Why an index cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Nothing there.
    #[error("{0}: no index; unecho index build makes one")]
    Missing(PathBuf),
    /// There is one.
    #[error("{0}: there is an index already; unecho index add puts more into it")]
    Exists(PathBuf),
    /// The build was stopped.
    #[error("{0}: the index is unfinished; run the same unecho index build or add again")]
    Unfinished(PathBuf),
    /// Made otherwise.
    #[error("{path}: the index was made {how}; use the same, or build it anew")]
    Other {
        /// Where.
        path: PathBuf,
        /// In what it differs.
        how: String,
    },
    /// The store.
    #[error("{path}: {source}")]
    Store {
        /// Where.
        path: PathBuf,
        /// What.
        source: AnyError,
    },
}

/// An index on disk.
pub struct Store {
    database: Database,
    folder: PathBuf,
}

/// What is in an index.
#[derive(Clone, Debug, PartialEq)]
pub struct Contents {
    /// Documents.
    pub docs: u64,
    /// Paragraphs that are compared.
    pub paragraphs: u64,
    /// Bytes of the file.
    pub bytes: u64,
    /// What it was made with.
    pub terms: Terms,
    /// False after a build that was stopped.
    pub finished: bool,
}

impl Store {
    fn at(folder: &Path) -> impl Fn(AnyError) -> StoreError + '_ {
        |source| StoreError::Store { path: folder.to_owned(), source }
    }

    fn plain(folder: &Path, source: impl std::error::Error + Send + Sync + 'static) -> StoreError {
        StoreError::Store { path: folder.to_owned(), source: source.into() }
    }

    /// Opens the index in `folder`, finished or not.
    ///
    /// # Errors
    /// If there is none, or it is in use.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        let file = folder.join(FILE);
        if !file.is_file() {
            return Err(StoreError::Missing(folder.to_owned()));
        }
        let database = redb::Builder::new().set_cache_size(CACHE).open(file);
        Ok(Self { database: database.map_err(|e| Self::at(folder)(e.into()))?, folder: folder.to_owned() })
    }

    /// Opens an index to compare with.
    ///
    /// # Errors
    /// If there is none, if it is unfinished, or was made under other options or by another version.
    pub fn finished(folder: &Path, options: &Options) -> Result<Self, StoreError> {
        let store = Self::open(folder)?;
        let (terms, finished) = store.state()?;
        store.agree(&terms, options)?;
        if !finished {
            return Err(StoreError::Unfinished(folder.to_owned()));
        }
        Ok(store)
    }

    /// Opens an index to put documents into; with `new` it must not be there, or be unfinished.
    ///
    /// # Errors
    /// If it is there or not, as is not wanted, or was made under other options or by another version.
    pub fn writable(folder: &Path, options: &Options, new: bool) -> Result<Self, StoreError> {
        let file = folder.join(FILE);
        if new && !file.exists() {
            fs::create_dir_all(folder).map_err(|error| Self::plain(folder, error))?;
            // Under its own name only once it says what it is: a kill in between leaves nothing that could be opened.
            let begun = folder.join(BEGUN);
            if begun.exists() {
                fs::remove_file(&begun).map_err(|error| Self::plain(folder, error))?;
            }
            let database = redb::Builder::new().set_cache_size(CACHE).create(&begun);
            let store = Self { database: database.map_err(|e| Self::at(folder)(e.into()))?, folder: folder.to_owned() };
            store.mark(Some(&Terms::of(options)), false)?;
            fs::rename(&begun, &file).map_err(|error| Self::plain(folder, error))?;
            return Ok(store);
        }
        let store = Self::open(folder)?;
        let (terms, finished) = store.state()?;
        store.agree(&terms, options)?;
        if new && finished {
            return Err(StoreError::Exists(folder.to_owned()));
        }
        store.mark(None, false)?;
        Ok(store)
    }

    fn agree(&self, terms: &Terms, options: &Options) -> Result<(), StoreError> {
        let wanted = Terms::of(options);
        let how = match () {
            () if (terms.format, terms.fold) != (wanted.format, wanted.fold) => "by another version of unecho",
            () if terms.options != wanted.options => "under other options",
            () => return Ok(()),
        };
        Err(StoreError::Other { path: self.folder.clone(), how: how.to_owned() })
    }

    /// Notes what the index is made with, and whether it is finished.
    fn mark(&self, terms: Option<&Terms>, finished: bool) -> Result<(), StoreError> {
        self.write(|meta, _, _| {
            if let Some(terms) = terms {
                meta.insert("terms", serde_json::to_vec(terms).map_err(io::Error::from)?.as_slice())?;
            }
            meta.insert("finished", [u8::from(finished)].as_slice())?;
            Ok(())
        })
    }

    /// All documents are in.
    ///
    /// # Errors
    /// If that cannot be written.
    pub fn finish(&self) -> Result<(), StoreError> {
        self.mark(None, true)
    }

    /// Puts documents in, all or none; those that are there already are passed over. Gives how many were new.
    ///
    /// # Errors
    /// If they cannot be written.
    pub fn add(&self, sheets: &[&Sheet]) -> Result<u64, StoreError> {
        let mut added = 0;
        self.write(|_, list, known| {
            let mut next = list.len()?;
            for sheet in sheets {
                let identity = format!("{}\0{}\0{:x}", sheet.site, sheet.name, sheet.hash);
                if known.insert(xxh3_64(identity.as_bytes()), next)?.is_some() {
                    continue;
                }
                let bytes = serde_json::to_vec(sheet).map_err(io::Error::from)?;
                list.insert(next, zstd::bulk::compress(&bytes, LEVEL)?.as_slice())?;
                next += 1;
                added += 1;
            }
            Ok(())
        })?;
        Ok(added)
    }

    fn write(
        &self,
        change: impl FnOnce(
            &mut redb::Table<'_, &'static str, &'static [u8]>,
            &mut redb::Table<'_, u64, &'static [u8]>,
            &mut redb::Table<'_, u64, u64>,
        ) -> Result<(), AnyError>,
    ) -> Result<(), StoreError> {
        let run = || -> Result<(), AnyError> {
            let transaction = self.database.begin_write()?;
            {
                let mut meta = transaction.open_table(META)?;
                let mut sheets = transaction.open_table(SHEETS)?;
                let mut known = transaction.open_table(KNOWN)?;
                change(&mut meta, &mut sheets, &mut known)?;
            }
            transaction.commit()?;
            Ok(())
        };
        run().map_err(Self::at(&self.folder))
    }

    fn meta(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let run = || -> Result<Option<Vec<u8>>, AnyError> {
            let transaction = self.database.begin_read()?;
            match transaction.open_table(META) {
                Ok(table) => Ok(table.get(key)?.map(|value| value.value().to_vec())),
                Err(redb::TableError::TableDoesNotExist(_)) => Ok(None),
                Err(error) => Err(error.into()),
            }
        };
        run().map_err(Self::at(&self.folder))
    }

    /// What it was made with, and whether it is finished.
    fn state(&self) -> Result<(Terms, bool), StoreError> {
        let terms = self.meta("terms")?.ok_or_else(|| StoreError::Unfinished(self.folder.clone()))?;
        let terms = serde_json::from_slice(&terms).map_err(|_| StoreError::Other {
            path: self.folder.clone(),
            how: "by another version of unecho".to_owned(),
        })?;
        Ok((terms, self.meta("finished")?.is_some_and(|mark| mark == [1])))
    }

    /// What is in it.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn inspect(&self) -> Result<Contents, StoreError> {
        let (terms, finished) = self.state()?;
        let (mut docs, mut paragraphs) = (0, 0);
        self.each(|sheet| {
            docs += 1;
            paragraphs += sheet.paragraphs.len() as u64;
            Ok(())
        })?;
        let bytes = fs::metadata(self.folder.join(FILE)).map_or(0, |meta| meta.len());
        Ok(Contents { docs, paragraphs, bytes, terms, finished })
    }

    /// Hands out the documents in their order.
    ///
    /// # Errors
    /// If one cannot be read, or `take` fails.
    pub fn each(&self, mut take: impl FnMut(Sheet) -> io::Result<()>) -> Result<(), StoreError> {
        let mut run = || -> Result<(), AnyError> {
            let transaction = self.database.begin_read()?;
            let table = match transaction.open_table(SHEETS) {
                Err(redb::TableError::TableDoesNotExist(_)) => return Ok(()),
                table => table?,
            };
            for row in table.iter()? {
                let (_, bytes) = row?;
                let json = zstd::stream::decode_all(bytes.value())?;
                take(serde_json::from_slice(&json).map_err(io::Error::from)?)?;
            }
            Ok(())
        };
        run().map_err(Self::at(&self.folder))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Deduplicator;

    /// An index keeps these from one version of unecho to the next: where they change, raise [`FOLD`], and then this.
    #[test]
    fn fingerprints_are_those_of_this_fold_version() {
        let dedup = Deduplicator::new(Options::default()).expect("in range");
        let text = "Caf\u{e9} \u{201c}Stra\u{df}e\u{201d} don\u{2019}t: 12 of 1,500 people\n\n\u{5e02}\u{957f}\u{63ed}\u{5e55}";
        let sheet = Sheet::read(&dedup, "", "", text, None, |_| {});
        let prints: Vec<u64> =
            sheet.paragraphs.iter().flat_map(|p| [p.key].into_iter().chain(p.asked.clone())).collect();
        let bytes: Vec<u8> = prints.iter().flat_map(|print| print.to_le_bytes()).collect();
        assert_eq!((FOLD, format!("{:016x}", xxh3_64(&bytes))), (1, String::from("ef05c3e023941d88")));
    }
}
