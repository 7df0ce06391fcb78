//! Where the replicas of a service are.

use std::str::FromStr;

use tonic::transport::Endpoint;

/// The addresses of a service's replicas, as they are set: separated by commas.
#[derive(Debug, Clone)]
pub struct Addresses(Vec<Endpoint>);

/// Why addresses cannot be used.
#[derive(Debug, thiserror::Error)]
#[error(
    "write one address or several, separated by commas, such as http://10.0.0.1:50051,http://10.0.0.2:50051"
)]
pub struct BadAddresses;

impl FromStr for Addresses {
    type Err = BadAddresses;

    fn from_str(text: &str) -> Result<Self, BadAddresses> {
        let endpoints = text.split(',').map(|one| Endpoint::from_shared(one.trim().to_owned()));
        let endpoints: Vec<Endpoint> = endpoints.collect::<Result<_, _>>().map_err(|_| BadAddresses)?;
        let is_sound = |one: &Endpoint| one.uri().host().is_some() && one.uri().scheme().is_some();
        if endpoints.iter().all(is_sound) { Ok(Self(endpoints)) } else { Err(BadAddresses) }
    }
}

impl Addresses {
    /// Each address.
    pub fn iter(&self) -> impl Iterator<Item = &Endpoint> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_separated_by_commas() {
        let two: Addresses = "http://127.0.0.1:1, http://127.0.0.1:2".parse().unwrap();
        assert_eq!(two.iter().count(), 2);
        for bad in ["", "http://127.0.0.1:1,", "127.0.0.1", "http:// x"] {
            assert!(bad.parse::<Addresses>().is_err(), "{bad}");
        }
    }
}
