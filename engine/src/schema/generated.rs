//! Which schema has a type of Rust?
//!
//! Each is generated when it is first asked for, and kept: a program knows many kinds, and a pipeline uses few of them,
//! each perhaps a thousand times.

use std::any::TypeId;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use schemars::JsonSchema;
use schemars::generate::{Contract, SchemaSettings};

use super::Schema;

type Key = (TypeId, bool);

/// The schema of what `T` is written as, or read from.
pub(super) fn once<T: JsonSchema + 'static>(contract: Contract) -> Schema {
    static KNOWN: Mutex<Option<HashMap<Key, Schema>>> = Mutex::new(None);
    let key = (TypeId::of::<T>(), contract == Contract::Serialize);
    let known = || KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(schema) = known().as_ref().and_then(|known| known.get(&key)) {
        return schema.clone();
    }
    // Not under the lock: a type may ask for the schema of another.
    let schema = generate::<T>(contract);
    known().get_or_insert_default().entry(key).or_insert(schema).clone()
}

fn generate<T: JsonSchema>(contract: Contract) -> Schema {
    let settings = SchemaSettings::draft2020_12().with(|settings| settings.contract = contract);
    Schema::new(settings.into_generator().into_root_schema_for::<T>().to_value())
}
