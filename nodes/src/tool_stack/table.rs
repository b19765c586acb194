//! Which tables are there? One description for both databases.

use super::sql::{Dialect, Form};

pub(super) struct Table {
    pub(super) name: &'static str,
    pub(super) columns: &'static [Column],
    /// What concerns more than one column.
    rules: &'static str,
    /// Columns that are searched by: one index each.
    indexes: &'static [&'static str],
}

pub(super) struct Column {
    pub(super) name: &'static str,
    pub(super) form: Form,
    rule: &'static str,
}

const fn column(name: &'static str, form: Form, rule: &'static str) -> Column {
    Column { name, form, rule }
}

const REQUIRED: &str = "NOT NULL";
const KEY: &str = "PRIMARY KEY";

pub(super) const TOOLS: Table = Table {
    name: "tools",
    columns: &[
        column("tool_id", Form::Text, KEY),
        column("position", Form::Whole, REQUIRED),
        column("name", Form::Text, REQUIRED),
        column("vendor", Form::Text, REQUIRED),
        column("category", Form::Text, REQUIRED),
        column("also", Form::List, REQUIRED),
        column(
            "status",
            Form::Text,
            "NOT NULL CHECK (status IN ('active','preview','superseded','retired'))",
        ),
        column("quality_tier", Form::Text, ""),
        column("capabilities", Form::Document, REQUIRED),
        column("quality_metrics", Form::Document, REQUIRED),
        column("pricing", Form::Document, REQUIRED),
        column("performance", Form::Document, REQUIRED),
        column("api_integration", Form::Document, ""),
        column("best_for", Form::List, REQUIRED),
        column("limitations", Form::List, REQUIRED),
        column("binding", Form::Document, ""),
        column("sources", Form::List, REQUIRED),
        column("remarks", Form::Document, REQUIRED),
        column("valid_from", Form::Text, ""),
        column("valid_until", Form::Text, ""),
        column("created_at", Form::Time, REQUIRED),
        column("updated_at", Form::Time, REQUIRED),
    ],
    rules: "",
    indexes: &["category", "status"],
};

pub(super) const BENCHMARKS: Table = Table {
    name: "benchmarks",
    columns: &[
        column("benchmark_id", Form::Text, KEY),
        column("tool_id", Form::Text, "NOT NULL REFERENCES tools (tool_id) ON DELETE CASCADE"),
        column("test_prompt", Form::Text, REQUIRED),
        column("latency_seconds", Form::Number, "NOT NULL CHECK (latency_seconds >= 0)"),
        column("quality_score", Form::Number, "NOT NULL CHECK (quality_score BETWEEN 0 AND 10)"),
        column("cost_per_second", Form::Number, "NOT NULL CHECK (cost_per_second >= 0)"),
        column("success_rate", Form::Number, "NOT NULL CHECK (success_rate BETWEEN 0 AND 1)"),
        column("tested_at", Form::Time, REQUIRED),
    ],
    rules: "",
    indexes: &["tool_id, tested_at DESC"],
};

pub(super) const TECHNIQUES: Table = Table {
    name: "sota_techniques",
    columns: &[
        column("technique_id", Form::Text, KEY),
        column("name", Form::Text, REQUIRED),
        column("description", Form::Text, REQUIRED),
        column("source_url", Form::Text, ""),
        column("papers", Form::Document, REQUIRED),
        column("related_tools", Form::List, REQUIRED),
        column(
            "status",
            Form::Text,
            "NOT NULL CHECK (status IN ('emerging','reproduced','adopted','obsolete'))",
        ),
        column("discovered_at", Form::Time, REQUIRED),
        column("updated_at", Form::Time, REQUIRED),
    ],
    rules: "",
    indexes: &["status"],
};

pub(super) const WORKFLOWS: Table = Table {
    name: "workflows",
    columns: &[
        column("workflow_id", Form::Text, KEY),
        column("name", Form::Text, REQUIRED),
        column("description", Form::Text, REQUIRED),
        column("steps", Form::Document, REQUIRED),
        column("use_cases", Form::List, REQUIRED),
        column("avg_quality_score", Form::Number, "CHECK (avg_quality_score BETWEEN 0 AND 10)"),
        column("avg_cost_usd", Form::Number, "CHECK (avg_cost_usd >= 0)"),
        column("avg_time_seconds", Form::Number, "CHECK (avg_time_seconds >= 0)"),
        column("created_at", Form::Time, REQUIRED),
        column("updated_at", Form::Time, REQUIRED),
    ],
    rules: "",
    indexes: &[],
};

pub(super) const SNAPSHOTS: Table = Table {
    name: "tool_snapshots",
    columns: &[
        column("number", Form::Whole, KEY),
        column("version", Form::Text, "NOT NULL UNIQUE"),
        column("tools", Form::Whole, "NOT NULL CHECK (tools >= 1)"),
        column("published_at", Form::Time, REQUIRED),
    ],
    rules: "",
    indexes: &["published_at"],
};

/// A tool as it was from a snapshot on; without a document it was gone. Rows are only ever added.
pub(super) const VERSIONS: Table = Table {
    name: "tool_versions",
    columns: &[
        column("tool_id", Form::Text, REQUIRED),
        column("snapshot", Form::Whole, "NOT NULL REFERENCES tool_snapshots (number)"),
        column("position", Form::Whole, REQUIRED),
        column("tool", Form::Document, ""),
    ],
    rules: ", PRIMARY KEY (tool_id, snapshot)",
    indexes: &[],
};

pub(super) const CHANGES: Table = Table {
    name: "change_events",
    columns: &[
        column("event_id", Form::Text, KEY),
        column("snapshot", Form::Whole, "NOT NULL REFERENCES tool_snapshots (number)"),
        column("position", Form::Whole, REQUIRED),
        column("kind", Form::Text, REQUIRED),
        column("tool_id", Form::Text, ""),
        column("technique_id", Form::Text, ""),
        column("before_value", Form::Document, REQUIRED),
        column("after_value", Form::Document, REQUIRED),
        column("severity", Form::Text, "NOT NULL CHECK (severity IN ('low','medium','high'))"),
        column("source_url", Form::Text, ""),
        column("detected_at", Form::Time, REQUIRED),
    ],
    rules: "",
    indexes: &["tool_id"],
};

/// What each version of the schema adds to the one before it; released ones are never edited.
pub(super) const MIGRATIONS: &[&[Table]] =
    &[&[TOOLS, BENCHMARKS, TECHNIQUES, WORKFLOWS, SNAPSHOTS, VERSIONS, CHANGES]];

impl Table {
    /// The statements that make it.
    pub(super) fn create(&self, dialect: Dialect) -> String {
        let column = |column: &Column| {
            format!(
                "{} {} {}{}",
                column.name,
                dialect.column_type(column.form),
                column.rule,
                dialect.column_check(column.form, column.name)
            )
        };
        let columns: Vec<String> = self.columns.iter().map(column).collect();
        let mut text =
            format!("CREATE TABLE {} ({}{});\n", self.name, columns.join(", "), self.rules);
        for (at, columns) in self.indexes.iter().enumerate() {
            text.push_str(&format!(
                "CREATE INDEX {name}_{at} ON {name} ({columns});\n",
                name = self.name
            ));
        }
        text
    }

    /// Adds a row with a value for each column.
    pub(super) fn insert(&self, dialect: Dialect) -> String {
        let names: Vec<&str> = self.columns.iter().map(|column| column.name).collect();
        let values: Vec<String> =
            (1..).zip(self.columns).map(|(at, column)| dialect.put(column.form, at)).collect();
        format!("INSERT INTO {} ({}) VALUES ({})", self.name, names.join(", "), values.join(", "))
    }

    /// The same, or writes over the row that has the key; the first column is the key, `kept` are left as they are.
    pub(super) fn upsert(&self, dialect: Dialect, kept: &[&str]) -> String {
        let key = self.columns[0].name;
        let others = self.columns[1..].iter().filter(|column| !kept.contains(&column.name));
        let changed: Vec<String> =
            others.map(|column| format!("{name} = excluded.{name}", name = column.name)).collect();
        format!("{} ON CONFLICT ({key}) DO UPDATE SET {}", self.insert(dialect), changed.join(", "))
    }

    /// All columns of the rows for which `rest` holds.
    pub(super) fn select(&self, dialect: Dialect, rest: &str) -> String {
        // Under names of their own, so that `rest` orders by the columns and not by their texts.
        let column = |column: &Column| {
            format!("{} AS t_{}", dialect.get(column.form, column.name), column.name)
        };
        let columns: Vec<String> = self.columns.iter().map(column).collect();
        format!("SELECT {} FROM {} {rest}", columns.join(", "), self.name)
    }
}
