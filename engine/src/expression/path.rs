//! What do `x.field`, `x[0]` and `x[:3]` read?

use serde_json::Value as Json;

use super::evaluate::Walk;
use super::tree::Node;
use super::value::Value;
use super::{Fault, FaultKind};
use crate::source::Span;

impl<'v> Walk<'v> {
    /// The field; of a list, that of every item; of null, null.
    pub(super) fn field(&self, of: Value<'v>, name: &str, span: Span) -> Result<Value<'v>, Fault> {
        if of.is_null() {
            return Ok(of);
        }
        let of = match of.into_items() {
            Ok(items) => {
                self.burn(items.len(), span)?;
                let fields = items.into_iter().map(|item| self.field(item, name, span));
                return Ok(Value::List(fields.collect::<Result<_, _>>()?));
            }
            Err(of) => of,
        };
        let noun = of.noun();
        of.into_field(name).ok_or_else(|| {
            Fault::new(FaultKind::Type, span, format!("{noun} has no fields, `{name}` neither"))
        })
    }

    /// What stands at the constant `path`, such as `scene.order`.
    pub(super) fn path(&self, of: &Value<'v>, path: &str, span: Span) -> Result<Value<'v>, Fault> {
        path.split('.').try_fold(of.clone(), |value, name| self.field(value, name, span))
    }

    pub(super) fn item(
        &self,
        of: &'v Node,
        index: &'v Node,
        span: Span,
    ) -> Result<Value<'v>, Fault> {
        let of = self.value(of)?;
        let position = self.value(index)?;
        if of.is_null() || position.is_null() {
            return Ok(Value::null());
        }
        if let Some(name) = position.as_text() {
            return self.field(of, name, span);
        }
        let integer = self.integer(index)?;
        let noun = of.noun();
        let Ok(mut items) = of.into_items() else {
            let message = format!("{noun} has no items that are counted");
            return Err(Fault::new(FaultKind::Type, span, message));
        };
        let length = items.len();
        let Some(at) = from_start(integer, length).filter(|at| *at < length) else {
            let message = format!("there is no item {integer} in a list of {length}");
            return Err(Fault::new(FaultKind::Value, span, message)
                .help("take `first` or `last`, which give null of an empty list"));
        };
        Ok(items.swap_remove(at))
    }

    pub(super) fn slice(
        &self,
        of: &'v Node,
        bounds: &'v [Option<Box<Node>>; 3],
        span: Span,
    ) -> Result<Value<'v>, Fault> {
        let of = self.value(of)?;
        if of.is_null() {
            return Ok(of);
        }
        let bound =
            |index: usize| bounds[index].as_deref().map(|node| self.integer(node)).transpose();
        let (from, to, step) = (bound(0)?, bound(1)?, bound(2)?.unwrap_or(1));
        let Some(step) = usize::try_from(step).ok().filter(|step| *step > 0) else {
            return Err(Fault::new(FaultKind::Value, span, "the step of a slice is at least 1"));
        };
        let cut = |length: usize| {
            let edge = |bound: i128| {
                from_start(bound, length).unwrap_or(if bound < 0 { 0 } else { length }).min(length)
            };
            let start = from.map_or(0, edge);
            (start, to.map_or(length, edge).saturating_sub(start))
        };
        if let Some(text) = of.as_text() {
            let (start, length) = cut(text.chars().count());
            let text = text.chars().skip(start).take(length).step_by(step).collect();
            return Ok(Value::owned(Json::String(text)));
        }
        let noun = of.noun();
        let Ok(items) = of.into_items() else {
            let message = format!("a slice is cut from a list or a text, not from {noun}");
            return Err(Fault::new(FaultKind::Type, span, message));
        };
        self.burn(items.len(), span)?;
        let (start, length) = cut(items.len());
        Ok(Value::List(items.into_iter().skip(start).take(length).step_by(step).collect()))
    }
}

/// The position of item `index`, counted from the end where it is negative. None, before the start.
fn from_start(index: i128, length: usize) -> Option<usize> {
    let index = if index < 0 { index + length as i128 } else { index };
    usize::try_from(index).ok()
}
