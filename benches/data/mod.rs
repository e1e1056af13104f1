//! Text for the benches: made from seeds, the same on every machine.
#![allow(dead_code)] // each bench uses its part

/// A small generator of numbers (splitmix64).
pub(crate) struct Seed(pub u64);

impl Seed {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }
}

/// A way of writing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Script {
    Latin,
    Cyrillic,
    Arabic,
    Han,
    Thai,
}

impl Script {
    fn syllables(self) -> Vec<String> {
        let joined = |heads: &[&str], tails: &[&str]| {
            heads.iter().flat_map(|head| tails.iter().map(move |tail| format!("{head}{tail}"))).collect()
        };
        match self {
            Self::Latin => {
                joined(&["b", "d", "gr", "k", "l", "m", "n", "p", "r", "s", "t", "v"], &["a", "e", "il", "on", "u"])
            }
            Self::Cyrillic => {
                joined(&["б", "в", "г", "д", "к", "л", "м", "н", "пр", "с", "т"], &["а", "е", "и", "ой", "у"])
            }
            Self::Arabic => {
                joined(&["ب", "ت", "ج", "د", "ر", "س", "ع", "ف", "ق", "ك", "ل", "م"], &["ا", "ي", "و", "ن"])
            }
            Self::Han => ('\u{4e00}'..'\u{5200}').map(String::from).collect(),
            Self::Thai => joined(&["ก", "ข", "ค", "ง", "จ", "ต", "น", "ม", "ร", "ส"], &["า", "ี", "่อ", "ุ", "้น"]),
        }
    }
}

/// Writes sentences.
pub(crate) struct Writer {
    seed: Seed,
    script: Script,
    words: Vec<String>,
}

impl Writer {
    pub(crate) fn new(script: Script, seed: u64) -> Self {
        let mut seed = Seed(seed);
        let syllables = script.syllables();
        let word = |_| (0..1 + seed.below(4)).map(|_| syllables[seed.below(syllables.len())].as_str()).collect();
        let words = (0..20_000).map(word).collect();
        Self { seed, script, words }
    }

    /// A word; few are used often and most seldom, as people use them.
    pub(crate) fn word(&mut self) -> String {
        let place = self.seed.below(1 << 20) as f64 / (1 << 20) as f64;
        self.words[(place.powi(3) * self.words.len() as f64) as usize].clone()
    }

    pub(crate) fn words(&mut self, count: usize) -> Vec<String> {
        (0..count).map(|_| self.word()).collect()
    }

    /// A paragraph of words that stand in sentences.
    pub(crate) fn paragraph(&self, words: &[String]) -> String {
        let (space, stop) = match self.script {
            Script::Han => ("", "。"),
            Script::Thai => ("", " "),
            _ => (" ", ". "),
        };
        let mut text = String::new();
        for (at, word) in words.iter().enumerate() {
            if at > 0 {
                text.push_str(if at % 12 == 0 { stop } else { space });
            }
            if at % 12 == 0 {
                let mut letters = word.chars();
                text.extend(letters.next().into_iter().flat_map(char::to_uppercase));
                text.push_str(letters.as_str());
            } else {
                text.push_str(word);
            }
        }
        text.push_str(stop.trim_end());
        text
    }

    pub(crate) fn new_paragraph(&mut self) -> (Vec<String>, String) {
        let count = 20 + self.seed.below(40);
        let words = self.words(count);
        let text = self.paragraph(&words);
        (words, text)
    }
}

fn joined(paragraphs: &[String]) -> String {
    paragraphs.join("\n\n")
}

/// Paragraphs of 20 to 60 words, no two alike.
pub(crate) fn unique(paragraphs: usize, script: Script) -> String {
    let mut writer = Writer::new(script, 1);
    joined(&(0..paragraphs).map(|_| writer.new_paragraph().1).collect::<Vec<_>>())
}

/// Articles of 30 paragraphs in each of which three come again: as they are, without the last words, with a slip.
pub(crate) fn articles_with_echoes(count: usize) -> Vec<String> {
    let mut writer = Writer::new(Script::Latin, 2);
    (0..count)
        .map(|_| {
            let drafts: Vec<(Vec<String>, String)> = (0..27).map(|_| writer.new_paragraph()).collect();
            let mut paragraphs: Vec<String> = drafts.iter().map(|draft| draft.1.clone()).collect();
            paragraphs.insert(9, drafts[4].1.clone());
            let words = &drafts[12].0;
            paragraphs.insert(20, writer.paragraph(&words[..words.len() - 3]));
            let mut words = drafts[20].0.clone();
            let slip = words.iter().position(|word| word.len() > 7).unwrap_or(3);
            words[slip].push('s');
            paragraphs.push(writer.paragraph(&words));
            joined(&paragraphs)
        })
        .collect()
}

/// Two paragraphs of `words` words, equal but for one word in `step`.
pub(crate) fn near_equal(words: usize, step: usize) -> [String; 2] {
    let mut writer = Writer::new(Script::Latin, 3);
    let one = writer.words(words);
    let mut other = one.clone();
    for word in other.iter_mut().skip(step / 2).step_by(step) {
        *word = writer.word();
    }
    [writer.paragraph(&one), writer.paragraph(&other)]
}

/// One paragraph again and again.
pub(crate) fn equal(paragraphs: usize) -> String {
    let (_, paragraph) = Writer::new(Script::Latin, 4).new_paragraph();
    joined(&vec![paragraph; paragraphs])
}

/// Paragraphs of `words` words, three of which, in a row, all of them have.
pub(crate) fn one_shingle(paragraphs: usize, words: usize) -> String {
    let mut writer = Writer::new(Script::Latin, 5);
    let common = writer.words(3);
    let paragraph = |_| {
        let own = writer.words(words - 3);
        let half = own.len() / 2;
        writer.paragraph(&[&own[..half], &common, &own[half..]].concat())
    };
    joined(&(0..paragraphs).map(paragraph).collect::<Vec<_>>())
}

/// Families of `members` paragraphs of 40 words, any two of which have 29 words in a row: 72 %, where a twin must say 75 %.
pub(crate) fn just_under(paragraphs: usize, members: usize) -> String {
    let mut writer = Writer::new(Script::Latin, 6);
    let mut common = Vec::new();
    let paragraph = |at| {
        if at % members == 0 {
            common = writer.words(29);
        }
        let own = writer.words(11);
        writer.paragraph(&[&own[..5], &common, &own[5..]].concat())
    };
    joined(&(0..paragraphs).map(paragraph).collect::<Vec<_>>())
}

/// Half of the paragraphs are one text, and the others say it and more.
pub(crate) fn copies_and_more(paragraphs: usize) -> String {
    let mut writer = Writer::new(Script::Latin, 7);
    let common = writer.words(30);
    let paragraph = |at| {
        let own = writer.words(if at % 2 == 0 { 0 } else { 12 });
        writer.paragraph(&[common.as_slice(), &own].concat())
    };
    joined(&(0..paragraphs).map(paragraph).collect::<Vec<_>>())
}

/// Every paragraph comes twice, the second time with a slip of the pen.
pub(crate) fn slips(paragraphs: usize) -> String {
    let mut writer = Writer::new(Script::Latin, 8);
    let pair = |_| {
        let (mut words, one) = writer.new_paragraph();
        let long = words.iter_mut().find(|word| word.len() > 7);
        if let Some(word) = long {
            word.replace_range(3..4, "y");
        }
        [one, writer.paragraph(&words)]
    };
    joined(&(0..paragraphs / 2).flat_map(pair).collect::<Vec<_>>())
}

/// Families of `members` paragraphs that say the same, each with a slip of the pen.
pub(crate) fn near_copies(paragraphs: usize, members: usize) -> String {
    let mut writer = Writer::new(Script::Latin, 11);
    let mut common = Vec::new();
    let paragraph = |at| {
        if at % members == 0 {
            common = writer.words(40);
        }
        let mut words = common.clone();
        let slip = (0..40).map(|_| writer.seed.below(40)).find(|&word| words[word].len() > 7).unwrap_or(3);
        let letter = writer.seed.below(words[slip].len());
        words[slip].replace_range(letter..=letter, "y");
        writer.paragraph(&words)
    };
    joined(&(0..paragraphs).map(paragraph).collect::<Vec<_>>())
}

/// Names of picture files that begin with the same letters, as all titles do.
pub(crate) fn file_names(paragraphs: usize) -> String {
    let mut writer = Writer::new(Script::Latin, 9);
    let name = |_| format!("the-harbour-wall-{}.jpg", writer.words(3).join("-"));
    joined(&(0..paragraphs).map(name).collect::<Vec<_>>())
}

/// Two paragraphs of `words` and half as many words, all one word but for the last of the shorter.
pub(crate) fn one_word(words: usize) -> String {
    format!("{}\n\n{}b", "a ".repeat(words), "a ".repeat(words / 2))
}

/// One paragraph of at least `bytes` bytes.
pub(crate) fn one_paragraph(bytes: usize) -> String {
    let mut writer = Writer::new(Script::Latin, 10);
    let mut text = String::new();
    while text.len() < bytes {
        text.push_str(&writer.new_paragraph().1);
        text.push(' ');
    }
    text
}
