//! Findings as a table for notebooks. The articles are scraped text: nothing in them becomes markup.

use std::fmt::Write as _;

use html_escape::encode_text;
use unecho::Findings;
use unecho::paragraph::ParagraphId;
use unecho::terminal::excerpt;

use crate::article::withdrawn;

/// Characters of a paragraph shown.
const EXCERPT: usize = 400;

/// Rows shown.
const MOST_ROWS: usize = 100;

/// Beside the notebook's own style: no word makes a column wider than the page, and each script has its side.
const CELL: &str = "text-align:start;vertical-align:top;overflow-wrap:anywhere;min-width:9em";

/// The findings as an HTML table.
pub(crate) fn table(text: &str, findings: &Findings) -> String {
    let mut html = String::from(
        "<table><thead><tr><th>paragraph</th><th>verdict</th><th>kind</th><th>reason</th><th>text</th><th>twin</th></tr></thead><tbody>",
    );
    for finding in findings.findings.iter().take(MOST_ROWS) {
        let said = |id: ParagraphId| excerpt(findings.paragraphs[id.index()].of(text), EXCERPT);
        html.push_str("<tr>");
        for cell in [finding.paragraph.to_string(), finding.verdict.to_string(), finding.kind.to_string()] {
            let _ = write!(html, "<td style=\"vertical-align:top\">{cell}</td>");
        }
        for cell in [excerpt(&finding.reason, EXCERPT), said(finding.paragraph), said(finding.twin)] {
            let _ = write!(html, "<td dir=\"auto\" style=\"{CELL}\">{}</td>", encode_text(&cell));
        }
        html.push_str("</tr>");
    }
    let rest = findings.findings.len().saturating_sub(MOST_ROWS);
    let more = if rest > 0 { format!("; {rest} more findings") } else { String::new() };
    let removed = findings.removals().count();
    let paragraphs = findings.paragraphs.len();
    let withdrawn = withdrawn(findings);
    let _ = write!(html, "</tbody></table><p>{paragraphs} paragraphs, {removed} removed{more}{withdrawn}</p>");
    html
}
