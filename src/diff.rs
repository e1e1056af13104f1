//! The unified diff of one document, written from its cuts and never by comparing texts.
//!
//! `patch -p1` and `git apply` take it, forward and with `-R`. The reasons ride in the hunk headings, where both
//! ignore them. Bytes are those of the text; a line ends at LF.

use std::fmt::Write as _;

use crate::cut::Cut;
use crate::paragraph::{Findings, Span};

/// Lines of context around a change.
const CONTEXT: usize = 3;

/// Longest hunk heading, in bytes.
const HEADING: usize = 200;

/// How a diff is parted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Hunks {
    /// Changes whose contexts touch are one hunk.
    #[default]
    Merged,
    /// A hunk for each removal, each of which can be applied alone. Removals with less than two lines between them
    /// share one: no line may be context here and taken out there.
    Each,
}

/// The diff of a document called `name`: `--- a/NAME`, `+++ b/NAME` and its hunks. Empty if nothing is cut.
#[must_use]
pub fn unified(name: &str, text: &str, cuts: &[Cut], findings: &Findings) -> String {
    unified_in(name, text, cuts, findings, Hunks::Merged)
}

/// As [`unified`], parted as `hunks` says.
#[must_use]
pub fn unified_in(name: &str, text: &str, cuts: &[Cut], findings: &Findings, hunks: Hunks) -> String {
    let mut diff = String::new();
    if cuts.iter().all(|cut| cut.span.is_empty()) {
        return diff;
    }
    let _ = writeln!(diff, "--- {}\n+++ {}", file_name("a/", name), file_name("b/", name));
    let lines = Lines::of(text);
    let changes = changes(text, cuts, &lines);
    let near = match hunks {
        Hunks::Merged => 2 * CONTEXT,
        Hunks::Each => 1,
    };
    let groups: Vec<&[Change]> = changes.chunk_by(|one, next| next.first <= one.end + near).collect();
    let mut removed_before = 0i64;
    for (at, group) in groups.iter().enumerate() {
        let context = match hunks {
            Hunks::Merged => CONTEXT,
            Hunks::Each => context(&groups, at),
        };
        removed_before += hunk(&mut diff, &lines, group, removed_before, context, findings);
    }
    diff
}

/// Lines of context around a group, the same before and behind (or `patch` takes it for one at an end of the file),
/// such that no line is in two hunks.
fn context(groups: &[&[Change]], at: usize) -> usize {
    let end = |group: &[Change]| group.last().map_or(0, |change| change.end);
    let first = |group: &[Change]| group.first().map_or(0, |change| change.first);
    let before = at.checked_sub(1).map(|before| first(groups[at]) - end(groups[before]));
    let behind = groups.get(at + 1).map(|next| first(next) - end(groups[at]));
    [before, behind].into_iter().flatten().map(|gap| gap / 2).fold(CONTEXT, usize::min)
}

/// Lines `first..end` (0-based) give way to `new`.
struct Change {
    first: usize,
    end: usize,
    /// What is left where a cut is not of whole lines; empty otherwise.
    new: String,
    /// The paragraphs that go, 0-based.
    paragraphs: Vec<usize>,
}

/// The LF lines of a text, each with its terminator.
struct Lines<'t> {
    text: &'t str,
    /// First byte of each line, and the text's length at the end.
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    fn of(text: &'t str) -> Self {
        let mut starts = vec![0];
        starts.extend(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1));
        if starts.last() != Some(&text.len()) {
            starts.push(text.len());
        }
        Self { text, starts }
    }

    fn len(&self) -> usize {
        self.starts.len() - 1
    }

    fn line(&self, index: usize) -> &'t str {
        &self.text[self.starts[index]..self.starts[index + 1]]
    }

    /// The line that byte `at` stands in.
    fn at(&self, at: usize) -> usize {
        self.starts.partition_point(|start| *start <= at) - 1
    }

    /// The first line that begins at byte `at` or later.
    fn from(&self, at: usize) -> usize {
        self.starts.partition_point(|start| *start < at)
    }
}

fn changes(text: &str, cuts: &[Cut], lines: &Lines<'_>) -> Vec<Change> {
    let mut changes: Vec<Change> = Vec::new();
    let mut spans: Vec<Vec<Span>> = Vec::new();
    for cut in cuts.iter().filter(|cut| !cut.span.is_empty()) {
        let (first, end) = (lines.at(cut.span.start), lines.from(cut.span.end));
        match changes.last_mut() {
            // Cuts that share a line, or touch, are one change.
            Some(last) if first <= last.end && (first < last.end || !last.paragraphs.is_empty()) => {
                last.end = last.end.max(end);
                last.paragraphs.push(cut.paragraph.index());
                if let Some(spans) = spans.last_mut() {
                    spans.push(cut.span);
                }
            }
            _ => {
                changes.push(Change { first, end, new: String::new(), paragraphs: vec![cut.paragraph.index()] });
                spans.push(vec![cut.span]);
            }
        }
    }
    for (change, spans) in changes.iter_mut().zip(&spans) {
        let mut at = lines.starts[change.first];
        for span in spans {
            change.new.push_str(&text[at..span.start]);
            at = span.end;
        }
        change.new.push_str(&text[at..lines.starts[change.end]]);
        // What is left of a line runs on into the next one.
        if !change.new.is_empty() && !change.new.ends_with('\n') && change.end < lines.len() {
            change.new.push_str(lines.line(change.end));
            change.end += 1;
        }
    }
    changes
}

/// Writes one hunk; returns how many lines it takes out.
fn hunk(
    diff: &mut String,
    lines: &Lines<'_>,
    changes: &[Change],
    removed_before: i64,
    context: usize,
    findings: &Findings,
) -> i64 {
    let (Some(head), Some(tail)) = (changes.first(), changes.last()) else { return 0 };
    let start = head.first.saturating_sub(context);
    let end = (tail.end + context).min(lines.len());
    let old = end - start;
    let taken: usize = changes.iter().map(|change| change.end - change.first).sum();
    let added: usize = changes.iter().map(|change| change.new.split_inclusive('\n').count()).sum();
    let new = old - taken + added;
    let new_start = start as i64 - removed_before + i64::from(new > 0);
    let _ = write!(diff, "@@ -{},{old} +{new_start},{new} @@ ", start + 1);
    heading(diff, changes, findings);
    let mut at = start;
    for change in changes {
        for index in at..change.first {
            line(diff, ' ', lines.line(index));
        }
        for index in change.first..change.end {
            line(diff, '-', lines.line(index));
        }
        for left in change.new.split_inclusive('\n') {
            line(diff, '+', left);
        }
        at = change.end;
    }
    for index in at..end {
        line(diff, ' ', lines.line(index));
    }
    (taken as i64) - (added as i64)
}

fn line(diff: &mut String, sign: char, line: &str) {
    diff.push(sign);
    diff.push_str(line);
    if !line.ends_with('\n') {
        diff.push_str("\n\\ No newline at end of file\n");
    }
}

/// `p12 headline of p1 1.00; p13 quote of p3 0.96`: numbers and kinds only, never text of the article.
fn heading(diff: &mut String, changes: &[Change], findings: &Findings) {
    let from = diff.len();
    for &index in changes.iter().flat_map(|change| &change.paragraphs) {
        let list = &findings.findings;
        let Ok(at) = list.binary_search_by_key(&index, |f| f.paragraph.index()) else { continue };
        let finding = &list[at];
        let separator = if diff.len() == from { "" } else { "; " };
        let elsewhere = finding.elsewhere.as_ref().map_or_else(String::new, |elsewhere| {
            format!(" in {}, one of {} articles,", shown_name(&elsewhere.doc), elsewhere.articles)
        });
        let reason = format!(
            "{separator}p{} {} of p{}{elsewhere} {:.2}",
            index + 1,
            finding.kind.name(),
            finding.twin.index() + 1,
            // As the log rounds it, so that a diff made from the log is this one.
            (finding.coverage * 1e4).round() / 1e4
        );
        if diff.len() - from + reason.len() > HEADING - 5 {
            diff.push_str("; ...");
            break;
        }
        diff.push_str(&reason);
    }
    diff.push('\n');
}

/// Most bytes of a document's name in a heading.
const NAME: usize = 48;

/// A document's name in plain ASCII, its beginning left out if it is long.
fn shown_name(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_graphic() && c != '@' && c != ';' { c } else { '_' };
    let plain: String = name.chars().map(plain).collect();
    plain.get(plain.len().saturating_sub(NAME)..).unwrap_or_default().to_owned()
}

/// A file name as git writes it: quoted in the manner of C where it holds anything but plain ASCII, and followed by a
/// tab where it holds a space, so that nobody takes its end for a date.
fn file_name(prefix: &str, name: &str) -> String {
    let plain = |b: u8| (0x20..0x7f).contains(&b) && b != b'"' && b != b'\\';
    if name.bytes().all(plain) {
        return format!("{prefix}{name}{}", if name.contains(' ') { "\t" } else { "" });
    }
    let mut quoted = format!("\"{prefix}");
    for byte in name.bytes() {
        match byte {
            b'"' => quoted.push_str("\\\""),
            b'\\' => quoted.push_str("\\\\"),
            b'\n' => quoted.push_str("\\n"),
            b'\t' => quoted.push_str("\\t"),
            b'\r' => quoted.push_str("\\r"),
            byte if plain(byte) => quoted.push(char::from(byte)),
            byte => {
                let _ = write!(quoted, "\\{byte:03o}");
            }
        }
    }
    quoted.push('"');
    quoted
}
