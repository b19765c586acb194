//! What types do `x.field`, `x[0]` and `x[:3]` read?

use serde_json::Value as Json;

use super::tree::{Kind, Node};
use super::typing::Walk;
use super::{Fault, FaultKind};
use crate::diagnostic::nearest;
use crate::schema::{JsonTypes, NoField, Schema};
use crate::source::Span;

impl Walk<'_> {
    pub(super) fn field(&self, of: &Schema, name: &str, span: Span) -> Schema {
        let fault = match of.field(name) {
            Ok(schema) => return schema,
            Err(NoField::Unknown { known }) => {
                let message = format!("there is no field `{name}`");
                let fault = Fault::new(FaultKind::UnknownField, span, message);
                match nearest(name, known.iter().map(String::as_str)) {
                    Some(known) => fault.help(format!("write `{known}`")),
                    None if known.is_empty() => fault,
                    None => fault.help(format!("the fields are: {}", known.join(", "))),
                }
            }
            Err(NoField::NoObject { types }) => {
                let message = format!("{types} has no fields, `{name}` neither");
                Fault::new(FaultKind::Type, span, message)
            }
        };
        self.fault(fault)
    }

    /// What stands at the constant `path`, such as `scene.order`.
    pub(super) fn path(&self, of: &Schema, path: &str, span: Span) -> Schema {
        path.split('.').fold(of.clone(), |schema, name| self.field(&schema, name, span))
    }

    pub(super) fn item(&self, of: &Node, index: &Node, span: Span) -> Schema {
        let (list, position) = (self.schema(of), self.schema(index));
        if list.is_anything() {
            return list;
        }
        if position.types() == JsonTypes::TEXT {
            let nothing = (list.types() - JsonTypes::OBJECT - JsonTypes::NULL).is_empty();
            if nothing {
                return list.any_field().or_null();
            }
        }
        self.integer_schema(&position, index.span);
        let told = match list.as_list() {
            Ok(told) => told,
            Err(types) => {
                let message = format!("{types} has no items that are counted");
                return self.fault(Fault::new(FaultKind::Type, span, message));
            }
        };
        let constant = position.constant().and_then(Json::as_u64);
        if let (Some(index), Some(max)) = (constant, told.max)
            && index >= max
        {
            let message = format!("there is no item {index} in a list of at most {max}");
            return self.fault(Fault::new(FaultKind::Value, span, message));
        }
        let at = constant.and_then(|index| usize::try_from(index).ok());
        let item = at.and_then(|index| list.item_at(index)).unwrap_or(told.items);
        if told.nullable { item.or_null() } else { item }
    }

    pub(super) fn slice(&self, of: &Node, bounds: &[Option<Box<Node>>; 3], span: Span) -> Schema {
        let list = self.schema(of);
        for bound in bounds.iter().flatten() {
            let schema = self.schema(bound);
            self.integer_schema(&schema, bound.span);
        }
        if list.is_anything() || (list.types() - JsonTypes::NULL) == JsonTypes::TEXT {
            return list;
        }
        let told = match list.as_list() {
            Ok(told) => told,
            Err(types) => {
                let message = format!("a slice is cut from a list or a text, not from {types}");
                return self.fault(Fault::new(FaultKind::Type, span, message));
            }
        };
        let written = |bound: &Option<Box<Node>>| match bound.as_deref().map(|node| &node.kind) {
            None => Some(None),
            Some(Kind::Constant(value)) => value.as_u64().map(Some),
            Some(_) => None,
        };
        // Bounds that are written out, from the start, tell the most items that are left.
        let most = match (written(&bounds[0]), written(&bounds[1])) {
            (Some(from), Some(Some(to))) => Some(to.saturating_sub(from.unwrap_or_default())),
            (Some(Some(from)), Some(None)) => told.max.map(|max| max.saturating_sub(from)),
            _ => told.max,
        };
        let max = [most, told.max].into_iter().flatten().min();
        let cut = Schema::list(&told.items, 0, max);
        if told.nullable { cut.or_null() } else { cut }
    }
}

/// Where the name of a field stands, which is read off `of`.
pub(super) fn field_span(of: &Node, name: &str, whole: Span) -> Span {
    let behind = whole.end.saturating_sub(of.span.end) as usize;
    match behind.checked_sub(name.len()) {
        // The places of an expression that stands with escapes are all the same.
        None => whole,
        Some(1) => Span { start: of.span.end + 1, end: whole.end },
        Some(_) => Span { start: of.span.end, end: whole.end },
    }
}
