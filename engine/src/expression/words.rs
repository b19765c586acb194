//! Which filters, tests and functions are there, and what do they take and give?
//!
//! The one table from which parsing, typing, evaluation and the published language are made.

use serde::Serialize;

use super::tree::Comparison;

/// What `flow schema` says of a filter, test or function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Signature {
    pub name: &'static str,
    pub sort: Sort,
    /// What stands before it: `x | filter`, `x is test`; empty for a function.
    pub takes: &'static str,
    pub parameters: &'static [Parameter],
    pub gives: &'static str,
    /// One sentence.
    pub docs: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    Filter,
    Test,
    Function,
}

/// What a filter or function is given between its brackets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Parameter {
    pub name: &'static str,
    pub required: bool,
    pub takes: Takes,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Takes {
    Anything,
    Boolean,
    Integer,
    Number,
    Text,
    List,
    /// A path into each item, written out: `'scene.order'`.
    Path,
    /// The name of a test, written out: `'in'`.
    Test,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Filter {
    Chain,
    Compact,
    Default,
    First,
    Flatten,
    Items,
    Join,
    Last,
    Length,
    Map,
    RejectAttr,
    SelectAttr,
    Sort,
    Unique,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Function {
    Range,
    Usd,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Test {
    None,
    Compare(Comparison),
}

/// Words of the grammar, which no name can be.
pub const KEYWORDS: &[&str] = &[
    "and", "else", "false", "if", "in", "is", "none", "not", "null", "or", "true", "False", "None",
    "True",
];

/// All filters, tests and functions, filters first, each sorted by name.
pub fn signatures() -> impl Iterator<Item = &'static Signature> {
    let filters = FILTERS.iter().map(|(_, signature)| signature);
    let tests = TESTS.iter().map(|(_, signature)| signature);
    filters.chain(tests).chain(FUNCTIONS.iter().map(|(_, signature)| signature))
}

/// Whether `name` means something in expressions, so that nothing can be called so.
pub fn is_word(name: &str) -> bool {
    KEYWORDS.contains(&name) || FUNCTIONS.iter().any(|(_, signature)| signature.name == name)
}

impl Filter {
    pub(super) fn named(name: &str) -> Option<Self> {
        FILTERS.iter().find(|(_, signature)| signature.name == name).map(|(filter, _)| *filter)
    }

    pub(super) fn signature(self) -> &'static Signature {
        let row = FILTERS.iter().find(|(filter, _)| *filter == self);
        &row.expect("a test holds that every filter stands in its table").1
    }
}

impl Function {
    pub(super) fn named(name: &str) -> Option<Self> {
        FUNCTIONS.iter().find(|(_, signature)| signature.name == name).map(|(it, _)| *it)
    }

    pub(super) fn signature(self) -> &'static Signature {
        let row = FUNCTIONS.iter().find(|(function, _)| *function == self);
        &row.expect("a test holds that every function stands in its table").1
    }
}

impl Test {
    /// The test called `name`, or written as the sign that it stands for.
    pub(super) fn named(name: &str) -> Option<Self> {
        let by_name = TESTS.iter().find(|(_, signature)| signature.name == name);
        let by_sign = || {
            TESTS.iter().find(
                |(test, _)| matches!(test, Self::Compare(comparison) if comparison.sign() == name),
            )
        };
        by_name.or_else(by_sign).map(|(test, _)| *test)
    }
}

const fn filter(
    name: &'static str,
    takes: &'static str,
    parameters: &'static [Parameter],
    gives: &'static str,
    docs: &'static str,
) -> Signature {
    Signature { name, sort: Sort::Filter, takes, parameters, gives, docs }
}

const fn test(name: &'static str, takes: &'static str, docs: &'static str) -> Signature {
    const OTHER: &[Parameter] = &[needs("other", Takes::Anything)];
    let parameters = if let b"none" = name.as_bytes() { &[] } else { OTHER };
    Signature { name, sort: Sort::Test, takes, parameters, gives: "boolean", docs }
}

const fn needs(name: &'static str, takes: Takes) -> Parameter {
    Parameter { name, required: true, takes }
}

const fn may(name: &'static str, takes: Takes) -> Parameter {
    Parameter { name, required: false, takes }
}

const WHICH: &[Parameter] =
    &[needs("attribute", Takes::Path), may("test", Takes::Test), may("value", Takes::Anything)];

#[rustfmt::skip]
const FILTERS: &[(Filter, Signature)] = &[
    (Filter::Chain, filter("chain", "list of T", &[needs("other", Takes::List)], "list of T",
        "The list, then the items of the other one.")),
    (Filter::Compact, filter("compact", "list of T or null", &[], "list of T",
        "The list without its nulls.")),
    (Filter::Default, filter("default", "T or null", &[needs("value", Takes::Anything)], "T",
        "The value, or the other one where it is null.")),
    (Filter::First, filter("first", "list of T", &[], "T or null",
        "The first item; null of an empty list.")),
    (Filter::Flatten, filter("flatten", "list of lists of T", &[], "list of T",
        "The items of the lists, one level deep.")),
    (Filter::Items, filter("items", "object", &[], "list of { key, value }",
        "The fields of an object in their order.")),
    (Filter::Join, filter("join", "list of texts", &[may("separator", Takes::Text)], "text",
        "The items as one text, with the separator between them.")),
    (Filter::Last, filter("last", "list of T", &[], "T or null",
        "The last item; null of an empty list.")),
    (Filter::Length, filter("length", "list, object or text", &[], "integer",
        "How many items, fields or characters there are.")),
    (Filter::Map, filter("map", "list of objects", &[needs("attribute", Takes::Path)], "list",
        "What stands at the path in each item.")),
    (Filter::RejectAttr, filter("rejectattr", "list of T", WHICH, "list of T",
        "The items whose value at the path fails the test; without a test, is false.")),
    (Filter::SelectAttr, filter("selectattr", "list of T", WHICH, "list of T",
        "The items whose value at the path passes the test; without a test, is true.")),
    (Filter::Sort, filter("sort", "list of T",
        &[may("reverse", Takes::Boolean), may("attribute", Takes::Path)], "list of T",
        "The items from the least to the greatest, equals in their order.")),
    (Filter::Unique, filter("unique", "list of T", &[may("attribute", Takes::Path)], "list of T",
        "The first of all items that are equal, or equal at the path.")),
];

#[rustfmt::skip]
const TESTS: &[(Test, Signature)] = &[
    (Test::Compare(Comparison::Equal), test("eq", "T", "Whether both are equal: `==`.")),
    (Test::Compare(Comparison::GreaterOrEqual), test("ge", "number, amount or text", "As `>=`.")),
    (Test::Compare(Comparison::Greater), test("gt", "number, amount or text", "As `>`.")),
    (Test::Compare(Comparison::In), test("in", "T",
        "Whether it is an item of the list, a field of the object or a part of the text.")),
    (Test::Compare(Comparison::LessOrEqual), test("le", "number, amount or text", "As `<=`.")),
    (Test::Compare(Comparison::Less), test("lt", "number, amount or text", "As `<`.")),
    (Test::Compare(Comparison::Unequal), test("ne", "T", "Whether they differ: `!=`.")),
    (Test::None, test("none", "T or null", "Whether it is null.")),
];

#[rustfmt::skip]
const FUNCTIONS: &[(Function, Signature)] = &[
    (Function::Range, Signature { name: "range", sort: Sort::Function, takes: "",
        parameters: &[needs("stop", Takes::Integer)], gives: "list of integers",
        docs: "The integers from 0 up to, not including, the given one." }),
    (Function::Usd, Signature { name: "usd", sort: Sort::Function, takes: "",
        parameters: &[needs("dollars", Takes::Number)], gives: "amount",
        docs: "The amount of so many dollars, rounded to six decimals." }),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_found_by_its_name() {
        for (filter, signature) in FILTERS {
            assert_eq!(Filter::named(signature.name), Some(*filter));
            assert_eq!(filter.signature(), signature);
        }
        for (function, signature) in FUNCTIONS {
            assert_eq!(Function::named(signature.name), Some(*function));
            assert_eq!(function.signature(), signature);
        }
        assert_eq!(Test::named("in"), Some(Test::Compare(Comparison::In)));
        assert_eq!(Test::named("=="), Test::named("eq"));
        assert!(is_word("range") && is_word("null") && !is_word("first"));
    }
}
