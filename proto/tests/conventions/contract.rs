//! The descriptors of the contract with their options, and what a rule over them does.

use std::collections::{BTreeMap, BTreeSet};

use prost_reflect::{
    DescriptorPool, DynamicMessage, EnumDescriptor, FieldDescriptor, FileDescriptor, Kind, MessageDescriptor,
    MethodDescriptor, Value,
};

/// Collects what breaks a rule; a rule that met nothing to check does not hold either.
#[derive(Default)]
pub(crate) struct Rule {
    checked: usize,
    broken: Vec<String>,
}

impl Rule {
    pub(crate) fn require(&mut self, holds: bool, what: impl FnOnce() -> String) {
        self.checked += 1;
        if !holds {
            self.broken.push(what());
        }
    }

    pub(crate) fn assert(self) {
        assert!(self.checked > 0, "nothing was checked");
        assert!(
            self.broken.is_empty(),
            "{} of {}:\n{}",
            self.broken.len(),
            self.checked,
            self.broken.join("\n")
        );
    }
}

/// What the tests ask the descriptor set.
pub(crate) struct Contract(DescriptorPool);

impl Contract {
    pub(crate) fn files(&self) -> Vec<FileDescriptor> {
        self.0.files().filter(|file| file.package_name().starts_with("thidua.")).collect()
    }

    pub(crate) fn methods(&self) -> Vec<MethodDescriptor> {
        let services = self.files().into_iter().flat_map(|file| file.services().collect::<Vec<_>>());
        services.flat_map(|service| service.methods().collect::<Vec<_>>()).collect()
    }

    pub(crate) fn messages(&self) -> Vec<MessageDescriptor> {
        self.0.all_messages().filter(is_ours).collect()
    }

    pub(crate) fn enums(&self) -> Vec<EnumDescriptor> {
        self.0.all_enums().filter(|found| found.package_name().starts_with("thidua.")).collect()
    }

    pub(crate) fn fields(&self) -> Vec<FieldDescriptor> {
        self.messages().iter().flat_map(|message| message.fields().collect::<Vec<_>>()).collect()
    }

    pub(crate) fn http(&self, method: &MethodDescriptor) -> Option<Http> {
        let rule = self.option(&method.options(), "google.api.http")?;
        let rule = rule.as_message()?;
        let text = |name: &str| rule.get_field_by_name(name)?.as_str().map(ToOwned::to_owned);
        let verb = ["get", "put", "post", "delete", "patch"]
            .into_iter()
            .find(|verb| rule.has_field_by_name(verb))?;
        Some(Http { verb, path: text(verb)?, body: text("body").unwrap_or_default() })
    }

    /// Methods that are not reached with GET.
    pub(crate) fn writes(&self) -> Vec<MethodDescriptor> {
        let writes = |method: &MethodDescriptor| self.http(method).is_some_and(|http| http.verb != "get");
        self.methods().into_iter().filter(writes).collect()
    }

    pub(crate) fn behavior(&self, field: &FieldDescriptor) -> BTreeSet<String> {
        let Some(found) = self.option(&field.options(), "google.api.field_behavior") else {
            return BTreeSet::new();
        };
        let names = self.0.get_enum_by_name("google.api.FieldBehavior");
        let name =
            |value: &Value| Some(names.as_ref()?.get_value(value.as_enum_number()?)?.name().to_owned());
        found.as_list().unwrap_or_default().iter().filter_map(name).collect()
    }

    fn option(&self, options: &DynamicMessage, extension: &str) -> Option<Value> {
        let extension = self.0.get_extension_by_name(extension)?;
        options.has_extension(&extension).then(|| options.get_extension(&extension).into_owned())
    }

    /// The messages of requests and resources, with all messages inside them.
    pub(crate) fn held_to_behavior(&self) -> BTreeMap<String, MessageDescriptor> {
        let mut left: Vec<_> = self.methods().iter().map(MethodDescriptor::input).collect();
        left.extend(
            self.messages().into_iter().filter(|message| message.get_field_by_name("name").is_some()),
        );
        let mut found = BTreeMap::new();
        while let Some(message) = left.pop() {
            if is_ours(&message) && found.insert(message.full_name().to_owned(), message.clone()).is_none() {
                left.extend(message.fields().filter_map(|field| field.kind().as_message().cloned()));
            }
        }
        found
    }
}

/// How a method is reached over plain HTTP.
pub(crate) struct Http {
    pub(crate) verb: &'static str,
    pub(crate) path: String,
    pub(crate) body: String,
}

pub(crate) fn contract() -> Contract {
    Contract(DescriptorPool::decode(thidua_proto::DESCRIPTOR_SET).unwrap_or_else(|cause| panic!("{cause}")))
}

pub(crate) fn is_ours(message: &MessageDescriptor) -> bool {
    message.package_name().starts_with("thidua.")
}

/// The comment before an element.
pub(crate) fn comment(file: &FileDescriptor, path: &[i32]) -> String {
    let info = file.file_descriptor_proto().source_code_info.as_ref();
    let mut locations = info.into_iter().flat_map(|info| &info.location);
    let found = locations.find(|location| location.path == path);
    found.and_then(|location| location.leading_comments.as_deref()).unwrap_or_default().trim().to_owned()
}

pub(crate) fn is_message(field: &FieldDescriptor, name: &str) -> bool {
    field.kind().as_message().is_some_and(|message| message.full_name() == name)
}

pub(crate) fn has(message: &MessageDescriptor, field: &str, kind: &Kind) -> bool {
    message.get_field_by_name(field).is_some_and(|field| field.kind() == *kind && !field.is_list())
}
