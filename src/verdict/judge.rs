//! One pair, one direction: may `x` go because `y` stays?

use crate::facts::{Differences, Side, differences};
use crate::lexicon::Lexicon;
use crate::options::{Caution, Options};
use crate::paragraph::{Guard, Kind, Role, Verdict};
use crate::similarity::align::{Alignment, Match};

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
    pub guards: Vec<Guard>,
}

/// Weighs whether `x` may go because `y` says all of it; `alignment` is seen from `x`.
#[must_use]
pub fn judge(x: &Side<'_>, y: &Side<'_>, alignment: &Alignment, lexicon: &Lexicon, options: &Options) -> Judgement {
    let differences = differences(x, y, alignment, lexicon);
    let (nx, ny) = (x.folded.len(), y.folded.len());
    let linked = alignment.first.iter().filter(|m| **m != Match::None).count();
    let solid = |i: &usize| x.shape.trimmings[*i].is_none();
    let solid_words = (0..nx).filter(solid).count();
    let solid_linked = (0..nx).filter(|i| solid(i) && alignment.first[*i] != Match::None).count();
    let coverage = solid_linked as f64 / solid_words.max(1) as f64;
    let jaccard = linked as f64 / (nx + ny - linked).max(1) as f64;
    let equal = nx == ny && alignment.first.iter().enumerate().all(|(i, m)| *m == Match::Same(i as u32));

    let limit = limit(x.shape.role, options);
    let margin = (limit - differences.loss()).clamp(-1.0, 1.0);
    let mut guards = differences.guards.clone();
    if margin < 0.0 {
        guards.push(if differences.replaced > 0 { Guard::Content } else { Guard::Adds });
    }
    if !equal && heading(x) && solid_words < 9 {
        guards.push(Guard::Structure);
    }
    if solid_words < options.min_words {
        guards.push(Guard::TooShort);
    }
    let verdict = match () {
        () if coverage < options.threshold => Verdict::Keep,
        () if guards.is_empty() => Verdict::Remove,
        () if guards == [Guard::Adds] && margin > -0.1 => Verdict::Review,
        () => Verdict::Keep,
    };
    let kind = kind(x, y, equal, coverage, ny > 2 * nx);
    Judgement { verdict, kind, margin, coverage, jaccard, equal, differences, guards }
}

/// How much of what a paragraph says may be new and still be no loss: spelling out, not facts.
fn limit(role: Role, options: &Options) -> f64 {
    let base = match role {
        Role::Caption | Role::HeadlineFragment => 0.2,
        Role::Quote | Role::PullQuote | Role::KeyPoint => 0.12,
        _ => 0.1,
    };
    match options.caution {
        Caution::Cautious => base / 4.0,
        Caution::Normal => base,
        Caution::Eager => base * 1.5,
    }
}

/// A short line without a full stop: it names what follows, even where what follows says it again.
fn heading(x: &Side<'_>) -> bool {
    matches!(x.shape.role, Role::Subheading | Role::Headline | Role::ListItem)
}

fn kind(x: &Side<'_>, y: &Side<'_>, equal: bool, coverage: f64, much_longer: bool) -> Kind {
    let _ = coverage;
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
