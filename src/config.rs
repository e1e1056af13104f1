//! Settings from outside the command line: `unecho.toml`, then `UNECHO_*` variables, then flags; the later wins.
//!
//! Each setting is a flag of `unecho clean` by its long name. Files and variables only change the flags' defaults, so
//! that there is one place where values are read and checked.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use clap::parser::ValueSource;
use clap::{Command, CommandFactory, FromArgMatches, Parser};
use toml::de::{DeTable, DeValue};

use crate::args::{self, Cli};

/// The name that is searched for upward from the current folder.
const NAME: &str = "unecho.toml";

/// A configuration longer than this, in bytes, is none.
const LONGEST: u64 = 1 << 20;

/// How a setting is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Number,
    Switch,
    Text,
    List,
}

/// What can be set: key, variable, shape.
const KEYS: &[(&str, &str, Shape)] = &[
    ("format", "UNECHO_FORMAT", Shape::Text),
    ("text-field", "UNECHO_TEXT_FIELD", Shape::Text),
    ("id-field", "UNECHO_ID_FIELD", Shape::Text),
    ("encoding", "UNECHO_ENCODING", Shape::Text),
    ("max-record", "UNECHO_MAX_RECORD", Shape::Text),
    ("include", "UNECHO_INCLUDE", Shape::List),
    ("exclude", "UNECHO_EXCLUDE", Shape::List),
    ("ignore-files", "UNECHO_IGNORE_FILES", Shape::Switch),
    ("paragraphs", "UNECHO_PARAGRAPHS", Shape::Text),
    ("threads", "UNECHO_THREADS", Shape::Number),
    ("ngram", "UNECHO_NGRAM", Shape::Number),
    ("threshold", "UNECHO_THRESHOLD", Shape::Number),
    ("min-words", "UNECHO_MIN_WORDS", Shape::Number),
    ("keep", "UNECHO_KEEP", Shape::Text),
    ("caution", "UNECHO_CAUTION", Shape::Text),
    ("force", "UNECHO_FORCE", Shape::Switch),
    ("lexicon", "UNECHO_LEXICON", Shape::Text),
    ("across", "UNECHO_ACROSS", Shape::Text),
    ("min-articles", "UNECHO_MIN_ARTICLES", Shape::Number),
    ("site-field", "UNECHO_SITE_FIELD", Shape::Text),
    ("one-site", "UNECHO_ONE_SITE", Shape::Switch),
    ("templates", "UNECHO_TEMPLATES", Shape::Switch),
    ("memory", "UNECHO_MEMORY", Shape::Text),
    ("fail-fast", "UNECHO_FAIL_FAST", Shape::Switch),
    ("quiet", "UNECHO_QUIET", Shape::Switch),
];

/// Variables that set no flag.
const OTHERS: &[&str] = &["UNECHO_CONFIG", "UNECHO_PAGER"];

/// One setting of a file.
struct Setting {
    key: &'static str,
    values: Vec<String>,
    /// 1-based.
    line: usize,
}

/// What files and variables set.
pub(crate) struct Config {
    file: Option<PathBuf>,
    settings: Vec<Setting>,
    /// Variables that look like settings and are none.
    pub(crate) unknown: Vec<String>,
}

/// Reads the command line, the command's own name first, with everything that stands behind it.
pub(crate) fn parse(arguments: &[OsString]) -> Result<(Cli, Config)> {
    // First what was typed: a wrong command line is told as such, and it says which file to read.
    let typed = Cli::try_parse_from(arguments)?;
    let variable = |name: &str| env::var_os(name).filter(|value| !value.is_empty());
    let file = match typed.config.or_else(|| variable("UNECHO_CONFIG").map(PathBuf::from)) {
        _ if typed.no_config => None,
        Some(file) => Some(file),
        None => search(&env::current_dir().context("the current folder")?),
    };
    let settings = file.as_deref().map(read).transpose()?.unwrap_or_default();
    let unknown = unknown_variables()?;
    for (key, name, _) in KEYS {
        if let Some(value) = variable(name) {
            let value = value.into_string().map_err(|_| anyhow!("{name}: not valid UTF-8"))?;
            check(key, &[value]).map_err(|what| anyhow!("{name}: {what}"))?;
        }
    }
    let config = Config { file, settings, unknown };
    let matches = config.command().try_get_matches_from(arguments)?;
    Ok((Cli::from_arg_matches(&matches)?, config))
}

/// Variables that are not ours by their whole name. One that nearly is one of ours is misspelt; another may be somebody
/// else's.
fn unknown_variables() -> Result<Vec<String>> {
    let mut unknown = Vec::new();
    let all = || KEYS.iter().map(|(_, name, _)| name).chain(OTHERS);
    for name in env::vars_os().filter_map(|(name, _)| name.into_string().ok()) {
        if !name.starts_with("UNECHO_") || all().any(|known| *known == name) {
            continue;
        }
        match nearest(&name["UNECHO_".len()..], all().map(|known| &known["UNECHO_".len()..])) {
            Some(known) => bail!("unknown variable {name}; did you mean UNECHO_{known}?"),
            None => unknown.push(name),
        }
    }
    Ok(unknown)
}

/// The nearest configuration from `from` upward.
fn search(from: &Path) -> Option<PathBuf> {
    from.ancestors().map(|folder| folder.join(NAME)).find(|path| path.is_file())
}

fn read(path: &Path) -> Result<Vec<Setting>> {
    let name = path.display();
    let text = fs::metadata(path).and_then(|meta| match meta.len() {
        0..=LONGEST => fs::read_to_string(path),
        _ => Err(io::Error::other("too long for a configuration")),
    });
    let text = text.with_context(|| name.to_string())?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let line = |at: usize| text.as_bytes().iter().take(at).filter(|b| **b == b'\n').count() + 1;
    let table = DeTable::parse(text).map_err(|error| {
        anyhow!("{name}:{}: {}", line(error.span().map_or(0, |span| span.start)), error.message().trim())
    })?;
    let mut settings = Vec::new();
    for (key, value) in table.get_ref() {
        let line = line(key.span().start);
        let Some(&(known, _, shape)) = KEYS.iter().find(|(known, ..)| known == key.get_ref()) else {
            bail!("{name}:{line}: unknown key {:?}{}", key.get_ref(), suggestion(key.get_ref()));
        };
        let values = values(value.get_ref(), &text[value.span()], shape);
        let values = values.ok_or_else(|| anyhow!("{name}:{line}: {known} must be {}", expected(shape)))?;
        check(known, &values).map_err(|what| anyhow!("{name}:{line}: {what}"))?;
        settings.push(Setting { key: known, values, line });
    }
    Ok(settings)
}

/// The values as they would be typed; `None` if they are of another shape.
fn values(value: &DeValue<'_>, written: &str, shape: Shape) -> Option<Vec<String>> {
    Some(match (shape, value) {
        (Shape::Number, DeValue::Integer(_) | DeValue::Float(_)) => vec![written.replace('_', "")],
        (Shape::Switch, DeValue::Boolean(on)) => vec![on.to_string()],
        (Shape::Text, DeValue::String(text)) => vec![text.to_string()],
        (Shape::List, DeValue::Array(list)) => {
            let text = |value: &toml::Spanned<DeValue<'_>>| value.get_ref().as_str().map(str::to_owned);
            list.iter().map(text).collect::<Option<_>>()?
        }
        _ => return None,
    })
}

const fn expected(shape: Shape) -> &'static str {
    match shape {
        Shape::Number => "a number",
        Shape::Switch => "true or false",
        Shape::Text => "a string",
        Shape::List => "a list of strings",
    }
}

fn suggestion(key: &str) -> String {
    match nearest(&key.replace('_', "-"), KEYS.iter().map(|(known, ..)| *known)) {
        Some(known) => format!("; did you mean {known:?}?"),
        None => format!("; known are {}", KEYS.iter().map(|(known, ..)| *known).collect::<Vec<_>>().join(", ")),
    }
}

/// The one of `known` that `name` is probably meant to be.
fn nearest<'k>(name: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    let near = known.map(|known| (strsim::jaro_winkler(known, name), known)).max_by(|a, b| a.0.total_cmp(&b.0));
    near.filter(|(score, _)| *score > 0.8).map(|(_, known)| known)
}

/// Has the command line judge a setting.
fn check(key: &str, values: &[String]) -> Result<(), String> {
    let flags = values.iter().map(|value| format!("--{key}={value}"));
    let words = ["unecho".to_owned(), "clean".to_owned()].into_iter().chain(flags);
    let cli = Cli::command().try_get_matches_from(words).and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = cli.map_err(|error| {
        let text = error.to_string();
        let what: Vec<&str> = text.split("\n\nFor more").next().unwrap_or(&text).lines().map(str::trim).collect();
        what.join(" ").trim().trim_start_matches("error: ").to_owned()
    })?;
    match cli.command {
        args::Command::Clean(clean) => clean.options().check().map_err(|error| error.to_string()),
        _ => Ok(()),
    }
}

impl Config {
    /// The command line with these defaults.
    fn command(&self) -> Command {
        self.with_defaults(Cli::command())
    }

    /// The command, and those below it, with these defaults.
    fn with_defaults(&self, command: Command) -> Command {
        command.mut_subcommands(|mut sub| {
            for (key, variable, _) in KEYS {
                let id = id(key);
                if sub.get_arguments().any(|arg| *arg.get_id() == id.as_str()) {
                    sub = sub.mut_arg(&id, |arg| {
                        let arg = arg.env(*variable).hide_env_values(true);
                        match self.settings.iter().find(|setting| setting.key == *key) {
                            Some(setting) => arg.default_values(setting.values.clone()),
                            None => arg,
                        }
                    });
                }
            }
            self.with_defaults(sub)
        })
    }

    /// Every setting with its value and where it comes from, in the form of a configuration file.
    pub(crate) fn shown(&self) -> Result<String> {
        let matches = self.command().try_get_matches_from(["unecho", "clean"])?;
        let matches = matches.subcommand_matches("clean").context("no settings")?;
        let file = self.file.as_ref().map(|path| path.display().to_string());
        let mut text = String::new();
        for (key, variable, shape) in KEYS {
            let id = id(key);
            let values: Vec<String> =
                matches.get_raw(&id).into_iter().flatten().map(|value| value.to_string_lossy().into_owned()).collect();
            let quoted: Vec<String> =
                values.iter().map(|value| toml::Value::from(value.as_str()).to_string()).collect();
            let value = match shape {
                Shape::Number | Shape::Switch => values.concat(),
                Shape::Text => quoted.concat(),
                Shape::List => format!("[{}]", quoted.join(", ")),
            };
            let from = match (matches.value_source(&id), self.settings.iter().find(|setting| setting.key == *key)) {
                (Some(ValueSource::EnvVariable), _) => (*variable).to_owned(),
                (_, Some(setting)) => format!("{}:{}", file.as_deref().unwrap_or(NAME), setting.line),
                _ => "default".to_owned(),
            };
            // A file has no way to say that nothing is set.
            let line = if value.is_empty() { format!("# {key} is not set") } else { format!("{key} = {value}") };
            text += &format!("{line:<28} # {from}\n");
        }
        Ok(text)
    }
}

/// The name of a flag inside clap.
fn id(key: &str) -> String {
    key.replace('-', "_")
}
