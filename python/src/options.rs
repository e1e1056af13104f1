//! Keyword arguments to the engine's options, and back.

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};
use unecho::Options;
use unecho::options::{Caution, Keep, Paragraphs};

use crate::engine::{Error, choice};

const PARAGRAPHS: &[(&str, Paragraphs)] =
    &[("auto", Paragraphs::Auto), ("blank-line", Paragraphs::BlankLine), ("line", Paragraphs::Line)];
const KEEP: &[(&str, Keep)] = &[("auto", Keep::Auto), ("first", Keep::First), ("longest", Keep::Longest)];
const CAUTION: &[(&str, Caution)] =
    &[("cautious", Caution::Cautious), ("normal", Caution::Normal), ("eager", Caution::Eager)];

/// The options that `given` sets, and the number of threads.
pub(crate) fn read(given: Option<&Bound<'_, PyDict>>) -> PyResult<(Options, usize)> {
    let (mut options, mut threads) = (Options::default(), 0);
    for (name, value) in given.into_iter().flatten() {
        let name: String = name.extract()?;
        match name.as_str() {
            "paragraphs" => options.paragraphs = choice(&name, &text(&name, &value)?, PARAGRAPHS)?,
            "ngram" => options.ngram = count(&name, &value)?,
            "threshold" => options.threshold = value.extract().map_err(|_| wrong(&name, "a number", &value))?,
            "min_words" => options.min_words = count(&name, &value)?,
            "keep" => options.keep = choice(&name, &text(&name, &value)?, KEEP)?,
            "caution" => options.caution = choice(&name, &text(&name, &value)?, CAUTION)?,
            "force" => options.force = value.extract().map_err(|_| wrong(&name, "True or False", &value))?,
            "lexicon" => options.lexicon = lexicon(&value)?,
            "threads" => threads = count(&name, &value)?,
            _ => {
                let known: Vec<String> =
                    written(value.py(), &options, threads)?.keys().iter().map(|known| known.to_string()).collect();
                let what = format!("there is no option {name:?} [possible options: {}]", known.join(", "));
                return Err(PyTypeError::new_err(what));
            }
        }
    }
    Ok((options, threads))
}

/// The keyword arguments that make these options.
pub(crate) fn written<'py>(py: Python<'py>, options: &Options, threads: usize) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("paragraphs", name_of(options.paragraphs, PARAGRAPHS))?;
    dict.set_item("ngram", options.ngram)?;
    dict.set_item("threshold", options.threshold)?;
    dict.set_item("min_words", options.min_words)?;
    dict.set_item("keep", name_of(options.keep, KEEP))?;
    dict.set_item("caution", name_of(options.caution, CAUTION))?;
    dict.set_item("force", options.force)?;
    dict.set_item("lexicon", &options.lexicon)?;
    dict.set_item("threads", threads)?;
    Ok(dict)
}

fn name_of<T: PartialEq>(value: T, choices: &[(&'static str, T)]) -> &'static str {
    choices.iter().find(|(_, known)| *known == value).map_or("", |(name, _)| name)
}

fn text(name: &str, value: &Bound<'_, PyAny>) -> PyResult<String> {
    value.extract().map_err(|_| wrong(name, "a string", value))
}

fn count(name: &str, value: &Bound<'_, PyAny>) -> PyResult<usize> {
    value.extract().map_err(|_| match value.extract::<i64>() {
        Ok(number) if number < 0 => Error::new_err(format!("{name} is {number}; it must be 0 or more")),
        _ => wrong(name, "a whole number", value),
    })
}

/// Words of the user's own: a string in the form of the lexicons, or the path of a file in that form.
fn lexicon(value: &Bound<'_, PyAny>) -> PyResult<String> {
    if value.is_instance_of::<PyString>() {
        return value.extract();
    }
    // Python's own reading, and so Python's own errors.
    let path = value.py().import("pathlib")?.getattr("Path")?.call1((value,))?;
    let bytes: Vec<u8> = path.call_method0("read_bytes")?.extract()?;
    String::from_utf8(bytes).map_err(|_| Error::new_err(format!("{path}: not valid UTF-8")))
}

fn wrong(name: &str, wanted: &str, value: &Bound<'_, PyAny>) -> PyErr {
    PyTypeError::new_err(format!("{name} must be {wanted}, not {}", type_name(value)))
}

/// The name of a value's type, for messages.
pub(crate) fn type_name(value: &Bound<'_, PyAny>) -> String {
    value.get_type().name().map_or_else(|_| "something else".into(), |name| name.to_string())
}
