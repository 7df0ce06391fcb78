//! What the running programs are known to hold: texts by the field they stood in, messages by their type, requests by their
//! method. It grows by what the programs answer, so that later calls meet real units, records, tokens and versions.

use std::collections::{BTreeMap, BTreeSet};

use fastrand::Rng;
use prost_reflect::{DynamicMessage, ReflectMessage as _, Value};

/// How many texts and numbers are kept of a field, messages of a type, requests of a method.
const MOST_TEXTS: usize = 300;
const MOST_NUMBERS: usize = 60;
const MOST_MESSAGES: usize = 60;
const MOST_REQUESTS: usize = 60;

/// Longer texts are documents, not values to send back.
const LONGEST_TEXT: usize = 300;

/// Values with the place of each for later drawing.
#[derive(Default)]
struct Texts {
    in_order: Vec<String>,
    known: BTreeSet<String>,
}

impl Texts {
    fn add(&mut self, text: &str, most: usize) {
        if self.in_order.len() < most && self.known.insert(text.to_owned()) {
            self.in_order.push(text.to_owned());
        }
    }
}

/// Everything that is known.
#[derive(Default)]
pub(crate) struct Corpus {
    texts: BTreeMap<String, Texts>,
    names: Texts,
    numbers: BTreeMap<String, BTreeSet<i64>>,
    messages: BTreeMap<String, Vec<DynamicMessage>>,
    requests: BTreeMap<String, Vec<DynamicMessage>>,
    outcomes: BTreeSet<String>,
}

impl Corpus {
    /// Learns what an answer holds.
    pub(crate) fn learn(&mut self, message: &DynamicMessage) {
        let kept = self.messages.entry(message.descriptor().full_name().to_owned()).or_default();
        if kept.len() < MOST_MESSAGES {
            kept.push(message.clone());
        }
        for (field, value) in message.fields() {
            self.learn_value(field.name(), value);
        }
    }

    fn learn_value(&mut self, field: &str, value: &Value) {
        match value {
            Value::String(text) => self.learn_text(field, text),
            Value::I32(number) => self.learn_number(field, i64::from(*number)),
            Value::I64(number) => self.learn_number(field, *number),
            Value::Message(message) => self.learn(message),
            Value::List(values) => values.iter().for_each(|value| self.learn_value(field, value)),
            Value::Map(entries) => entries.values().for_each(|value| self.learn_value(field, value)),
            _ => {}
        }
    }

    fn learn_number(&mut self, field: &str, number: i64) {
        let kept = self.numbers.entry(field.to_owned()).or_default();
        if kept.len() < MOST_NUMBERS {
            kept.insert(number);
        }
    }

    /// A `next_page_token` goes back as `page_token`, a `measure` as one of `measures`; of a name, whatever it lies in is a name too.
    fn learn_text(&mut self, field: &str, text: &str) {
        if text.is_empty() || text.len() > LONGEST_TEXT {
            return;
        }
        let field = field.strip_prefix("next_").unwrap_or(field);
        for key in [field.to_owned(), format!("{field}s"), field.trim_end_matches('s').to_owned()] {
            self.texts.entry(key).or_default().add(text, MOST_TEXTS);
        }
        let parts: Vec<&str> = text.split('/').collect();
        if parts.len() > 1 && parts.iter().all(|part| !part.is_empty() && !part.contains(' ')) {
            for end in (2..=parts.len()).step_by(2) {
                self.names.add(&parts[..end].join("/"), 20 * MOST_TEXTS);
            }
        }
    }

    /// Keeps a request whose outcome the method has not had yet, or that succeeded.
    pub(crate) fn keep_request(&mut self, method: &str, outcome: &str, request: &DynamicMessage) {
        let news = self.outcomes.insert(format!("{method} {outcome}"));
        let kept = self.requests.entry(method.to_owned()).or_default();
        if (news || outcome == "OK") && kept.len() < MOST_REQUESTS {
            kept.push(request.clone());
        }
    }

    /// A text that stood in a field of this name.
    pub(crate) fn text(&self, rng: &mut Rng, field: &str) -> Option<String> {
        rng.choice(self.texts.get(field)?.in_order.iter()).cloned()
    }

    /// A number that stood in a field of this name.
    pub(crate) fn number(&self, rng: &mut Rng, field: &str) -> Option<i64> {
        let kept = self.numbers.get(field)?;
        rng.choice(kept.iter()).copied()
    }

    /// A resource's name, one that a pattern such as `units/*/petitions/*` fits if there is any.
    pub(crate) fn name(&self, rng: &mut Rng, pattern: Option<&str>) -> Option<String> {
        let fits = |name: &&String| pattern.is_none_or(|pattern| is_like(name, pattern));
        let fitting: Vec<&String> = self.names.in_order.iter().filter(fits).collect();
        rng.choice(fitting).cloned()
    }

    /// A message of a type, as it was answered.
    pub(crate) fn message(&self, rng: &mut Rng, kind: &str) -> Option<DynamicMessage> {
        rng.choice(self.messages.get(kind)?.iter()).cloned()
    }

    /// A request of a method that was worth keeping.
    pub(crate) fn request(&self, rng: &mut Rng, method: &str) -> Option<DynamicMessage> {
        rng.choice(self.requests.get(method)?.iter()).cloned()
    }

    /// Different outcomes of different methods so far.
    pub(crate) fn outcomes(&self) -> &BTreeSet<String> {
        &self.outcomes
    }
}

fn is_like(name: &str, pattern: &str) -> bool {
    let (name, pattern): (Vec<&str>, Vec<&str>) = (name.split('/').collect(), pattern.split('/').collect());
    name.len() == pattern.len()
        && name.iter().zip(pattern).all(|(part, wanted)| wanted == "*" || *part == wanted)
}
