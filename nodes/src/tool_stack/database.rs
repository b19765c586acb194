//! How are versions of the tool stack published, found again and compared?

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value as Json};

use super::postgres::Postgres;
use super::sql::{Form, Row, Sql};
use super::sqlite::Sqlite;
use super::table::{CHANGES, MIGRATIONS, SNAPSHOTS, TOOLS, Table, VERSIONS};
use super::{Error, Location};
use crate::vrd::issue;
use crate::vrd::tools::change::{Change, changes};
use crate::vrd::tools::{Tool, ToolStack};

/// The tools database.
pub struct Database {
    pub(super) sql: Box<dyn Sql>,
}

/// A published version of the stack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Snapshot {
    /// From 1, without gaps.
    pub number: u32,
    /// What plans name.
    pub version: String,
    pub tools: u32,
    pub published_at: String,
}

/// What publishing came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Published {
    pub snapshot: Snapshot,
    /// False where the version was published before, with the same tools.
    pub is_new: bool,
    pub changes: Vec<Change>,
}

impl Database {
    /// Opens the database, and brings its tables up to date.
    pub fn open(location: &Location) -> Result<Self, Error> {
        let sql: Box<dyn Sql> = match location {
            Location::Memory => Box::new(Sqlite::memory()?),
            Location::Sqlite(path) => Box::new(Sqlite::open(path)?),
            Location::Postgres(url) => Box::new(Postgres::open(url)?),
        };
        let mut database = Self { sql };
        database.migrate()?;
        Ok(database)
    }

    fn migrate(&mut self) -> Result<(), Error> {
        self.sql.batch("CREATE TABLE IF NOT EXISTS tool_schema (version INTEGER NOT NULL)")?;
        let rows = self.sql.rows("SELECT CAST(max(version) AS TEXT) FROM tool_schema", &[])?;
        let known = MIGRATIONS.len();
        let found: usize = match rows.first().and_then(|row| row[0].as_deref()) {
            Some(version) => version.parse().unwrap_or(usize::MAX),
            None => 0,
        };
        if found > known {
            return Err(Error::Newer { found, known });
        }
        for (at, tables) in MIGRATIONS.iter().enumerate().skip(found) {
            let dialect = self.sql.dialect();
            let tables: String = tables.iter().map(|table| table.create(dialect)).collect();
            self.within(|database| {
                database.sql.batch(&format!("{tables}INSERT INTO tool_schema VALUES ({})", at + 1))
            })?;
        }
        Ok(())
    }

    /// Performs `work` as a whole or not at all.
    pub(super) fn within<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.sql.batch("BEGIN")?;
        let done = work(self);
        match &done {
            Ok(_) => self.sql.batch("COMMIT")?,
            // What failed is told; the connection undoes the rest when it closes, if not now.
            Err(_) => drop(self.sql.batch("ROLLBACK")),
        }
        done
    }

    /// Makes `stack` the current version. `now` is a moment as `2026-11-26T12:00:00.000Z`.
    pub fn publish(&mut self, stack: &ToolStack, now: &str) -> Result<Published, Error> {
        if let Some(faults) = issue::errors(&stack.faults()) {
            return Err(Error::Faulty { faults });
        }
        if stack.tools.is_empty() {
            return Err(Error::Faulty { faults: "there are none".into() });
        }
        if let Some(known) = self.snapshot(&stack.tool_stack_version)? {
            let same =
                self.stack(Some(&stack.tool_stack_version))?.is_some_and(|old| old == *stack);
            return if same {
                Ok(Published { snapshot: known, is_new: false, changes: Vec::new() })
            } else {
                Err(Error::Taken { version: stack.tool_stack_version.clone() })
            };
        }
        let former = self.stack(None)?;
        let mut found = former.as_ref().map(|former| changes(former, stack)).unwrap_or_default();
        for change in &mut found {
            change.detected_at = now.into();
        }
        let number = self.current()?.map_or(1, |current| current.number + 1);
        let count = u32::try_from(stack.tools.len()).unwrap_or(u32::MAX);
        let version = stack.tool_stack_version.clone();
        let snapshot = Snapshot { number, version, tools: count, published_at: now.into() };
        self.within(|database| database.write(stack, former.as_ref(), &snapshot, &found, now))?;
        Ok(Published { snapshot, is_new: true, changes: found })
    }

    fn write(
        &mut self,
        stack: &ToolStack,
        former: Option<&ToolStack>,
        snapshot: &Snapshot,
        changes: &[Change],
        now: &str,
    ) -> Result<(), Error> {
        let dialect = self.sql.dialect();
        let number = snapshot.number.to_string();
        let some = |text: &str| Some(text.to_owned());
        self.sql.execute(
            &SNAPSHOTS.insert(dialect),
            &[some(&number), some(&snapshot.version), Some(snapshot.tools.to_string()), some(now)],
        )?;
        let upsert = TOOLS.upsert(dialect, &["created_at"]);
        let version = VERSIONS.insert(dialect);
        let places: BTreeMap<&str, usize> = former.map(places).unwrap_or_default();
        for (position, tool) in stack.tools.iter().enumerate() {
            let text = json_text(tool)?;
            self.sql.execute(&upsert, &tool_row(tool, position, now)?)?;
            let is_same = former.is_some_and(|former| former.get(&tool.tool_id) == Some(tool))
                && places.get(tool.tool_id.as_str()) == Some(&position);
            if !is_same {
                let row =
                    [some(&tool.tool_id), some(&number), Some(position.to_string()), Some(text)];
                self.sql.execute(&version, &row)?;
            }
        }
        let gone = former.into_iter().flat_map(|former| &former.tools);
        for tool in gone.filter(|tool| stack.get(&tool.tool_id).is_none()) {
            let row = [some(&tool.tool_id), some(&number), some("0"), None];
            self.sql.execute(&version, &row)?;
            let delete =
                format!("DELETE FROM tools WHERE tool_id = {}", dialect.put(Form::Text, 1));
            self.sql.execute(&delete, &[some(&tool.tool_id)])?;
        }
        let event = CHANGES.insert(dialect);
        for (position, change) in changes.iter().enumerate() {
            let row = [
                some(&change.event_id),
                some(&number),
                Some(position.to_string()),
                some(change.kind.word()),
                change.tool_id.clone(),
                change.technique_id.clone(),
                Some(change.before.to_string()),
                Some(change.after.to_string()),
                some(change.severity.word()),
                change.source_url.clone(),
                some(&change.detected_at),
            ];
            self.sql.execute(&event, &row)?;
        }
        Ok(())
    }

    /// The newest published version.
    pub fn current(&mut self) -> Result<Option<Snapshot>, Error> {
        Ok(self.snapshots("ORDER BY number DESC LIMIT 1", &[])?.pop())
    }

    /// Every published version, the oldest first.
    pub fn history(&mut self) -> Result<Vec<Snapshot>, Error> {
        self.snapshots("ORDER BY number", &[])
    }

    /// The version that was current at the end of `day`, written `2026-11-26`.
    pub fn as_of(&mut self, day: &str) -> Result<Option<Snapshot>, Error> {
        let put = self.sql.dialect().put(Form::Time, 1);
        let rest = format!("WHERE published_at <= {put} ORDER BY number DESC LIMIT 1");
        Ok(self.snapshots(&rest, &[Some(format!("{day}T23:59:59.999Z"))])?.pop())
    }

    fn snapshot(&mut self, version: &str) -> Result<Option<Snapshot>, Error> {
        let rest = format!("WHERE version = {}", self.sql.dialect().put(Form::Text, 1));
        Ok(self.snapshots(&rest, &[Some(version.to_owned())])?.pop())
    }

    fn snapshots(&mut self, rest: &str, values: &[Option<String>]) -> Result<Vec<Snapshot>, Error> {
        let query = SNAPSHOTS.select(self.sql.dialect(), rest);
        let rows = self.sql.rows(&query, values)?;
        rows.into_iter()
            .map(|row| fields(&SNAPSHOTS, row))
            .map(|fields| {
                let fields = fields?;
                let text = |name: &str| fields[name].as_str().unwrap_or_default().to_owned();
                let whole = |name: &str| {
                    fields[name].as_u64().and_then(|number| u32::try_from(number).ok()).unwrap_or(0)
                };
                Ok(Snapshot {
                    number: whole("number"),
                    version: text("version"),
                    tools: whole("tools"),
                    published_at: text("published_at"),
                })
            })
            .collect()
    }

    /// The stack of `version`; where none is named, the current one. None if there is no such version.
    pub fn stack(&mut self, version: Option<&str>) -> Result<Option<ToolStack>, Error> {
        let snapshot = match version {
            Some(version) => self.snapshot(version)?,
            None => self.current()?,
        };
        let Some(snapshot) = snapshot else { return Ok(None) };
        let dialect = self.sql.dialect();
        let put = dialect.put(Form::Whole, 1);
        // Each tool as the newest row up to the snapshot says it.
        let rest = format!(
            "WHERE snapshot = (SELECT max(newer.snapshot) FROM tool_versions newer \
             WHERE newer.tool_id = tool_versions.tool_id AND newer.snapshot <= {put}) ORDER BY position, tool_id"
        );
        let rows = self
            .sql
            .rows(&VERSIONS.select(dialect, &rest), &[Some(snapshot.number.to_string())])?;
        let read = |text: String| {
            serde_json::from_str::<Tool>(&text).map_err(|error| Error::Unreadable {
                place: "tool_versions",
                reason: error.to_string(),
            })
        };
        let tools = rows.into_iter().filter_map(|mut row| row.pop().flatten()).map(read);
        Ok(Some(ToolStack {
            tool_stack_version: snapshot.version,
            tools: tools.collect::<Result<_, _>>()?,
        }))
    }

    /// The tools of the current version as their own table holds them.
    pub fn tools(&mut self) -> Result<Vec<Tool>, Error> {
        let rows = self.sql.rows(&TOOLS.select(self.sql.dialect(), "ORDER BY position"), &[])?;
        let tool = |row: Row| {
            let mut fields = fields(&TOOLS, row)?;
            fields.retain(|_, value| !value.is_null());
            serde_json::from_value(Json::Object(fields))
                .map_err(|error| Error::Unreadable { place: "tools", reason: error.to_string() })
        };
        rows.into_iter().map(tool).collect()
    }

    /// What changed, the oldest change first; of one tool, if one is named.
    pub fn changes(&mut self, tool_id: Option<&str>) -> Result<Vec<Change>, Error> {
        let dialect = self.sql.dialect();
        let order = "ORDER BY snapshot, position";
        let (rest, values) = match tool_id {
            Some(tool) => (
                format!("WHERE tool_id = {} {order}", dialect.put(Form::Text, 1)),
                vec![Some(tool.to_owned())],
            ),
            None => (order.to_owned(), Vec::new()),
        };
        let rows = self.sql.rows(&CHANGES.select(dialect, &rest), &values)?;
        let change = |row: Row| {
            let mut fields = fields(&CHANGES, row)?;
            for (stored, name) in [("before_value", "before"), ("after_value", "after")] {
                let value = fields.remove(stored).unwrap_or(Json::Null);
                fields.insert(name.into(), value);
            }
            serde_json::from_value(Json::Object(fields)).map_err(|error| Error::Unreadable {
                place: "change_events",
                reason: error.to_string(),
            })
        };
        rows.into_iter().map(change).collect()
    }
}

fn places(stack: &ToolStack) -> BTreeMap<&str, usize> {
    stack.tools.iter().enumerate().map(|(at, tool)| (tool.tool_id.as_str(), at)).collect()
}

pub(super) fn json_text(value: &impl Serialize) -> Result<String, Error> {
    serde_json::to_string(value)
        .map_err(|error| Error::Failed { doing: "write JSON".into(), reason: error.to_string() })
}

/// The values of a tool's row, in the order of the columns.
fn tool_row(tool: &Tool, position: usize, now: &str) -> Result<Vec<Option<String>>, Error> {
    let tree = serde_json::to_value(tool)
        .map_err(|error| Error::Failed { doing: "write JSON".into(), reason: error.to_string() })?;
    let value = |column: &super::table::Column| match (column.name, tree.get(column.name)) {
        ("position", _) => Some(position.to_string()),
        ("created_at" | "updated_at", _) => Some(now.to_owned()),
        (_, Some(Json::String(text))) => Some(text.clone()),
        (_, Some(other)) if !other.is_null() => Some(other.to_string()),
        (_, _) => match column.form {
            Form::List => Some("[]".into()),
            Form::Document if column.name == "remarks" => Some("{}".into()),
            _ => None,
        },
    };
    Ok(TOOLS.columns.iter().map(value).collect())
}

/// A row as a tree: documents, lists and numbers read, the rest as text.
pub(super) fn fields(table: &Table, row: Row) -> Result<Map<String, Json>, Error> {
    let read = |(column, text): (&super::table::Column, Option<String>)| {
        let value = match (column.form, text) {
            (_, None) => Json::Null,
            (Form::Text | Form::Time, Some(text)) => Json::String(text),
            (_, Some(text)) => serde_json::from_str(&text).map_err(|error| Error::Unreadable {
                place: table.name,
                reason: format!("`{}`: {error}", column.name),
            })?,
        };
        Ok((column.name.to_owned(), value))
    };
    table.columns.iter().zip(row).map(read).collect()
}
