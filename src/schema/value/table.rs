//! A table that is put together: [`Table`].

use std::collections::BTreeMap;

use crate::schema::value::{Shape, Value};

/// Keys and their values; a key that comes again keeps its place.
#[derive(Default)]
pub struct Table<'a> {
    items: Vec<(Value<'a>, Value<'a>)>,
    seen: BTreeMap<String, usize>,
}

impl<'a> Table<'a> {
    /// Puts a value under a key; `None` when that is not known to be one.
    pub fn put(&mut self, key: Value<'a>, value: Value<'a>) -> Option<()> {
        let at = *self.seen.entry(key.key()?).or_insert(self.items.len());
        match self.items.get_mut(at) {
            Some(known) => known.1 = value,
            None => self.items.push((key, value)),
        }
        Some(())
    }

    /// Puts all items of another.
    pub fn extend(&mut self, items: &[(Value<'a>, Value<'a>)]) -> Option<()> {
        items.iter().try_for_each(|(key, value)| self.put(key.clone(), value.clone()))
    }

    /// Of pairs.
    pub fn of_pairs(pairs: &[Value<'a>]) -> Option<Self> {
        let mut table = Self::default();
        for pair in pairs {
            match pair {
                Value::Items(Shape::List | Shape::Tuple, pair) => match &pair[..] {
                    [key, value] => table.put(key.clone(), value.clone())?,
                    _ => return None,
                },
                _ => return None,
            }
        }
        Some(table)
    }

    /// The value.
    pub fn into_value(self) -> Value<'a> {
        Value::Table(self.items.into())
    }
}
