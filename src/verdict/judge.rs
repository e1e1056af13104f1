//! One pair, one direction: may `x` go because `y` stays?

mod short;

use std::ops::Deref;
use std::sync::Arc;

use crate::facts::{Differences, Guards, Harmless, LITTLE, Side, WordKind, differences, own_matter};
use crate::options::{Caution, Options};
use crate::paragraph::{Guard, Kind, Role, Verdict};
use crate::similarity::align::{Alignment, Match};
use crate::similarity::gaps::Gaps;

use super::heading::{heads, heads_unquoted, titled};
use super::parts::says_a_sentence;
use super::structure::LINE_WORDS;

/// What is thought of one direction of a pair.
#[derive(Clone, Debug)]
pub struct Judgement {
    /// Whether `x` may go.
    pub verdict: Verdict,
    /// What sort of echo it is.
    pub kind: Kind,
    /// Above 0: on the side of removal.
    pub margin: f64,
    /// Share of the words of `x` that `y` says.
    pub coverage: f64,
    /// Jaccard index of the word bags.
    pub jaccard: f64,
    /// True if both have the same words in the same order.
    pub equal: bool,
    /// What differs.
    pub differences: Differences,
    /// What speaks against removal.
    pub guards: Guards,
}

impl Judgement {
    /// Keeps the paragraph, because its repetition is part of the form.
    pub(super) fn keep_for_form(&mut self) {
        self.verdict = Verdict::Keep;
        self.guards.add(Guard::Structure);
    }
}

/// A judged pair: both directions. Cheap to copy: what is thought of it is shared.
#[derive(Clone, Debug)]
pub struct Pair {
    /// The earlier paragraph, 0-based.
    pub first: u32,
    /// The later paragraph, 0-based.
    pub second: u32,
    /// What is thought of it.
    pub told: Arc<Told>,
}

impl Deref for Pair {
    type Target = Told;

    fn deref(&self) -> &Told {
        &self.told
    }
}

/// What is thought of a pair.
#[derive(Clone, Debug)]
pub struct Told {
    /// May the first go?
    pub forth: Judgement,
    /// May the second go?
    pub back: Judgement,
    /// Words that differ in spelling only, where one of the two may go: word of the first, word of the second.
    pub spellings: Vec<(u32, u32)>,
    /// Sentences (0-based) of the first and of the second that the other says, where the paragraph may go in parts.
    pub said: [Vec<u32>; 2],
}

impl Pair {
    /// True if `paragraph` is one of the two.
    #[must_use]
    pub const fn has(&self, paragraph: u32) -> bool {
        self.first == paragraph || self.second == paragraph
    }
}

/// Weighs both directions of a pair: whether the first may go because the second stays, and the other way round.
/// `alignment` and its `gaps` are seen from the first, which stands `distance` paragraphs before the second; they are
/// given back as they were. Of a direction that can come to nothing only that is told, unless `all` is to be.
#[must_use]
pub(crate) fn judge(
    first: &Side<'_>,
    second: &Side<'_>,
    distance: u32,
    alignment: &mut Alignment,
    gaps: &mut Gaps,
    options: &Options,
    all: bool,
) -> (Judgement, Judgement) {
    let (here, there) = (gaps.free_here(), gaps.free_there());
    let near_equal = jaccard(first, second, here) >= NEAR_EQUAL || jaccard(second, first, there) >= NEAR_EQUAL;
    // Nobody asks of a paragraph that has far too much else what speaks against its removal.
    let asked = |x: &Side<'_>, free: &[usize]| says_enough(x, free, options) || says_a_sentence(x.shape, free);
    let asked = |x, free| all || near_equal || asked(x, free);
    let (forth, back) = (asked(first, here), asked(second, there));
    let told = |x: &Side<'_>, y: &Side<'_>, asked: bool, alignment: &Alignment, gaps: &Gaps| match asked {
        true => differences(x, y, alignment, gaps),
        // Both directions ask what either paragraph says of its own.
        false if forth || back => own_matter(x, y, gaps),
        false => Differences::default(),
    };
    let forth_differences = told(first, second, forth, alignment, gaps);
    alignment.turn();
    gaps.turn();
    let back_differences = told(second, first, back, alignment, gaps);
    let weigh = |x, y, before, over, alignment: &Alignment, gaps: &Gaps, own, other, asked| {
        let weigh = Weigh { x, y, before, over, alignment, gaps, own, other, options };
        if asked { weigh.judgement() } else { weigh.kept() }
    };
    let back = weigh(second, first, false, Over::Not, alignment, gaps, &back_differences, &forth_differences, back);
    alignment.turn();
    gaps.turn();
    let over = stands_over(distance);
    let forth = weigh(first, second, true, over, alignment, gaps, &forth_differences, &back_differences, forth);
    (Judgement { differences: forth_differences, ..forth }, Judgement { differences: back_differences, ..back })
}

/// False if `y` says too little of what `x` says for anything but keep: cheap, and told before the rest is. `found` and
/// `free` are where the words of `x` stand in `y`, and those that do not.
#[must_use]
pub(crate) fn may_cover(x: &Side<'_>, y: &Side<'_>, found: &[Match], free: &[usize], options: &Options) -> bool {
    says_enough(x, free, options) && !scattered(x.folded.len() - free.len(), found, y.folded.len())
}

/// False if too few of the words of `x` found their like, wherever, for a finding; `free` are the others.
fn says_enough(x: &Side<'_>, free: &[usize], options: &Options) -> bool {
    let least = if x.shape.role == Role::Caption { options.threshold * PICTURE_SHARE } else { options.threshold };
    covered(x, free).1 >= least
}

/// How many words of a side found their like, and the share of them that is no trimming; `free` are the others.
fn covered(side: &Side<'_>, free: &[usize]) -> (usize, f64) {
    let solid_words = side.shape.solid_words();
    let solid = |i: &&usize| side.shape.trimmings[**i].is_none();
    let solid_free = if side.shape.is_plain() { free.len() } else { free.iter().filter(solid).count() };
    (side.folded.len() - free.len(), (solid_words - solid_free) as f64 / solid_words.max(1) as f64)
}

/// Jaccard index of the bags of words; `free` are the words of `x` without a like.
fn jaccard(x: &Side<'_>, y: &Side<'_>, free: &[usize]) -> f64 {
    let (nx, ny) = (x.folded.len(), y.folded.len());
    let linked = nx - free.len();
    linked as f64 / (nx + ny - linked).max(1) as f64
}

/// True if the `count` words that were `found` lie far apart in the other text, which has `words`: a long text holds most
/// words of a short one by chance.
fn scattered(count: usize, found: &[Match], words: usize) -> bool {
    let most = 3 * count + 6;
    let places = || found.iter().filter_map(|found| found.index());
    let reach = || places().max().zip(places().min()).map_or(0, |(last, first)| (last - first + 1) as usize);
    count == 0 || words > most && reach() > most
}

/// One direction of a pair on the scales: may `x` go because `y` stays?
struct Weigh<'a> {
    x: &'a Side<'a>,
    y: &'a Side<'a>,
    /// True if `x` stands before `y`.
    before: bool,
    /// How near over `y` it stands.
    over: Over,
    /// Seen from `x`.
    alignment: &'a Alignment,
    gaps: &'a Gaps,
    /// What `x` has that `y` has not.
    own: &'a Differences,
    /// What `y` has that `x` has not.
    other: &'a Differences,
    options: &'a Options,
}

/// What is measured of one direction; see [`Judgement`].
#[derive(Clone, Copy)]
struct Figures {
    margin: f64,
    coverage: f64,
    jaccard: f64,
    equal: bool,
}

/// Fewest words of a paragraph that may go because a longer one holds them.
const LEAST_CONTAINED: usize = 5;

/// Two paragraphs with at least this Jaccard index are of like length and say it in the same words.
pub const NEAR_EQUAL: f64 = 0.7;

/// Share of the words that are neither said, nor synonyms, nor attribution. See [`Weigh::reworded`].
const REWORDED_SHARE: f64 = 0.05;

/// See [`Weigh::reworded`].
const REWORDED_JACCARD: f64 = 0.8;

/// See [`Weigh::goes_on`]: fewer words may be a sentence of their own, "Good luck."
const LEAST_GOING_ON: usize = 4;

/// See [`Weigh::goes_on`].
const GOES_ON_JACCARD: f64 = 0.6;

/// Share of the threshold that is enough for a caption over a body that holds it whole.
const PICTURE_SHARE: f64 = 0.6;

/// A heading with more words in it is another heading: "What Is Catering?", "What Is Catering Insurance?".
const LEAST_HEADING_JACCARD: f64 = 0.79;

/// A heading has fewer words than this.
const HEADING_WORDS: usize = 9;

/// How a paragraph stands over another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// With at most a button between: it may be a heading, whatever it is made of.
    Directly,
    /// With the first sentences of a section between: a line that is no quote may be its heading.
    Closely,
    /// Farther off, or under it.
    Not,
}

/// How a paragraph so many before another one stands over it.
#[must_use]
pub const fn stands_over(distance: u32) -> Over {
    match distance {
        0..=2 => Over::Directly,
        3..=4 => Over::Closely,
        _ => Over::Not,
    }
}

impl Weigh<'_> {
    /// The judgement without what it rests on.
    fn judgement(&self) -> Judgement {
        let (nx, ny) = (self.x.folded.len(), self.y.folded.len());
        let free = self.gaps.free_here();
        let (linked, coverage) = covered(self.x, free);
        let jaccard = jaccard(self.x, self.y, free);
        let equal = nx == ny && free.is_empty() && self.gaps.only_same();
        let margin = (self.limit() - self.own.loss()).clamp(-1.0, 1.0);
        let guards = self.guards(Figures { margin, coverage, jaccard, equal });
        let least = if self.picture_text() { self.options.threshold * PICTURE_SHARE } else { self.options.threshold };
        let verdict = match () {
            () if coverage < least || scattered(linked, &self.alignment.first, ny) => Verdict::Keep,
            () if guards.is_empty() && self.unsure(jaccard) => Verdict::Review,
            () if guards.is_empty() => Verdict::Remove,
            () if *guards == [Guard::Adds] && margin > -0.1 => Verdict::Review,
            () => Verdict::Keep,
        };
        let kind = kind(self.x, self.y, equal, ny > 2 * nx);
        Judgement { verdict, kind, margin, coverage, jaccard, equal, differences: Differences::default(), guards }
    }

    /// The judgement of what can only be kept, without what speaks against removal.
    fn kept(&self) -> Judgement {
        let free = self.gaps.free_here();
        Judgement {
            verdict: Verdict::Keep,
            kind: kind(self.x, self.y, false, self.y.folded.len() > 2 * self.x.folded.len()),
            margin: -1.0,
            coverage: covered(self.x, free).1,
            jaccard: jaccard(self.x, self.y, free),
            equal: false,
            differences: Differences::default(),
            guards: Guards::default(),
        }
    }

    /// A caption over a body that it holds whole: what it adds tells of the picture, unless somebody says it.
    fn picture_text(&self) -> bool {
        let spoken = |i: &usize| self.x.shape.quoted.get(*i).is_some_and(|quoted| *quoted);
        self.x.shape.role == Role::Caption
            && !self.own.new_words.iter().any(spoken)
            && (self.x.shape.tells_of_picture() || self.x.shape.solid_size() >= LINE_WORDS)
            && matches!(self.y.shape.role, Role::Body | Role::Quote)
            && self.other.loss() <= LITTLE
            && self.y.folded.len() >= 6
    }

    /// True where nothing speaks against removal, and the user wants to be asked all the same.
    fn unsure(&self, jaccard: f64) -> bool {
        match self.options.caution {
            Caution::Cautious => !self.verbatim() || self.told_again(jaccard),
            Caution::Normal => self.told_again(jaccard),
            Caution::Eager => false,
        }
    }

    /// True if `y` has every word of `x` in its order, spelling and trimmings aside.
    fn verbatim(&self) -> bool {
        let passed = |what: &Harmless| matches!(what, Harmless::Trimmed(_) | Harmless::Spelling);
        self.own.new_words.is_empty() && self.own.harmless.iter().all(|(what, _)| passed(what))
    }

    /// True for two whole sentences of like length that were written each for itself: which of them should stand is an
    /// editor's choice.
    fn told_again(&self, jaccard: f64) -> bool {
        whole(self.x) && whole(self.y) && (self.reworded(jaccard) || self.goes_on(jaccard))
    }

    /// Neither has all the words of the other: the same event told twice, each time with something else left out. An
    /// excerpt is contiguous.
    fn reworded(&self, jaccard: f64) -> bool {
        let unsaid = (self.own.left_out + self.own.new_words.len() as f64) / self.x.folded.len().max(1) as f64;
        unsaid > REWORDED_SHARE && (0.5..REWORDED_JACCARD).contains(&jaccard)
    }

    /// Where `x` has its full stop the sentence of `y` goes on, and tells another fact. An excerpt breaks off, or ends
    /// where a sentence ends; a standfirst stands before what it is taken from.
    fn goes_on(&self, jaccard: f64) -> bool {
        // Without full stops, where a sentence ends is a guess.
        if self.before || self.x.shape.chars_per_word > 2 {
            return false;
        }
        let told = |side: &Side<'_>, i: usize| side.shape.trimmings[i].is_none() && !side.attributes(i);
        let last = (0..self.x.folded.len()).rev().find(|i| told(self.x, *i));
        let Some(end) = last.and_then(|i| self.alignment.first[i].index()) else { return false };
        let next = end as usize + 1;
        // Behind a quote stands who said it.
        let quoted = |j: usize| self.y.shape.quoted.get(j).copied().unwrap_or_default();
        let starts = &self.y.shape.sentences;
        let to = starts.iter().find(|start| **start >= next).copied().unwrap_or(self.y.folded.len());
        let new = |j: usize| told(self.y, j) && self.y.kinds[j].is_fact() && self.alignment.second[j] == Match::None;
        (GOES_ON_JACCARD..1.0).contains(&jaccard)
            && to - next >= LEAST_GOING_ON
            && quoted(next - 1) == quoted(next)
            && (next..to).any(new)
    }

    /// How much of what `x` says may be new and still be no loss.
    fn limit(&self) -> f64 {
        let line = matches!(self.y.shape.role, Role::Caption | Role::Subheading | Role::ListItem);
        let base = match self.x.shape.role {
            Role::Caption if self.picture_text() => 0.6,
            Role::Caption if line => 0.12,
            Role::Caption | Role::HeadlineFragment => 0.25,
            Role::Quote | Role::PullQuote => 0.12,
            Role::KeyPoint | Role::ListItem => 0.12,
            _ => 0.1,
        };
        match self.options.caution {
            Caution::Cautious => base / 4.0,
            Caution::Normal => base,
            Caution::Eager => base * 1.5,
        }
    }

    /// What speaks against removal: the facts that differ first, then what the pair as a whole tells.
    fn guards(&self, figures: Figures) -> Guards {
        let mut guards = self.own.guards;
        guards.extend(self.new_matter(figures.margin));
        if self.two_pictures() || self.each_its_own(figures.equal) {
            guards.add(Guard::Content);
        }
        self.rivals(figures.jaccard, &mut guards);
        guards.extend(self.own_fact());
        guards.extend(self.form(figures));
        guards.extend(self.short(figures));
        guards
    }

    /// More is new than may be lost.
    fn new_matter(&self, margin: f64) -> Option<Guard> {
        (margin < 0.0).then_some(if self.own.replaced > 0 { Guard::Content } else { Guard::Adds })
    }

    /// Two pictures with one long text: each says a little that the other does not.
    fn two_pictures(&self) -> bool {
        let solid = |own: &Differences, side: &Side<'_>| own.new_words.iter().any(|i| side.kinds[*i].is_solid());
        let captions = self.x.shape.role == Role::Caption && self.y.shape.role == Role::Caption;
        captions && solid(self.own, self.x) && solid(self.other, self.y)
    }

    /// Two texts that say much the same, each with something of its own.
    fn each_its_own(&self, equal: bool) -> bool {
        let lenient =
            matches!(self.x.shape.role, Role::Caption | Role::ListItem | Role::KeyPoint | Role::HeadlineFragment);
        let solid = |own: &Differences, side: &Side<'_>| {
            own.new_words.iter().any(|i| side.kinds[*i].is_solid() && side.shape.trimmings[*i].is_none())
        };
        !lenient && !equal && solid(self.own, self.x) && solid(self.other, self.y)
    }

    /// As long as each other, and each with a fact of the same sort that the other lacks, wherever it stands; or with
    /// another word in its place.
    fn rivals(&self, jaccard: f64, guards: &mut Guards) {
        if jaccard < NEAR_EQUAL {
            return;
        }
        let has = |guard: Guard| facts(self.other, self.y).any(|there| there == guard);
        guards.extend(facts(self.own, self.x).filter(|guard| has(*guard)));
        let edited = self.x.shape.role == Role::ListItem || self.x.shape.tells_of_picture();
        if self.own.replaced > 0 && !edited {
            guards.add(Guard::Content);
        }
    }

    /// A name, number or date of its own is a fact of its own; in a caption it tells of the picture.
    fn own_fact(&self) -> Option<Guard> {
        let passing = match self.x.shape.role {
            Role::Caption => self.x.shape.tells_of_picture() || self.picture_text(),
            role => matches!(role, Role::HeadlineFragment | Role::Quote | Role::PullQuote),
        };
        let fact = |i: &usize| self.x.shape.trimmings[*i].is_none() && self.x.kinds[*i].is_fact();
        (!passing && self.own.new_words.iter().any(fact)).then_some(Guard::Adds)
    }

    /// The repetition is part of the form: a heading taken up by what follows, a title, a body that stands under a
    /// caption.
    fn form(&self, figures: Figures) -> Option<Guard> {
        let (x, y) = (self.x, self.y);
        let words = x.shape.solid_size();
        // Without full stops a short line may always be a heading.
        let stopless = x.shape.chars_per_word > 2 && x.shape.role == Role::Body;
        let heading = stopless
            || x.shape.question && x.shape.role == Role::Body
            || matches!(x.shape.role, Role::Subheading | Role::Headline | Role::ListItem)
            || x.shape.role == Role::Quote && words < 6 && !x.shape.full_stop;
        let other_heading = heading && words < HEADING_WORDS && figures.jaccard < LEAST_HEADING_JACCARD;
        let lower = matches!(x.shape.role, Role::Body | Role::Quote)
            && y.shape.role == Role::Caption
            && (7..=2 * x.folded.len() + 6).contains(&y.folded.len());
        // An article keeps its headline, whatever the text under it says.
        let headline = x.shape.role == Role::Headline && y.shape.role != Role::Headline;
        let form = !figures.equal && (headline || self.heads() || other_heading || lower);
        form.then_some(Guard::Structure)
    }

    /// `x` is a heading by the way it is set, or by the text under it.
    fn heads(&self) -> bool {
        let (x, y) = (self.x, self.y);
        heads(x, y, self.over) || titled(x, y) || heads_unquoted(x, y, self.over, self.alignment)
    }
}

/// True for a sentence or more of running text: a post is signed, an excerpt breaks off.
fn whole(side: &Side<'_>) -> bool {
    let shape = side.shape;
    shape.full_stop && !shape.cut_off && !shape.post && matches!(shape.role, Role::Body | Role::Quote)
}

/// The sorts of fact that a paragraph has of its own.
fn facts<'a>(own: &'a Differences, side: &'a Side<'_>) -> impl Iterator<Item = Guard> + 'a {
    let told = own.new_words.iter().filter(|i| side.shape.trimmings[**i].is_none());
    told.filter_map(|i| match side.kinds[*i] {
        WordKind::Name => Some(Guard::Name),
        WordKind::Number(_) => Some(Guard::Number),
        WordKind::Date(_) => Some(Guard::Date),
        _ => None,
    })
}

fn kind(x: &Side<'_>, y: &Side<'_>, equal: bool, much_longer: bool) -> Kind {
    match x.shape.role {
        Role::Boilerplate => Kind::Boilerplate,
        Role::Headline | Role::HeadlineFragment | Role::Subheading => Kind::Headline,
        Role::Quote | Role::PullQuote if much_longer && y.shape.role != Role::Quote => Kind::PullQuote,
        Role::Quote => Kind::Quote,
        Role::PullQuote => Kind::PullQuote,
        Role::Caption => Kind::Caption,
        _ if equal => Kind::Exact,
        _ => Kind::Restated,
    }
}
