//! The entries of a declaration's map, in the order they were written. Most have one to five: a list takes a third of the
//! room of a hash table, and of ten thousand services all are in memory at once.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, Serializer};
use std::borrow::{Borrow, Cow};
use std::fmt;
use std::marker::PhantomData;
use std::ops::Index;

/// A map that keeps its order. Two are equal when their order is, too.
#[derive(Clone, PartialEq, Eq)]
pub struct SmallMap<K, V>(Vec<(K, V)>);

impl<K, V> SmallMap<K, V> {
    pub const fn new() -> SmallMap<K, V> {
        SmallMap(Vec::new())
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> Iter<'_, K, V> {
        self.into_iter()
    }

    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &K> + ExactSizeIterator + Clone {
        self.0.iter().map(|(key, _)| key)
    }

    pub fn values(&self) -> impl DoubleEndedIterator<Item = &V> + ExactSizeIterator + Clone {
        self.0.iter().map(|(_, value)| value)
    }

    pub fn values_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut V> {
        self.0.iter_mut().map(|(_, value)| value)
    }

    /// The one that was written first.
    pub fn first(&self) -> Option<(&K, &V)> {
        self.0.first().map(pair)
    }

    pub fn get<Q: Eq + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.get_key_value(key).map(|(_, value)| value)
    }

    pub fn get_key_value<Q: Eq + ?Sized>(&self, key: &Q) -> Option<(&K, &V)>
    where
        K: Borrow<Q>,
    {
        self.0.iter().find(|(other, _)| other.borrow() == key).map(pair)
    }

    pub fn get_mut<Q: Eq + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        self.0.iter_mut().find(|(other, _)| (*other).borrow() == key).map(|(_, value)| value)
    }

    pub fn contains_key<Q: Eq + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.get(key).is_some()
    }

    /// In the place of the entry with this key, or behind all.
    pub fn insert(&mut self, key: K, value: V) -> Option<V>
    where
        K: Eq,
    {
        match self.0.iter_mut().find(|(other, _)| *other == key) {
            Some((_, old)) => Some(std::mem::replace(old, value)),
            None => {
                self.0.push((key, value));
                None
            }
        }
    }

    pub fn retain(&mut self, mut keep: impl FnMut(&K, &mut V) -> bool) {
        self.0.retain_mut(|(key, value)| keep(key, value));
    }
}

fn pair<K, V>((key, value): &(K, V)) -> (&K, &V) {
    (key, value)
}

pub type Iter<'e, K, V> = std::iter::Map<std::slice::Iter<'e, (K, V)>, fn(&'e (K, V)) -> (&'e K, &'e V)>;

impl<'e, K, V> IntoIterator for &'e SmallMap<K, V> {
    type Item = (&'e K, &'e V);
    type IntoIter = Iter<'e, K, V>;

    fn into_iter(self) -> Iter<'e, K, V> {
        self.0.iter().map(pair)
    }
}

impl<K, V> IntoIterator for SmallMap<K, V> {
    type Item = (K, V);
    type IntoIter = std::vec::IntoIter<(K, V)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<K: Eq, V> Extend<(K, V)> for SmallMap<K, V> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        entries.into_iter().for_each(|(key, value)| drop(self.insert(key, value)));
    }
}

impl<K: Eq, V> FromIterator<(K, V)> for SmallMap<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> SmallMap<K, V> {
        let mut all = SmallMap::new();
        all.extend(entries);
        all
    }
}

impl<K: Eq, V, const N: usize> From<[(K, V); N]> for SmallMap<K, V> {
    fn from(entries: [(K, V); N]) -> SmallMap<K, V> {
        entries.into_iter().collect()
    }
}

impl<K: Borrow<Q>, V, Q: Eq + ?Sized> Index<&Q> for SmallMap<K, V> {
    type Output = V;

    /// # Panics
    /// When there is no such entry.
    fn index(&self, key: &Q) -> &V {
        self.get(key).expect("the entry is there")
    }
}

impl<K, V> Default for SmallMap<K, V> {
    fn default() -> SmallMap<K, V> {
        SmallMap::new()
    }
}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for SmallMap<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self).finish()
    }
}

impl<K: Serialize, V: Serialize> Serialize for SmallMap<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self)
    }
}

impl<'de, K: Deserialize<'de> + Eq, V: Deserialize<'de>> Deserialize<'de> for SmallMap<K, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<SmallMap<K, V>, D::Error> {
        deserializer.deserialize_map(Map(PhantomData))
    }
}

struct Map<K, V>(PhantomData<(K, V)>);

impl<'de, K: Deserialize<'de> + Eq, V: Deserialize<'de>> Visitor<'de> for Map<K, V> {
    type Value = SmallMap<K, V>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<SmallMap<K, V>, A::Error> {
        let mut entries = SmallMap::new();
        while let Some((key, value)) = map.next_entry()? {
            // A list that grows makes room for four.
            if entries.0.is_empty() {
                entries.0.reserve_exact(1 + map.size_hint().unwrap_or(0).min(64));
            }
            entries.insert(key, value);
        }
        entries.0.shrink_to_fit();
        Ok(entries)
    }
}

impl<K: JsonSchema, V: JsonSchema> JsonSchema for SmallMap<K, V> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        indexmap::IndexMap::<K, V>::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        indexmap::IndexMap::<K, V>::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Name;
    use indexmap::IndexMap;
    use proptest::prelude::*;

    #[test]
    fn what_is_written_is_found_by_its_name() {
        let mut entries = SmallMap::from([(Name::parse("web").unwrap(), 1), (Name::parse("api").unwrap(), 2)]);
        assert_eq!((entries.get("api"), entries.get("none"), entries["web"]), (Some(&2), None, 1));
        assert_eq!(entries.insert(Name::parse("web").unwrap(), 3), Some(1));
        assert_eq!(format!("{entries:?}"), "{Name(\"web\"): 3, Name(\"api\"): 2}");
        assert_ne!(entries, SmallMap::from([(Name::parse("api").unwrap(), 2), (Name::parse("web").unwrap(), 3)]));
    }

    proptest! {
        #[test]
        fn it_reads_and_writes_as_an_index_map_does(pairs in proptest::collection::vec(("[a-d]{0,2}", 0..9_u8), 0..9)) {
            let map: IndexMap<String, u8> = pairs.iter().cloned().collect();
            let entries: SmallMap<String, u8> = pairs.iter().cloned().collect();
            let text = serde_json::to_string(&map).unwrap();
            prop_assert_eq!(&serde_json::to_string(&entries).unwrap(), &text);
            prop_assert_eq!(&serde_json::from_str::<SmallMap<String, u8>>(&text).unwrap(), &entries);
            prop_assert!(entries.iter().eq(&map) && entries.keys().eq(map.keys()) && entries.values().eq(map.values()));
            let twice: String = pairs.iter().map(|(key, value)| format!(",\"{key}\":{value}")).collect();
            let twice = format!("{{{}}}", twice.trim_start_matches(','));
            prop_assert_eq!(serde_json::from_str::<SmallMap<String, u8>>(&twice).unwrap(), entries);
        }
    }
}
