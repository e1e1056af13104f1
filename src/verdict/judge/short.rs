//! When a paragraph has too few words to tell an echo from chance, and when its form tells it all the same.

use crate::facts::Harmless;
use crate::paragraph::{Guard, Role};
use crate::role::trimming::Trimming;
use crate::similarity::align::Match;
use crate::verdict::structure::LINE_WORDS;

use super::{Figures, HEADING_WORDS, LEAST_CONTAINED, NEAR_EQUAL, Weigh};

impl Weigh<'_> {
    /// Too few words to tell an echo from chance.
    pub(super) fn short(&self, figures: Figures) -> Option<Guard> {
        let words = self.x.shape.solid_size();
        let contained = figures.coverage > 0.0 && figures.jaccard < 0.6;
        let line = words < if self.x.shape.role == Role::Caption { LINE_WORDS } else { HEADING_WORDS };
        let loosely = contained && figures.coverage < 1.0 && line && !self.x.shape.tells_of_picture();
        let few = words < self.options.min_words && !self.one_credit(figures);
        let short = few || contained && words < LEAST_CONTAINED || loosely;
        (short && !self.begins_as()).then_some(Guard::TooShort)
    }

    /// A title that breaks off behind a file's number: it begins as `y` begins, word for word, whatever its words are
    /// taken for. The steps of a path are no title.
    fn begins_as(&self) -> bool {
        let x = self.x.shape;
        let named = |i: &usize| x.trimmings[*i] == Some(Trimming::FileName);
        let words = || 0..x.trimmings.len();
        let numbered = || words().take_while(named).all(|i| self.x.folded[i].contains(char::is_numeric));
        let told = || words().filter(|i| !named(i));
        let begins = || told().enumerate().all(|(at, i)| self.alignment.first[i] == Match::Same(at as u32));
        let title = x.role == Role::HeadlineFragment && self.y.shape.role != Role::Code;
        title && told().count() >= self.options.min_words && numbered() && begins()
    }

    /// A caption that is all credit and says whose picture it is in the same words: "Locks / Photo by Ann Smith on Pixly".
    fn one_credit(&self, figures: Figures) -> bool {
        let credited = |(what, _): &(Harmless, usize)| *what == Harmless::Trimmed(Trimming::Credit);
        let other = [self.own, self.other].into_iter().any(|side| side.harmless.iter().any(credited));
        let credits = self.x.shape.shows_picture() && self.y.shape.shows_picture();
        let enough = self.x.folded.len() >= LEAST_CONTAINED;
        credits && enough && !other && figures.coverage == 1.0 && figures.jaccard >= NEAR_EQUAL
    }
}
