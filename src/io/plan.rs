//! Which outputs would meet each other or an input: found before the first byte is written.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::Path;

use caseless::Caseless;
use unicode_normalization::UnicodeNormalization;

use super::files::Input;
use super::safe::identity;

/// Two files would be one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Collision(String);

/// Refuses outputs that are an input, or that would be one file on a disk that does not tell case or composed
/// characters apart. `sides` are the diff, the log and the like.
///
/// # Errors
/// Names the two that meet.
pub fn check<'a>(
    inputs: &'a [Input],
    targets: impl Iterator<Item = (&'a Input, &'a Path)>,
    sides: impl Iterator<Item = &'a Path>,
) -> Result<(), Collision> {
    let mut plan = Plan { inputs, ids: None, taken: HashMap::new() };
    for (input, target) in targets {
        let from = input.path.as_deref().unwrap_or(Path::new("standard input"));
        plan.take(&from.display().to_string(), target)?;
    }
    for side in sides {
        if fs::metadata(side).map_or(true, |meta| meta.is_file()) {
            plan.take("a diff, log or other output", side)?;
        }
    }
    plan.folders()
}

struct Plan<'a> {
    inputs: &'a [Input],
    /// Device and inode of each input; worked out when the first output turns out to exist.
    ids: Option<HashSet<(u64, u64)>>,
    /// Each folded output and who goes there.
    taken: HashMap<String, String>,
}

impl Plan<'_> {
    fn take(&mut self, from: &str, target: &Path) -> Result<(), Collision> {
        if let Ok(meta) = fs::metadata(target) {
            let known = identity(&meta);
            let inputs = self.inputs;
            let ids = self.ids.get_or_insert_with(|| {
                let paths = inputs.iter().filter_map(|input| input.path.as_deref());
                paths.filter_map(|path| fs::metadata(path).ok()).map(|meta| identity(&meta)).collect()
            });
            let same = if known == (0, 0) {
                let target = fs::canonicalize(target).ok();
                inputs.iter().any(|input| input.path.as_ref().and_then(|path| fs::canonicalize(path).ok()) == target)
            } else {
                ids.contains(&known)
            };
            if same {
                let what = format!("{} is input and output; use --in-place to replace it", target.display());
                return Err(Collision(what));
            }
        }
        match self.taken.insert(folded(target), from.to_owned()) {
            None => Ok(()),
            Some(other) => Err(Collision(format!("{other} and {from} would both be written to {}", target.display()))),
        }
    }

    /// No output may stand where another one needs a folder.
    fn folders(&self) -> Result<(), Collision> {
        for (target, from) in &self.taken {
            for (at, _) in target.match_indices('/').filter(|(at, _)| *at > 0) {
                if let Some(other) = self.taken.get(&target[..at]) {
                    return Err(Collision(format!("{other} would be written where {from} needs a folder")));
                }
            }
        }
        Ok(())
    }
}

/// The path as a file system reads it that tells neither case nor composition apart.
fn folded(path: &Path) -> String {
    path.to_string_lossy().nfd().default_case_fold().nfc().collect()
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::{check, folded};
    use crate::io::files::Input;

    #[test]
    fn names_meet_by_case_and_composition() {
        for (a, b) in [("out/A.TXT", "out/a.txt"), ("caf\u{e9}", "cafe\u{301}"), ("Straße", "STRASSE")] {
            assert_eq!(folded(Path::new(a)), folded(Path::new(b)));
        }
        assert_ne!(folded(Path::new("a.txt")), folded(Path::new("b.txt")));
    }

    #[test]
    fn a_file_cannot_stand_where_a_folder_must() {
        let input = |name: &str| Input { path: None, name: name.into() };
        let inputs = [input("a"), input("a/b")];
        let targets = [PathBuf::from("no-such-folder/a"), PathBuf::from("no-such-folder/A/b")];
        let pairs = || inputs.iter().zip(targets.iter().map(PathBuf::as_path));
        assert!(check(&inputs, pairs(), [].into_iter()).is_err());
        assert!(check(&inputs, pairs().take(1), [].into_iter()).is_ok());
    }
}
