//! What a finding is known by from run to run: its two texts, and which of several equal findings it is.

use std::collections::HashMap;
use std::fmt;

use data_encoding::BASE32_NOPAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::paragraph::Findings;

/// The first 120 bits of a text's SHA-256, in small base32. A decision rests on it, so nobody may be able to make a
/// text with the hash of another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TextHash(Box<str>);

/// Bytes of SHA-256 that a [`TextHash`] keeps.
const HASH_BYTES: usize = 15;

/// Characters of an id; each is 5 bits.
const ID_CHARS: usize = 16;

impl TextHash {
    /// The hash of a paragraph's bytes as the source has them.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self::of_bytes(text.as_bytes())
    }

    pub(super) fn of_bytes(bytes: &[u8]) -> Self {
        let digest = Sha256::digest(bytes);
        Self(BASE32_NOPAD.encode(&digest[..HASH_BYTES]).to_ascii_lowercase().into())
    }
}

impl fmt::Display for TextHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// What a finding is known by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Identity {
    /// Made of the two hashes and a number that tells apart the findings of one document that have the same two texts.
    /// The document's name and the place in it are no part of it.
    pub id: String,
    /// Hash of the paragraph.
    pub paragraph: TextHash,
    /// Hash of its twin.
    pub twin: TextHash,
}

/// The identities of all findings of a document, in their order.
#[must_use]
pub fn identify(text: &str, findings: &Findings) -> Vec<Identity> {
    let mut seen: HashMap<(TextHash, TextHash), usize> = HashMap::new();
    let mut identities = Vec::with_capacity(findings.findings.len());
    for finding in &findings.findings {
        let hash = |index: usize| TextHash::of(findings.paragraphs[index].of(text));
        let elsewhere = finding.elsewhere.as_ref().map(|elsewhere| TextHash::of(&elsewhere.text));
        let (paragraph, twin) = (hash(finding.paragraph.index()), elsewhere);
        let twin = twin.unwrap_or_else(|| hash(finding.twin.index()));
        let ordinal = seen.entry((paragraph.clone(), twin.clone())).or_insert(0);
        let whole = TextHash::of(&format!("unecho decision\n{paragraph}\n{twin}\n{ordinal}"));
        *ordinal += 1;
        identities.push(Identity { id: whole.0[..ID_CHARS].to_owned(), paragraph, twin });
    }
    identities
}
