//! What speaks against removal, each once, in the order in which it was found.

use std::ops::Deref;

use crate::paragraph::Guard;

/// Guards of one direction of a pair: each once, so that there is room for all of them here.
#[derive(Clone, Copy)]
pub struct Guards {
    list: [Guard; Guard::ALL.len()],
    len: usize,
}

impl Default for Guards {
    fn default() -> Self {
        Self { list: [Guard::ALL[0]; Guard::ALL.len()], len: 0 }
    }
}

impl Guards {
    /// Adds one that is not among them.
    pub fn add(&mut self, guard: Guard) {
        if !self.contains(&guard) {
            self.list[self.len] = guard;
            self.len += 1;
        }
    }
}

impl Extend<Guard> for Guards {
    fn extend<T: IntoIterator<Item = Guard>>(&mut self, guards: T) {
        guards.into_iter().for_each(|guard| self.add(guard));
    }
}

impl Deref for Guards {
    type Target = [Guard];

    fn deref(&self) -> &[Guard] {
        &self.list[..self.len]
    }
}

impl std::fmt::Debug for Guards {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
