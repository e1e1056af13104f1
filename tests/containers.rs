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
    assert!(gunzipped(&desk.read("d.diff.gz")).contains("\n--- a/a.txt.gz\n"));
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

/// An article whose last paragraph says the second again, in the encoding `label`, and what stays of it.
fn encoded(label: &str, text: &str) -> (Vec<u8>, Vec<u8>) {
    let said = "Die Fähre fährt – „für“ immer, sagte die Kapitänin Ines Falk am Freitag im Hafen.";
    let cleaned = format!("{text}\n\n{said}\n\nBread costs twice as much on the island as in the town.\n");
    let source = format!("{cleaned}\n{said}\n");
    let bytes = |text: &str| -> Vec<u8> {
        match label {
            "utf-16le" => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            "utf-16be" => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
            _ => {
                let encoding = encoding_rs::Encoding::for_label(label.as_bytes()).expect("an encoding");
                encoding
                    .encode(&text.replace(['ä', '–', '„', '“', 'ü'], if label == "windows-1252" { "ä" } else { "-" }))
                    .0
                    .into()
            }
        }
    };
    (bytes(&source), bytes(&cleaned))
}

#[test]
fn every_encoding_comes_back_as_it_was() {
    let texts = [
        ("windows-1252", "Für die Gäste ist die Überfahrt billiger geworden, heißt es in Zürich."),
        ("windows-1251", "Паром на остров снова ходит с понедельника, сообщила капитан Инес Фальк."),
        ("windows-1253", "Το πλοίο για το νησί θα ταξιδεύει ξανά από τη Δευτέρα, είπε η καπετάνιος."),
        (
            "iso-8859-2",
            "Prom na wyspę znów pływa od poniedziałku, powiedziała kapitan. Żeglarze są zdrowi i cieszą się.",
        ),
        ("shift_jis", "島へのフェリーは月曜日から再び運航すると、船長が金曜日に述べた。"),
        ("gbk", "前往该岛的渡轮将从星期一起恢复运营，船长星期五表示，票已开始出售。"),
        ("big5", "前往該島的渡輪將從星期一起恢復營運，船長星期五表示，票已開始出售。"),
        ("euc-kr", "섬으로 가는 여객선이 월요일부터 다시 운항한다고 선장이 금요일에 말했다."),
        ("utf-16le", "前往该岛的渡轮将从星期一起恢复运营，船长星期五表示，票已开始出售。"),
        ("utf-16be", "The ferry to the island will run again from Monday, and tickets are on sale."),
        ("utf-16le", "\u{feff}The ferry to the island will run again from Monday, and tickets are on sale."),
    ];
    let desk = Desk::new();
    for (n, (label, text)) in texts.iter().enumerate() {
        desk.write(format!("in/{n}.txt"), encoded(label, text).0);
    }
    desk.run("clean in -o out --log l --diff d").ok().says("11 articles").says("11 removed");
    let log = desk.text("l");
    for (n, (label, text)) in texts.iter().enumerate() {
        assert!(desk.read(format!("out/{n}.txt")) == encoded(label, text).1, "{label}");
        let said = format!("\"doc\":\"{n}.txt\"");
        let line = log.lines().find(|line| line.contains(&said)).expect("its line").to_ascii_lowercase();
        assert!(line.contains(&format!("\"encoding\":\"{label}\"")), "{label}: {line}");
    }
    desk.run("verify in out --log l").ok();
    desk.run("restore out --log l -o back").ok();
    // The diff fits the files byte for byte; UTF-16 has no lines of bytes, so it is left out there.
    let patched = desk.shell("cp -r in work && cd work && rm 8.txt 9.txt 10.txt && unecho clean . -o ../out2 --diff ../d2 -q && patch -p1 -s --binary < ../d2 && diff -r . ../out2");
    patched.ok();
    for (n, (label, text)) in texts.iter().enumerate() {
        assert!(desk.read(format!("back/{n}.txt")) == encoded(label, text).0, "{label}");
    }
    // In place, killed between the log and the end: what is left in a file may not show its encoding any more.
    desk.shell("cp -r in place").ok();
    desk.run("clean place --in-place --log m").ok();
    let whole = desk.read("m");
    desk.write("m.partial", &whole[..whole.len() - 20]);
    std::fs::remove_file(desk.path("m")).expect("removed");
    desk.run("clean place --in-place --log m --resume").ok().says("11 known from the log");
    assert!(desk.read("m") == whole);
    desk.run("restore place --log m -o back2").ok();
    desk.shell("diff -r in back2").ok();
}

#[test]
fn pages_say_their_encoding_and_damage_stays_as_it_is() {
    let desk = Desk::new();
    let page = "<meta charset=\"iso-8859-15\"><body><article><p>Le caf\u{e9} du port rouvre lundi matin, et la tasse y co\u{fb}te \u{a4} 5 comme avant, dit le patron du lieu.</p>\n<p>La m\u{e9}t\u{e9}o est bonne depuis une semaine enti\u{e8}re dans la baie et sur les \u{ee}les du large.</p>\n<p>Le caf\u{e9} du port rouvre lundi matin, et la tasse y co\u{fb}te \u{a4} 5 comme avant, dit le patron du lieu.</p></article></body>\n";
    let bytes: Vec<u8> = page.chars().map(|c| c as u8).collect();
    desk.write("a.html", &bytes).run("clean a.html -o b.html --log l").ok().says("1 removed");
    assert!(desk.text("l").contains("\"encoding\":\"ISO-8859-15\"") && desk.text("l").contains('€'));
    assert_eq!(desk.run("restore b.html --log l").ok().out, bytes);
    // UTF-8 with bytes that mean nothing: they stay, and what goes takes them along and gives them back.
    let bad =
        [ARTICLE.replace("Ines", "In\u{e9}s \u{d8}\u{e6}\u{f8} \u{e4}\u{f6}\u{fc}").as_bytes(), b"\n\xff \x80 tail\n"]
            .concat();
    desk.write("bad.txt", &bad).run("clean bad.txt -o bad2.txt --log l2").ok().says("1 removed");
    assert!(desk.text("l2").contains("UTF-8 (damaged)") && desk.read("bad2.txt").ends_with(b"\n\xff \x80 tail\n"));
    assert_eq!(desk.run("restore bad2.txt --log l2").ok().out, bad);
    desk.write("c.txt", b"caf\xe9\n").run("clean c.txt --encoding shift_jis").exits(2).says("not in Shift_JIS");
    assert_eq!(desk.run("clean c.txt --encoding latin1").ok().out, b"caf\xe9\n");
    desk.run("clean c.txt --encoding utf-7").exits(2).says("no encoding is called");
    let marked = format!("\u{feff}{}", jsonl(&[ARTICLE, ARTICLE]));
    desk.write("m.jsonl", &marked).run("clean m.jsonl -o n.jsonl --log l3").ok().says("2 removed");
    assert_eq!(desk.text("n.jsonl"), format!("\u{feff}{}", jsonl(&[CLEANED, CLEANED])));
    assert_eq!(desk.run("restore n.jsonl --log l3").ok().text(), marked);
    desk.run("verify m.jsonl n.jsonl --log l3").ok();
    assert_eq!(desk.feed("clean", marked.as_bytes()).ok().text(), desk.text("n.jsonl"));
    desk.write("x.txt", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR").run("clean x.txt").exits(2).says("binary data");
    desk.write("y.txt", b"\xff\xfe\0\0").run("clean y.txt").exits(2).says("UTF-32");
}

#[test]
fn a_dot_leads_into_an_object_and_the_log_knows_the_way_back() {
    let desk = Desk::new();
    let line = |text: &str| format!("{{\"n\": 2.50, \"data\": {{\"body\": {}, \"key\": 7}}}}\n", Value::from(text));
    desk.write("in/a.jsonl", line(ARTICLE).repeat(2)).write("in/b.txt", ARTICLE).write("in/c.log", ARTICLE);
    let line_of =
        "clean in -o out --log l --text-field data.body --id-field data.key --include *.jsonl --include *.log";
    desk.run(line_of).ok().says("3 articles");
    assert_eq!(desk.text("out/a.jsonl"), line(CLEANED).repeat(2));
    assert!(desk.text("l").contains("\"doc\":\"7\""));
    desk.run("verify in out --log l --include *.jsonl --include *.log").ok();
    desk.run("verify in out --log l --include *.jsonl").ok();
    desk.run("verify in out --log l").exits(2).says("the log has 3 documents, the text 2");
    desk.run("restore out --log l -o back --include *.jsonl --include *.log").ok();
    assert_eq!((desk.text("back/a.jsonl"), desk.text("back/c.log")), (desk.text("in/a.jsonl"), ARTICLE.to_owned()));
    desk.run("clean in/a.jsonl --text-field data.none").exits(2).says("no field \"data.none\"");
}
