//! The units that there are, as the command line needs them: to route rows, to print names, and to guess what was meant.

use std::collections::BTreeMap;

use thidua_proto::statistics::directory_service_client::DirectoryServiceClient;
use thidua_proto::statistics::{ErrorReason, ListUnitsRequest, Unit};
use thidua_statistics::domain::text::search::nearest;
use tonic::Status;
use tonic::transport::Channel;
use tonic_types::StatusExt as _;

use crate::client::tell;

/// All units, in the order of a Vietnamese dictionary.
pub(crate) async fn all(channel: &Channel) -> Result<Vec<Unit>, String> {
    list(channel, ListUnitsRequest::default()).await.map_err(tell)
}

/// The units that are asked for, all pages of them.
pub(crate) async fn list(channel: &Channel, mut asked: ListUnitsRequest) -> Result<Vec<Unit>, Status> {
    let mut directory = DirectoryServiceClient::new(channel.clone());
    let mut units = Vec::new();
    asked.page_size = 1000;
    loop {
        let answer = directory.list_units(asked.clone()).await?.into_inner();
        units.extend(answer.units);
        asked.page_token = answer.next_page_token;
        if asked.page_token.is_empty() {
            return Ok(units);
        }
    }
}

/// What all units are called, by name.
pub(crate) async fn names(channel: &Channel) -> Result<BTreeMap<String, String>, String> {
    Ok(all(channel).await?.into_iter().map(|unit| (unit.name, unit.display_name)).collect())
}

/// A failure for people; where a unit is not there, with those that may have been meant.
pub(crate) async fn tell_with_units(channel: &Channel, status: Status) -> String {
    let details = status.get_error_details();
    let info = details.error_info();
    let missing = info
        .filter(|info| info.reason == ErrorReason::ResourceNotFound.as_str_name())
        .and_then(|info| info.metadata.get("resource"))
        .filter(|name| name.matches('/').count() == 1 && name.starts_with("units/"))
        .cloned();
    let told = tell(status);
    let Some(missing) = missing else { return told };
    // What went wrong is told in any case.
    let units = all(channel).await.unwrap_or_default();
    let called = |name: &String| {
        let unit = units.iter().find(|unit| unit.name == *name);
        unit.map_or_else(|| name.clone(), |unit| format!("{name} ({})", unit.display_name))
    };
    let near: Vec<String> =
        nearest(&missing, units.iter().map(|unit| unit.name.clone())).iter().map(called).collect();
    if near.is_empty() {
        return format!("{told}\n  `thidua list units` tells all units (liệt kê các đơn vị)");
    }
    format!("{told}\n  did you mean (có phải là): {}?", near.join(", "))
}
