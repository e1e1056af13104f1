//! The house rules that a machine can see: imports point down, pure rooms do no I/O, no file is too long.

use std::fs;
use std::path::{Path, PathBuf};

/// Each room and its floor; a room imports from lower floors only.
const FLOORS: &[(&str, u32)] = &[
    ("paragraph", 0),
    ("options", 0),
    ("terminal", 0),
    ("threads", 0),
    ("words", 1),
    ("markup", 1),
    ("shingle", 2),
    ("lexicon", 2),
    ("similarity", 3),
    ("role", 4),
    ("facts", 5),
    ("suspects", 6),
    ("verdict", 7),
    ("marks", 4),
    ("pass", 8),
    ("article", 9),
    ("cut", 9),
    ("decisions", 10),
    ("diff", 10),
    ("explain", 10),
    ("io", 10),
    ("log", 10),
    ("across", 11),
    ("card", 11),
    ("restore", 11),
    ("show", 12),
    ("report", 12),
    ("eval", 11),
    ("batch", 13),
    ("undo", 12),
    ("args", 14),
    ("console", 15),
    ("config", 15),
    ("progress", 15),
    ("clean", 16),
    ("reporting", 15),
    ("view", 16),
    ("review", 17),
    ("index", 17),
    ("command", 18),
    ("lib", 19),
    ("main", 20),
];

/// Rooms that may touch files and streams.
const EDGE: &[&str] = &[
    "io",
    "across",
    "log",
    "batch",
    "undo",
    "console",
    "config",
    "progress",
    "clean",
    "view",
    "reporting",
    "review",
    "index",
    "command",
    "main",
];

const MOST_LINES: usize = 500;

fn sources(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("readable").path();
        if path.is_dir() {
            sources(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
}

fn all_sources() -> Vec<(String, PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    assert!(files.len() > 20, "found only {} files", files.len());
    files
        .into_iter()
        .map(|path| {
            let relative = path.strip_prefix(&root).expect("below src").to_owned();
            let first = relative.iter().next().expect("a name").to_string_lossy();
            let room = first.trim_end_matches(".rs").to_owned();
            let text = fs::read_to_string(&path).expect("UTF-8");
            (room, path, text)
        })
        .collect()
}

fn floor(room: &str) -> u32 {
    let found = FLOORS.iter().find(|(name, _)| *name == room);
    found.unwrap_or_else(|| panic!("the room {room} stands on no floor: add it to FLOORS")).1
}

/// The part of a file that is no test.
fn code(text: &str) -> &str {
    text.split("#[cfg(test)]\nmod tests").next().unwrap_or(text)
}

#[test]
fn imports_point_down() {
    let mut upward = Vec::new();
    for (room, path, text) in all_sources() {
        for prefix in ["crate::", "unecho::"] {
            if prefix == "unecho::" && room != "main" {
                continue;
            }
            for (at, _) in code(&text).match_indices(prefix) {
                let line = code(&text)[..at].rfind('\n').map_or(0, |start| start + 1);
                if code(&text)[line..at].trim_start().starts_with("//") {
                    continue;
                }
                let rest = &code(&text)[at + prefix.len()..];
                let other: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                if other != room && floor(&other) >= floor(&room) {
                    upward.push(format!("{}: {room} imports {other}", path.display()));
                }
            }
        }
    }
    assert!(upward.is_empty(), "{}", upward.join("\n"));
}

#[test]
fn pure_rooms_do_no_io() {
    let mut found = Vec::new();
    for (room, path, text) in all_sources() {
        if EDGE.contains(&room.as_str()) {
            continue;
        }
        for word in ["std::fs", "std::io", "std::env", "std::process", "std::time", "println!", "eprintln!", "env::var"]
        {
            if code(&text).contains(word) {
                found.push(format!("{}: {word}", path.display()));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn no_file_is_too_long() {
    let long: Vec<String> = all_sources()
        .iter()
        .map(|(_, path, text)| (path, text.lines().count()))
        .filter(|(_, lines)| *lines > MOST_LINES)
        .map(|(path, lines)| format!("{}: {lines} lines", path.display()))
        .collect();
    assert!(long.is_empty(), "{}", long.join("\n"));
}
