//! All that the law sets for statistics, as data: the files built in and an operator's own, read and checked together when
//! the program starts.

mod data_files;
mod own_file;
mod rule_set;

pub use self::data_files::{figures, schedule};
pub use self::rule_set::Rules;
