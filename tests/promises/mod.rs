//! What holds for any input, each as a function that panics where it does not: `tests/properties.rs` calls them with
//! generated texts, the targets of `fuzz/` with whatever they come upon.

#![allow(dead_code, reason = "each caller uses its part")]

pub(crate) mod texts;

use unecho::cut::{Cut, cleaned, cuts, marked_cuts};
use unecho::decisions::Decisions;
use unecho::diff::{Hunks, unified_in};
use unecho::io::charset::{Charset, read as read_bytes};
use unecho::io::jsonl::{self, Fields};
use unecho::log::{About, Entry, LogWriter, Reading, Terms, read as read_log, write_document};
use unecho::markup::marked::Marked;
use unecho::markup::{self, Syntax};
use unecho::options::Paragraphs;
use unecho::paragraph::{Capped, ParagraphId, Span};
use unecho::restore::{records, restore, verify};
use unecho::{Deduplicator, Findings, Options};

/// A document cleaned.
pub(crate) struct Done<'s> {
    pub(crate) source: &'s str,
    pub(crate) marked: Option<Marked<'s>>,
    pub(crate) findings: Findings,
    pub(crate) cuts: Vec<Cut>,
    pub(crate) cleaned: String,
}

/// The deduplicator with everything as it is unless something is said.
pub(crate) fn dedup(force: bool) -> Deduplicator {
    Deduplicator::new(Options { force, ..Options::default() }).expect("default options are in range")
}

/// Cleans `source`.
pub(crate) fn clean<'s>(source: &'s str, syntax: Syntax, dedup: &Deduplicator) -> Done<'s> {
    let marked = markup::read(source, syntax);
    let findings = marked.as_ref().map_or_else(|| dedup.find(source), |marked| dedup.find_marked(marked));
    let cuts = marked.as_ref().map_or_else(|| cuts(source, &findings), |marked| marked_cuts(marked, &findings));
    let cleaned = cleaned(source, &cuts);
    Done { source, marked, findings, cuts, cleaned }
}

/// Everything that holds for bytes as a file or, where the last byte is odd, for the text that the bytes before it are a
/// program for.
pub(crate) fn bytes_or_program(data: &[u8], syntax: Syntax) {
    let dedup = dedup(data.len().is_multiple_of(2));
    match data.split_last() {
        Some((last, program)) if last % 2 == 1 => {
            let text = texts::text(program, syntax);
            document(&text, syntax, &dedup);
            clean_stays_clean(&text, syntax);
        }
        _ => file(data, syntax, &dedup),
    }
}

/// Everything that holds for a document.
pub(crate) fn document(source: &str, syntax: Syntax, dedup: &Deduplicator) {
    let done = clean(source, syntax, dedup);
    if let Some(marked) = &done.marked {
        reading(source, marked, |_| true);
        for finding in done.findings.removals() {
            assert!(!marked.hints[finding.paragraph.index()].fixed, "{finding:?}");
        }
    }
    paragraphs(&done);
    twins_stay(&done.findings);
    the_log_gives_it_back(&done, syntax, dedup);
    for hunks in [Hunks::Merged, Hunks::Each] {
        the_diff_gives_both_back(&done, hunks);
    }
    assert_eq!(clean(source, syntax, dedup).findings, done.findings, "the same again is the same");
}

/// Disjoint, in order, in the text, on its char boundaries.
fn in_order<'p>(text: &str, spans: impl IntoIterator<Item = &'p Span>) {
    let mut at = 0;
    for span in spans {
        assert!(at <= span.start && span.start <= span.end, "{span:?} after byte {at}");
        assert!(text.get(span.range()).is_some(), "{span:?} of {} bytes", text.len());
        at = span.end;
    }
}

/// What a reader of markup says fits together; `chosen` says for each paragraph whether it is cut.
pub(crate) fn reading(source: &str, marked: &Marked<'_>, chosen: impl Fn(usize) -> bool) {
    in_order(&marked.text, &marked.paragraphs);
    in_order(source, &marked.sources);
    in_order(source, &marked.cuts);
    let count = marked.paragraphs.len();
    assert_eq!([marked.hints.len(), marked.sources.len(), marked.cuts.len()], [count; 3]);
    for wrapper in &marked.wrappers {
        assert!(wrapper.first < wrapper.end && wrapper.end <= count, "{wrapper:?}");
        assert!(source.get(wrapper.span.range()).is_some(), "{wrapper:?}");
    }
    let removed: Vec<usize> = (0..count).filter(|index| chosen(*index)).collect();
    let cuts = marked.cuts(&removed);
    assert_eq!(cuts.len(), removed.len());
    in_order(source, &cuts);
    for (index, cut) in removed.iter().zip(&cuts).filter(|(index, _)| !marked.hints[**index].fixed) {
        let text = marked.sources[*index];
        assert!(cut.start <= text.start && text.end <= cut.end, "{index}: {cut:?} {marked:?}");
    }
}

/// What goes are whole paragraphs, and nothing else has a word in it; what stays is the author's.
fn paragraphs(done: &Done<'_>) {
    let Done { source, findings, cuts, cleaned, .. } = done;
    in_order(source, &findings.paragraphs);
    in_order(source, cuts.iter().map(|cut| &cut.span));
    let removed: Vec<u32> = findings.removals().map(|finding| finding.paragraph.0).collect();
    assert_eq!(removed, cuts.iter().map(|cut| cut.paragraph.0).collect::<Vec<_>>());
    let gone: usize = cuts.iter().map(|cut| cut.span.len()).sum();
    assert_eq!(cleaned.len(), source.len() - gone);
    if done.marked.is_none() {
        // A mark inside the text may come to stand first; the one in front never goes.
        assert!(cleaned.starts_with('\u{feff}') || !source.starts_with('\u{feff}'));
        for (index, span) in findings.paragraphs.iter().enumerate() {
            let cut = cuts.iter().any(|cut| cut.span.start <= span.start && span.end <= cut.span.end);
            assert_eq!(removed.contains(&(index as u32)), cut, "{:?}", span.of(source));
        }
        let by_lf = source.contains('\n');
        // A mark goes with its line, but for the one in front of all.
        let front = source.starts_with('\u{feff}');
        let [kept, all] = [cleaned.as_str(), *source].map(|text| lines(&text[if front { 3 } else { 0 }..], by_lf));
        assert!(is_subsequence(&kept, &all), "{cleaned:?} of {source:?}");
    }
}

/// Every twin stays, and nothing that a guard keeps goes.
pub(crate) fn twins_stay(findings: &Findings) {
    let removed: Vec<u32> = findings.removals().map(|finding| finding.paragraph.0).collect();
    assert!(removed.windows(2).all(|pair| pair[0] < pair[1]), "{removed:?}");
    for finding in findings.removals() {
        for twin in [finding.twin].iter().chain(&finding.also) {
            assert!(removed.binary_search(&twin.0).is_err(), "{finding:?}");
            assert!(twin.index() < findings.paragraphs.len(), "{finding:?}");
        }
        assert!(finding.guards.is_empty(), "{finding:?}");
    }
    assert!(findings.withdrawn.is_none() || removed.is_empty());
}

/// Cleaning twice is cleaning once.
pub(crate) fn clean_stays_clean(source: &str, syntax: Syntax) {
    // A text that was parted by blank lines stays so: the second run must not guess anew.
    let how = Options { paragraphs: Paragraphs::BlankLine, force: true, ..Options::default() };
    let dedup = Deduplicator::new(how).expect("in range");
    let once = clean(source, syntax, &dedup).cleaned;
    // Where the last line feed went, other signs end the lines, and so it is another text.
    if source.contains('\n') && !once.contains('\n') {
        return;
    }
    let again = clean(&once, syntax, &dedup);
    let more: Vec<_> = again.findings.removals().map(|finding| &finding.reason).collect();
    assert!(more.is_empty(), "{source:?} then {once:?}: {more:?}");
}

/// The same findings on any number of threads.
pub(crate) fn the_same_on_any_number_of_threads(source: &str) {
    let dedup = dedup(false);
    let expected = dedup.find(source);
    for threads in [1, 2, 3, 8] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        assert_eq!(pool.install(|| dedup.find(source)), expected, "{threads} threads");
    }
}

/// Log and cleaned text give the source, and nothing else does.
pub(crate) fn the_log_gives_it_back(done: &Done<'_>, syntax: Syntax, dedup: &Deduplicator) {
    let about = About { id: "d", syntax, encoding: None };
    let log = written(done, about, dedup, &|_| None);
    let records = records(read_log(&log).expect("as written"));
    assert_eq!(restore(&records[0], &done.cleaned).expect("restores"), done.source);
    verify(&records[0], done.source, &done.cleaned).expect("fits");
    assert!(restore(&records[0], &(done.cleaned.clone() + "x")).is_err());
    assert!(read_log(&log[..log.len() - 2]).is_err());
}

/// The log of a run over one document.
fn written(done: &Done<'_>, about: About<'_>, dedup: &Deduplicator, raw: &dyn Fn(Span) -> Option<String>) -> Vec<u8> {
    let mut lines = Vec::new();
    let Done { source, findings, cuts, cleaned, .. } = done;
    write_document(&mut lines, about, source, Some(cleaned), findings, cuts, raw).expect("plain data");
    let reading = Reading::default();
    let terms = Terms { options: dedup.options(), reading: &reading, decisions: None };
    let mut log = LogWriter::begin(Vec::new(), &terms).expect("to memory");
    log.append(&lines).expect("to memory");
    log.end(1, cuts.len() as u64, false, Capped::default()).expect("to memory")
}

/// The diff makes the cleaned text of the source and the source of the cleaned text.
pub(crate) fn the_diff_gives_both_back(done: &Done<'_>, hunks: Hunks) {
    let Done { source, findings, cuts, cleaned, .. } = done;
    let diff = unified_in("d", source, cuts, findings, hunks);
    assert_eq!(diff.is_empty(), cuts.iter().all(|cut| cut.span.is_empty()), "{diff}");
    if diff.is_empty() {
        return;
    }
    let (forward, back) = applied(&diff, source, cleaned).unwrap_or_else(|what| panic!("{what}: {diff}"));
    assert_eq!(forward, *cleaned, "{diff}");
    assert_eq!(back, *source, "{diff}");
    for heading in diff.lines().filter(|line| line.starts_with("@@ ")) {
        assert!(heading.len() < 260 && heading.is_ascii(), "{heading}");
    }
}

/// The diff applied to the source, and its reverse to the cleaned text, by another's hand.
fn applied(diff: &str, source: &str, cleaned: &str) -> Result<(String, String), String> {
    let patch = diffy::Patch::from_bytes(diff.as_bytes()).map_err(|error| error.to_string())?;
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).map_err(|error| error.to_string());
    let forward = diffy::apply_bytes(source.as_bytes(), &patch).map_err(|error| format!("forward: {error}"))?;
    let back = diffy::apply_bytes(cleaned.as_bytes(), &patch.reverse()).map_err(|error| format!("back: {error}"))?;
    Ok((text(forward)?, text(back)?))
}

/// Bytes read as a text are written as the same bytes.
pub(crate) fn bytes_come_back(bytes: &[u8], syntax: Syntax) -> Option<(String, Charset)> {
    let (text, charset) = read_bytes(bytes, syntax).ok()?;
    assert_eq!(charset.encode(&text).as_deref(), Some(bytes), "{charset:?}");
    assert_eq!(Charset::of_label(charset.name()), Ok(charset));
    Some((text.into_owned(), charset))
}

/// What is cut from the text is cut from the bytes.
pub(crate) fn file(bytes: &[u8], syntax: Syntax, dedup: &Deduplicator) {
    if let Some((text, charset)) = bytes_come_back(bytes, syntax) {
        document(&text, syntax, dedup);
        let clean = clean(&text, syntax, dedup).cleaned;
        assert!(charset.encode(&clean).is_some(), "{charset:?}: {clean:?}");
    }
}

/// A line that is taken for a record is one to a real parser, with the same text; what changes in it is the text alone.
pub(crate) fn record(line: &[u8], dedup: &Deduplicator) {
    let fields = Fields::default();
    let known = serde_json::from_slice::<serde_json::Value>(line);
    let Ok(found) = jsonl::record(line, &fields) else {
        let text = known.as_ref().ok().and_then(|known| known.get("text")?.as_str());
        assert!(text.is_none(), "not read: {}", String::from_utf8_lossy(line));
        return;
    };
    // Halves of surrogate pairs and numbers beyond all bounds are JSON that the parser has no value for.
    let Ok(before) = known else {
        let sound = serde_json::from_slice::<serde::de::IgnoredAny>(line);
        return assert!(sound.is_ok(), "{sound:?}: {}", String::from_utf8_lossy(line));
    };
    assert_eq!(before["text"].as_str(), Some(&*found.text));
    let done = clean(&found.text, Syntax::Plain, dedup);
    let after = jsonl::without(line, found.raw, &done.cuts);
    let mut wanted = before.clone();
    wanted["text"] = done.cleaned.as_str().into();
    assert_eq!(serde_json::from_slice::<serde_json::Value>(&after).expect("JSON"), wanted);
    let removed: usize = found.raw.len() - jsonl::record(&after, &fields).expect("a record").raw.len();
    assert_eq!(after.len() + removed, line.len());
    let raw = |cut| jsonl::escapes(line, found.raw, cut);
    let log = written(&done, About { id: "d", ..About::default() }, dedup, &raw);
    let record = records(read_log(&log).expect("as written")).remove(0);
    assert_eq!(refilled(&after, &record, &fields), line, "{}", String::from_utf8_lossy(&log));
}

/// The source's line from the cleaned one.
fn refilled(line: &[u8], record: &unecho::restore::Record, fields: &Fields) -> Vec<u8> {
    let found = jsonl::record(line, fields).expect("a record");
    let source = restore(record, &found.text).expect("restores");
    unecho::undo::refill(line, found.raw, &source, record)
}

/// Any bytes as a log: an error, or documents of which nothing but the logged source is ever made.
pub(crate) fn log(bytes: &[u8], text: &str) {
    let Ok(entries) = read_log(bytes) else { return };
    assert!(matches!(entries.last(), Some(Entry::End { .. })));
    for record in records(entries) {
        if let Ok(source) = restore(&record, text) {
            assert_eq!(unecho::log::hash(source.as_bytes()), record.doc.xxh3[0]);
            let _ = verify(&record, &source, text);
        }
        let _ = verify(&record, text, text);
    }
}

/// A log with its end line put right, so that more than its checksum is read.
pub(crate) fn resealed(lines: &[u8]) -> Vec<u8> {
    let checksum = unecho::log::hash(lines);
    let end = Entry::End { docs: 1, removed: 0, checksum, interrupted: false, capped: None };
    let mut log = lines.to_vec();
    unecho::log::write_line(&mut log, &end).expect("plain data");
    log
}

/// Lines with their terminators.
fn lines(text: &str, by_lf: bool) -> Vec<&str> {
    if by_lf {
        text.split_inclusive('\n').collect()
    } else {
        text.split_inclusive(['\r', '\u{2029}', '\u{2028}']).collect()
    }
}

fn is_subsequence(small: &[&str], large: &[&str]) -> bool {
    let mut rest = large.iter();
    small.iter().all(|line| rest.any(|other| other == line))
}

/// A log of a run over `text`, changed at places that `changes` tells: whatever is read from it, nothing but the source
/// is restored.
pub(crate) fn changed_log(text: &str, changes: &[u8]) {
    let dedup = dedup(true);
    let done = clean(text, Syntax::Plain, &dedup);
    let whole = written(&done, About { id: "d", ..About::default() }, &dedup, &|_| None);
    let end = whole[..whole.len() - 1].iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
    let mut lines = whole[..end].to_vec();
    for change in changes.chunks_exact(4).filter(|_| end > 0) {
        let at = usize::from(u16::from_le_bytes([change[0], change[1]])) % (lines.len() + 1);
        let to = (at + usize::from(change[3])).min(lines.len());
        match change[2] % 3 {
            0 if at < lines.len() => lines[at] = change[3],
            1 => drop(lines.splice(at..to, [])),
            _ => lines.insert(at, change[3] % 10 + b'0'),
        }
    }
    log(&resealed(&lines), &done.cleaned);
}

/// Any bytes as a file of decisions: an error with its line, or decisions.
pub(crate) fn decisions(bytes: &[u8]) {
    let mut decisions = Decisions::default();
    if let Err(error) = decisions.add("f", bytes) {
        let lines = bytes.split_inclusive(|b| *b == b'\n').count();
        assert!((1..=lines).contains(&error.line), "{error}");
    }
}

/// The diff of any cuts gives both texts back; `places` tells how far each cut is from the one before, and its length.
pub(crate) fn any_cuts(source: &str, places: &[u8]) {
    let boundary = |at: usize| (at..source.len()).find(|at| source.is_char_boundary(*at)).unwrap_or(source.len());
    let (mut cuts, mut at) = (Vec::new(), 0);
    for (index, place) in places.chunks_exact(2).enumerate() {
        let start = boundary(at + usize::from(place[0]));
        let end = boundary(start + usize::from(place[1]));
        if start == source.len() {
            break;
        }
        cuts.push(Cut { paragraph: ParagraphId::new(index), span: Span::new(start, end) });
        at = end;
    }
    let findings = Findings { paragraphs: cuts.iter().map(|cut| cut.span).collect(), ..Findings::default() };
    let cleaned = cleaned(source, &cuts);
    let done = Done { source, marked: None, findings, cuts, cleaned };
    for hunks in [Hunks::Merged, Hunks::Each] {
        the_diff_gives_both_back(&done, hunks);
    }
}
