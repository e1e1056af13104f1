//! What each step makes of a row.

use serde::{Deserialize, Serialize};
use unecho::across::steps::{self, Passage, Reason};
use unecho::across::{Entry, Sheet, site};
use unecho::markup::{self, Syntax};
use unecho::paragraph::{Kind, Role, Span, Verdict};
use unecho::{Deduplicator, Finding};
use xxhash_rust::xxh3::xxh3_64;

use super::cells::Cell::{Flag, Long, Longs, Text};
use super::cells::{Input, Output, Sort};

/// A paragraph is its article's number times this, and its own.
pub(super) const PARAGRAPHS: i64 = 1 << 20;

/// Articles are numbered from 0 to below this.
const ARTICLES: i64 = 1 << 43;

/// What the rows are worked out with.
pub(super) struct Context<'a> {
    pub(super) dedup: &'a Deduplicator,
    pub(super) syntax: Syntax,
}

/// Rows of one sort to rows of another.
pub(super) struct Step {
    pub(super) name: &'static str,
    pub(super) columns: &'static [(&'static str, Sort)],
    pub(super) row: fn(&Context<'_>, &Input<'_>, usize, &mut Output) -> Result<(), String>,
}

/// All steps.
pub(super) const STEPS: &[Step] = &[
    Step { name: "identity", columns: &[("hash", Sort::Long)], row: identity },
    Step {
        name: "fingerprints",
        columns: &[
            ("paragraph", Sort::Long),
            ("article", Sort::Long),
            ("number", Sort::Long),
            ("key", Sort::Long),
            ("passage", Sort::Text),
        ],
        row: fingerprints,
    },
    Step {
        name: "same_words",
        columns: &[("paragraph", Sort::Long), ("leader", Sort::Long), ("same", Sort::Flag)],
        row: same_words,
    },
    Step {
        name: "shingles",
        columns: &[("hash", Sort::Long), ("paragraph", Sort::Long), ("asks", Sort::Long)],
        row: shingles,
    },
    Step {
        name: "verify",
        columns: &[
            ("earlier", Sort::Long),
            ("later", Sort::Long),
            ("forth", Sort::Text),
            ("forth_goes", Sort::Flag),
            ("back", Sort::Text),
            ("back_goes", Sort::Flag),
        ],
        row: verify,
    },
    Step { name: "removable", columns: &[("leader", Sort::Long), ("finding", Sort::Text)], row: removable },
    Step { name: "sketch", columns: &[("article", Sort::Long), ("sketch", Sort::Longs)], row: sketch },
    Step { name: "differ", columns: &[("leader", Sort::Long), ("differ", Sort::Flag)], row: differ },
    Step { name: "compare", columns: &[("leader", Sort::Long), ("finding", Sort::Text)], row: compare },
    Step {
        name: "repeats",
        columns: &[("leader", Sort::Long), ("twin", Sort::Long), ("finding", Sort::Text), ("goes", Sort::Flag)],
        row: repeats,
    },
    Step { name: "tell", columns: &[("article", Sort::Long), ("finding", Sort::Text)], row: tell },
];

/// A paragraph as the tables hold it.
#[derive(Serialize, Deserialize)]
struct Stored {
    paragraph: i64,
    /// What the log calls its article.
    name: String,
    text: String,
    /// Its bytes in the source.
    span: [usize; 2],
    language: String,
    ngram: usize,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    told: Option<Role>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    marked: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pinned: bool,
    /// Keeps its shingles from those of other sites.
    #[serde(default, skip_serializing_if = "is_zero")]
    site: u64,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde's own form
const fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl Stored {
    fn read(json: &str) -> Result<Self, String> {
        serde_json::from_str(json).map_err(|error| format!("no passage: {error}"))
    }

    fn passage(self) -> Passage {
        let entry = Entry {
            number: (self.paragraph % PARAGRAPHS) as u32,
            span: Span::new(self.span[0], self.span[1]),
            text: self.text,
            told: self.told,
            marked: self.marked,
            pinned: self.pinned,
            ..Entry::default()
        };
        Passage { entry, language: self.language, ngram: self.ngram }
    }
}

fn passage(input: &Input<'_>, name: &str, row: usize) -> Result<Passage, String> {
    Ok(Stored::read(input.text(name, row)?)?.passage())
}

fn written(finding: &Finding) -> Result<String, String> {
    serde_json::to_string(finding).map_err(|error| error.to_string())
}

fn read(finding: &str) -> Result<Finding, String> {
    serde_json::from_str(finding).map_err(|error| format!("no finding: {error}"))
}

/// A hash of all that counts of an article.
fn identity(_: &Context<'_>, input: &Input<'_>, row: usize, out: &mut Output) -> Result<(), String> {
    let mut bytes = article(input, row)?.to_le_bytes().to_vec();
    for name in ["text", "site", "name"] {
        let value = input.0.column_by_name(name).map_or(Ok(None), |_| input.bytes(name, row))?;
        bytes.push(u8::from(value.is_some()));
        bytes.extend_from_slice(&xxh3_64(value.unwrap_or_default()).to_le_bytes());
    }
    out.row([Long(xxh3_64(&bytes) as i64)]);
    Ok(())
}

fn article(input: &Input<'_>, row: usize) -> Result<i64, String> {
    let id = input.long("id", row)?;
    let wanted = (0..ARTICLES).contains(&id);
    wanted.then_some(id).ok_or_else(|| format!("the id is {id}; it must be 0 to {}", ARTICLES - 1))
}

fn fingerprints(context: &Context<'_>, input: &Input<'_>, row: usize, out: &mut Output) -> Result<(), String> {
    let dedup = context.dedup;
    let id = article(input, row)?;
    // Whoever cleans it says what is wrong with it.
    let Ok(text) = input.text("text", row) else { return Ok(()) };
    let name = input.text_if_any("name", row)?.map_or_else(|| id.to_string(), str::to_owned);
    let site = site(input.text_if_any("site", row)?.unwrap_or_default());
    let marked = markup::read(text, context.syntax);
    let sheet = Sheet::read(dedup, &name, site, text, marked.as_ref(), |_| {});
    let mask = dedup.options().across.as_ref().map_or(0, |across| steps::site_mask(across, &sheet));
    let most = sheet.paragraphs.last().map_or(0, |entry| i64::from(entry.number));
    if most >= PARAGRAPHS {
        return Err(format!("the article {id} has more than {PARAGRAPHS} paragraphs"));
    }
    for entry in sheet.paragraphs {
        let paragraph = id * PARAGRAPHS + i64::from(entry.number);
        let stored = Stored {
            paragraph,
            name: sheet.name.clone(),
            text: entry.text,
            span: [entry.span.start, entry.span.end],
            language: sheet.language.clone(),
            ngram: sheet.ngram,
            told: entry.told,
            marked: entry.marked,
            pinned: entry.pinned,
            site: mask,
        };
        let passage = serde_json::to_string(&stored).map_err(|error| error.to_string())?;
        let key = (entry.key ^ mask) as i64;
        out.row([Long(paragraph), Long(id), Long(entry.number.into()), Long(key), Text(Some(passage))]);
    }
    Ok(())
}

fn same_words(context: &Context<'_>, input: &Input<'_>, row: usize, out: &mut Output) -> Result<(), String> {
    let (paragraph, leader) = (input.long("paragraph", row)?, input.long("leader", row)?);
    let [x, y] = ["leader_passage", "passage"].map(|name| passage(input, name, row));
    let same = steps::same_words(context.dedup, &x?.entry.text, &y?.entry.text);
    out.row([Long(paragraph), Long(leader), Flag(same)]);
    Ok(())
}

fn shingles(_: &Context<'_>, input: &Input<'_>, row: usize, out: &mut Output) -> Result<(), String> {
    let stored = Stored::read(input.text("passage", row)?)?;
    let (paragraph, site) = (stored.paragraph, stored.site);
    let passage = stored.passage();
    let asked = steps::asked(&passage, site);
    for hash in steps::shingles_of(&passage, site) {
        let asks = if asked.contains(&hash) { asked.len() as i64 } else { 0 };
        out.row([Long(hash as i64), Long(paragraph), Long(asks)]);
    }
    Ok(())
}

fn verify(context: &Context<'_>, input: &Input<'_>, row: usize, out: &mut Output) -> Result<(), String> {
    let (earlier, later) = (input.long("earlier", row)?, input.long("later", row)?);
    let [x, y] = ["earlier_passage", "later_passage"].map(|name| passage(input, name, row));
    let compared = steps::verify(context.dedup, &x?, &y?);
    let goes = |finding: &Option<Finding>| Flag(finding.as_ref().is_some_and(|f| f.verdict == Verdict::Remove));
    let [forth_goes, back_goes] = [goes(&compared.forth), goes(&compared.back)];
    let [forth, back] = [&compared.forth, &compared.back].map(|finding| finding.as_ref().map(written).transpose());
    out.row([Long(earlier), Long(later), Text(forth?), forth_goes, Text(back?), back_goes]);
    Ok(())
}

fn removable(context: &Context<'_>, input: &Input<'_>, row: usize, out: &mut Output) -> Result<(), String> {
    let leader = input.long("leader", row)?;
    let role = steps::role_if_may_go(context.dedup, &passage(input, "passage", row)?);
    let finding = role.map(|role| written(&steps::exact_finding(context.dedup, role))).transpose()?;
    out.row([Long(leader), Text(finding)]);
    Ok(())
}

fn sketch(context: &Context<'_>, input: &Input<'_>, row: usize, out: &mut Output) -> Result<(), String> {
    let article = input.long("article", row)?;
    let passages = input.texts("passages", row)?;
    let passages: Vec<Stored> = passages.iter().map(|json| Stored::read(json)).collect::<Result<_, _>>()?;
    let language = passages.first().map(|stored| stored.language.clone()).unwrap_or_default();
    let words = steps::sketch(context.dedup, &language, passages.into_iter().map(|stored| stored.text));
    // In front of it the article, by which sketches are put in order.
    out.row([Long(article), Longs([article].into_iter().chain(words.into_iter().map(|word| word as i64)).collect())]);
    Ok(())
}

fn differ(context: &Context<'_>, input: &Input<'_>, row: usize, out: &mut Output) -> Result<(), String> {
    let leader = input.long("leader", row)?;
    let mut sketches = input.lists("sketches", row)?;
    sketches.sort_unstable_by_key(|sketch| sketch.first().copied());
    let words = |sketch: Vec<i64>| sketch.into_iter().skip(1).map(|word| word as u64).collect();
    let sketches: Vec<Vec<u64>> = sketches.into_iter().map(words).collect();
    let wanted = context.dedup.options().across.as_ref().map_or(0, |across| across.min_articles);
    out.row([Long(leader), Flag(steps::differ(&sketches, wanted))]);
    Ok(())
}

fn compare(context: &Context<'_>, input: &Input<'_>, row: usize, out: &mut Output) -> Result<(), String> {
    let leader = input.long("leader", row)?;
    let [x, y] = ["passage", "twin_passage"].map(|name| passage(input, name, row));
    let mut finding = steps::compare(context.dedup, &x?, &y?).forth;
    if let Some(finding) = &mut finding {
        finding.kind = Kind::Boilerplate;
    }
    out.row([Long(leader), Text(finding.as_ref().map(written).transpose()?)]);
    Ok(())
}

fn repeats(context: &Context<'_>, input: &Input<'_>, row: usize, out: &mut Output) -> Result<(), String> {
    let passages = input.texts("passages", row)?;
    let mut passages: Vec<Stored> = passages.iter().map(|json| Stored::read(json)).collect::<Result<_, _>>()?;
    passages.sort_unstable_by_key(|stored| stored.paragraph);
    let paragraphs: Vec<i64> = passages.iter().map(|stored| stored.paragraph).collect();
    let place = |paragraph: i64| {
        let found = paragraphs.binary_search(&paragraph).map_err(|_| format!("the paragraph {paragraph} is missing"));
        Ok::<u32, String>(found? as u32)
    };
    // Earlier, later, and the finding of the later one.
    let mut twins = Vec::new();
    for twin in input.texts("twins", row)? {
        let mut parts = twin.splitn(3, ' ');
        let mut next = || parts.next().ok_or("a twin is no twin");
        let (earlier, later, finding) = (next()?, next()?, next()?);
        let number = |text: &str| text.parse::<i64>().map_err(|error| error.to_string());
        twins.push((place(number(later)?)?, place(number(earlier)?)?, read(finding)?));
    }
    // As they are met when all pairs are gone through: by the later one, then by the earlier one.
    twins.sort_unstable_by_key(|twin| (twin.0, twin.1));
    let articles: Vec<(i64, Passage)> =
        passages.into_iter().map(|stored| (stored.paragraph / PARAGRAPHS, stored.passage())).collect();
    let settled = steps::repeats(context.dedup, &articles, twins).map_err(|error| error.to_string())?;
    for (gone, twin, finding) in settled {
        let goes = finding.verdict == Verdict::Remove;
        let [gone, twin] = [gone, twin].map(|place| Long(paragraphs[place as usize]));
        out.row([gone, twin, Text(Some(written(&finding)?)), Flag(goes)]);
    }
    Ok(())
}

fn tell(_: &Context<'_>, input: &Input<'_>, row: usize, out: &mut Output) -> Result<(), String> {
    let own = Stored::read(input.text("passage", row)?)?;
    let twin = Stored::read(input.text("twin_passage", row)?)?;
    let reason = Reason {
        finding: read(input.text("finding", row)?)?,
        exact: input.flag("exact", row)?,
        articles: usize::try_from(input.long("articles", row)?).unwrap_or_default(),
        from_all: input.flag("from_all", row)?,
    };
    let (article, name) = (own.paragraph / PARAGRAPHS, twin.name.clone());
    if let Some(finding) = steps::finding(reason, &own.passage().entry, &twin.passage().entry, &name) {
        out.row([Long(article), Text(Some(written(&finding)?))]);
    }
    Ok(())
}
