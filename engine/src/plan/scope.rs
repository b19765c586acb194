//! Which types have the names that an expression can read?

use std::collections::HashMap;

use crate::expression::{Expression, FieldPath, Types};
use crate::schema::Schema;
use crate::source::Spanned;

/// The type of a value; none where something is wrong with it that was told already.
pub(super) type Type = Option<Schema>;

/// What the nodes of a body give.
pub(super) type Given = HashMap<String, Type>;

/// Names and their types, from the inside out.
#[derive(Default)]
pub(super) struct Scope<'o> {
    outer: Option<&'o Scope<'o>>,
    names: Given,
    /// What a condition says is not null.
    not_null: Vec<FieldPath>,
}

impl<'o> Scope<'o> {
    pub(super) fn inside(outer: &'o Scope<'o>) -> Self {
        Self { outer: Some(outer), ..Self::default() }
    }

    /// The same names, where all of `conditions` hold.
    pub(super) fn where_all<'c>(
        outer: &'o Scope<'o>,
        conditions: impl Iterator<Item = &'c Expression>,
    ) -> Self {
        Self {
            not_null: conditions.flat_map(Expression::not_null).collect(),
            ..Self::inside(outer)
        }
    }

    /// The names given here, without those further out.
    pub(super) fn into_names(self) -> Given {
        self.names
    }

    pub(super) fn give_all(&mut self, names: &Given) {
        self.names.extend(names.iter().map(|(name, of)| (name.clone(), of.clone())));
    }

    pub(super) fn give(&mut self, name: impl Into<String>, of: Type) {
        self.names.insert(name.into(), of);
    }

    pub(super) fn find(&self, name: &str) -> Option<&Type> {
        let mut scope = Some(self);
        while let Some(here) = scope {
            if let Some(found) = here.names.get(name) {
                return Some(found);
            }
            scope = here.outer;
        }
        None
    }

    /// Whether each of `names` has a type: else nothing more can be said of what reads them.
    pub(super) fn knows_all(&self, names: &[Spanned<&str>]) -> bool {
        names.iter().all(|name| matches!(self.find(name.value), Some(Some(_))))
    }
}

impl Types for Scope<'_> {
    fn schema(&self, name: &str) -> Option<Schema> {
        self.find(name).map(|found| found.clone().unwrap_or_else(Schema::anything))
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<_> = self.names.keys().cloned().collect();
        names.extend(self.outer.into_iter().flat_map(Types::names));
        names.sort_unstable();
        names.dedup();
        names
    }

    fn is_not_null(&self, path: &[&str]) -> bool {
        // A path through null is null: what stands above a value that is not null is not null either.
        let known = |known: &FieldPath| {
            known.len() >= path.len() && known.iter().zip(path).all(|(a, b)| a == b)
        };
        // The name may mean something else further out.
        self.not_null.iter().any(known)
            || self.outer.is_some_and(|outer| {
                path.first().is_none_or(|name| !self.names.contains_key(*name))
                    && outer.is_not_null(path)
            })
    }
}
