//! What texts are made of: paragraphs that echo each other, what stands between them, and texts made of these by a
//! program of bytes, so that a fuzzer changes articles and not only letters.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use unecho::markup::Syntax;

/// Paragraphs that echo each other in every way, and some that look like something else.
pub(crate) const PARAGRAPHS: &[&str] = &[
    "The mayor opened the new bridge over the river Lenne on a rainy Tuesday morning.",
    "The mayor opened the new bridge over the river Lenne on a rainy Tuesday morning",
    "Opening: The mayor opened the new bridge over the river Lenne on a rainy Tuesday morning (pictured)",
    "The mayor opened the new bridge over the river Lenne on a rainy Wednesday morning.",
    "\u{201c}We waited eleven years for this bridge and it was worth it,\u{201d} said Anna Holm, who runs the bakery.",
    "\"We waited eleven years for this bridge and it was worth it,\" Holm told reporters.",
    "Twelve people were hurt in the storm, and two of them were taken to hospital by boat.",
    "Twenty people were hurt in the storm, and two of them were taken to hospital by boat.",
    "1714153880 676 The mayor opened the new bridge over",
    "--- a/article.txt",
    "+++ b/article.txt",
    "@@ -1,3 +1,2 @@ looks like a hunk",
    "\\ No newline at end of file",
    "* * *",
    "Advertisement",
    "Мэр открыл новый мост через реку в дождливый вторник утром.",
    "市长在一个下雨的星期二早上为河上的新桥揭幕。",
    "two lines of one paragraph\nthat go together through the machine",
    "two lines of one paragraph\r\nthat go together through the machine",
    "a\u{301}n accent and a\u{ad} soft hyphen and a zero\u{200b}width space in one line of text",
    "\u{1b}[31mescape\u{1b}[0m sequences and \u{202e}overrides\u{202c} are only text here",
];

pub(crate) const PARTINGS: &[&str] =
    &["\n\n", "\r\n\r\n", "\n", "\n\n\n \n", "\n\t\n", "\r", "\u{2029}\u{2029}", "\n\u{a0}\n"];

/// What stands in pages.
pub(crate) const TAGS: &[&str] = &[
    "<p>",
    "</p>",
    "<div>",
    "</div>",
    "<ul>",
    "</ul>",
    "<ol>",
    "<li>",
    "</li>",
    "<blockquote>",
    "</blockquote>",
    "<figure>",
    "</figure>",
    "<figcaption>",
    "</figcaption>",
    "<img src=a.png alt='a b'>",
    "<br>",
    "<br><br>",
    "<br/>\n<br/>",
    "<b>",
    "</b>",
    "<em class=caption>",
    "</em>",
    "<a href=x>",
    "</a>",
    "<h1>",
    "</h1>",
    "<h2>",
    "</h2>",
    "<pre>",
    "</pre>",
    "<table><tr><td>",
    "</td></tr></table>",
    "<script>if (a < b) {}</script>",
    "<!-- <p> -->",
    "<nav>",
    "</nav>",
    "<span hidden>",
    "</span>",
    "\n",
    "\n  ",
    "\r\n",
    " ",
    "&amp;",
    "&nbsp;",
    "&#8217;",
    "<title>",
    "</title>",
    "<svg><title>",
    "</svg>",
    "<",
    "</",
    "<p",
    "\u{feff}",
    "é",
    "市",
    "<article>",
    "</article>",
    "<hr>",
    "<body>",
    "</body>",
    "<dl><dt>",
    "<dd>",
    "</dl>",
    "<article><header><h2><a href=x>The ferry runs again</a></h2>",
    "</header>",
    "<blockquote><a href=x>Ada wrote:</a>",
    "<aside class=pullquote aria-hidden=true>",
    "</aside>",
    "<h5>",
    "</h5>",
];

/// What stands in Markdown.
pub(crate) const MARKS: &[&str] = &[
    "\n",
    "\n\n",
    "\n\n\n",
    "\r\n\r\n",
    "- ",
    "* ",
    "1. ",
    "2) ",
    "> ",
    ">\n",
    "# ",
    "## ",
    "    ",
    "  ",
    "\t",
    "```\n",
    "---\n",
    "===\n",
    "| a | b |\n|---|---|\n",
    "![alt](a.png)",
    "*",
    "**",
    "_",
    "`",
    "[x]: http://a.b\n",
    "[^1]: ",
    "[^1]",
    "<div>\n",
    "</div>\n",
    "<!-- -->\n",
    "\\",
    "  \n",
    "\u{feff}",
    "é",
    "市",
    "&amp;",
    "+++\n",
    "- [ ] ",
];

/// Sentences for pages and Markdown.
pub(crate) const SENTENCES: &[&str] = &[
    "The mayor opened the new bridge over the river Lenne on a rainy Tuesday morning in May.",
    "The mayor opened the new bridge over the river Lenne on a rainy Tuesday morning in May",
    "We waited eleven years for this bridge and it was worth it, said Anna Holm of the bakery.",
    "Twelve people were hurt in the storm, and two of them were taken to hospital by boat.",
    "Ada",
];

/// The paragraphs of the corpus, and those above.
fn paragraphs() -> &'static [String] {
    static PARAGRAPHS_OF_CORPUS: OnceLock<Vec<String>> = OnceLock::new();
    PARAGRAPHS_OF_CORPUS.get_or_init(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = root.ancestors().map(|folder| folder.join("corpus/cases")).find(|folder| folder.is_dir());
        let cases = root.into_iter().flat_map(|root| fs::read_dir(root).into_iter().flatten().flatten());
        let files = cases.flat_map(|case| fs::read_dir(case.path()).into_iter().flatten().flatten());
        let inputs = files.filter(|file| file.file_name().to_string_lossy().starts_with("input."));
        let mut texts: Vec<String> = inputs.filter_map(|file| fs::read_to_string(file.path()).ok()).collect();
        texts.sort_unstable();
        let of = |text: &String| text.split("\n\n").map(str::to_owned).collect::<Vec<_>>();
        let mut all: Vec<String> = texts.iter().flat_map(of).collect();
        all.extend(PARAGRAPHS.iter().chain(SENTENCES).map(|text| (*text).to_owned()));
        all
    })
}

/// The text that `program` makes: each byte is a step (a paragraph, a mark, the last paragraph with a word less, with
/// another word, cut short, some letters), those after it tell which.
pub(crate) fn text(program: &[u8], syntax: Syntax) -> String {
    let (all, marks) = (
        paragraphs(),
        if syntax == Syntax::Plain {
            PARTINGS
        } else if syntax.is_html() {
            TAGS
        } else {
            MARKS
        },
    );
    let mut steps = program.iter().copied();
    let (mut text, mut last) = (String::new(), String::new());
    while let Some(step) = steps.next() {
        let mut next = || usize::from(steps.next().unwrap_or(0));
        match step % 8 {
            0 | 1 => last.clone_from(&all[(next() * 256 + next()) % all.len()]),
            2 | 3 => {
                text.push_str(marks[next() % marks.len()]);
                continue;
            }
            4 => last = without_word(&last, next()),
            5 => last = with_word(&last, next(), all[next() % all.len()].split(' ').next().unwrap_or_default()),
            6 => {
                let letters: Vec<u8> = (0..next() % 16).map(|_| next() as u8).collect();
                text.push_str(&String::from_utf8_lossy(&letters));
                continue;
            }
            _ => last = last.split_inclusive(' ').take(next() % 32 + 3).collect(),
        }
        text.push_str(&last);
        if step & 8 == 0 {
            text.push_str("\n\n");
        }
    }
    text
}

fn without_word(text: &str, which: usize) -> String {
    let count = text.split_inclusive(' ').count().max(1);
    text.split_inclusive(' ').enumerate().filter(|(at, _)| *at != which % count).map(|(_, word)| word).collect()
}

fn with_word(text: &str, which: usize, new: &str) -> String {
    let count = text.split(' ').count();
    let words = text.split(' ').enumerate().map(|(at, word)| if at == which % count { new } else { word });
    words.collect::<Vec<_>>().join(" ")
}

/// A JSON string of `text`, each character escaped as `how` says.
pub(crate) fn json_string(text: &str, how: &[u8]) -> String {
    let mut json = String::from('"');
    for (at, c) in text.chars().enumerate() {
        match (how.get(at % how.len().max(1)).copied().unwrap_or(0) % 8, c) {
            (0, _) => c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| json.push_str(&format!("\\u{unit:04x}"))),
            (1, '/') => json.push_str("\\/"),
            (_, '\n') => json.push_str("\\n"),
            (_, '"' | '\\') => json.extend(['\\', c]),
            (_, c) if c < ' ' => json.push_str(&format!("\\u{:04X}", c as u32)),
            (_, c) => json.push(c),
        }
    }
    json + "\""
}
