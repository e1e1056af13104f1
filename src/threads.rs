//! One document's work shared out over the threads at hand, where it is enough for more than one.

use rayon::prelude::*;

/// Lists of at most this length are worked on by one thread.
const FEW: usize = 256;

/// What comes of each item, in the order of the items.
pub(crate) fn map_all<T: Sync, R: Send>(items: &[T], each: impl Fn(&T) -> R + Send + Sync) -> Vec<R> {
    if items.len() > FEW { items.par_iter().map(each).collect() } else { items.iter().map(each).collect() }
}
