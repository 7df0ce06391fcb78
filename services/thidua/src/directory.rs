//! The units of the system, as the command line needs them: to route rows, to print names, and to suggest names.

use std::collections::BTreeMap;

use thidua_proto::statistics::directory_service_client::DirectoryServiceClient;
use thidua_proto::statistics::{ErrorReason, ListUnitsRequest, Unit};
use thidua_statistics::domain::text::search::nearest;
use tonic::Status;
use tonic_types::StatusExt as _;

use crate::system::{Connection, describe};

/// All units, in the order of a Vietnamese dictionary.
pub(crate) async fn all(system: &Connection) -> Result<Vec<Unit>, String> {
    list(system, ListUnitsRequest::default()).await.map_err(describe)
}

/// The units of a list, all its pages.
pub(crate) async fn list(system: &Connection, mut request: ListUnitsRequest) -> Result<Vec<Unit>, Status> {
    let mut directory = DirectoryServiceClient::new(system.clone());
    let mut units = Vec::new();
    request.page_size = 1000;
    loop {
        let answer = directory.list_units(request.clone()).await?.into_inner();
        units.extend(answer.units);
        request.page_token = answer.next_page_token;
        if request.page_token.is_empty() {
            return Ok(units);
        }
    }
}

/// The display names of all units, by name.
pub(crate) async fn names(system: &Connection) -> Result<BTreeMap<String, String>, String> {
    Ok(all(system).await?.into_iter().map(|unit| (unit.name, unit.display_name)).collect())
}

/// A failure for people; where a unit is not found, with the units of the nearest names.
pub(crate) async fn describe_with_units(system: &Connection, status: Status) -> String {
    let details = status.get_error_details();
    let info = details.error_info();
    let missing = info
        .filter(|info| info.reason == ErrorReason::ResourceNotFound.as_str_name())
        .and_then(|info| info.metadata.get("resource"))
        .filter(|name| name.matches('/').count() == 1 && name.starts_with("units/"))
        .cloned();
    let description = describe(status);
    let Some(missing) = missing else { return description };
    // Suggestions are an extra: without them the failure is described all the same.
    let units = all(system).await.unwrap_or_default();
    let with_display_name = |name: &String| {
        let unit = units.iter().find(|unit| unit.name == *name);
        unit.map_or_else(|| name.clone(), |unit| format!("{name} ({})", unit.display_name))
    };
    let near: Vec<String> =
        nearest(&missing, units.iter().map(|unit| unit.name.clone())).iter().map(with_display_name).collect();
    if near.is_empty() {
        return format!("{description}\n  `thidua list units` lists all units (liệt kê các đơn vị)");
    }
    format!("{description}\n  did you mean (có phải là): {}?", near.join(", "))
}
