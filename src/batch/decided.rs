//! What became of each decision over a whole run.

use std::fmt;

use crate::decisions::Decisions;
use crate::paragraph::Decided;

/// What came of people's decisions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Findings that were decided.
    pub applied: u64,
    /// Removals that nobody has decided.
    pub new: u64,
    /// Decisions whose paragraphs are there, but no longer found to be echoes.
    pub moot: u64,
    /// Decisions whose paragraphs are gone.
    pub stale: u64,
    /// Decisions that another one, or what must stay, forbids.
    pub conflicting: u64,
    /// Decisions about documents that were not met.
    pub elsewhere: u64,
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { applied, new, moot, stale, conflicting, elsewhere } = self;
        write!(f, "{applied} applied, {new} new, {moot} moot, {stale} stale, {conflicting} conflicting")?;
        if *elsewhere > 0 {
            write!(f, ", {elsewhere} for other articles")?;
        }
        Ok(())
    }
}

/// The best that became of a decision, in rising order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    /// No decision stands on this line, or none that is in force.
    Void,
    /// Made in a document that was not met.
    Elsewhere,
    Stale,
    Moot,
    Conflicting,
    Applied,
}

/// For each line of decisions, what became of it.
pub(super) struct Met(Vec<Fate>);

impl Met {
    pub(super) fn of(decisions: &Decisions) -> Self {
        let mut fates = vec![Fate::Void; decisions.lines() as usize + 1];
        for (line, doc, ..) in decisions.in_force() {
            // What was decided in a document without a name may turn up in any.
            fates[line as usize] = if doc.is_some() { Fate::Elsewhere } else { Fate::Stale };
        }
        Self(fates)
    }

    pub(super) fn add(&mut self, decided: &Decided) {
        let lists = [
            (&decided.lines, Fate::Applied),
            (&decided.conflicting, Fate::Conflicting),
            (&decided.moot, Fate::Moot),
            (&decided.stale, Fate::Stale),
        ];
        for (lines, fate) in lists {
            for line in lines {
                if let Some(known) = self.0.get_mut(*line as usize) {
                    *known = fate.max(*known);
                }
            }
        }
    }

    /// Adds to `counts` what is counted by decisions, not by findings.
    pub(super) fn count(&self, counts: &mut Counts) {
        let count = |fate: Fate| self.0.iter().filter(|known| **known == fate).count() as u64;
        counts.moot += count(Fate::Moot);
        counts.stale += count(Fate::Stale);
        counts.conflicting += count(Fate::Conflicting);
        counts.elsewhere += count(Fate::Elsewhere);
    }
}
