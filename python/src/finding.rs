//! One finding, as Python sees it.

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::PyString;
use unecho::paragraph::ParagraphId;
use unecho::terminal::visible;

use crate::article::Article;

/// One paragraph that another one says or nearly says, and what becomes of it.
#[pyclass(frozen, module = "unecho")]
pub(crate) struct Finding {
    article: Arc<Article>,
    index: usize,
}

impl Finding {
    pub(crate) fn new(article: &Arc<Article>, index: usize) -> Self {
        Self { article: Arc::clone(article), index }
    }

    fn inner(&self) -> &unecho::Finding {
        &self.article.looked.findings.findings[self.index]
    }

    fn said<'py>(&self, py: Python<'py>, id: ParagraphId) -> Bound<'py, PyString> {
        PyString::new(py, self.article.span(id).of(&self.article.text))
    }
}

#[pymethods]
impl Finding {
    /// The number of the paragraph, from 0.
    #[getter]
    fn paragraph(&self) -> usize {
        self.inner().paragraph.index()
    }

    /// The number of the paragraph that says the same and stays.
    #[getter]
    fn twin(&self) -> usize {
        self.inner().twin.index()
    }

    /// The paragraph's text.
    #[getter]
    fn text<'py>(&self, py: Python<'py>) -> Bound<'py, PyString> {
        self.said(py, self.inner().paragraph)
    }

    /// The twin's text.
    #[getter]
    fn twin_text<'py>(&self, py: Python<'py>) -> Bound<'py, PyString> {
        self.said(py, self.inner().twin)
    }

    /// What sort of echo: exact, caption, quote, pull-quote, headline, restated, boilerplate.
    #[getter]
    fn kind(&self) -> &'static str {
        self.inner().kind.name()
    }

    /// What becomes of it: remove, review (it stays, and a reader is asked) or keep (a look-alike).
    #[getter]
    fn verdict(&self) -> &'static str {
        self.inner().verdict.name()
    }

    /// What the paragraph is: headline, body, caption, quote, ...
    #[getter]
    fn role(&self) -> &'static str {
        self.inner().role.name()
    }

    /// What its twin is.
    #[getter]
    fn twin_role(&self) -> &'static str {
        self.inner().twin_role.name()
    }

    /// Share of the paragraph's words that the twin says, 0 to 1.
    #[getter]
    fn coverage(&self) -> f64 {
        self.inner().coverage
    }

    /// Jaccard index of the two word bags, 0 to 1.
    #[getter]
    fn jaccard(&self) -> f64 {
        self.inner().jaccard
    }

    /// How far the pair is from the line between remove and keep, -1 to 1; above 0 is on the side of removal.
    #[getter]
    fn margin(&self) -> f64 {
        self.inner().margin
    }

    /// Words of the paragraph that the twin does not say, at most 12.
    #[getter]
    fn new_words(&self) -> Vec<String> {
        self.inner().new_words.clone()
    }

    /// What speaks against removal: number, date, name, negation, ...
    #[getter]
    fn guards(&self) -> Vec<&'static str> {
        self.inner().guards.iter().map(|guard| guard.name()).collect()
    }

    /// Why, in one sentence.
    #[getter]
    fn reason(&self) -> &str {
        &self.inner().reason
    }

    /// The other paragraphs that stay for it, where it is said in parts.
    #[getter]
    fn also(&self) -> Vec<usize> {
        self.inner().also.iter().map(|id| id.index()).collect()
    }

    fn __repr__(&self) -> String {
        let finding = self.inner();
        format!(
            "<unecho.Finding: {} {} ({}): {}>",
            finding.paragraph,
            finding.verdict,
            finding.kind,
            visible(&finding.reason)
        )
    }
}
