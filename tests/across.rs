//! A batch compared article with article: what goes, what stays, what is told, and that nothing hangs on the threads.

mod common;

use std::collections::BTreeSet;

use common::Desk;
use proptest::prelude::*;
use serde_json::{Value, json};

/// Articles about different things.
const BODIES: &[&str] = &[
    "The ferry to Oldmoor Island will run again from Monday, two months after its engine failed in the harbour mouth.\n\n\
     Passengers had crossed in fishing boats since August, and the island's shop ran out of flour and paraffin twice.",
    "A beaver has moved into the moat of Castle Harrow and felled eleven poplars that were planted for the coronation.\n\n\
     Gardeners wrapped the surviving trunks in chicken wire while the council waits for advice from the river trust.",
    "Pupils at Linden Street primary baked a loaf four metres long and sold it by the slice to pay for a new piano.\n\n\
     Their headteacher said the oven of the village bakery had been lent overnight, yeast and all.",
    "Astronomers on Mount Veel measured the rotation of a comet that nobody expected to survive its pass of the sun.\n\n\
     Its nucleus turns once in nine hours, slower than models of dust and ice had suggested.",
    "The orchestra of Brenn will tour without its conductor, who broke a wrist while skating on the frozen canal.\n\n\
     Rehearsals for the Sibelius symphony are led by the principal cellist instead, a former pupil of his.",
];

const BOX: &str = "Sign up for our weekly newsletter and never miss a story from the islands and the coast.";

fn line(id: usize, url: &str, text: &str) -> String {
    json!({ "id": format!("n{id}"), "url": url, "text": text }).to_string() + "\n"
}

/// An article on each body, with a paragraph more.
fn with(paragraphs: &[&str], site: &str) -> String {
    let text =
        |(at, more): (usize, &&str)| line(at, &format!("https://{site}/{at}"), &format!("{}\n\n{more}\n", BODIES[at]));
    paragraphs.iter().enumerate().map(text).collect()
}

fn texts(out: &str) -> Vec<String> {
    let text = |line: &str| {
        let value: Value = serde_json::from_str(line).expect("JSON");
        value["text"].as_str().expect("a text").to_owned()
    };
    out.lines().map(text).collect()
}

/// Which of the articles still hold `what`.
fn holders(out: &str, what: &str) -> Vec<usize> {
    texts(out).iter().enumerate().filter(|(_, text)| text.contains(what)).map(|(at, _)| at).collect()
}

#[test]
fn boilerplate_goes_from_all_articles_of_its_site_and_can_be_undone() {
    let desk = Desk::new();
    let near = "Sign up for our weekly newsletter, and never miss a story from the islands and the coast";
    let other = line(9, "https://elsewhere.example/a", &format!("{}\n\n{BOX}\n", BODIES[4]));
    let batch = with(&[BOX, BOX, near, BODIES[4]], "www.oldmoor.example:80") + &other;
    desk.write("in.jsonl", &batch);
    desk.run("clean in.jsonl -o off.jsonl").ok();
    assert_eq!(desk.text("off.jsonl"), batch, "each article by itself has nothing to lose");
    let ran = desk.run("clean in.jsonl -o out.jsonl --across boilerplate --log log --diff d --stats s").ok();
    let ran = ran.says("3 of them said in other articles");
    assert_eq!(holders(&desk.text("out.jsonl"), "weekly newsletter"), [4], "the other site has it once: {}", ran.err);
    let log = desk.text("log");
    let found: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let found: Vec<&Value> = found.iter().filter(|entry| entry["type"] == "finding").collect();
    assert_eq!(found.len(), 3);
    assert_eq!(found[0]["elsewhere"], json!({"doc": "n1", "span": [228, 316], "articles": 3, "from_all": true}));
    assert_eq!((&found[0]["kind"], &found[0]["twin"]), (&json!("boilerplate"), &json!(2)));
    let reason = found[1]["reason"].as_str().expect("a reason");
    assert_eq!(reason, "says word for word what ¶3 of n0 says; 3 articles have it");
    assert!(desk.text("d").contains("p3 boilerplate of p3 in n1, one of 3 articles, 1.00"), "{}", desk.text("d"));
    assert!(desk.text("s").contains("\"across\": 3"));
    desk.run("verify in.jsonl out.jsonl --log log").ok();
    assert_eq!(desk.run("restore out.jsonl --log log").ok().text(), batch);
    desk.run("clean in.jsonl -o few.jsonl --across boilerplate --min-articles 4").ok();
    assert_eq!(desk.text("few.jsonl"), batch);
    desk.run("clean in.jsonl -o one.jsonl --across boilerplate --one-site").ok();
    assert_eq!(holders(&desk.text("one.jsonl"), "weekly newsletter"), [0usize; 0]);
    desk.run("clean in.jsonl --across boilerplate --min-articles 1").exits(2).says("2 or more");
}

#[test]
fn the_site_is_a_field_or_a_folder() {
    let desk = Desk::new();
    let article = |at: usize| format!("{}\n\n{BOX}\n", BODIES[at]);
    desk.write("in/a/1.txt", article(0)).write("in/a/2.txt", article(1)).write("in/a/3.txt", article(2));
    desk.write("in/b/1.txt", article(3)).write("in/b/2.txt", article(4));
    desk.run("clean in -o out --across boilerplate --log log").ok();
    let left = ["a/1", "a/2", "a/3", "b/1", "b/2"].map(|name| desk.text(format!("out/{name}.txt")).contains(BOX));
    assert_eq!(left, [false, false, false, true, true]);
    desk.run("verify in out --log log").ok();
    let batch: String =
        (0..5).map(|at| json!({"text": article(at), "paper": (["x", "y"][at / 3])}).to_string() + "\n").collect();
    desk.write("in.jsonl", batch);
    let ran = desk.run("clean in.jsonl --across boilerplate --site-field paper").ok();
    assert_eq!(holders(ran.text(), BOX), [3, 4]);
}

#[test]
fn what_belongs_to_the_articles_stays() {
    let desk = Desk::new();
    // Three reports of one event share a statement; short lines are headings.
    let said = "Captain Ines Falk said on Friday that the new engine had passed every trial on the open sea.";
    let story = |lead: &str| {
        format!(
            "{lead} the ferry Oldmoor whose engine failed in August will carry passengers, flour and paraffin to the island harbour.\n\n\
             What happens next\n\n{said}\n"
        )
    };
    // Headings are of one name in every article of a handbook, and each stands over something else.
    for heading in ["FAQ", "FAQs", "Help", "Inhalt", "Contact:", "Kontakt", "/login"] {
        let batch: String = BODIES
            .iter()
            .enumerate()
            .map(|(at, body)| {
                line(at, "https://oldmoor.example", &body.replacen("\n\n", &format!("\n\n{heading}\n\n"), 1))
            })
            .collect();
        desk.write("in.jsonl", &batch);
        assert_eq!(desk.run("clean in.jsonl --across boilerplate").ok().text(), batch, "{heading}");
    }
    // The word that is furniture in three articles is a path and a key in two others.
    let lines = ["Login", "Login", "Login", "/login", "\"login\": {"];
    desk.write("in.jsonl", with(&lines, "oldmoor.example"));
    let run = desk.run("clean in.jsonl --across boilerplate");
    assert_eq!(holders(run.ok().text(), "ogin"), [3, 4]);
    let batch: String = ["On Monday", "From next week", "After two months"]
        .iter()
        .enumerate()
        .map(|(at, lead)| line(at, "https://oldmoor.example", &story(lead)))
        .collect();
    desk.write("in.jsonl", &batch);
    assert_eq!(desk.run("clean in.jsonl --across boilerplate").ok().text(), batch);
}

#[test]
fn a_template_with_other_numbers_stays_unless_it_is_asked_for() {
    let desk = Desk::new();
    let counts = [3, 14, 15, 92]
        .map(|n| format!("This story has been read {n} times and shared {} times by our readers.", n * 2));
    let batch = with(&counts.each_ref().map(String::as_str), "oldmoor.example");
    desk.write("in.jsonl", &batch);
    for mode in ["boilerplate", "repeats"] {
        assert_eq!(desk.run(&format!("clean in.jsonl --across {mode}")).ok().text(), batch);
    }
    let ran = desk.run("clean in.jsonl --across boilerplate --templates --log log").ok();
    assert_eq!(holders(ran.text(), "has been read"), [0usize; 0]);
    assert!(desk.text("log").contains("with other numbers; 4 articles have it"));
    let ran = desk.run("clean in.jsonl --across repeats --templates").ok();
    assert_eq!(holders(ran.text(), "has been read"), [0]);
}

#[test]
fn repeats_stay_in_the_first_article_that_has_them() {
    let desk = Desk::new();
    let near = "Sign up for our weekly newsletter, and never miss a story from the islands and the coast";
    let other = "Sign up for our weekly newsletter and never miss a story from the mountains and the lakes.";
    let batch = with(&[BODIES[4], BOX, near, other, BOX], "oldmoor.example");
    desk.write("in.jsonl", &batch);
    desk.run("clean in.jsonl -o out.jsonl --across repeats --log log").ok();
    let out = desk.text("out.jsonl");
    assert_eq!(holders(&out, "islands and the coast"), [1]);
    assert_eq!(holders(&out, "mountains and the lakes"), [3], "it says something else");
    assert_eq!(holders(&out, "orchestra"), [0], "the last article is said by the first, but for its box");
    desk.run("verify in.jsonl out.jsonl --log log").ok();
    assert_eq!(desk.run("restore out.jsonl --log log").ok().text(), batch);
    desk.write("again.jsonl", &out);
    assert_eq!(desk.run("clean again.jsonl --across repeats").ok().text(), out, "cleaned twice is cleaned once");
    desk.run("clean in.jsonl -o small.jsonl --across repeats --memory 1MiB").ok();
    assert_eq!(desk.text("small.jsonl"), out);
    for size in ["1KiB", "2 elephants", "GiB", "99999999999G"] {
        let memory = format!("--memory={size}");
        desk.spawn(desk.command("clean in.jsonl").arg(memory), b"").exits(2);
    }
    // From a pipe, in place, and resumed, it is the same.
    assert_eq!(desk.feed("clean --format jsonl --across repeats", batch.as_bytes()).ok().text(), out);
    desk.run("clean in.jsonl -o out.jsonl --across repeats --log log --resume").ok();
    assert_eq!(desk.text("out.jsonl"), out);
    desk.run("clean in.jsonl --across repeats --in-place --log log2").ok();
    assert_eq!(desk.text("in.jsonl"), out);
}

#[test]
fn bounds_that_are_hit_are_told() {
    let desk = Desk::new();
    let words = |from: usize| (from..from + 30).map(|n| format!("w{}", n * n % 9973)).collect::<Vec<_>>().join(" ");
    // A hundred paragraphs that begin alike and go on each in its own way.
    let batch: String = (0..100).map(|at| line(at, "u", &format!("{} {}", words(1), words(100 + 30 * at)))).collect();
    desk.write("in.jsonl", batch);
    let told = "bounds hit across articles: ";
    let ran = desk.run("clean in.jsonl -o out.jsonl --across repeats --log log --stats stats").ok().says(told);
    assert!(ran.err.contains("with more holders than are looked up"), "{}", ran.err);
    let end: Value = serde_json::from_str(desk.text("log").lines().last().expect("a line")).expect("JSON");
    let stats: Value = serde_json::from_str(&desk.text("stats")).expect("JSON");
    assert!(end["capped"]["postings"].as_u64() > Some(0), "{end}");
    assert_eq!(end["capped"], stats["capped_across"]);
    desk.run("verify in.jsonl out.jsonl --log log").ok();
}

#[test]
fn what_goes_across_articles_is_put_to_people() {
    let desk = Desk::new();
    let batch = with(&[BOX, BOX, BOX], "oldmoor.example");
    desk.write("in.jsonl", &batch);
    desk.run("clean in.jsonl -o out.jsonl --across boilerplate --report r.html").ok();
    let page = desk.text("r.html");
    assert!(page.contains("¶3 in n1, one of 3 articles"), "the twin's document, and how many have it");
    assert!(page.matches("Sign up").count() > 1, "paragraph and twin are shown");
    let listed = desk.run("review in.jsonl --across boilerplate --list --decisions d").ok();
    let ids: Vec<&str> = listed.text().lines().filter_map(|line| line.split('\t').next()).collect();
    assert_eq!(ids.len(), 3);
    let restored = format!("review in.jsonl --across boilerplate --decisions d --restore {}", ids[0]);
    desk.run(&restored).ok();
    let ran = desk.run("clean in.jsonl -o kept.jsonl --across boilerplate --decisions d --log log").ok();
    // One text in three articles: the findings have one id.
    ran.says("3 applied, 0 new, 0 moot, 0 stale, 0 conflicting");
    assert_eq!(desk.text("kept.jsonl"), batch);
    desk.run("verify in.jsonl kept.jsonl --log log").ok();
    desk.write("none", "");
    desk.run("clean in.jsonl -o all.jsonl --across boilerplate --decisions none --undecided restore").ok();
    assert_eq!(desk.text("all.jsonl"), batch);
}

#[test]
fn pages_are_compared_with_texts() {
    let desk = Desk::new();
    for (at, body) in BODIES.iter().enumerate().take(3) {
        let paragraphs: Vec<String> = body.split("\n\n").map(|text| format!("<p>{text}</p>\n")).collect();
        let page = format!("<article>\n{}<p><em>Sign up</em>{}</p>\n</article>\n", paragraphs.concat(), &BOX[7..]);
        desk.write(format!("in/{at}.html"), page);
    }
    desk.write("in/text.txt", format!("{}\n\n{BOX}\n", BODIES[3]));
    desk.run("clean in -o out --across boilerplate --log log").ok();
    for name in ["0.html", "1.html", "2.html", "text.txt"] {
        assert!(!desk.text(format!("out/{name}")).contains("weekly newsletter"), "{name}");
    }
    desk.run("verify in out --log log").ok();
    // Pages of two sites in one folder, by what they say of themselves.
    let heads = [
        r#"<link href="https://b.example/1" rel="canonical">"#,
        r#"<meta content="http://www.b.example/2" property="og:url">"#,
    ];
    for (at, head) in heads.iter().enumerate() {
        let page = desk.text(format!("in/{at}.html"));
        desk.write(format!("in/{at}.html"), format!("<html><head>{head}</head><body>{page}</body></html>"));
    }
    desk.run("clean in -o sites --across boilerplate --min-articles 2 --log log").ok();
    let b = desk.text("log").lines().filter(|line| line.contains("weekly newsletter")).count();
    assert_eq!(b, 4, "two of either site");
    desk.run("clean in -o three --across boilerplate --log log").ok();
    assert!(!desk.text("log").contains("weekly newsletter"), "of no site three have it");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(12) })]

    #[test]
    fn any_number_of_threads_gives_the_same(picks in prop::collection::vec(prop::collection::vec(0usize..8, 1..5), 2..30)) {
        let desk = Desk::new();
        let near = BOX.replace("never", "you will never");
        let pool: Vec<&str> = BODIES.iter().flat_map(|body| body.split("\n\n")).take(6).chain([BOX, &near]).collect();
        let article = |(at, picks): (usize, &Vec<usize>)| {
            let paragraphs: Vec<&str> = picks.iter().map(|pick| pool[*pick]).collect();
            line(at, ["https://a.example", "https://b.example"][at % 2], &paragraphs.join("\n\n"))
        };
        desk.write("in.jsonl", picks.iter().enumerate().map(article).collect::<String>());
        for mode in ["boilerplate", "repeats"] {
            let run = |threads: usize| {
                desk.run(&format!("clean in.jsonl -q --across {mode} --threads {threads} -o {threads} --log {threads}.log")).ok();
                (desk.text(threads.to_string()), desk.text(format!("{threads}.log")))
            };
            let (out, log) = run(1);
            for threads in [2, 8] {
                prop_assert_eq!(&run(threads), &(out.clone(), log.clone()));
            }
            desk.run("verify in.jsonl 1 --log 1.log").ok();
            if mode == "repeats" {
                let words = |text: &str| -> BTreeSet<String> { text.split_whitespace().map(str::to_owned).collect() };
                let all = texts(&out).join(" ");
                let before = desk.text("in.jsonl");
                let lost: Vec<String> = words(&texts(&before).join(" ")).difference(&words(&all)).cloned().collect();
                prop_assert!(lost.iter().all(|word| ["you", "will"].contains(&word.as_str())), "{:?} is lost", lost);
            }
        }
    }
}
