//! Where in a text stand expressions?
//!
//! Only `${{ … }}` is looked for, aware of quotes and brackets inside it; `$${{` writes `${{`. `{{ }}`, `{% %}` and all
//! else belong to the text. What is inserted is never read again.

use super::template::Piece;
use super::{Expression, Fault, FaultKind};
use crate::source::Span;

const OPEN: &str = "${{";
const ESCAPED: &str = "$${{";
const CLOSE: &str = "}}";

/// The pieces of `text`, no two texts in a row; and all that is wrong with the expressions in it.
pub(super) fn pieces(text: &str, span: Span) -> (Vec<Piece>, Vec<Fault>) {
    let straight = span.range().len() == text.len();
    let place = |start: usize, end: usize| {
        if straight { Span::new(start..end).within(span) } else { span }
    };
    let (mut pieces, mut faults) = (Vec::new(), Vec::new());
    let mut plain = String::new();
    let mut at = 0;
    while let Some(found) = text[at..].find('$').map(|offset| at + offset) {
        plain.push_str(&text[at..found]);
        let rest = &text[found..];
        if rest.starts_with(ESCAPED) {
            plain.push_str(OPEN);
            at = found + ESCAPED.len();
        } else if rest.starts_with(OPEN) {
            let start = found + OPEN.len();
            let Some(length) = length(&text[start..]) else {
                let open = place(found, start);
                let fault = Fault::new(FaultKind::Syntax, open, "`${{` is not closed");
                faults
                    .push(fault.help("write `}}` behind the expression, or `$${{` for the signs"));
                at = text.len();
                break;
            };
            if !plain.is_empty() {
                pieces.push(Piece::Text(std::mem::take(&mut plain)));
            }
            let inner = &text[start..start + length];
            let from = start + (inner.len() - inner.trim_start().len());
            let inner = inner.trim();
            match Expression::parse(inner, place(from, from + inner.len())) {
                Ok(expression) => pieces.push(Piece::Expression(expression)),
                Err(mut fault) => {
                    if inner.is_empty() {
                        fault.span = place(found, start + length + CLOSE.len());
                    }
                    faults.push(fault);
                }
            }
            at = start + length + CLOSE.len();
        } else {
            plain.push('$');
            at = found + 1;
        }
    }
    plain.push_str(&text[at..]);
    if !plain.is_empty() {
        pieces.push(Piece::Text(plain));
    }
    (pieces, faults)
}

/// How many bytes of `text` come before the `}}` that closes it.
fn length(text: &str) -> Option<usize> {
    let mut open = Vec::new();
    let mut quote = None;
    let mut signs = text.char_indices();
    while let Some((at, sign)) = signs.next() {
        match (quote, sign) {
            (Some(_), '\\') => {
                signs.next();
            }
            (Some(quoted), _) => quote = Some(quoted).filter(|quoted| *quoted != sign),
            (None, '\'' | '"') => quote = Some(sign),
            (None, '(' | '[' | '{') => open.push(sign),
            // A bracket that is left open is the parser's to tell: `}}` still ends the expression.
            (None, '}') if open.last() != Some(&'{') && text[at..].starts_with(CLOSE) => {
                return Some(at);
            }
            (None, ')' | ']' | '}') => {
                open.pop();
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::super::Template;
    use super::super::given::Given;
    use super::*;

    #[track_caller]
    fn gives(text: &str, expected: &Json) {
        let values =
            Given(json!({ "a": 1, "b": "${{ a }}", "c": [1], "n": null, "u": "0.10 USD" }));
        let template = Template::text(text, Span::new(0..text.len())).expect(text);
        assert_eq!(template.evaluate(&values).expect(text), *expected, "{text}");
    }

    fn faults(text: &str) -> Vec<(Span, String)> {
        let faults = Template::text(text, Span::new(0..text.len())).expect_err(text);
        faults.into_iter().map(|fault| (fault.span, fault.message)).collect()
    }

    #[test]
    fn one_expression_alone_keeps_its_type() {
        gives("${{ a }}", &json!(1));
        gives("  ${{ c }}\n", &json!([1]));
        gives("${{ n }}", &json!(null));
        gives("${{ a }}${{ a }}", &json!("11"));
        gives("${{ a }}!", &json!("1!"));
    }

    #[test]
    fn strings_and_brackets_hide_what_would_close() {
        gives("${{ '}}' }}", &json!("}}"));
        gives("${{ {'x': {'y': a}} }}", &json!({ "x": { "y": 1 } }));
        gives("${{ \"\\\"}}\" }}", &json!("\"}}"));
        gives("${{{'x': 1}}}", &json!({ "x": 1 }));
    }

    #[test]
    fn nothing_else_is_touched() {
        gives(
            "{{ a }} {% if %} {# c #} $ $$ ${ a } }}",
            &json!("{{ a }} {% if %} {# c #} $ $$ ${ a } }}"),
        );
        gives("$${{ a }} ${{ a }} $$${{ a }}", &json!("${{ a }} 1 $${{ a }}"));
        gives("b is ${{ b }}, ${{ u }}", &json!("b is ${{ a }}, 0.10 USD"));
    }

    #[test]
    fn every_fault_of_a_text_is_told_where_it_stands() {
        assert_eq!(
            faults("ñ ${{ a b }} and ${{ }} ${{ ( }} ${{ a"),
            [
                (Span::new(9..10), "unexpected input after expression".to_owned()),
                (Span::new(18..24), "an expression is missing".to_owned()),
                (Span::new(29..30), "unexpected end of input, expected expression".to_owned()),
                (Span::new(34..37), "`${{` is not closed".to_owned()),
            ]
        );
    }

    #[test]
    fn a_list_or_null_cannot_stand_in_longer_text() {
        let values = Given(json!({ "c": [1], "n": null }));
        for text in ["x ${{ c }}", "x ${{ n }}"] {
            let template = Template::text(text, Span::new(0..text.len())).expect(text);
            assert!(template.evaluate(&values).is_err(), "{text}");
        }
    }

    #[test]
    fn a_text_with_escapes_has_one_place() {
        let faults = Template::text("a ${{ x y }}", Span::new(5..40)).expect_err("two names");
        assert_eq!(faults[0].span, Span::new(5..40));
    }
}

#[cfg(test)]
mod properties {
    use proptest::prelude::*;
    use serde_json::json;

    use super::super::Template;
    use super::super::given::Given;
    use super::*;

    /// Texts made of what expressions are made of, well formed or not.
    fn texts() -> impl Strategy<Value = String> {
        let word = prop::sample::select(vec![
            "${{",
            "}}",
            "$",
            "{",
            "}",
            "(",
            ")",
            "[",
            "]",
            "'",
            "\"",
            "\\",
            "é",
            " ",
            ".",
            ",",
            ":",
            "|",
            "a",
            "b",
            "none",
            "not ",
            " and ",
            " or ",
            " is ",
            " in ",
            " if ",
            " else ",
            "==",
            "<",
            "+",
            "-",
            "/",
            "//",
            "%",
            "**",
            "~",
            "1",
            "0.5",
            "99999999999999999999",
            "first",
            "sort",
            "length",
            "default(",
            "range(",
            "usd(",
            "selectattr('a', ",
            "attribute=",
            "*",
            "\n",
        ]);
        prop::collection::vec(word, 0..24).prop_map(|words| words.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_text_makes_a_panic_and_every_place_lies_within(text in texts(), any in ".{0,40}") {
            let values = Given(json!({ "a": [{ "a": 1 }, { "a": null }], "b": "0.10 USD" }));
            let types = Given(json!({ "a": { "type": "array" }, "b": true }));
            for text in [format!("${{{{ {text} }}}}"), text, any] {
                let whole = Span::new(3..3 + text.len());
                let within = |fault: &Fault| fault.span.start >= whole.start && fault.span.end <= whole.end;
                match Template::text(&text, whole) {
                    Err(faults) => prop_assert!(!faults.is_empty() && faults.iter().all(within), "{faults:?}"),
                    Ok(template) => {
                        prop_assert!(template.type_in(&types).1.iter().all(within));
                        prop_assert!(template.evaluate(&values).err().iter().all(within));
                    }
                }
            }
        }
    }
}
