//! The awards service as its callers see it: each test starts one on a free port and a new store, and calls it over the wire.

#[cfg(test)]
mod awards;
#[cfg(test)]
mod ballots;
#[cfg(test)]
mod blocs;
#[cfg(test)]
mod harness;
#[cfg(test)]
mod nominations;
#[cfg(test)]
mod record;
#[cfg(test)]
mod rules;
#[cfg(test)]
mod whole_contract;
#[cfg(test)]
mod years;
