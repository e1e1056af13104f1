//! One article with its findings, as Python sees it.

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;
use pyo3::types::PyString;
use unecho::Deduplicator;
use unecho::cut::cleaned;
use unecho::diff::unified;
use unecho::markup::Syntax;
use unecho::paragraph::{ParagraphId, Span, Verdict};
use unecho::terminal::visible;

use crate::engine::{Error, Looked, look, on_threads};
use crate::finding::Finding;
use crate::html;
use crate::options::type_name;

/// Findings told by repr.
const MOST_TOLD: usize = 20;

/// A text and what was found in it.
pub(crate) struct Article {
    pub(crate) text: PyBackedStr,
    pub(crate) looked: Looked,
}

/// The string of `value`: as it is, for Python's strings are stored as UTF-8 or know it.
pub(crate) fn text_of(value: &Bound<'_, PyAny>) -> Result<PyBackedStr, TextError> {
    let text = value.cast::<PyString>().map_err(|_| TextError::NoString(type_name(value)))?;
    PyBackedStr::try_from(text.clone()).map_err(|_| {
        // Lone surrogates, as surrogateescape leaves them.
        let lone = |c: &u32| (0xd800..0xe000).contains(c);
        let codes: Vec<u32> = text.call_method1("encode", ("utf-32-le", "surrogatepass")).map_or_else(
            |_| Vec::new(),
            |bytes| {
                let bytes: Vec<u8> = bytes.extract().unwrap_or_default();
                bytes.chunks_exact(4).map(|c| u32::from_le_bytes([c[0], c[1], c[2], c[3]])).collect()
            },
        );
        let before = codes.iter().take_while(|c| !lone(c));
        TextError::Utf8(before.filter_map(|c| char::from_u32(*c)).map(char::len_utf8).sum())
    })
}

/// A value that is no article.
pub(crate) enum TextError {
    /// Of this type.
    NoString(String),
    /// Not UTF-8 from this byte.
    Utf8(usize),
}

impl TextError {
    /// In the words of the command line.
    pub(crate) fn said(&self) -> String {
        match self {
            Self::NoString(name) => format!("the text is no string, but {name}"),
            Self::Utf8(at) => format!("not valid UTF-8 at byte {at}"),
        }
    }

    pub(crate) fn raised(&self) -> PyErr {
        match self {
            Self::NoString(_) => pyo3::exceptions::PyTypeError::new_err(self.said()),
            Self::Utf8(_) => Error::new_err(self.said()),
        }
    }
}

impl Article {
    /// Looks at `text`, with the interpreter's lock given back.
    pub(crate) fn look(
        py: Python<'_>,
        text: PyBackedStr,
        syntax: Syntax,
        dedup: &Deduplicator,
        threads: usize,
    ) -> PyResult<Self> {
        let looked = {
            let text: &str = &text;
            py.detach(|| on_threads(threads, || look(dedup, text, syntax)))?
        };
        Ok(Self { text, looked })
    }

    /// The text without the cuts; the very string, if there are none.
    pub(crate) fn cleaned<'py>(&self, py: Python<'py>) -> Bound<'py, PyAny> {
        if self.looked.cuts.is_empty() {
            return self.text.as_py_str().bind(py).clone().into_any();
        }
        PyString::new(py, &cleaned(&self.text, &self.looked.cuts)).into_any()
    }

    /// The bytes of a paragraph (0-based).
    pub(crate) fn span(&self, id: ParagraphId) -> Span {
        self.looked.findings.paragraphs[id.index()]
    }
}

/// What is said of removals that were withdrawn.
pub(crate) fn withdrawn(findings: &unecho::Findings) -> String {
    let said = |share: f64| {
        format!("; withdrawn: {:.0} % of the words would have gone; force=True removes them", share * 100.0)
    };
    findings.withdrawn.map(said).unwrap_or_default()
}

/// A paragraph of an article: text[start:end].
#[pyclass(frozen, module = "unecho", get_all)]
pub(crate) struct Paragraph {
    /// Its number in the article, from 0.
    index: usize,
    /// Where it begins in the article, in characters.
    start: usize,
    /// Where it ends.
    end: usize,
    /// What stands there.
    text: Py<PyString>,
}

#[pymethods]
impl Paragraph {
    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(format!(
            "Paragraph(index={}, start={}, end={}, text={})",
            self.index,
            self.start,
            self.end,
            self.text.bind(py).repr()?
        ))
    }

    fn __str__(&self, py: Python<'_>) -> Py<PyString> {
        self.text.clone_ref(py)
    }
}

/// What was found in one article: its paragraphs, and for each paragraph that another one says or nearly says, what
/// becomes of it and why.
///
/// len() and iteration are over the findings. Paragraphs are numbered from 0; where people read, as in a reason, they
/// are shown as ¶1, ¶2, ...
#[pyclass(frozen, module = "unecho")]
pub(crate) struct Findings {
    pub(crate) article: Arc<Article>,
}

impl Findings {
    fn inner(&self) -> &unecho::Findings {
        &self.article.looked.findings
    }
}

#[pymethods]
impl Findings {
    /// The article as it was given.
    #[getter]
    fn text<'py>(&self, py: Python<'py>) -> Bound<'py, PyString> {
        self.article.text.as_py_str().bind(py).clone()
    }

    /// The article without its echoes.
    #[getter]
    fn cleaned<'py>(&self, py: Python<'py>) -> Bound<'py, PyAny> {
        self.article.cleaned(py)
    }

    /// The paragraphs in order.
    #[getter]
    fn paragraphs(&self, py: Python<'_>) -> Vec<Paragraph> {
        let text: &str = &self.article.text;
        // Python counts characters, the engine bytes.
        let (mut bytes, mut characters) = (0, 0);
        let ascii = text.is_ascii();
        let mut place = |byte: usize| {
            characters += if ascii { byte - bytes } else { text[bytes..byte].chars().count() };
            bytes = byte;
            characters
        };
        let paragraph = |(index, span): (usize, &Span)| {
            let (start, end) = (place(span.start), place(span.end));
            Paragraph { index, start, end, text: PyString::new(py, span.of(text)).unbind() }
        };
        self.inner().paragraphs.iter().enumerate().map(paragraph).collect()
    }

    /// The findings in the order of their paragraphs, at most one a paragraph.
    #[getter]
    fn findings(&self) -> Vec<Finding> {
        (0..self.inner().findings.len()).map(|index| Finding::new(&self.article, index)).collect()
    }

    /// How many paragraphs go.
    #[getter]
    fn removed(&self) -> usize {
        self.inner().removals().count()
    }

    /// The share of the article's words, 0 to 1, that removal would have taken, where it was withdrawn because that
    /// is too much; else None.
    #[getter]
    fn withdrawn(&self) -> Option<f64> {
        self.inner().withdrawn
    }

    /// True if some pairs were not compared because a bound was hit.
    #[getter]
    fn capped(&self) -> bool {
        self.inner().capped.any()
    }

    /// The unified diff from the text to the cleaned text, for a file called "article".
    #[getter]
    fn diff(&self) -> String {
        self.unified("article")
    }

    /// The unified diff for a file called name; `patch -p1` and `git apply` take it.
    fn unified(&self, name: &str) -> String {
        unified(name, &self.article.text, &self.article.looked.cuts, self.inner())
    }

    /// Everything as JSON, with the names that the log has; places are bytes of the UTF-8 text.
    fn to_json(&self) -> PyResult<String> {
        serde_json::to_string(self.inner()).map_err(|error| Error::new_err(error.to_string()))
    }

    fn __len__(&self) -> usize {
        self.inner().findings.len()
    }

    fn __getitem__(&self, index: isize) -> PyResult<Finding> {
        let len = self.inner().findings.len();
        let at = if index < 0 { index + len as isize } else { index };
        match usize::try_from(at) {
            Ok(at) if at < len => Ok(Finding::new(&self.article, at)),
            _ => Err(pyo3::exceptions::PyIndexError::new_err("there are fewer findings")),
        }
    }

    fn __iter__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        Ok(slf.getattr("findings")?.try_iter()?.into_any())
    }

    fn __repr__(&self) -> String {
        let findings = self.inner();
        let mut shown = format!(
            "<unecho.Findings: {} paragraphs, {} removed, {} to review, {} kept look-alikes{}>",
            findings.paragraphs.len(),
            self.removed(),
            findings.with(Verdict::Review).count(),
            findings.with(Verdict::Keep).count(),
            withdrawn(findings),
        );
        for finding in findings.findings.iter().take(MOST_TOLD) {
            shown += &format!(
                "\n  {} {} ({}): {}",
                finding.paragraph,
                finding.verdict,
                finding.kind,
                visible(&finding.reason)
            );
        }
        if findings.findings.len() > MOST_TOLD {
            shown += &format!("\n  and {} more", findings.findings.len() - MOST_TOLD);
        }
        shown
    }

    fn _repr_html_(&self) -> String {
        html::table(&self.article.text, self.inner())
    }
}
