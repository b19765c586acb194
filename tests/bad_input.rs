//! What is a user told whose input, machine or disk is not fit for a film?
//!
//! One message, with what to do about it; and what was kept of other runs can still be read.

use std::path::Path;
use std::process::{Command, Output};

use crate::project::{Project, Ran, snapshot};

#[test]
fn an_article_that_is_no_file_is_refused() {
    let project = films().with("folder/note.md", "");
    snapshot!(project.flow("run podcast.yaml -i article=@missing.md"), @"
    exit status 2
    --- stderr
    error: `article` takes a file, and there is none at `missing.md`
    help: give the path of one (text, PDF, XHTML or DOCX): -i article=@FILE
    ");
    snapshot!(project.flow("run podcast.yaml -i article=folder"), @"
    exit status 2
    --- stderr
    error: `article` takes a file, and `folder` is a folder
    help: give the path of one (text, PDF, XHTML or DOCX): -i article=@FILE
    ");
    assert!(!project.path().join(".flow").exists(), "nothing was started");
}

#[test]
fn an_article_that_holds_no_text_fails_with_the_reason() {
    let project = films().with("empty.md", "").with(
        "scripted.html",
        "<!doctype html><title>Page</title><script>fill(document.body)</script><img src='a.png'>",
    );
    snapshot!(project.flow("run podcast.yaml -i article=empty.md"), @"
    exit status 1
    --- stderr
    read: failed, [seconds]
    error: `read` failed: the file is empty
    help: give a file with some text in it
    podcast: failed in [seconds]; 0 nodes ran, 1 failed, 8 cancelled; spent 0.00 USD
    help: `flow show [run]` tells more; once it is mended, run it again: what is done is taken from the cache
    ");
    snapshot!(project.flow("run podcast.yaml -i article=scripted.html"), @"
    exit status 1
    --- stderr
    read: failed, [seconds]
    error: `read` failed: the page has no text of its own: a script fills it in a browser
    help: open it in a browser, save the article as text or PDF, and give that file
    podcast: failed in [seconds]; 0 nodes ran, 1 failed, 8 cancelled; spent 0.00 USD
    help: `flow show [run]` tells more; once it is mended, run it again: what is done is taken from the cache
    ");
    std::fs::write(project.path().join("scan.pdf"), scan()).expect("a file can be written");
    snapshot!(project.flow("run podcast.yaml -i article=scan.pdf"), @"
    exit status 1
    --- stderr
    read: failed, [seconds]
    error: `read` failed: this PDF holds pictures of pages, no text
    help: run OCR first, as with `ocrmypdf in.pdf out.pdf`, and give the new file
    podcast: failed in [seconds]; 0 nodes ran, 1 failed, 8 cancelled; spent 0.00 USD
    help: `flow show [run]` tells more; once it is mended, run it again: what is done is taken from the cache
    ");
    let runs = project.flow("runs --json").json();
    let runs = runs["runs"].as_array().expect("a list of runs").iter();
    assert_eq!(runs.map(|run| &run["status"]).collect::<Vec<_>>(), ["failed"; 3]);
}

#[test]
fn an_article_that_is_no_text_is_told_from_one() {
    let project = films();
    // A program, whatever its name says; then bytes of no known kind.
    let program = std::fs::read(env!("CARGO_BIN_EXE_flow")).expect("the binary is there");
    std::fs::write(project.path().join("program.md"), &program[..40_000]).expect("written");
    let mixed = |n: u32| n.wrapping_mul(2_654_435_761).to_le_bytes()[2];
    let noise: Vec<u8> = (0..40_000).map(mixed).collect();
    std::fs::write(project.path().join("noise"), noise).expect("written");
    let ran = project.flow("run podcast.yaml -i article=program.md");
    assert_eq!(ran.status, Some(2), "{ran}");
    #[cfg(target_os = "linux")]
    snapshot!(ran, @"
    exit status 2
    --- stderr
    error: `article` takes text, PDF, XHTML or DOCX, and `program.md` is application/x-executable
    help: name another file: text, PDF, XHTML or DOCX
    ");
    snapshot!(project.flow("run podcast.yaml -i article=noise"), @"
    exit status 1
    --- stderr
    read: failed, [seconds]
    error: `read` failed: the file holds binary data, no text
    help: give a text, Markdown, HTML, PDF or DOCX file
    podcast: failed in [seconds]; 0 nodes ran, 1 failed, 8 cancelled; spent 0.00 USD
    help: `flow show [run]` tells more; once it is mended, run it again: what is done is taken from the cache
    ");
}

#[test]
fn an_article_of_50_megabytes_is_refused_at_once() {
    let sentence =
        "The lighthouse stands on a rock far out at sea, and its light turns all night.\n\n";
    let project = films().with("long.txt", &sentence.repeat(50_000_000 / sentence.len()));
    snapshot!(project.flow("run podcast.yaml -i article=long.txt"), @"
    exit status 1
    --- stderr
    read: failed, [seconds]
    error: `read` failed: the text is longer than 4 MB, the most that is read
    help: cut it into parts, such as chapters, and give one of them
    podcast: failed in [seconds]; 0 nodes ran, 1 failed, 8 cancelled; spent 0.00 USD
    help: `flow show [run]` tells more; once it is mended, run it again: what is done is taken from the cache
    ");
}

#[test]
fn a_missing_voice_and_a_missing_tool_are_told_once_for_all_scenes() {
    let article = "# Fog\n\nFog is a cloud that lies on the ground. Ships in fog listen for bells and horns.\n\n\
        ## Horns\n\nA horn that sounds every thirty seconds tells a captain which harbour is near.\n\n\
        ## Bells\n\nA bell needs no power, because the waves ring it all night long.\n";
    let project = films().with("fog.md", article);
    let line = "run podcast.yaml -i article=fog.md -i seconds=15";
    snapshot!(project.flow(&format!("{line} -i voice=nobody")), @"
    exit status 1
    --- stderr
    read: done, [seconds]
    script: done, [seconds]
    scenes: failed, 0 of 3 items, [seconds]
    error: `scenes[s01]/voice` and 2 more failed: there is no local voice `nobody`
    help: available here: narrator, slt, rms, awb, kal, espeak
    podcast: failed in [seconds]; 5 nodes ran, 3 failed, 9 cancelled; spent 0.00 USD
    help: `flow show [run]` tells more; once it is mended, run it again: what is done is taken from the cache
    ");
    let programs = programs_without(&project, &["ffmpeg", "ffprobe"]);
    snapshot!(project.run(project.command(line).env("PATH", programs)), @"
    exit status 1
    --- stderr
    read: cached
    script: cached
    scenes: failed, 0 of 3 items, [seconds]
    error: `scenes[s01]/voice` and 2 more failed: the program `ffmpeg` is not installed
    help: install it: `apt-get install --no-install-recommends ffmpeg`
    podcast: failed in [seconds]; 0 nodes ran, 5 from the cache, 3 failed, 9 cancelled; spent 0.00 USD
    help: `flow show [run]` tells more; once it is mended, run it again: what is done is taken from the cache
    ");
}

#[test]
#[cfg(target_os = "linux")]
fn a_run_on_a_disk_that_fills_up_goes_on_once_there_is_room() {
    let project = Project::new().with(
        "picture.yaml",
        "
flow: 1
name: picture
nodes:
  first:
    use: exec/command
    with:
      command: |
        echo first >> marks
        head -c $(( $(df --output=avail -B1 state | tail -1) - 900000 )) /dev/zero > state/filler
  picture:
    needs: [first]
    use: image/generate
    with: { prompt: A harbour at night, title: Harbour }
outputs:
  picture: ${{ picture.image }}
",
    );
    let Some(ran) = with_mounts(
        &project,
        "mount -t tmpfs -o size=64m tmpfs state; flow run picture.yaml --state state; echo status $?; \
         flow runs --state state --json; \
         rm state/filler; flow resume --state state; echo status $?; cat marks",
    ) else {
        return;
    };
    snapshot!(ran, @r#"
    exit status 0
    --- stdout
    first: done, [seconds]
    error: `picture` cannot store its work: cannot write the picture: No space left on device (os error 28)
    help: free some space; `flow resume` goes on with the run
    status 1
    {
      "runs": [
        {
          "run": "[run]",
          "pipeline": "picture",
          "status": "unfinished",
          "started": "[time]",
          "seconds": null,
          "spent": "0.00 USD"
        }
      ]
    }
    picture: done, [seconds]
    out/picture/picture.png
    picture: succeeded in [seconds]; 2 nodes ran; spent 0.00 USD
    status 0
    first
    "#);
}

#[test]
#[cfg(target_os = "linux")]
fn a_state_folder_that_cannot_be_written_is_refused_before_anything_starts() {
    let project = Project::new().with(
        "hello.yaml",
        "{ flow: 1, name: hello, nodes: { word: { use: value, with: { value: hello } } } }",
    );
    let Some(ran) = with_mounts(
        &project,
        "flow run hello.yaml --state state 2>/dev/null; \
         mount --bind state state; mount -o remount,ro,bind state; \
         flow run hello.yaml --state state; echo status $?; \
         flow run hello.yaml --state state/new; echo status $?; \
         mount -o remount,rw,bind state; flow run hello.yaml --state state; echo status $?",
    ) else {
        return;
    };
    snapshot!(ran, @"
    exit status 0
    --- stdout
    error: cannot write to the state folder state: Read-only file system (os error 30)
    help: choose another state folder: --state DIR
    status 2
    error: cannot create the state folder state/new: Read-only file system (os error 30)
    help: choose another state folder: --state DIR
    status 2
    word: done, [seconds]
    hello: succeeded in [seconds]; 1 node ran; spent 0.00 USD
    status 0
    ");
}

/// A folder with the pipeline of films, as it is in this repository.
fn films() -> Project {
    let pipeline = Path::new(env!("CARGO_MANIFEST_DIR")).join("pipelines/podcast.yaml");
    let text = std::fs::read_to_string(pipeline).expect("the pipeline is there");
    Project::new()
        .with("podcast.yaml", &text)
        .with("articles/lighthouses.md", "# Light\n\nA light turns.\n")
}

/// A page with a grey rectangle on it, and no letter.
fn scan() -> Vec<u8> {
    let content = "0.8 g 20 20 400 600 re f\n";
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources << >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{content}endstream", content.len()),
    ];
    let mut file = "%PDF-1.4\n".to_owned();
    let mut places = "0000000000 65535 f \n".to_owned();
    for (index, object) in objects.iter().enumerate() {
        places.push_str(&format!("{:010} 00000 n \n", file.len()));
        file.push_str(&format!("{} 0 obj\n{object}\nendobj\n", index + 1));
    }
    let start = file.len();
    file.push_str(&format!(
        "xref\n0 5\n{places}trailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"
    ));
    file.into_bytes()
}

/// A folder that holds all programs of this machine but `missing`, by links.
fn programs_without(project: &Project, missing: &[&str]) -> String {
    let folder = project.path().join("programs");
    std::fs::create_dir(&folder).expect("a folder can be made");
    let path = std::env::var_os("PATH").unwrap_or_default();
    for entry in
        std::env::split_paths(&path).filter_map(|place| std::fs::read_dir(place).ok()).flatten()
    {
        let entry = entry.expect("a folder can be read");
        if !missing.iter().any(|name| entry.file_name() == *name) {
            // The first of a name is the one that is found: a later one changes nothing.
            drop(std::os::unix::fs::symlink(entry.path(), folder.join(entry.file_name())));
        }
    }
    folder.display().to_string()
}

/// Runs `script` with an empty folder `state` where it may mount file systems that nobody else sees; None where this
/// machine lets nobody mount, as some containers do: the test is passed over, and says so.
#[cfg(target_os = "linux")]
fn with_mounts(project: &Project, script: &str) -> Option<Ran> {
    std::fs::create_dir(project.path().join("state")).expect("a folder can be made");
    let shell = |words: &[&str], script: &str| -> Option<Output> {
        let mut command = Command::new("unshare");
        command.args(words).args(["sh", "-c", script]).current_dir(project.path());
        command.env("PATH", programs(project)).env_remove("FLOW_STATE").output().ok()
    };
    let ways: [&[&str]; 2] = [&["--mount"], &["--user", "--map-root-user", "--mount"]];
    let may = |words: &&&[&str]| {
        shell(words, "mount -t tmpfs tmpfs state").is_some_and(|output| output.status.success())
    };
    let Some(words) = ways.iter().find(may) else {
        #[expect(clippy::print_stderr, reason = "a test that is passed over says so")]
        {
            eprintln!("passed over: this machine lets nobody mount a file system");
        }
        return None;
    };
    shell(words, &format!("exec 2>&1; {script}")).map(|output| project.ran(output))
}

/// The usual programs, and `flow`.
#[cfg(target_os = "linux")]
fn programs(project: &Project) -> String {
    let folder = project.path().join("bin");
    if !folder.exists() {
        std::fs::create_dir(&folder).expect("a folder can be made");
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_flow"), folder.join("flow"))
            .expect("a link can be made");
    }
    format!("{}:{}", folder.display(), std::env::var("PATH").unwrap_or_default())
}
