//! Many articles, a window at a time.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;
use pyo3::types::PyIterator;
use rayon::prelude::*;
use unecho::markup::Syntax;

use crate::article::{Article, Findings, text_of};
use crate::engine::{Looked, on_threads, try_look};

/// Articles read ahead, at most.
const WINDOW: usize = 1024;

/// Bytes of text read ahead, about.
const WINDOW_BYTES: usize = 4 << 20;

/// What became of one article of many.
#[pyclass(frozen, module = "unecho")]
pub(crate) struct Cleaned {
    article: Result<Arc<Article>, String>,
}

#[pymethods]
impl Cleaned {
    /// The article without its echoes; None if the value was no article.
    #[getter]
    fn text<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyAny>> {
        self.article.as_ref().ok().map(|article| article.cleaned(py))
    }

    /// How many paragraphs were removed.
    #[getter]
    fn removed(&self) -> usize {
        self.article.as_ref().map_or(0, |article| article.looked.cuts.len())
    }

    /// What was found; None if the value was no article.
    #[getter]
    fn findings(&self) -> Option<Findings> {
        self.article.as_ref().ok().map(|article| Findings { article: Arc::clone(article) })
    }

    /// What is wrong with the value; None if nothing is.
    #[getter]
    fn error(&self) -> Option<&str> {
        self.article.as_ref().err().map(String::as_str)
    }

    fn __repr__(&self) -> String {
        match &self.article {
            Ok(_) => format!("<unecho.Cleaned: {} removed>", self.removed()),
            Err(error) => format!("<unecho.Cleaned: {error}>"),
        }
    }
}

/// The cleaned articles of an iterable, in order.
#[pyclass(frozen, module = "unecho")]
pub(crate) struct CleanMany {
    texts: Py<PyIterator>,
    engine: Arc<unecho::Deduplicator>,
    syntax: Syntax,
    threads: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Done and not yet taken.
    done: VecDeque<Cleaned>,
    /// What the iterable raised, to be raised after what came before it.
    raised: Option<PyErr>,
    /// True once the iterable has ended.
    ended: bool,
}

impl CleanMany {
    pub(crate) fn new(
        texts: Py<PyIterator>,
        engine: Arc<unecho::Deduplicator>,
        syntax: Syntax,
        threads: usize,
    ) -> Self {
        Self { texts, engine, syntax, threads, state: Mutex::default() }
    }

    /// Reads one window from the iterable: articles, what is wrong with them, and how the iterable ended, if it did.
    fn read(&self, py: Python<'_>) -> (Vec<Result<PyBackedStr, String>>, bool, Option<PyErr>) {
        let mut window = Vec::new();
        let mut bytes = 0;
        let mut texts = self.texts.bind(py).clone();
        while window.len() < WINDOW && bytes < WINDOW_BYTES {
            match texts.next() {
                None => return (window, true, None),
                Some(Err(error)) => return (window, true, Some(error)),
                Some(Ok(value)) => {
                    let text = text_of(&value).map_err(|error| error.said());
                    bytes += text.as_ref().map_or(0, |text| text.len());
                    window.push(text);
                }
            }
        }
        (window, false, None)
    }

    fn work(&self, py: Python<'_>, window: Vec<Result<PyBackedStr, String>>) -> PyResult<VecDeque<Cleaned>> {
        let look = |text: &Result<PyBackedStr, String>| -> Result<Looked, String> {
            try_look(&self.engine, text.as_ref().map_err(Clone::clone)?, self.syntax, Vec::new())
        };
        let looked: Vec<Result<Looked, String>> =
            py.detach(|| on_threads(self.threads, || window.par_iter().map(look).collect()))?;
        let cleaned = |(text, looked): (Result<PyBackedStr, String>, Result<Looked, String>)| Cleaned {
            article: text.and_then(|text| Ok(Arc::new(Article { text, looked: looked? }))),
        };
        Ok(window.into_iter().zip(looked).map(cleaned).collect())
    }
}

#[pymethods]
impl CleanMany {
    fn __iter__(slf: PyRef<'_, Self>) -> PyRef<'_, Self> {
        slf
    }

    fn __next__(&self, py: Python<'_>) -> PyResult<Option<Cleaned>> {
        loop {
            {
                let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(next) = state.done.pop_front() {
                    return Ok(Some(next));
                }
                if let Some(error) = state.raised.take() {
                    return Err(error);
                }
                if state.ended {
                    return Ok(None);
                }
            }
            // Not while the lock is held: the iterable may be anything, and wait for anything.
            let (window, ended, raised) = self.read(py);
            let done = self.work(py, window)?;
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            state.done.extend(done);
            state.ended |= ended;
            if raised.is_some() {
                state.raised = raised;
            }
        }
    }
}
