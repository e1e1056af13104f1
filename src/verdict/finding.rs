//! What is told of a paragraph that is, or nearly is, said elsewhere: the same within an article and across a batch.

use crate::paragraph::{Finding, Kind, MOST_NEW_WORDS, ParagraphId, Role, Verdict};
use crate::suspects::Suspects;

use super::judge::Judgement;
use super::reason::{new_words, reason};

/// The finding of a word-for-word copy: of `paragraph`, for `twin`; the roles in the same order.
#[must_use]
pub fn copied([paragraph, twin]: [ParagraphId; 2], [role, twin_role]: [Role; 2]) -> Finding {
    Finding {
        paragraph,
        twin,
        kind: copy_kind(role),
        verdict: Verdict::Remove,
        role,
        twin_role,
        coverage: 1.0,
        jaccard: 1.0,
        margin: 1.0,
        new_words: Vec::new(),
        guards: Vec::new(),
        reason: format!("says word for word what {twin} says"),
        also: Vec::new(),
        elsewhere: None,
    }
}

/// The finding of a judged pair: of `paragraph`, for `twin`.
#[must_use]
pub fn judged(
    [paragraph, twin]: [ParagraphId; 2],
    suspects: &Suspects<'_>,
    judgement: &Judgement,
    verdict: Verdict,
) -> Finding {
    let told = |side| new_words(&side, &judgement.differences, MOST_NEW_WORDS);
    let new_words = suspects.get(paragraph.0).map(|suspect| told(suspect.side())).unwrap_or_default();
    Finding {
        paragraph,
        twin,
        kind: judgement.kind,
        verdict,
        role: suspects.role(paragraph.0),
        twin_role: suspects.role(twin.0),
        coverage: judgement.coverage,
        jaccard: judgement.jaccard,
        margin: judgement.margin,
        reason: reason(judgement, twin, &new_words),
        new_words,
        guards: judgement.guards.to_vec(),
        also: Vec::new(),
        elsewhere: None,
    }
}

/// What sort of echo a word-for-word copy is.
const fn copy_kind(role: Role) -> Kind {
    match role {
        Role::Boilerplate => Kind::Boilerplate,
        Role::Headline | Role::HeadlineFragment | Role::Subheading => Kind::Headline,
        Role::Quote => Kind::Quote,
        Role::PullQuote => Kind::PullQuote,
        Role::Caption => Kind::Caption,
        _ => Kind::Exact,
    }
}
