//! What must a database be able to do, and how do two of them differ in their words?
//!
//! Every value travels as text and is cast where it is stored, so that one description of the tables serves both.

use super::Error;

/// A connection.
pub(super) trait Sql: Send {
    fn dialect(&self) -> Dialect;
    /// Performs statements without values.
    fn batch(&mut self, statements: &str) -> Result<(), Error>;
    fn execute(&mut self, statement: &str, values: &[Option<String>]) -> Result<(), Error>;
    fn rows(&mut self, query: &str, values: &[Option<String>]) -> Result<Vec<Row>, Error>;
}

/// The columns of a found row, as text.
pub(super) type Row = Vec<Option<String>>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    Sqlite,
    Postgres,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Text,
    Number,
    Whole,
    /// A JSON document.
    Document,
    /// A list of texts.
    List,
    /// A moment in UTC, to the millisecond.
    Time,
}

impl Dialect {
    pub(super) fn column_type(self, form: Form) -> &'static str {
        match (self, form) {
            (Self::Sqlite, Form::Number) => "REAL",
            (Self::Sqlite, Form::Whole) => "INTEGER",
            (Self::Postgres, Form::Number) => "DOUBLE PRECISION",
            (Self::Postgres, Form::Whole) => "BIGINT",
            (Self::Postgres, Form::Document) => "JSONB",
            (Self::Postgres, Form::List) => "TEXT[]",
            (Self::Postgres, Form::Time) => "TIMESTAMPTZ",
            (_, _) => "TEXT",
        }
    }

    /// A check that the column's type does not make by itself.
    pub(super) fn column_check(self, form: Form, name: &str) -> String {
        match (self, form) {
            (Self::Sqlite, Form::Document) => format!(" CHECK (json_valid({name}))"),
            (Self::Sqlite, Form::List) => format!(" CHECK (json_type({name}) = 'array')"),
            (Self::Sqlite, Form::Time) => {
                format!(" CHECK ({name} GLOB '????-??-??T??:??:??.???Z')")
            }
            (_, _) => String::new(),
        }
    }

    /// The value `number` of a statement, from 1, as a column of `form` takes it.
    pub(super) fn put(self, form: Form, number: usize) -> String {
        let value = match self {
            Self::Sqlite => format!("?{number}"),
            Self::Postgres => format!("${number}::text"),
        };
        match (self, form) {
            (Self::Sqlite, Form::Number) => format!("CAST({value} AS REAL)"),
            (Self::Sqlite, Form::Whole) => format!("CAST({value} AS INTEGER)"),
            (Self::Postgres, Form::Number) => format!("{value}::double precision"),
            (Self::Postgres, Form::Whole) => format!("{value}::bigint"),
            (Self::Postgres, Form::Document) => format!("{value}::jsonb"),
            (Self::Postgres, Form::List) => {
                format!("ARRAY(SELECT jsonb_array_elements_text({value}::jsonb))")
            }
            (Self::Postgres, Form::Time) => format!("{value}::timestamptz"),
            (_, _) => value,
        }
    }

    /// The text of column `name`.
    pub(super) fn get(self, form: Form, name: &str) -> String {
        match (self, form) {
            (Self::Sqlite, Form::Number | Form::Whole) => format!("CAST({name} AS TEXT)"),
            (Self::Postgres, Form::Number | Form::Whole | Form::Document) => {
                format!("{name}::text")
            }
            (Self::Postgres, Form::List) => format!("to_jsonb({name})::text"),
            (Self::Postgres, Form::Time) => {
                format!("to_char({name} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')")
            }
            (_, _) => name.to_owned(),
        }
    }
}
