//! Trimmings: words of a paragraph that say nothing of the story. Lead-in labels, picture references, photo credits,
//! gallery counters, the numbers and endings of image-file names.

use crate::lexicon::{Class, Entry, Lexicon, Looked};
use crate::paragraph::Span;
use crate::similarity::vocabulary::Sequence;
use crate::words::{fold, glued_head};

/// What kind of trimming a word is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trimming {
    /// "Defiant: ..."
    Label,
    /// "(pictured, left)", "Above, ...", "FILE -".
    Picture,
    /// "(AP Photo/...)", "Foto: dpa", "/Getty Images".
    Credit,
    /// "+4".
    Counter,
    /// "1714153880 676", ".jpg", "640x800".
    FileName,
    /// "Headline | The Courier".
    SiteName,
}

impl Trimming {
    /// The words people read.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Label => "label",
            Self::Picture => "picture reference",
            Self::Credit => "credit",
            Self::Counter => "counter",
            Self::FileName => "file name",
            Self::SiteName => "site name",
        }
    }
}

/// A paragraph's words as the trimmer sees them.
pub struct Words<'a> {
    /// The paragraph.
    pub text: &'a str,
    /// Where the paragraph begins in its document.
    start: usize,
    /// Its words.
    sequence: &'a Sequence,
    /// For each word, its folded form.
    pub folded: &'a [&'a str],
    /// For each word of the document, what the lexicon knows of it.
    looked: &'a [Looked<'a>],
    /// The words (0-based) with a digit or another numeric character in them.
    pub(super) numbers: &'a [usize],
    /// How many words are characters of a script without spaces.
    pub(super) unspaced: usize,
    /// See [`Words::set_off`].
    set_off: Vec<usize>,
    /// See [`Words::may_hold`].
    between: u128,
}

/// A bit for each of some bytes, by its low seven bits.
pub(super) const fn bits(bytes: &[u8]) -> u128 {
    let (mut bits, mut at) = (0, 0);
    while at < bytes.len() {
        bits |= 1 << (bytes[at] % 128);
        at += 1;
    }
    bits
}

impl<'a> Words<'a> {
    /// Of a paragraph of `document`; `looked` is what the lexicon knows of each of the document's words, and `unspaced` of
    /// the paragraph's are characters of a script without spaces.
    #[must_use]
    pub fn new(
        document: &'a str,
        paragraph: Span,
        sequence: &'a Sequence,
        folded: &'a [&'a str],
        looked: &'a [Looked<'a>],
        numbers: &'a [usize],
        unspaced: usize,
    ) -> Self {
        let bytes = document.as_bytes();
        let mut set_off = Vec::with_capacity(sequence.spans.len() / 4);
        let mut between = 0;
        let mut from = paragraph.start;
        for (i, span) in sequence.spans.iter().enumerate() {
            let gap = &bytes[from..span.start];
            if !matches!(gap, [] | [b' ']) {
                between |= bits(gap);
                if i > 0 {
                    set_off.push(i);
                }
            }
            from = span.end;
        }
        between |= bits(&bytes[from..paragraph.end]);
        let (text, start) = (paragraph.of(document), paragraph.start);
        Self { text, start, sequence, folded, looked, numbers, unspaced, set_off, between }
    }

    /// False if none of some bytes (their [`bits`]) stands between the words, before the first or after the last.
    pub(super) const fn may_hold(&self, bytes: u128) -> bool {
        self.between & bytes != 0
    }

    /// The bytes of a word in the paragraph's text.
    #[must_use]
    pub fn span(&self, i: usize) -> Span {
        let span = self.sequence.spans[i];
        Span::new(span.start - self.start, span.end - self.start)
    }

    /// The words (0-based, ascending, without the first) that are set off from the one before by more than a space:
    /// by all that ends, opens or parts something.
    pub(super) fn set_off(&self) -> impl DoubleEndedIterator<Item = usize> + ExactSizeIterator + '_ {
        self.set_off.iter().copied()
    }

    pub(crate) const fn len(&self) -> usize {
        self.folded.len()
    }

    pub(crate) fn is(&self, i: usize, class: Class) -> bool {
        self.looked(i).is(class)
    }

    /// The longest known phrase at word `i`, and its length in words.
    pub(crate) fn phrase<'l>(&'l self, i: usize, lexicon: &'l Lexicon) -> Option<(&'l Entry, usize)> {
        lexicon.phrase_of(&self.folded[i..], |at| self.looked(i + at))
    }

    /// See [`Lexicon::is_boilerplate`].
    pub(super) fn are_boilerplate(&self, lexicon: &Lexicon) -> bool {
        !self.folded.is_empty() && lexicon.begins_boilerplate(self.folded, self.looked(0))
    }

    fn looked(&self, i: usize) -> Looked<'a> {
        self.looked[self.sequence.ids[i] as usize]
    }

    /// See [`Looked::may_begin`].
    fn may_begin(&self, i: usize, class: Class) -> bool {
        self.looked(i).may_begin(class)
    }

    /// What stands between word `i - 1` and word `i` (before the first and after the last word, too).
    #[must_use]
    pub fn before(&self, i: usize) -> &str {
        let start = if i == 0 { 0 } else { self.span(i - 1).end };
        let end = if i == self.len() { self.text.len() } else { self.span(i).start };
        &self.text[start..end]
    }

    /// A word as written.
    #[must_use]
    pub fn raw(&self, i: usize) -> &str {
        self.span(i).of(self.text)
    }
}

/// Marks the trimmings among a paragraph's words.
#[must_use]
pub fn trimmings(words: &Words<'_>, lexicon: &Lexicon) -> Vec<Option<Trimming>> {
    let mut marks = vec![None; words.len()];
    file_name(words, &mut marks);
    label(words, lexicon, &mut marks);
    parentheses(words, &mut marks);
    credit(words, lexicon, &mut marks);
    picture_lead(words, lexicon, &mut marks);
    bracketed_credit(words, &mut marks);
    breadcrumbs(words, &mut marks);
    counter(words, lexicon, &mut marks);
    picture_sentence(words, lexicon, &mut marks);
    glued_lead(words, lexicon, &mut marks);
    // A paragraph that is nothing but trimmings is what it is.
    if marks.iter().all(Option::is_some) {
        marks.fill(None);
    }
    marks
}

fn mark(marks: &mut [Option<Trimming>], range: std::ops::Range<usize>, what: Trimming) {
    for slot in &mut marks[range] {
        slot.get_or_insert(what);
    }
}

fn all_digits(word: &str) -> bool {
    word.bytes().all(|b| b.is_ascii_digit())
}

/// A number such as a photo's width and height: 640x800.
fn dimensions(word: &str) -> bool {
    word.split_once('x').is_some_and(|(w, h)| w.len() >= 2 && h.len() >= 2 && all_digits(w) && all_digits(h))
}

/// Numbers of an image file in front of its name, dimensions and file endings at the back.
fn file_name(words: &Words<'_>, marks: &mut [Option<Trimming>]) {
    let leading =
        (0..words.len()).take_while(|&i| all_digits(words.folded[i]) && !words.before(i).contains(['.', ',']));
    let leading = leading.count();
    if words.len() > 1 && camera_number(words.folded[0]) {
        mark(marks, 0..1, Trimming::FileName);
    }
    gallery_number(words, marks);
    if leading > 0 && leading < words.len() && words.folded[..leading].iter().any(|w| w.len() >= 7) {
        mark(marks, 0..leading, Trimming::FileName);
    }
    let mut end = words.len();
    while end > 1 {
        let word = words.folded[end - 1];
        let ending = matches!(word, "jpg" | "jpeg" | "png" | "webp" | "gif" | "scaled");
        let glued = matches!(words.before(end - 1), "-" | "_" | ".");
        let dotted = [".jpg", ".jpeg", ".png", ".webp", ".gif"].iter().any(|e| word.ends_with(e));
        if ending || dimensions(word) || (glued && all_digits(word) && word.len() >= 6) {
            end -= 1;
        } else {
            if dotted {
                end -= 1;
            }
            break;
        }
    }
    mark(marks, end..words.len(), Trimming::FileName);
}

/// The name that a camera gives a picture: img_5004, dsc01234.
fn camera_number(word: &str) -> bool {
    let letters = word.trim_end_matches(|c: char| c.is_ascii_digit());
    let stem = letters.trim_end_matches('_');
    word.len() >= letters.len() + 4 && (letters.len() > stem.len() || matches!(stem, "img" | "dsc" | "dscn" | "dscf"))
}

/// "| Photo 4" behind a title: a bar, a word and a number.
fn gallery_number(words: &Words<'_>, marks: &mut [Option<Trimming>]) {
    let n = words.len();
    if n > 3 && all_digits(words.folded[n - 1]) && words.before(n - 2).contains('|') && words.before(n - 1) == " " {
        mark(marks, n - 2..n, Trimming::FileName);
    }
}

/// Fewest words behind a lead-in label: "Option: desk, black" is a row.
const LEAST_LABELLED: usize = 6;

/// Most words of a lead-in label.
const MOST_LABEL_WORDS: usize = 4;

/// "Defiant: ...", "Now and then: ...": a few words and a colon, with more behind than in front.
fn label(words: &Words<'_>, lexicon: &Lexicon, marks: &mut [Option<Trimming>]) {
    for i in words.set_off().take_while(|i| *i <= MOST_LABEL_WORDS) {
        let gap = words.before(i);
        if gap.starts_with([':', '：']) && gap.len() > 1 || gap.starts_with('：') || gap.starts_with("':") {
            let says = (0..i).any(|k| words.is(k, Class::Saying));
            let numbers = (0..i).any(|k| words.folded[k].contains(|c: char| c.is_numeric()));
            // "Read more: ...", "Related: ...": furniture, whatever its words are alone.
            let says = says && !lexicon.is_boilerplate(&words.folded[..i]);
            if words.len() >= (2 * i + 2).max(i + LEAST_LABELLED) && !says && !numbers {
                mark(marks, 0..i, Trimming::Label);
                platform(words, i, marks);
            }
            return;
        }
        // "Read more ... Harbour ferry runs again".
        let breaks_off = gap.contains('…') || gap.contains("..");
        if breaks_off && words.len() >= i + LEAST_LABELLED && lexicon.is_boilerplate(&words.folded[..i]) {
            mark(marks, 0..i, Trimming::Label);
            return;
        }
        if gap.contains(['.', '!', '?', '"', '”', '“', '。']) {
            return;
        }
    }
}

/// "Twitter: David Cameron - ...": behind a platform's name (the first `i` words), whose post it is.
fn platform(words: &Words<'_>, i: usize, marks: &mut [Option<Trimming>]) {
    let credit = (0..i).all(|k| words.is(k, Class::Credit));
    let dash = (i + 1..words.len().min(i + 5)).find(|&k| matches!(words.before(k), " - " | " – " | " — "));
    if let (true, Some(end)) = (credit, dash) {
        mark(marks, i..end, Trimming::Label);
    }
}

/// What opens a parenthesis; the first byte of "（".
const OPENING: u128 = bits(b"([\xef");

/// Most words in a parenthesis that is taken for a picture reference or a credit.
const MOST_PARENTHESIS_WORDS: usize = 12;

/// "(pictured, left)", "(AP Photo/John Smith)".
fn parentheses(words: &Words<'_>, marks: &mut [Option<Trimming>]) {
    if !words.may_hold(OPENING) {
        return;
    }
    let mut open = None;
    for i in std::iter::once(0).chain(words.set_off()).chain([words.len()]) {
        let gap = words.before(i);
        if let (Some(start), true) = (open, gap.contains([')', ']', '）'])) {
            let inside = start..i;
            if inside.len() <= MOST_PARENTHESIS_WORDS {
                let is = |class| inside.clone().any(|k| words.is(k, class));
                let first_is = |class| words.is(start, class);
                let last = i == words.len() || i + 2 >= words.len();
                if is(Class::Credit) && (last || first_is(Class::Credit)) {
                    mark(marks, inside, Trimming::Credit);
                } else if is(Class::Picture) && inside.len() <= 5 {
                    mark(marks, inside, Trimming::Picture);
                }
            }
            open = None;
        }
        if i < words.len() && gap.rfind(['(', '[', '（']).is_some_and(|at| !gap[at..].contains([')', ']', '）'])) {
            open = Some(i);
        }
    }
}

/// Most words of a credit at the end of a caption.
const MOST_CREDIT_WORDS: usize = 10;

/// "Photo: Joe Bloggs", "/Getty Images", "© AFP" at the end: from the first credit word after the last sentence's end.
fn credit(words: &Words<'_>, lexicon: &Lexicon, marks: &mut [Option<Trimming>]) {
    let n = words.len();
    let from = n.saturating_sub(MOST_CREDIT_WORDS);
    for i in (from.max(1)..n).filter(|i| words.may_begin(*i, Class::Credit)) {
        if words.raw(i).chars().next().is_none_or(char::is_lowercase) {
            continue;
        }
        let gap = words.before(i);
        let set_off = gap.contains(['.', '/', '©', '|', '(', '!', '?', '…', '”', '"', '。', ']', ')', '\n', '-', '–']);
        let Some((entry, len)) = words.phrase(i, lexicon) else { continue };
        if !entry.is(Class::Credit) {
            continue;
        }
        let after = words.before((i + len).min(n));
        let colon = after.contains([':', '：', '/', '|']) || i + len == n;
        // "... on CBS." names a broadcaster; "... after the storm Imago" an agency.
        let stopped = i + len == n && words.before(n).contains(['.', '!', '?', '。']);
        if stopped && !set_off {
            continue;
        }
        if set_off && (colon || n - i <= 6) || colon && no_stop_until_end(words, i) {
            mark(marks, i..n, Trimming::Credit);
            return;
        }
    }
}

fn no_stop_until_end(words: &Words<'_>, from: usize) -> bool {
    words.set_off().filter(|k| *k > from).all(|k| !words.before(k).contains(['.', '!', '?', '。']))
}

/// "... than it buys. (Mario Jasso/Cuartoscuro)": capitalised words in brackets behind the last full stop.
fn bracketed_credit(words: &Words<'_>, marks: &mut [Option<Trimming>]) {
    let n = words.len();
    if !words.text.trim_end().ends_with(')') {
        return;
    }
    let Some(start) = words.set_off().rev().find(|&i| words.before(i).contains('(')) else { return };
    let stopped = words.before(start).rsplit_once('(').is_some_and(|(gap, _)| gap.contains(['.', '!', '?', '”', '"']));
    let capital = |i: usize| words.raw(i).chars().next().is_some_and(char::is_uppercase);
    if stopped && n - start <= 6 && (start..n).all(capital) {
        mark(marks, start..n, Trimming::Credit);
    }
}

/// Most words of a step of a breadcrumb trail.
const MOST_STEP_WORDS: usize = 4;

/// What parts the steps of a trail: the last bytes of "›" and "»".
const STEPS: u128 = bits(b">\xba\xbb");

/// "Home > News > Title": everything before the last ">". Guillemets that quote are no steps.
fn breadcrumbs(words: &Words<'_>, marks: &mut [Option<Trimming>]) {
    if !words.may_hold(STEPS) {
        return;
    }
    let step = |i: &usize| matches!(words.before(*i).trim(), ">" | "›" | "»");
    let steps: Vec<usize> = words.set_off().filter(step).collect();
    let starts = std::iter::once(0).chain(steps.iter().copied());
    let short = starts.zip(&steps).all(|(start, end)| end - start <= MOST_STEP_WORDS);
    let quotes = || words.text.contains(['«', '‹']);
    if let (true, true, Some(&last)) = (steps.len() >= 2 && !quotes(), short, steps.last()) {
        mark(marks, 0..last, Trimming::FileName);
    }
}

/// "Above, ...", "Pictured: ...", "FILE - ..." at the front.
fn picture_lead(words: &Words<'_>, lexicon: &Lexicon, marks: &mut [Option<Trimming>]) {
    let n = words.len();
    if n > 2 && words.raw(0) == "FILE" {
        mark(marks, 0..1, Trimming::Picture);
    }
    if n == 0 || !words.may_begin(0, Class::Picture) {
        return;
    }
    let Some((entry, len)) = words.phrase(0, lexicon) else { return };
    if n > len && entry.is(Class::Picture) && words.before(len).contains([',', ':', '-', '–', '—', '：', '，']) {
        mark(marks, 0..len, Trimming::Picture);
    }
}

/// "+4" at the end; "... more".
fn counter(words: &Words<'_>, lexicon: &Lexicon, marks: &mut [Option<Trimming>]) {
    let n = words.len();
    if n > 1 && all_digits(words.folded[n - 1]) && words.before(n - 1).ends_with('+') {
        mark(marks, n - 1..n, Trimming::Counter);
    }
    let cut_off = |i: usize| words.before(i).contains("..") || words.before(i).contains('…');
    if let Some(start) = words.set_off().rev().take_while(|i| i + 3 >= n).filter(|i| cut_off(*i)).last()
        && lexicon.is_boilerplate(&words.folded[start..])
    {
        mark(marks, start..n, Trimming::Counter);
    }
}

/// Fewest words that must be left of a paragraph whose last sentence tells of the picture.
const LEAST_BEFORE_PICTURE: usize = 8;

/// "... in the high eight figures. Above, the school": a last sentence that begins with a picture word, or has one
/// near its beginning ("She is pictured here in ...").
fn picture_sentence(words: &Words<'_>, lexicon: &Lexicon, marks: &mut [Option<Trimming>]) {
    let n = words.len();
    let stop = |i: &usize| words.before(*i).contains(['.', '!', '?', '。', '…']);
    let Some(start) = words.set_off().rev().take_while(|i| *i >= LEAST_BEFORE_PICTURE).find(stop) else { return };
    if n - start > start {
        return;
    }
    let picture = |i: usize| {
        let phrase = words.may_begin(i, Class::Picture).then(|| words.phrase(i, lexicon)).flatten();
        phrase.filter(|(entry, _)| entry.is(Class::Picture))
    };
    let leads = picture(start)
        .is_some_and(|(_, len)| start + len < n && words.before(start + len).starts_with([',', ':', '–', '-']));
    let pictured = (start + 1..n.min(start + 4)).any(|i| picture(i).is_some_and(|(_, len)| len > 1));
    if leads || pictured {
        mark(marks, start..n, Trimming::Picture);
    }
}

/// "View galleryMarines patrol ...": a picture phrase run together with the caption, told by the capital inside.
fn glued_lead(words: &Words<'_>, lexicon: &Lexicon, marks: &mut [Option<Trimming>]) {
    for i in 0..words.len().min(3) {
        let Some(head) = glued_head(words.raw(i)) else { continue };
        let phrase: Vec<String> = (0..i).map(|k| words.folded[k].to_owned()).chain([fold(head)]).collect();
        let phrase: Vec<&str> = phrase.iter().map(String::as_str).collect();
        let whole = lexicon.phrase(&phrase).filter(|(entry, len)| entry.is(Class::Picture) && *len == phrase.len());
        if whole.is_some() || lexicon.is_boilerplate(&phrase) {
            mark(marks, 0..i, Trimming::Picture);
        }
        return;
    }
}
