//! What articles come in: packed files, standard input of either sort, records of any length.

mod common;

use std::io::Write;

use common::{ARTICLE, CLEANED, Desk};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;

fn jsonl(texts: &[&str]) -> String {
    texts.iter().enumerate().map(|(n, text)| format!("{{\"id\":{n},\"text\":{}}}\n", Value::from(*text))).collect()
}

/// Each part a gzip member.
fn gzip(parts: &[&[u8]]) -> Vec<u8> {
    let member = |part: &&[u8]| {
        let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
        packer.write_all(part).expect("packed");
        packer.finish().expect("packed")
    };
    parts.iter().flat_map(member).collect()
}

/// Each part a Zstandard frame.
fn zst(parts: &[&[u8]]) -> Vec<u8> {
    parts.iter().flat_map(|part| zstd::encode_all(*part, 1).expect("packed")).collect()
}

fn gunzipped(bytes: &[u8]) -> String {
    std::io::read_to_string(flate2::read::MultiGzDecoder::new(bytes)).expect("gzip")
}

fn unzstd(bytes: &[u8]) -> String {
    String::from_utf8(zstd::decode_all(bytes).expect("Zstandard")).expect("UTF-8")
}

#[test]
fn every_member_and_frame_is_read() {
    let desk = Desk::new();
    let source = jsonl(&[ARTICLE, CLEANED, ARTICLE]);
    let cleaned = jsonl(&[CLEANED, CLEANED, CLEANED]);
    // Members that end within a line, one that is empty, a frame to be skipped.
    let (a, b) = source.as_bytes().split_at(500);
    desk.write("a.jsonl.gz", gzip(&[a, b"", b]));
    let skipped = [&[0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3][..], &zst(&[a, b])].concat();
    desk.write("a.jsonl.zst", skipped).write("by-magic.jsonl", gzip(&[source.as_bytes()]));
    for input in ["a.jsonl.gz", "a.jsonl.zst", "by-magic.jsonl"] {
        assert_eq!(desk.run(&format!("clean {input}")).ok().says("3 articles").text(), cleaned, "{input}");
        assert_eq!(desk.feed("clean", &desk.read(input)).ok().says("3 articles").text(), cleaned, "{input} by pipe");
        desk.run(&format!("clean {input} -o b.jsonl")).ok();
        assert_eq!(desk.text("b.jsonl"), cleaned);
        desk.run(&format!("clean {input} -o b.jsonl.gz")).ok();
        assert_eq!(gunzipped(&desk.read("b.jsonl.gz")), cleaned);
        desk.run(&format!("clean {input} -o b.jsonl.zst")).ok();
        assert_eq!(unzstd(&desk.read("b.jsonl.zst")), cleaned);
    }
}

#[test]
fn packed_files_go_through_a_folder_and_back() {
    let desk = Desk::new();
    let source = jsonl(&[ARTICLE, CLEANED]);
    desk.write("in/a.txt.gz", gzip(&[ARTICLE.as_bytes()])).write("in/b.jsonl.zst", zst(&[source.as_bytes()]));
    desk.write("in/c.md.gz", gzip(&[b""])).write("in/d.txt", ARTICLE).write("in/e.tar.gz", gzip(&[b"x"]));
    for log in ["l", "l.gz", "l.zst"] {
        desk.run(&format!("clean in -o out --log {log} --diff d.diff.gz")).ok().says("5 articles");
        desk.run(&format!("verify in out --log {log}")).ok();
        desk.run(&format!("restore out --log {log} -o back")).ok();
    }
    assert_eq!(gunzipped(&desk.read("out/a.txt.gz")), CLEANED);
    assert_eq!(unzstd(&desk.read("out/b.jsonl.zst")), jsonl(&[CLEANED, CLEANED]));
    assert_eq!(gunzipped(&desk.read("out/c.md.gz")), "");
    assert!(!desk.has("out/e.tar.gz"), "an archive is no text");
    assert_eq!(gunzipped(&desk.read("back/a.txt.gz")), ARTICLE);
    assert_eq!(unzstd(&desk.read("back/b.jsonl.zst")), source);
    assert_eq!(desk.text("l"), gunzipped(&desk.read("l.gz")));
    assert_eq!(desk.text("l"), unzstd(&desk.read("l.zst")));
    assert!(gunzipped(&desk.read("d.diff.gz")).starts_with("--- a/a.txt.gz\n"));
    // One file of the folder by itself.
    assert_eq!(desk.run("restore out/b.jsonl.zst --log l").ok().text(), source);
    desk.run("clean in/b.jsonl.zst -o b2.jsonl.gz --log l2").ok();
    assert_eq!(desk.run("restore b2.jsonl.gz --log l2").ok().text(), source);
    desk.run("verify in/b.jsonl.zst b2.jsonl.gz --log l2").ok();
}

#[test]
fn a_packed_file_is_replaced_in_place_as_it_was_packed() {
    let desk = Desk::new();
    let whole = gzip(&[CLEANED.as_bytes(), b""]);
    desk.write("in/a.txt.gz", gzip(&[ARTICLE.as_bytes()])).write("in/b.txt.gz", &whole);
    let mut logs = Vec::new();
    for threads in ["1", "3"] {
        desk.write("in/a.txt.gz", gzip(&[ARTICLE.as_bytes()]));
        desk.run(&format!("clean in --in-place --log l.gz --threads {threads}")).ok();
        assert_eq!(gunzipped(&desk.read("in/a.txt.gz")), CLEANED);
        assert_eq!(desk.read("in/b.txt.gz"), whole, "what does not change is not packed anew");
        logs.push(desk.read("l.gz"));
    }
    assert_eq!(logs[0], logs[1]);
}

#[test]
fn resuming_from_a_packed_log_torn_anywhere_gives_what_an_unbroken_run_gives() {
    let desk = Desk::new();
    let texts: Vec<String> = (0..60).map(|n| ARTICLE.replace("800", &n.to_string())).collect();
    desk.write("a.jsonl", jsonl(&texts.iter().map(String::as_str).collect::<Vec<_>>()));
    let line = "clean a.jsonl -o b.jsonl.zst --log l.gz";
    desk.run(line).ok();
    let whole = (desk.read("b.jsonl.zst"), desk.read("l.gz"));
    for tear in [0, 1, 9, whole.1.len() / 2, whole.1.len() - 1] {
        std::fs::remove_file(desk.path("l.gz")).expect("removed");
        desk.write("l.gz.partial", &whole.1[..tear]);
        let ran = desk.run(&format!("{line} --resume")).ok();
        assert_eq!(ran.err.contains("known from the log"), tear > 1000, "{tear}: {}", ran.err);
        assert!((desk.read("b.jsonl.zst"), desk.read("l.gz")) == whole, "differs after a tear at byte {tear}");
    }
}

#[test]
fn damage_and_bombs_cost_the_file_and_leave_no_output() {
    let desk = Desk::new();
    let source = jsonl(&[ARTICLE; 40]);
    let (gz, zs) = (gzip(&[source.as_bytes()]), zst(&[source.as_bytes()]));
    let mut flipped = gz.clone();
    let middle = gz.len() / 2;
    flipped[middle] ^= 0x55;
    for (name, bytes, said) in [
        ("torn.jsonl.gz", gz[..gz.len() - 9].to_vec(), "too early"),
        ("torn.jsonl.zst", zs[..zs.len() - 9].to_vec(), "too early"),
        ("behind.jsonl.gz", [&gz[..], b"garbage behind the end"].concat(), "damaged gzip"),
        ("behind.jsonl.zst", [&zs[..], b"garbage behind the end"].concat(), "damaged Zstandard"),
        ("flipped.jsonl.gz", flipped, "gzip data"),
        ("empty.jsonl.gz", Vec::new(), "not packed"),
        ("plain.txt.zst", ARTICLE.into(), "not packed"),
    ] {
        desk.write(format!("in/{name}"), bytes);
        desk.run(&format!("clean in/{name} -o b")).exits(2).says(name).says(said);
        assert!(!desk.has("b"), "{name} leaves an output");
    }
    desk.write("in/good.txt", ARTICLE).run("clean in -o out").exits(2).says("1 article").says("7 failed");
    assert_eq!(std::fs::read_dir(desk.path("out")).expect("listed").count(), 1);
    // 300 MB of nothing in some kilobytes, as one document and as lines.
    let mut packer = zstd::Encoder::new(Vec::new(), 1).expect("packer");
    (0..300).for_each(|_| packer.write_all(&[b'\n'; 1 << 20]).expect("packed"));
    desk.write("bomb.zst", packer.finish().expect("packed"));
    for format in ["text", "jsonl"] {
        desk.run(&format!("clean bomb.zst --format {format} -o b")).exits(2).says("bomb?");
        assert!(!desk.has("b"));
    }
}

#[test]
fn a_record_that_is_too_long_passes_through() {
    let desk = Desk::new();
    let long = jsonl(&[&ARTICLE.repeat(40)]);
    let source = [jsonl(&[ARTICLE]), long.clone(), jsonl(&[ARTICLE]), long.trim_end().to_owned()].concat();
    let expected = [jsonl(&[CLEANED]), long.clone(), jsonl(&[CLEANED]), long.trim_end().to_owned()].concat();
    desk.write("a.jsonl", &source);
    let line = "clean a.jsonl -o b.jsonl --log l --max-record 2K";
    desk.run(line).exits(2).says("line 2: longer than --max-record (2048 bytes)").says("line 4").says("2 articles");
    assert_eq!(desk.text("b.jsonl"), expected);
    desk.run("verify a.jsonl b.jsonl --log l").ok();
    assert_eq!(desk.run("restore b.jsonl --log l").ok().text(), source);
    // Longer than what is read at once, too.
    let huge = jsonl(&[&ARTICLE.repeat(6000)]);
    desk.write("c.jsonl", format!("{huge}{source}"));
    let ran =
        desk.run("clean c.jsonl -o d.jsonl --max-record 1500k").exits(2).says("line 1: longer").says("4 articles");
    assert!(desk.text("d.jsonl").starts_with(&huge) && !ran.err.contains("line 3"), "{}", ran.err);
    desk.write("a.txt", ARTICLE).write("b.txt.gz", gzip(&[ARTICLE.as_bytes()]));
    desk.run("clean a.txt --max-record 100").exits(2).says("a.txt: longer than --max-record");
    desk.run("clean b.txt.gz --max-record 100").exits(2).says("b.txt.gz: longer than --max-record");
    for bad in ["0", "x", "12Q", "-1", "99999999999G"] {
        desk.run(&format!("clean a.txt --max-record={bad}")).exits(2);
    }
}

#[test]
fn standard_input_tells_its_format_by_its_first_line() {
    let desk = Desk::new();
    let (source, cleaned) = (jsonl(&[ARTICLE, ARTICLE]), jsonl(&[CLEANED, CLEANED]));
    let fed = |line: &str, text: &str| desk.feed(line, text.as_bytes()).ok().text().to_owned();
    assert_eq!(fed("clean", &source), cleaned);
    assert_eq!(fed("clean -", &format!("\n \r\n{source}")), format!("\n \r\n{cleaned}"));
    assert_eq!(fed("clean --format text", &source), source);
    for text in [ARTICLE, "{ not JSON }\n", "{\n\"text\": \"a\"\n}\n", "[1]\n", "\n\n", "{}x"] {
        let expected = if text == ARTICLE { CLEANED } else { text };
        assert_eq!(fed("clean", text), expected, "{text:?}");
    }
    desk.feed("clean", b"{\"body\": \"a\"}\n").exits(2).says("line 1: no field \"text\"");
    fed("clean --log l", &source);
    assert_eq!(fed("restore - --log l", &cleaned), source);
}
