//! A data file as it applies: the one built in, replaced or extended by an operator's own of the same name; and the line of the own
//! file that a problem comes from.

use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};
use toml::{Table, Value};

/// A data file, built in, an operator's, or both.
#[derive(Debug)]
pub(super) struct DataFile {
    /// None for a document that is not built in.
    built_in: Option<&'static str>,
    own: Option<OwnFile>,
}

/// An operator's file.
#[derive(Debug)]
struct OwnFile {
    path: PathBuf,
    text: String,
    settings: Table,
    /// Whether it adds to the one built in.
    extends: bool,
    entries: Vec<Entry>,
}

/// An entry of one of the lists in an own file.
#[derive(Debug)]
struct Entry {
    list: String,
    value: Value,
    /// Where it begins, in bytes.
    begin: usize,
}

impl DataFile {
    /// The file of a name: the one built in, and the one in the folder where there is one.
    pub(super) fn read(
        folder: Option<&Path>,
        name: &str,
        built_in: Option<&'static str>,
    ) -> Result<Self, String> {
        let path = folder.map(|folder| folder.join(name)).filter(|path| path.exists());
        Ok(Self { built_in, own: path.map(OwnFile::read).transpose()? })
    }

    /// Its text as it applies.
    pub(super) fn text(&self) -> Option<String> {
        match &self.own {
            Some(own) => Some(own.text_over(self.built_in, own.entries.len())),
            None => self.built_in.map(str::to_owned),
        }
    }
}

impl OwnFile {
    fn read(path: PathBuf) -> Result<Self, String> {
        let wrong = |cause: &dyn std::fmt::Display| format!("{}: {cause}", path.display());
        let text = std::fs::read_to_string(&path).map_err(|cause| wrong(&cause))?;
        let mut settings: Table = text.parse().map_err(|cause: toml::de::Error| wrong(&cause))?;
        if !settings.get("version").is_some_and(Value::is_str) {
            return Err(wrong(&"an own file must state its `version`"));
        }
        let extends = match settings.remove("extends") {
            None | Some(Value::Boolean(false)) => false,
            Some(Value::Boolean(true)) => true,
            Some(_) => return Err(wrong(&"`extends` must be true or false")),
        };
        let entries = if extends { take_entries(&mut settings, &text) } else { Vec::new() };
        Ok(Self { path, text, settings, extends, entries })
    }

    /// The text as it applies, with as many of the own entries.
    fn text_over(&self, built_in: Option<&str>, entries: usize) -> String {
        if !self.extends {
            // As it is written, so that problems name its lines; without the one setting that is not the data's.
            let lines = self.text.lines().map(|line| if is_setting(line, "extends") { "" } else { line });
            return lines.collect::<Vec<_>>().join("\n");
        }
        // What is built in was read before.
        let mut table: Table = built_in.and_then(|text| text.parse().ok()).unwrap_or_default();
        table.extend(self.settings.clone());
        for entry in self.entries.iter().take(entries) {
            let list = table.entry(entry.list.clone()).or_insert_with(|| Value::Array(Vec::new()));
            if let Value::Array(list) = list {
                put(list, entry.value.clone());
            }
        }
        table.to_string()
    }

    /// The line of a problem: of the setting that it quotes, within the entry that brings it, or the entry's first one.
    fn line(&self, entry: Option<usize>, quoted: Option<&str>) -> Option<usize> {
        let begin_of = |number: usize| self.entries.get(number).map(|entry| entry.begin);
        let begin = entry.map_or(Some(0), begin_of)?;
        let end = begin_of(entry.map_or(0, |entry| entry + 1)).unwrap_or(self.text.len());
        let first = self.text.get(..begin)?.matches('\n').count() + 1;
        let lines = || (first..).zip(self.text.get(begin..end).unwrap_or_default().lines());
        let quoted = quoted.map(|quoted| quoted.split_once('=').unwrap_or((quoted, "")));
        let found = quoted.and_then(|(key, value)| {
            let (key, value) = (key.trim(), value.trim());
            let exact = lines().find(|(_, line)| line.contains(key) && line.contains(value));
            exact.or_else(|| lines().find(|(_, line)| is_setting(line, key)))
        });
        found.map(|(number, _)| number).or_else(|| entry.map(|_| first))
    }
}

/// Whether a line sets this.
fn is_setting(line: &str, name: &str) -> bool {
    line.trim_start().strip_prefix(name).is_some_and(|rest| rest.trim_start().starts_with('='))
}

/// Takes the entries of all lists out of the settings, in the order of the text.
fn take_entries(settings: &mut Table, text: &str) -> Vec<Entry> {
    // The text was read before.
    let Ok(parsed) = DeTable::parse(text) else { return Vec::new() };
    let mut entries = Vec::new();
    for (list, places) in parsed.get_ref() {
        let DeValue::Array(places) = places.get_ref() else { continue };
        let is_list =
            |value: &Value| value.as_array().is_some_and(|entries| entries.iter().all(Value::is_table));
        let name: &str = list.get_ref();
        if !settings.get(name).is_some_and(is_list) {
            continue;
        }
        let Some(Value::Array(values)) = settings.remove(name) else { continue };
        entries.extend(values.into_iter().zip(places.iter()).map(|(value, place)| Entry {
            list: name.to_owned(),
            value,
            begin: place.span().start,
        }));
    }
    entries.sort_by_key(|entry| entry.begin);
    entries
}

/// Puts an entry in the place of the one with its `code`, or at the end.
fn put(entries: &mut Vec<Value>, entry: Value) {
    let code = entry.get("code").cloned();
    match entries.iter_mut().find(|other| code.is_some() && other.get("code") == code.as_ref()) {
        Some(other) => *other = entry,
        None => entries.push(entry),
    }
}

/// Checks files together. A problem that an own file brings is given with that file, and with its line where it extends.
pub(super) fn check<T>(
    files: &[DataFile],
    parse: impl Fn(&[String]) -> Result<T, String>,
) -> Result<T, String> {
    let texts: Vec<String> = files.iter().filter_map(DataFile::text).collect();
    parse(&texts).map_err(|problem| {
        let located = locate(files, &problem, |texts| parse(texts).err());
        located.unwrap_or(problem)
    })
}

/// Finds the own file, and the entry in it, with which a problem begins: files and entries are added one after the other.
fn locate(files: &[DataFile], problem: &str, parse: impl Fn(&[String]) -> Option<String>) -> Option<String> {
    for (number, file) in files.iter().enumerate() {
        let Some(own) = &file.own else { continue };
        let texts = |entries: usize| -> Vec<String> {
            let before = files.iter().take(number).filter_map(DataFile::text);
            let this = own.text_over(file.built_in, entries);
            let after = files.iter().skip(number + 1).filter_map(|file| file.built_in.map(str::to_owned));
            before.chain([this]).chain(after).collect()
        };
        let brings = |entries: usize| parse(&texts(entries)).filter(|found| reason(found) == reason(problem));
        if brings(own.entries.len()).is_none() {
            continue;
        }
        let path = own.path.display();
        if !own.extends {
            return Some(format!("{path}: {problem}"));
        }
        let (entries, found) =
            (0..=own.entries.len()).find_map(|entries| Some((entries, brings(entries)?)))?;
        let noun = problem.split("TOML parse error").next().filter(|noun| noun.len() < problem.len());
        let text = format!("{}{}", noun.unwrap_or_default(), reason(problem));
        let line = own.line(entries.checked_sub(1), quoted(&found));
        return Some(match line {
            Some(line) => format!("{path}, line {line}: {text}"),
            None => format!("{path}: {text}"),
        });
    }
    None
}

/// What is wrong, without where in the text.
fn reason(problem: &str) -> &str {
    problem.trim_end().lines().last().unwrap_or_default()
}

/// The line that a problem quotes, if it quotes one: `308 | code = "x"`.
fn quoted(problem: &str) -> Option<&str> {
    let numbered =
        |line: &&str| line.split_once(" | ").is_some_and(|(number, _)| number.parse::<usize>().is_ok());
    problem.lines().find(numbered)?.split_once(" | ").map(|(_, quoted)| quoted)
}
