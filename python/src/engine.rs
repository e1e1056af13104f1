//! The one place where the engine is called: on which threads, and what happens if it fails.

use std::any::Any;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};
use unecho::across::steps::apply;
use unecho::cut::{Cut, cuts, marked_cuts};
use unecho::markup::{self, Syntax};
use unecho::{Deduplicator, Finding, Findings};

pyo3::create_exception!(
    unecho,
    Error,
    PyValueError,
    "An option out of its range, or a text that cannot be read; in the words of the command line."
);

/// What was found in one document, and what goes.
pub(crate) struct Looked {
    pub(crate) findings: Findings,
    pub(crate) cuts: Vec<Cut>,
}

/// The names of the ways a document may be marked up.
const SYNTAXES: &[(&str, Syntax)] = &[("text", Syntax::Plain), ("markdown", Syntax::Markdown), ("html", Syntax::Html)];

/// The syntax called `name`.
pub(crate) fn syntax(name: &str) -> PyResult<Syntax> {
    choice("markup", name, SYNTAXES)
}

/// The value called `name` of the option `option`.
pub(crate) fn choice<T: Copy>(option: &str, name: &str, choices: &[(&str, T)]) -> PyResult<T> {
    choices.iter().find(|(known, _)| *known == name).map(|(_, value)| *value).ok_or_else(|| {
        let names: Vec<&str> = choices.iter().map(|(known, _)| *known).collect();
        Error::new_err(format!("invalid value '{name}' for '{option}' [possible values: {}]", names.join(", ")))
    })
}

/// Looks at one document.
pub(crate) fn look(dedup: &Deduplicator, text: &str, syntax: Syntax) -> Looked {
    look_across(dedup, text, syntax, Vec::new())
}

/// As [`look`]; `new` are findings of its paragraphs that are said in other documents, in order.
fn look_across(dedup: &Deduplicator, text: &str, syntax: Syntax, new: Vec<Finding>) -> Looked {
    match markup::read(text, syntax) {
        Some(marked) => {
            let mut findings = dedup.find_marked(&marked);
            apply(dedup, text, Some(&marked), new, &mut findings);
            let cuts = marked_cuts(&marked, &findings);
            Looked { findings, cuts }
        }
        None => {
            let mut findings = dedup.find(text);
            apply(dedup, text, None, new, &mut findings);
            let cuts = cuts(text, &findings);
            Looked { findings, cuts }
        }
    }
}

/// As [`look`], for one document of many: should the engine panic, that costs this document alone.
pub(crate) fn try_look(dedup: &Deduplicator, text: &str, syntax: Syntax, new: Vec<Finding>) -> Result<Looked, String> {
    catch_unwind(AssertUnwindSafe(|| look_across(dedup, text, syntax, new))).map_err(|panic| fault(&*panic))
}

/// What is told of a panic.
pub(crate) fn fault(panic: &(dyn Any + Send)) -> String {
    format!("a fault in unecho, please report it: {}", said(panic))
}

fn said(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("a panic")
}

/// Pools by the process and the number of their threads.
type Pools = HashMap<(u32, usize), Arc<ThreadPool>>;

/// The pools that were started. Those of the process that this one was forked from are dead and stay untouched.
static POOLS: Mutex<Option<Pools>> = Mutex::new(None);

/// The process that loaded the module.
static LOADED_BY: OnceLock<u32> = OnceLock::new();

/// Notes which process loads the module.
pub(crate) fn loaded() {
    LOADED_BY.get_or_init(process::id);
}

/// Runs `work` on so many threads; 0: one a core. Its parallel iterators use them.
///
/// A process that was forked has none of its parent's threads, and work handed to them would wait for ever: it gets
/// a pool of its own.
pub(crate) fn on_threads<R: Send>(threads: usize, work: impl FnOnce() -> R + Send) -> PyResult<R> {
    let process = process::id();
    if threads == 0 && LOADED_BY.get() == Some(&process) {
        return Ok(work());
    }
    let mut pools = POOLS.lock().unwrap_or_else(PoisonError::into_inner);
    let pools_here = pools.get_or_insert_default();
    let pool = match pools_here.get(&(process, threads)) {
        Some(pool) => Arc::clone(pool),
        None => {
            let pool = ThreadPoolBuilder::new().num_threads(threads).build();
            let pool = Arc::new(pool.map_err(|error| Error::new_err(format!("cannot start threads: {error}")))?);
            pools_here.insert((process, threads), Arc::clone(&pool));
            pool
        }
    };
    drop(pools);
    Ok(pool.install(work))
}
