//! Random and mutated messages of any type, from its descriptor alone.

use fastrand::Rng;
use prost_reflect::{
    DynamicMessage, EnumDescriptor, FieldDescriptor, Kind, MapKey, MessageDescriptor, MethodDescriptor,
    ReflectMessage as _, Value,
};

use crate::corpus::Corpus;

/// No message nests deeper than this of itself.
const DEEPEST: u32 = 6;

/// Texts that parsers stumble on.
const ODD_TEXTS: [&str; 36] = [
    "",
    " ",
    "-",
    "/",
    "//",
    "units/",
    "units/-",
    "units/-/petitions/-",
    "units/a/b",
    "/units/a",
    "units/a/",
    "../..",
    "a\u{0}b",
    "\u{0}",
    "\u{feff}",
    "\u{202e}abc",
    "e\u{301}",
    "Đơn vị",
    "ĐƠN VỊ  TỈNH",
    "𝔘𝔫𝔦",
    "👩‍👩‍👧",
    "\r\n",
    "a\nb",
    "0",
    "-1",
    "9223372036854775808",
    "1e400",
    "NaN",
    "null",
    "%00",
    "'; --",
    "{}",
    "2023-02-30",
    "2023-Q4",
    "*",
    "*.*",
];

const ODD_NUMBERS: [i64; 22] = [
    -1,
    0,
    1,
    2,
    7,
    12,
    99,
    100,
    1000,
    2023,
    9999,
    10000,
    1_000_000_000_000,
    1_000_000_000_000_000,
    4_611_686_018_427_387_904,
    i64::MAX,
    i64::MAX - 1,
    i64::MIN,
    i64::MIN + 1,
    2_147_483_647,
    -2_147_483_648,
    253_402_300_800,
];

/// Draws requests.
pub(crate) struct Draw<'c> {
    pub(crate) rng: Rng,
    pub(crate) corpus: &'c Corpus,
}

impl Draw<'_> {
    /// A request of a method: a new one, or one that was sent before with some of it changed.
    pub(crate) fn request(&mut self, method: &MethodDescriptor) -> DynamicMessage {
        let known = self.corpus.request(&mut self.rng, method.full_name());
        let mut request = match known {
            Some(known) if self.has_luck(65) => {
                let mut changed = known;
                for _ in 0..self.rng.usize(0..4) {
                    self.change(&mut changed, 0);
                }
                changed
            }
            _ => self.message(&method.input(), 0),
        };
        for (path, pattern) in patterns(method) {
            if self.has_luck(60) {
                self.put_name(&mut request, &path, &pattern);
            }
        }
        self.put_masks(&mut request);
        request
    }

    /// A request with the names that its HTTP rule wants, and nothing else.
    pub(crate) fn sparse(&mut self, method: &MethodDescriptor) -> DynamicMessage {
        let mut request = DynamicMessage::new(method.input());
        for (path, pattern) in patterns(method) {
            self.put_name(&mut request, &path, &pattern);
        }
        request
    }

    fn has_luck(&mut self, hundredths: u32) -> bool {
        self.rng.u32(0..100) < hundredths
    }

    fn put_name(&mut self, message: &mut DynamicMessage, path: &str, pattern: &str) {
        let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
        let Some(field) = message.descriptor().get_field_by_name(first) else { return };
        match (rest, field.kind()) {
            (None, Kind::String) => {
                if let Some(name) = self.corpus.name(&mut self.rng, Some(pattern)) {
                    message.set_field(&field, Value::String(name));
                }
            }
            (Some(rest), Kind::Message(_)) => {
                if let Some(inner) = message.get_field_mut(&field).as_message_mut() {
                    self.put_name(inner, rest, pattern);
                }
            }
            _ => {}
        }
    }

    /// Paths of a mask are mostly fields of the messages beside it.
    fn put_masks(&mut self, request: &mut DynamicMessage) {
        let descriptor = request.descriptor();
        let is_mask = |kind: &Kind| matches!(kind, Kind::Message(kind) if kind.full_name() == "google.protobuf.FieldMask");
        let paths: Vec<String> = descriptor
            .fields()
            .filter(|field| !is_mask(&field.kind()))
            .filter_map(|field| field.kind().as_message().cloned())
            .flat_map(|inner| inner.fields().map(|field| field.name().to_owned()).collect::<Vec<_>>())
            .collect();
        for field in descriptor.fields().filter(|field| is_mask(&field.kind())) {
            if !self.has_luck(50) {
                continue;
            }
            let mut chosen: Vec<Value> = Vec::new();
            for _ in 0..self.rng.usize(0..4) {
                let path = match self.rng.u32(0..10) {
                    0 => "*".to_owned(),
                    1 => self.text("paths"),
                    _ => self.rng.choice(paths.iter()).cloned().unwrap_or_default(),
                };
                chosen.push(Value::String(path));
            }
            if let Some(mask) = request.get_field_mut(&field).as_message_mut() {
                mask.set_field_by_name("paths", Value::List(chosen));
            }
        }
    }

    /// A message of a type with some of its fields.
    fn message(&mut self, descriptor: &MessageDescriptor, depth: u32) -> DynamicMessage {
        if depth > 0
            && self.has_luck(40)
            && let Some(known) = self.corpus.message(&mut self.rng, descriptor.full_name())
        {
            return known;
        }
        match descriptor.full_name() {
            "google.type.Date" => return self.date(descriptor),
            "google.protobuf.Timestamp" | "google.protobuf.Duration" => return self.instant(descriptor),
            _ => {}
        }
        let mut message = DynamicMessage::new(descriptor.clone());
        let likely = [20, 50, 90][self.rng.usize(0..3)];
        for field in descriptor.fields() {
            if depth < DEEPEST && self.has_luck(likely) {
                let value = self.value(&field, depth);
                message.set_field(&field, value);
            }
        }
        message
    }

    fn date(&mut self, descriptor: &MessageDescriptor) -> DynamicMessage {
        let mut date = DynamicMessage::new(descriptor.clone());
        let parts = if self.has_luck(80) {
            [self.rng.i32(2022..2026), self.rng.i32(1..13), self.rng.i32(1..29)]
        } else {
            [(); 3].map(|()| if self.rng.bool() { self.rng.i32(-1..32) } else { self.small_number() })
        };
        for (name, part) in ["year", "month", "day"].into_iter().zip(parts) {
            date.set_field_by_name(name, Value::I32(part));
        }
        date
    }

    fn instant(&mut self, descriptor: &MessageDescriptor) -> DynamicMessage {
        let mut instant = DynamicMessage::new(descriptor.clone());
        let usual = self.rng.bool();
        let seconds = if usual { self.rng.i64(1_600_000_000..1_800_000_000) } else { self.number() };
        let nanos = if usual { 0 } else { self.small_number() };
        instant.set_field_by_name("seconds", Value::I64(seconds));
        instant.set_field_by_name("nanos", Value::I32(nanos));
        instant
    }

    fn value(&mut self, field: &FieldDescriptor, depth: u32) -> Value {
        if field.is_map() {
            let entry = field.kind().as_message().map(MessageDescriptor::map_entry_value_field);
            let value = entry.map_or(Value::Bool(false), |entry| self.single(&entry, depth + 1));
            let key = MapKey::String(self.text("key"));
            return Value::Map([(key, value)].into());
        }
        if field.is_list() {
            let count = match self.rng.u32(0..200) {
                0 => 2000,
                1..=4 => 400,
                5..=20 => 21,
                _ => self.rng.usize(0..4),
            };
            return Value::List((0..count).map(|_| self.single(field, depth + 1)).collect());
        }
        self.single(field, depth)
    }

    fn single(&mut self, field: &FieldDescriptor, depth: u32) -> Value {
        match field.kind() {
            Kind::Message(descriptor) => Value::Message(self.message(&descriptor, depth + 1)),
            Kind::Enum(descriptor) => Value::EnumNumber(self.choice(&descriptor)),
            Kind::String => Value::String(self.text(field.name())),
            Kind::Bytes => Value::Bytes(self.text(field.name()).into_bytes().into()),
            Kind::Bool => Value::Bool(self.rng.bool()),
            Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => Value::I64(self.number_of(field.name())),
            Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => {
                let number = self.number_of(field.name());
                Value::I32(i32::try_from(number).unwrap_or_else(|_| self.small_number()))
            }
            Kind::Uint64 | Kind::Fixed64 => Value::U64(self.number().cast_unsigned()),
            Kind::Uint32 | Kind::Fixed32 => Value::U32(self.small_number().cast_unsigned()),
            Kind::Double => Value::F64(f64::from_bits(self.rng.u64(..))),
            Kind::Float => Value::F32(f32::from_bits(self.rng.u32(..))),
        }
    }

    /// Mostly a value that there is.
    fn choice(&mut self, descriptor: &EnumDescriptor) -> i32 {
        if self.has_luck(85) {
            let values: Vec<i32> = descriptor.values().map(|value| value.number()).collect();
            return self.rng.choice(values).unwrap_or_default();
        }
        self.small_number()
    }

    fn number_of(&mut self, field: &str) -> i64 {
        let known = if self.has_luck(40) { self.corpus.number(&mut self.rng, field) } else { None };
        known.unwrap_or_else(|| self.number())
    }

    fn number(&mut self) -> i64 {
        match self.rng.u32(0..10) {
            0 => self.rng.i64(..),
            1..=3 => self.rng.choice(ODD_NUMBERS).unwrap_or_default(),
            _ => self.rng.i64(0..20),
        }
    }

    fn small_number(&mut self) -> i32 {
        let number = self.number();
        i32::try_from(number).unwrap_or(if number < 0 { i32::MIN } else { i32::MAX })
    }

    fn text(&mut self, field: &str) -> String {
        if field.ends_with("_id") && self.has_luck(70) {
            return self.id(field == "request_id");
        }
        match self.rng.u32(0..20) {
            0..=9 => self.corpus.text(&mut self.rng, field),
            10..=13 => self.corpus.name(&mut self.rng, None),
            14 => Some(self.long_text()),
            15 => Some(self.random_text()),
            _ => None,
        }
        .unwrap_or_else(|| self.rng.choice(ODD_TEXTS).unwrap_or_default().to_owned())
    }

    /// Few enough to come again.
    fn id(&mut self, universal: bool) -> String {
        let number = self.rng.u32(0..5000);
        if universal { format!("018f0000-0000-7000-8000-{number:012}") } else { format!("f-{number}") }
    }

    fn long_text(&mut self) -> String {
        let piece = ["a", "Đ", "a/", "0", "\u{301}", " "][self.rng.usize(0..6)];
        piece.repeat([61, 201, 2001, 20_001][self.rng.usize(0..4)])
    }

    fn random_text(&mut self) -> String {
        (0..self.rng.usize(0..40)).map(|_| self.rng.char(..)).collect()
    }

    /// Changes one field, or one somewhere below it.
    fn change(&mut self, message: &mut DynamicMessage, depth: u32) {
        let fields: Vec<FieldDescriptor> = message.descriptor().fields().collect();
        let present: Vec<FieldDescriptor> =
            fields.iter().filter(|field| message.has_field(field)).cloned().collect();
        let chosen = if self.has_luck(70) && !present.is_empty() { present } else { fields };
        let Some(field) = self.rng.choice(chosen) else { return };
        if message.has_field(&field) && depth < DEEPEST && self.has_luck(60) {
            let mut value = message.get_field(&field).into_owned();
            let below = match &mut value {
                Value::Message(inner) => Some(inner),
                Value::List(values) if !values.is_empty() => {
                    let at = self.rng.usize(0..values.len());
                    values[at].as_message_mut()
                }
                _ => None,
            };
            if let Some(inner) = below {
                self.change(inner, depth + 1);
                message.set_field(&field, value);
                return;
            }
        }
        if self.has_luck(15) {
            message.clear_field(&field);
        } else {
            let value = self.value(&field, depth);
            message.set_field(&field, value);
        }
    }
}

/// The paths of names in a method's HTTP rule, each with the pattern that it has to fit.
fn patterns(method: &MethodDescriptor) -> Vec<(String, String)> {
    let pool = method.parent_pool();
    let Some(extension) = pool.get_extension_by_name("google.api.http") else { return Vec::new() };
    let options = method.options();
    let rule = options.get_extension(&extension);
    let Some(rule) = rule.as_message() else { return Vec::new() };
    let paths = rule.fields().filter_map(|(_, value)| value.as_str().map(str::to_owned));
    let mut found = Vec::new();
    for path in paths {
        for part in path.split('{').skip(1) {
            if let Some((field, pattern)) = part.split('}').next().and_then(|inside| inside.split_once('=')) {
                found.push((field.to_owned(), pattern.to_owned()));
            }
        }
    }
    found
}
