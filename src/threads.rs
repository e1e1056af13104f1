//! One document's work shared out over the threads at hand, where it is enough for more than one.

use rayon::prelude::*;

/// Lists of at most this length are worked on by one thread.
const FEW: usize = 256;

/// What comes of each item, in the order of the items.
pub(crate) fn map_all<T: Sync, R: Send>(items: &[T], each: impl Fn(&T) -> R + Send + Sync) -> Vec<R> {
    // One thread alone would wait for another one to do the work.
    let many = items.len() > FEW && rayon::current_num_threads() > 1;
    if many { items.par_iter().map(each).collect() } else { items.iter().map(each).collect() }
}
