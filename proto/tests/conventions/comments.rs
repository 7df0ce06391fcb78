//! Every element is explained where it is declared.

use prost_reflect::FileDescriptor;

use super::contract::{Rule, comment, contract};

#[test]
fn everything_is_commented() {
    let contract = contract();
    let mut elements: Vec<(FileDescriptor, Vec<i32>, String)> = Vec::new();
    for method in contract.methods() {
        let service = method.parent_service();
        elements.push((service.parent_file(), service.path().to_vec(), service.full_name().to_owned()));
        elements.push((method.parent_file(), method.path().to_vec(), method.full_name().to_owned()));
    }
    for message in contract.messages() {
        let file = message.parent_file();
        elements.push((file.clone(), message.path().to_vec(), message.full_name().to_owned()));
        let oneofs = message.oneofs().filter(|oneof| !oneof.is_synthetic());
        elements
            .extend(oneofs.map(|oneof| (file.clone(), oneof.path().to_vec(), oneof.full_name().to_owned())));
    }
    for field in contract.fields() {
        elements.push((field.parent_file(), field.path().to_vec(), field.full_name().to_owned()));
    }
    for found in contract.enums() {
        elements.push((found.parent_file(), found.path().to_vec(), found.full_name().to_owned()));
        let values = found.values();
        elements.extend(values.map(|v| (v.parent_file(), v.path().to_vec(), v.full_name().to_owned())));
    }
    let mut rule = Rule::default();
    for (file, path, name) in elements {
        rule.require(!comment(&file, &path).is_empty(), || name);
    }
    rule.assert();
}
