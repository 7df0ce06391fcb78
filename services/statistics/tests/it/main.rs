//! The statistics service as its callers see it: each test starts one on a free port and a new store, and calls it over the
//! wire.

#[cfg(test)]
mod deadlines;
#[cfg(test)]
mod directory;
#[cfg(test)]
mod edge;
#[cfg(test)]
mod explanations;
#[cfg(test)]
mod export;
#[cfg(test)]
mod figures;
#[cfg(test)]
mod forms;
#[cfg(test)]
mod harness;
#[cfg(test)]
mod history;
#[cfg(test)]
mod invalid;
#[cfg(test)]
mod kind;
#[cfg(test)]
mod lists;
#[cfg(test)]
mod matters;
#[cfg(test)]
mod records;
#[cfg(test)]
mod releases;
#[cfg(test)]
mod reorganisation;
#[cfg(test)]
mod returns;
#[cfg(test)]
mod succession;
#[cfg(test)]
mod transfer;
#[cfg(test)]
mod whole_contract;
