//! The numbers of what a word belongs to: mostly one, seldom more than three.

/// As many as need no allocation.
const FEW: usize = 3;

/// A short list of numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Numbers {
    /// The first so many of them.
    Few(u8, [i32; FEW]),
    Many(Vec<i32>),
}

impl Default for Numbers {
    fn default() -> Self {
        Self::Few(0, [0; FEW])
    }
}

impl From<i32> for Numbers {
    fn from(number: i32) -> Self {
        Self::Few(1, [number, 0, 0])
    }
}

impl Numbers {
    pub(super) fn as_slice(&self) -> &[i32] {
        match self {
            Self::Few(len, few) => &few[..usize::from(*len)],
            Self::Many(many) => many,
        }
    }

    pub(super) fn push(&mut self, number: i32) {
        match self {
            Self::Few(len, few) => match few.get_mut(usize::from(*len)) {
                Some(place) => {
                    *place = number;
                    *len += 1;
                }
                None => *self = Self::Many([few.as_slice(), &[number]].concat()),
            },
            Self::Many(many) => many.push(number),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Numbers;

    proptest! {
        #[test]
        fn like_a_vector(all: Vec<i32>) {
            let mut numbers = Numbers::default();
            for number in &all {
                numbers.push(*number);
            }
            prop_assert_eq!(numbers.as_slice(), all);
        }
    }
}
