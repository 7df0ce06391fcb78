//! Tables of names.

/// A hash table keyed anew in every process: many names are looked up for every record.
pub(super) type Map<K, V> = std::collections::HashMap<K, V, foldhash::fast::RandomState>;
