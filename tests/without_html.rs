//! Without the HTML reader, a page is refused rather than read as text; and a table without the Parquet reader.

#![cfg(all(feature = "io", not(feature = "html")))]

use unecho::batch::{Destination, Job, run};
use unecho::io::files::{Format, inputs};
use unecho::{Deduplicator, Options};

fn clean(name: &str, format: Option<Format>) -> (u64, Vec<String>, Option<String>) {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let (page, out) = (folder.path().join(name), folder.path().join("out"));
    std::fs::write(&page, "<p>The mayor opened the bridge.</p>\n").expect("written");
    let job = Job { format, ..Job::new(inputs(&[page]).0, Destination::File(out.clone())) };
    let dedup = Deduplicator::new(Options::default()).expect("in range");
    let mut problems = Vec::new();
    let outcome = run(job, &dedup, &mut |what: &str| problems.push(what.to_owned())).expect("runs");
    (outcome.tally.failed, problems, std::fs::read_to_string(out).ok())
}

#[test]
fn a_page_is_refused_unless_it_is_said_to_be_text() {
    for name in ["page.html", "page.HTM", "page.xhtml"] {
        let (failed, problems, out) = clean(name, None);
        assert_eq!((failed, out), (1, None), "{name}");
        assert!(problems[0].contains(name) && problems[0].contains("feature html"), "{problems:?}");
    }
    let (failed, problems, out) = clean("page.html", Some(Format::Text));
    assert_eq!((failed, problems.len(), out.is_some()), (0, 0, true));
}

#[cfg(not(feature = "parquet"))]
#[test]
fn a_table_is_refused() {
    for name in ["table.parquet", "table.PQ"] {
        let (failed, problems, out) = clean(name, None);
        assert_eq!((failed, out), (1, None), "{name}");
        assert!(problems[0].contains(name) && problems[0].contains("feature parquet"), "{problems:?}");
    }
}
