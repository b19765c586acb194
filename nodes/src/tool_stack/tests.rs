//! The same promises on both databases.

use std::io::{BufRead, BufReader, Lines};
use std::path::PathBuf;
use std::process::{Child, ChildStderr, Command, Stdio};

use serde_json::json;
use tempfile::TempDir;

use super::*;
use crate::vrd::dollars::Dollars;
use crate::vrd::tools::change::ChangeKind;
use crate::vrd::tools::{Tool, ToolStatus};

const MONDAY: &str = "2026-11-02T08:00:00.000Z";
const FRIDAY: &str = "2026-11-06T08:00:00.000Z";

/// Asks `promise` of an empty database of each sort; a server that is not installed is passed over, visibly.
fn on_both(promise: impl Fn(&dyn Fn() -> Database)) {
    let folder = TempDir::new().unwrap();
    let file = Location::Sqlite(folder.path().join("deep/tools.db"));
    promise(&|| Database::open(&file).unwrap());
    match Server::start() {
        Ok(server) => promise(&|| Database::open(&Location::Postgres(server.url())).unwrap()),
        Err(reason) => skipped(&reason),
    }
}

#[expect(clippy::print_stderr, reason = "a test that is passed over must be seen to be")]
fn skipped(reason: &str) {
    assert!(std::env::var_os("FLOW_TEST_POSTGRES").is_none(), "PostgreSQL is demanded: {reason}");
    eprintln!("skipped on PostgreSQL: {reason}");
}

/// A server of this test's own, in a folder that goes with it, reached by a socket there.
struct Server {
    process: Child,
    folder: TempDir,
    /// Kept open, so that the server can go on writing.
    log: Lines<BufReader<ChildStderr>>,
}

impl Server {
    fn start() -> Result<Self, String> {
        let programs = programs().ok_or("there is no `initdb`: install `postgresql`")?;
        let folder = tempfile::Builder::new().prefix("flow-pg-").tempdir_in("/tmp");
        let folder = folder.map_err(|error| error.to_string())?;
        let data = folder.path().join("data");
        let owner = owner(folder.path())?;
        let mut initdb = owner.command(&programs.join("initdb"));
        initdb
            .args(["-U", "flow", "-A", "trust", "-E", "UTF8", "--no-locale", "-N", "-D"])
            .arg(&data);
        let made = initdb.output().map_err(|error| error.to_string())?;
        if !made.status.success() {
            return Err(format!("initdb: {}", String::from_utf8_lossy(&made.stderr)));
        }
        let mut server = owner.command(&programs.join("postgres"));
        server.arg("-D").arg(&data).arg("-k").arg(folder.path());
        server.args(["-c", "listen_addresses=", "-c", "fsync=off"]);
        let process = server.stdout(Stdio::null()).stderr(Stdio::piped()).spawn();
        let mut process = process.map_err(|error| error.to_string())?;
        let log = process.stderr.take().ok_or("the server has no log")?;
        let mut server = Self { process, folder, log: BufReader::new(log).lines() };
        let mut said = Vec::new();
        for line in server.log.by_ref().map_while(Result::ok) {
            if line.contains("ready to accept connections") {
                return Ok(server);
            }
            said.push(line);
        }
        Err(format!("the server did not start: {}", said.join("\n")))
    }

    fn url(&self) -> String {
        format!(
            "postgres://flow@{}/postgres",
            self.folder.path().display().to_string().replace('/', "%2F")
        )
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// Where the server's programs lie: on the path, or where Debian puts them.
fn programs() -> Option<PathBuf> {
    let on_path =
        which::which("initdb").ok().and_then(|program| std::fs::canonicalize(program).ok());
    let debian = || {
        let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
        versions.flatten().map(|entry| entry.path().join("bin/initdb")).find(|path| path.is_file())
    };
    on_path.or_else(debian)?.parent().map(std::path::Path::to_owned)
}

/// Who runs the server: it refuses to be root.
enum Owner {
    Myself,
    /// A user and a group without rights.
    Other(&'static str, &'static str),
}

fn owner(folder: &std::path::Path) -> Result<Owner, String> {
    if !rustix::process::geteuid().is_root() {
        return Ok(Owner::Myself);
    }
    for (user, group) in [("postgres", "postgres"), ("nobody", "nogroup")] {
        let given = Command::new("chown").arg("-R").arg(user).arg(folder).status();
        if given.is_ok_and(|status| status.success()) {
            return Ok(Owner::Other(user, group));
        }
    }
    Err("this is root, and there is no user to run a server as".into())
}

impl Owner {
    fn command(&self, program: &std::path::Path) -> Command {
        match self {
            Self::Myself => Command::new(program),
            Self::Other(user, group) => {
                // `setpriv` becomes the program, so that ending it ends the server.
                let mut command = Command::new("setpriv");
                command.args(["--reuid", user, "--regid", group, "--clear-groups"]).arg(program);
                command.current_dir("/");
                command
            }
        }
    }
}

fn changed(change: impl FnOnce(&mut Vec<Tool>)) -> ToolStack {
    let mut stack = ToolStack::shipped();
    stack.tool_stack_version = "2026-11-06".into();
    change(&mut stack.tools);
    stack
}

#[test]
fn what_is_published_is_found_again_by_its_version_for_ever() {
    on_both(|open| {
        let mut database = open();
        assert_eq!((database.current().unwrap(), database.stack(None).unwrap()), (None, None));
        let first = ToolStack::shipped();
        let published = database.publish(&first, MONDAY).unwrap();
        assert!(published.is_new && published.changes.is_empty());
        let second = changed(|tools| {
            tools[0].pricing.cost = Some(Dollars::from_cents(55));
            tools[1].status = ToolStatus::Retired;
            tools.remove(5);
            tools.swap(7, 8);
        });
        let published = database.publish(&second, FRIDAY).unwrap();
        assert_eq!((published.snapshot.number, published.snapshot.tools), (2, 78));
        assert_eq!(database.stack(None).unwrap().unwrap(), second);
        assert_eq!(database.tools().unwrap(), second.tools);
        drop(database);
        let mut database = open();
        assert_eq!(database.stack(Some(&first.tool_stack_version)).unwrap().unwrap(), first);
        assert_eq!(database.stack(Some("2026-11-06")).unwrap().unwrap(), second);
        assert_eq!(database.stack(Some("1999")).unwrap(), None);
        let versions: Vec<String> =
            database.history().unwrap().into_iter().map(|snapshot| snapshot.version).collect();
        assert_eq!(versions, [first.tool_stack_version.as_str(), "2026-11-06"]);
        let then =
            |database: &mut Database, day| database.as_of(day).unwrap().map(|found| found.number);
        assert_eq!(then(&mut database, "2026-11-05"), Some(1));
        assert_eq!(then(&mut database, "2026-11-06"), Some(2));
        assert_eq!(then(&mut database, "2026-11-01"), None);
        // A tool that comes back is there again.
        let mut third = first.clone();
        third.tool_stack_version = "2026-11-07".into();
        database.publish(&third, FRIDAY).unwrap();
        assert_eq!(database.stack(None).unwrap().unwrap().tools, first.tools);
    });
}

#[test]
fn what_changed_is_recorded_once_with_its_moment() {
    on_both(|open| {
        let mut database = open();
        database.publish(&ToolStack::shipped(), MONDAY).unwrap();
        let next = changed(|tools| tools[0].status = ToolStatus::Retired);
        let published = database.publish(&next, FRIDAY).unwrap();
        let recorded = database.changes(None).unwrap();
        assert_eq!(recorded, published.changes);
        assert!(recorded.iter().all(|change| change.detected_at == FRIDAY));
        let of_tool = database.changes(Some("google-veo-3.1")).unwrap();
        assert_eq!((of_tool.len(), of_tool[0].kind), (1, ChangeKind::Retired));
        assert_eq!((&of_tool[0].before, &of_tool[0].after), (&json!("active"), &json!("retired")));
        let again = database.publish(&next, FRIDAY).unwrap();
        assert!(!again.is_new && again.changes.is_empty());
        assert_eq!(database.changes(None).unwrap(), recorded);
    });
}

#[test]
fn a_published_version_is_never_rewritten_and_a_faulty_stack_never_published() {
    on_both(|open| {
        let mut database = open();
        let shipped = ToolStack::shipped();
        database.publish(&shipped, MONDAY).unwrap();
        let mut other = shipped.clone();
        other.tools[0].name = "Another".into();
        let error = database.publish(&other, FRIDAY).unwrap_err().to_string();
        assert!(error.contains("published versions never change"), "{error}");
        let faulty = changed(|tools| tools[3].tool_id = tools[2].tool_id.clone());
        assert!(matches!(database.publish(&faulty, FRIDAY), Err(Error::Faulty { .. })));
        assert!(matches!(
            database.publish(&changed(Vec::clear), FRIDAY),
            Err(Error::Faulty { .. })
        ));
        assert_eq!(database.history().unwrap().len(), 1);
        assert_eq!(database.stack(None).unwrap().unwrap(), shipped);
    });
}

fn benchmark(id: &str, tool: &str, at: &str) -> Benchmark {
    Benchmark {
        benchmark_id: id.into(),
        tool_id: tool.into(),
        test_prompt: "water".into(),
        latency_seconds: 41.5,
        quality_score: 8.25,
        cost_per_second: 0.1,
        success_rate: 0.9,
        tested_at: at.into(),
    }
}

#[test]
fn measurements_techniques_and_combinations_are_kept() {
    on_both(|open| {
        let mut database = open();
        database.publish(&ToolStack::shipped(), MONDAY).unwrap();
        let (old, new) =
            (benchmark("b1", "kling-4.0", MONDAY), benchmark("b2", "kling-4.0", FRIDAY));
        database.keep_benchmark(&old).unwrap();
        database.keep_benchmark(&new).unwrap();
        database.keep_benchmark(&new).unwrap();
        assert_eq!(database.benchmarks("kling-4.0").unwrap(), [new, old]);
        let technique = Technique {
            technique_id: "t1".into(),
            name: "Sparse attention".into(),
            description: "Faster clips.".into(),
            source_url: None,
            papers: json!([{ "title": "A paper", "year": 2026 }]),
            related_tools: vec!["kling-4.0".into(), "it's, \"odd\"".into()],
            status: "emerging".into(),
            discovered_at: MONDAY.into(),
            updated_at: MONDAY.into(),
        };
        database.keep_technique(&technique).unwrap();
        let later = Technique {
            discovered_at: FRIDAY.into(),
            updated_at: FRIDAY.into(),
            ..technique.clone()
        };
        database.keep_technique(&later).unwrap();
        let kept = Technique { updated_at: FRIDAY.into(), ..technique };
        assert_eq!(database.techniques("emerging").unwrap(), [kept]);
        for pattern in Pattern::shipped(MONDAY) {
            database.keep_pattern(&pattern).unwrap();
        }
        let mut shipped = Pattern::shipped(MONDAY);
        shipped.sort_by(|one, other| one.name.cmp(&other.name));
        assert_eq!(database.patterns().unwrap(), shipped);
    });
}

#[test]
fn what_cannot_be_is_refused_and_what_hangs_on_a_tool_goes_with_it() {
    on_both(|open| {
        let mut database = open();
        database.publish(&ToolStack::shipped(), MONDAY).unwrap();
        let good = benchmark("b1", "kling-2.1", MONDAY);
        database.keep_benchmark(&good).unwrap();
        for bad in [
            Benchmark { quality_score: 11.0, ..good.clone() },
            Benchmark { success_rate: 1.5, ..good.clone() },
            Benchmark { cost_per_second: -1.0, ..good.clone() },
            Benchmark { benchmark_id: "b2".into(), tool_id: "nobody".into(), ..good.clone() },
            Benchmark { tested_at: "yesterday at nine".into(), ..good.clone() },
        ] {
            assert!(database.keep_benchmark(&bad).is_err(), "{bad:?}");
        }
        assert_eq!(database.benchmarks("kling-2.1").unwrap(), [good]);
        let without = changed(|tools| tools.retain(|tool| tool.tool_id != "kling-2.1"));
        database.publish(&without, FRIDAY).unwrap();
        assert_eq!(database.benchmarks("kling-2.1").unwrap(), []);
    });
}

#[test]
fn plans_find_the_version_that_they_name() {
    on_both(|open| {
        let mut database = open();
        database.publish(&ToolStack::shipped(), MONDAY).unwrap();
        let next = changed(|tools| tools[0].status = ToolStatus::Retired);
        database.publish(&next, FRIDAY).unwrap();
        let kept = Kept { location: Location::Memory, database: Mutex::new(Some(database)) };
        assert_eq!(kept.current().unwrap(), "2026-11-06");
        assert_eq!(kept.stack(None).unwrap(), next);
        let shipped = ToolStack::shipped();
        assert_eq!(kept.stack(Some(&shipped.tool_stack_version)).unwrap(), shipped);
        assert!(kept.stack(Some("1999")).unwrap_err().contains("no version `1999`"));
    });
}

#[test]
fn an_empty_database_plans_with_the_tools_that_ship() {
    let kept = Kept::at(Location::Memory);
    assert_eq!(kept.stack(None).unwrap(), ToolStack::shipped());
    assert_eq!(kept.current().unwrap(), ToolStack::shipped().tool_stack_version);
}

#[test]
fn a_database_of_the_future_is_left_alone() {
    let folder = TempDir::new().unwrap();
    let location = Location::Sqlite(folder.path().join("tools.db"));
    let mut database = Database::open(&location).unwrap();
    database.sql.batch("INSERT INTO tool_schema VALUES (99)").unwrap();
    drop(database);
    assert!(matches!(Database::open(&location), Err(Error::Newer { found: 99, .. })));
}

#[test]
fn a_server_that_is_not_there_is_named_without_its_password() {
    let url = "postgres://someone:hunter2@127.0.0.1:1/tools";
    let error = Database::open(&Location::Postgres(url.into())).err().unwrap().to_string();
    assert!(error.contains("127.0.0.1:1/tools") && !error.contains("hunter2"), "{error}");
    assert_eq!("postgres://h/t".parse(), Ok(Location::Postgres("postgres://h/t".into())));
    assert_eq!("x/tools.db".parse(), Ok(Location::Sqlite("x/tools.db".into())));
}
