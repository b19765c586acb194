//! How does a kind run another program?
//!
//! The one door to child processes. Each child leads a process group of its own; whatever happens to the attempt, the
//! whole group is gone when [`run`] is over.

use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use flow_engine::kind::{Attempt, Class, Failure};
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin};
use tokio::sync::mpsc;

/// How long a group may take to end itself after SIGTERM.
const GRACE: Duration = Duration::from_secs(2);
/// How long the outputs of an ended program may stay open.
const DRAIN: Duration = Duration::from_secs(2);
/// How much of standard output is kept unless the caller says otherwise.
const STDOUT_LIMIT: usize = 64 << 20;
/// How much of standard error is kept, from its end.
const STDERR_TAIL: usize = 8 << 10;

/// What a pipe holds at most.
const PIPE: usize = 64 << 10;

/// A program to run.
#[derive(Debug)]
pub(crate) struct Command {
    program: OsString,
    arguments: Vec<OsString>,
    folder: Option<PathBuf>,
    environment: Vec<(String, String)>,
    stdin: Stdin,
    stdout: Stdout,
}

/// What a program reads from its standard input.
#[derive(Debug)]
pub(crate) enum Stdin {
    Empty,
    Bytes(Vec<u8>),
    /// Written as they come; the sender notices when the program is gone.
    Chunks(mpsc::Receiver<Vec<u8>>),
}

#[derive(Clone, Copy, Debug)]
enum Stdout {
    /// Kept up to so many bytes; more is a failure.
    Kept(usize),
    /// ffmpeg's report of its progress through so many seconds of film.
    Progress(f64),
}

/// How a program ended, and what it said.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) program: String,
    pub(crate) status: ExitStatus,
    pub(crate) stdout: Vec<u8>,
    /// The end of its standard error.
    pub(crate) stderr: String,
}

impl Command {
    pub(crate) fn new(program: impl Into<OsString>) -> Self {
        Self {
            program: program.into(),
            arguments: Vec::new(),
            folder: None,
            environment: Vec::new(),
            stdin: Stdin::Empty,
            stdout: Stdout::Kept(STDOUT_LIMIT),
        }
    }

    /// ffmpeg, quiet and never asking. Reports progress if the length of its output is known.
    pub(crate) fn ffmpeg(seconds: Option<f64>) -> Self {
        let quiet = ["-nostdin", "-hide_banner", "-loglevel", "error", "-y"];
        let command = Self::new("ffmpeg").arguments(quiet);
        match seconds {
            Some(seconds) => Self { stdout: Stdout::Progress(seconds), ..command }.arguments([
                "-nostats",
                "-progress",
                "pipe:1",
            ]),
            None => command,
        }
    }

    pub(crate) fn arguments<A: Into<OsString>>(
        mut self,
        arguments: impl IntoIterator<Item = A>,
    ) -> Self {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    /// Where the program runs; the current folder if nothing is said.
    pub(crate) fn folder(mut self, folder: &Path) -> Self {
        self.folder = Some(folder.to_owned());
        self
    }

    pub(crate) fn variable(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    pub(crate) fn stdin(mut self, stdin: Stdin) -> Self {
        self.stdin = stdin;
        self
    }

    /// Keeps at most so many bytes of standard output; more is a failure.
    pub(crate) fn stdout_limit(mut self, bytes: usize) -> Self {
        self.stdout = Stdout::Kept(bytes);
        self
    }
}

/// Runs `command` to its end, whatever its status; [`Finished::success`] asks for 0.
///
/// The program's group gets SIGTERM and, after a grace, SIGKILL when nobody waits for `attempt` any more, and SIGKILL
/// when this future is dropped, or the program leaves others behind.
pub(crate) async fn run(attempt: &dyn Attempt, command: Command) -> Result<Finished, Failure> {
    let program = command.program.to_string_lossy().into_owned();
    let child = spawn(attempt, &command)?;
    let (status, (stdout, stderr)) = attend(attempt, &program, child, command).await?;
    Ok(Finished { program, status, stdout, stderr })
}

/// Feeds the child, reads what it says, and sees to its end.
async fn attend(
    attempt: &dyn Attempt,
    program: &str,
    mut child: Child,
    command: Command,
) -> Result<(ExitStatus, (Vec<u8>, String)), Failure> {
    let mut group = Group::of(&child);
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let mut reading = pin!(async {
        tokio::try_join!(read_stdout(attempt, program, command.stdout, stdout), async {
            Ok(read_tail(stderr).await)
        })
    });
    let mut feeding = pin!(feed(stdin, command.stdin));
    let (mut fed, mut read) = (false, None);
    let status = loop {
        tokio::select! {
            status = child.wait() => break status,
            said = &mut reading, if read.is_none() => read = Some(said?),
            () = &mut feeding, if !fed => fed = true,
            () = attempt.cancelled() => return Err(group.end(&mut child, program).await),
        }
    };
    let status = status.map_err(|error| broken(program, "waiting for its end", &error))?;
    group.kill();
    let said = match read {
        Some(read) => read,
        None => tokio::time::timeout(DRAIN, reading).await.map_err(|_| left_behind(program))??,
    };
    Ok((status, said))
}

/// Runs `command`, which must end with status 0.
pub(crate) async fn succeed(attempt: &dyn Attempt, command: Command) -> Result<Finished, Failure> {
    run(attempt, command).await?.success()
}

/// What a fingerprint should know of `programs` without running them: where each is, its size and its age.
pub(crate) fn identity(programs: &[&str]) -> String {
    let identities = programs.iter().map(|program| {
        let found = which::which(program).ok().and_then(|path| {
            let path = path.canonicalize().ok()?;
            let data = path.metadata().ok()?;
            let age = data.modified().ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
            Some(format!("{} {} {}", path.display(), data.len(), age.as_secs()))
        });
        found.unwrap_or_else(|| format!("{program} missing"))
    });
    identities.collect::<Vec<_>>().join("; ")
}

impl Finished {
    /// Itself, if the program ended with status 0.
    pub(crate) fn success(self) -> Result<Self, Failure> {
        if self.status.success() {
            return Ok(self);
        }
        let said = self.stderr.trim();
        let how = match self.status.code() {
            Some(code) => format!("ended with status {code}"),
            None => format!("was ended by a signal ({})", self.status),
        };
        let message = if said.is_empty() {
            format!("`{}` {how} and said nothing", self.program)
        } else {
            format!("`{}` {how}:\n{said}", self.program)
        };
        if said.contains("No space left on device") {
            return Err(Failure::new(Class::Storage, message)
                .help("free some space, then run `flow resume`"));
        }
        Err(Failure::new(Class::Command, message))
    }

    pub(crate) fn stdout_text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }
}

fn spawn(attempt: &dyn Attempt, command: &Command) -> Result<Child, Failure> {
    let mut process = tokio::process::Command::new(&command.program);
    process
        .args(&command.arguments)
        .envs(attempt.environment())
        .envs(command.environment.iter().map(|(name, value)| (name, value)))
        .stdin(if matches!(command.stdin, Stdin::Empty) { Stdio::null() } else { Stdio::piped() })
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0);
    if let Some(folder) = &command.folder {
        process.current_dir(folder);
    }
    process.spawn().map_err(|error| not_started(command, &error))
}

fn not_started(command: &Command, error: &std::io::Error) -> Failure {
    let program = command.program.to_string_lossy();
    let in_folder = command.folder.as_deref().is_none_or(Path::is_dir);
    match error.kind() {
        ErrorKind::NotFound if in_folder => {
            let help = match package(&program) {
                Some(package) => {
                    format!("install it: `apt-get install --no-install-recommends {package}`")
                }
                None => format!("install `{program}`, or correct its path"),
            };
            Failure::new(Class::Missing, format!("the program `{program}` is not installed"))
                .help(help)
        }
        ErrorKind::PermissionDenied => {
            Failure::new(Class::Missing, format!("`{program}` may not be executed"))
                .help(format!("make it executable: `chmod +x {program}`"))
        }
        _ => Failure::new(Class::Internal, format!("`{program}` cannot be started: {error}")),
    }
}

/// The Debian package that brings `program`.
fn package(program: &str) -> Option<&'static str> {
    Some(match program {
        "ffmpeg" | "ffprobe" => "ffmpeg",
        "festival" | "text2wave" => "festival festvox-us-slt-hts festlex-cmu festlex-poslex",
        "flite" => "flite",
        "espeak-ng" => "espeak-ng",
        "fluidsynth" => "fluidsynth timgm6mb-soundfont",
        "pdftotext" => "poppler-utils",
        _ => return None,
    })
}

/// A process group that does not outlive this value.
struct Group(Option<Pid>);

impl Group {
    fn of(child: &Child) -> Self {
        let leader = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        Self(leader)
    }

    /// Ends what is left of the group. Its number cannot be another's yet: it was free for no time at all, and numbers
    /// are given out in turn.
    fn kill(&mut self) {
        if let Some(leader) = self.0.take() {
            // An empty group is what we want.
            let _ = kill_process_group(leader, Signal::KILL);
        }
    }

    /// Asks the group to end itself, and does it by force after the grace.
    async fn end(&mut self, child: &mut Child, program: &str) -> Failure {
        if let Some(leader) = self.0 {
            let _ = kill_process_group(leader, Signal::TERM);
        }
        let _ = tokio::time::timeout(GRACE, child.wait()).await;
        self.kill();
        let _ = child.wait().await;
        Failure::new(
            Class::Timeout,
            format!("`{program}` was ended, because nobody waits for it any more"),
        )
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Writes what the program is to read. A program that stops reading is not an error: its status tells.
async fn feed(pipe: Option<ChildStdin>, stdin: Stdin) {
    let Some(mut pipe) = pipe else { return };
    match stdin {
        Stdin::Empty => {}
        Stdin::Bytes(bytes) => {
            let _ = pipe.write_all(&bytes).await;
        }
        Stdin::Chunks(mut chunks) => {
            widen(&pipe);
            while let Some(chunk) = chunks.recv().await {
                if pipe.write_all(&chunk).await.is_err() {
                    return;
                }
            }
        }
    }
    let _ = pipe.shutdown().await;
}

/// Lets a pipe hold most of a frame, so that drawing and encoding wake each other less often.
fn widen(pipe: &ChildStdin) {
    // A system that has no such call, or a user who has reached their limit, keeps the pipe as it is.
    #[cfg(target_os = "linux")]
    let _ = rustix::pipe::fcntl_setpipe_size(pipe, 1 << 20);
    #[cfg(not(target_os = "linux"))]
    let _ = pipe;
}

async fn read_stdout(
    attempt: &dyn Attempt,
    program: &str,
    how: Stdout,
    pipe: Option<impl AsyncRead + Unpin>,
) -> Result<Vec<u8>, Failure> {
    let Some(pipe) = pipe else { return Ok(Vec::new()) };
    let failed = |error| broken(program, "reading its output", &error);
    match how {
        Stdout::Kept(limit) => {
            let mut kept = Vec::new();
            let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
            pipe.take(most).read_to_end(&mut kept).await.map_err(failed)?;
            if kept.len() > limit { Err(too_much(program, limit)) } else { Ok(kept) }
        }
        Stdout::Progress(seconds) => {
            let mut lines = BufReader::new(pipe).lines();
            while let Some(line) = lines.next_line().await.map_err(failed)? {
                if let Some(done) = progress(&line, seconds) {
                    attempt.progress(done);
                }
            }
            Ok(Vec::new())
        }
    }
}

/// The share of `seconds` that a line of ffmpeg's progress report says is done.
fn progress(line: &str, seconds: f64) -> Option<f64> {
    let microseconds: f64 = line.strip_prefix("out_time_us=")?.trim().parse().ok()?;
    (seconds > 0.0).then(|| (microseconds / 1e6 / seconds).clamp(0.0, 1.0))
}

async fn read_tail(pipe: Option<impl AsyncRead + Unpin>) -> String {
    let Some(mut pipe) = pipe else { return String::new() };
    let mut tail = Vec::new();
    let mut chunk = vec![0; PIPE];
    while let Ok(read @ 1..) = pipe.read(&mut chunk).await {
        let end = &chunk[read.saturating_sub(STDERR_TAIL)..read];
        tail.drain(..(tail.len() + end.len()).saturating_sub(STDERR_TAIL).min(tail.len()));
        tail.extend_from_slice(end);
    }
    String::from_utf8_lossy(&tail).into_owned()
}

fn broken(program: &str, doing: &str, error: &std::io::Error) -> Failure {
    Failure::new(Class::Internal, format!("`{program}` was lost while {doing}: {error}"))
}

fn too_much(program: &str, limit: usize) -> Failure {
    Failure::new(Class::Output, format!("`{program}` wrote more than {limit} bytes to its output"))
        .help("write large results to a file")
}

fn left_behind(program: &str) -> Failure {
    Failure::new(
        Class::Command,
        format!("`{program}` ended, but a process that it left behind holds its output open"),
    )
    .help("do not detach processes from the command; whatever it starts must end with it")
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::testing::TestAttempt;

    fn shell(script: &str) -> Command {
        Command::new("sh").arguments(["-c", script])
    }

    async fn ran(script: &str) -> Result<Finished, Failure> {
        run(&TestAttempt::new(), shell(script)).await
    }

    /// Whether process `id` runs; a dead one that nobody has waited for yet does not.
    fn alive(id: &str) -> bool {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", id.trim()));
        stat.is_ok_and(|stat| !stat.rsplit(") ").next().is_some_and(|rest| rest.starts_with('Z')))
    }

    async fn until(what: impl Fn() -> bool) {
        let start = Instant::now();
        while !what() {
            assert!(start.elapsed() < Duration::from_secs(10), "it never came");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    #[tokio::test]
    async fn a_full_disk_is_told_from_a_failed_command() {
        let done = ran("echo 'film.mp4: No space left on device' >&2; exit 1").await.unwrap();
        assert_eq!(done.success().unwrap_err().class, Class::Storage);
    }

    #[tokio::test]
    async fn output_status_and_environment_are_passed_on() {
        let done = ran("echo out; echo $FLOW_ATTEMPT >&2; exit 3").await.unwrap();
        assert_eq!((done.stdout_text().as_str(), done.stderr.as_str()), ("out\n", "test\n"));
        assert_eq!(done.status.code(), Some(3));
        let failure = done.success().unwrap_err();
        assert_eq!(failure.class, Class::Command);
        assert_eq!(failure.message, "`sh` ended with status 3:\ntest");
    }

    #[tokio::test]
    async fn a_missing_program_says_what_to_install() {
        let attempt = TestAttempt::new();
        let failure = run(&attempt, Command::new("no-such-program")).await.unwrap_err();
        assert_eq!(failure.class, Class::Missing);
        assert_eq!(failure.message, "the program `no-such-program` is not installed");
        assert_eq!(package("ffprobe"), Some("ffmpeg"));
    }

    #[tokio::test]
    async fn a_flood_of_output_fails_instead_of_filling_memory() {
        let attempt = TestAttempt::new();
        let failure = run(&attempt, shell("yes").stdout_limit(1000)).await.unwrap_err();
        assert_eq!(failure.class, Class::Output);
        let done = ran("yes | head -c 1000000 >&2; echo end >&2").await.unwrap();
        assert_eq!(done.stderr.len(), STDERR_TAIL);
        assert!(done.stderr.ends_with("y\nend\n"));
    }

    #[tokio::test]
    async fn a_program_that_stops_reading_is_no_error() {
        let attempt = TestAttempt::new();
        let input = Stdin::Bytes(vec![b'x'; 1 << 20]);
        let done = run(&attempt, shell("head -c 3").stdin(input)).await.unwrap();
        assert_eq!(done.stdout, b"xxx");
    }

    #[tokio::test]
    async fn chunks_are_written_as_they_come() {
        let attempt = TestAttempt::new();
        let (sender, chunks) = mpsc::channel(1);
        let sending = async move {
            for chunk in ["a", "b", "c"] {
                sender.send(chunk.into()).await.unwrap();
            }
        };
        let (done, ()) =
            tokio::join!(run(&attempt, shell("cat").stdin(Stdin::Chunks(chunks))), sending);
        assert_eq!(done.unwrap().stdout, b"abc");
    }

    #[tokio::test]
    async fn a_cancelled_attempt_ends_even_those_that_ignore_sigterm() {
        let attempt = TestAttempt::new();
        let script =
            "trap '' TERM; sh -c 'trap \"\" TERM; echo $$ > id; sleep 600 & wait; sleep 600'; :";
        let id = attempt.folder().join("id");
        let running = run(&attempt, shell(script).folder(attempt.folder()));
        let cancelling = async {
            until(|| std::fs::read_to_string(&id).is_ok_and(|id| id.ends_with('\n'))).await;
            attempt.cancel();
        };
        let (failure, ()) = tokio::join!(running, cancelling);
        assert_eq!(failure.unwrap_err().class, Class::Timeout);
        until(|| !alive(&std::fs::read_to_string(&id).unwrap())).await;
    }

    #[tokio::test]
    async fn a_dropped_attempt_leaves_nothing_behind() {
        let attempt = TestAttempt::new();
        let id = attempt.folder().join("id");
        {
            let mut running = pin!(run(
                &attempt,
                shell("sleep 600 & echo $! > id; wait").folder(attempt.folder())
            ));
            let started = until(|| std::fs::read_to_string(&id).is_ok_and(|id| id.ends_with('\n')));
            tokio::select! {
                _ = &mut running => panic!("the command ended"),
                () = started => {}
            }
        }
        until(|| !alive(&std::fs::read_to_string(&id).unwrap())).await;
    }

    #[tokio::test]
    async fn what_a_program_leaves_in_its_group_ends_with_it() {
        let done = ran("sleep 600 & echo $!").await.unwrap();
        until(|| !alive(&done.stdout_text())).await;
    }

    #[test]
    fn progress_is_a_share_of_the_known_length() {
        assert_eq!(progress("out_time_us=500000", 2.0), Some(0.25));
        assert_eq!(progress("out_time_us=9000000", 2.0), Some(1.0));
        assert_eq!(progress("out_time_us=N/A", 2.0), None);
        assert_eq!(progress("frame=3", 2.0), None);
    }
}
