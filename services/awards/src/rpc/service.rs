//! What every method works with.

use std::sync::Arc;

use thidua_chassis::resources;
use thidua_chassis::store::Store;
use thidua_proto::names::ResourceName;
use thidua_proto::resource::Resource;
use tonic::Response;

use crate::domain::rules::rule_set::RuleSets;
use crate::error::Error;

/// The open store and the rules.
#[derive(Debug, Clone)]
pub struct Awards {
    pub(super) store: Store,
    pub(super) rules: Arc<RuleSets>,
}

impl Awards {
    /// The service over an open store.
    #[must_use]
    pub fn new(store: Store, rules: RuleSets) -> Self {
        Self { store, rules: Arc::new(rules) }
    }

    /// The resource of a name that a request gives.
    pub(super) async fn show<N: ResourceName, M: Resource>(&self, name: &str) -> Result<Response<M>, Error> {
        let name: N = resources::parse_name("name", name)?;
        Ok(Response::new(resources::get(&self.store, &name).await?))
    }
}
