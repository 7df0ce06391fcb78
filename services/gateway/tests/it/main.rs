//! The gateway as its callers see it: each test starts statistics, awards and a gateway on free ports and new stores, and
//! calls the gateway over the wire.

#[cfg(test)]
mod door;
#[cfg(test)]
mod failures;
#[cfg(test)]
mod harness;
#[cfg(test)]
mod reports;
#[cfg(test)]
mod sdmx;
#[cfg(test)]
mod unread;
#[cfg(test)]
mod whole_contract;
