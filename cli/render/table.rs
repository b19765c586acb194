//! How do rows of facts look?

use comfy_table::{Attribute, Cell, ContentArrangement, Table, presets};

/// Rows under bold headings, without lines; cells wrap where the terminal ends.
pub(crate) fn table(headings: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(
        headings.iter().map(|heading| Cell::new(heading).add_attribute(Attribute::Bold)),
    );
    table.add_rows(rows);
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    let mut text = table.trim_fmt();
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [vec!["a".into(), "first".into()], vec!["longer".into(), "second".into()]];
        insta::assert_snapshot!(table(&["name", "what"], rows), @"
        name    what
        a       first
        longer  second
        ");
    }
}
