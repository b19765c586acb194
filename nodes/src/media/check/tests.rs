//! Which faults of a film are found, and which films pass?

use std::fmt::Write as _;

use flow_engine::kind::{Class, Port};
use serde_json::{Value as Json, json};

use super::*;
use crate::process::Command;
use crate::testing::TestAttempt;

const MOVING: &str = "testsrc2=s=320x180:r=25:d=3";
/// As loud as it should be: -16 LUFS.
const TONE: &str = "sine=r=48000:d=3,volume=5.76dB,aformat=channel_layouts=stereo";

/// A film of a picture and a sound that ffmpeg makes up.
async fn film(attempt: &TestAttempt, sources: &[&str], options: &[&str]) -> Vec<u8> {
    let mut command = Command::ffmpeg(None).folder(attempt.folder());
    for source in sources {
        command = command.arguments(["-f", "lavfi", "-i", source]);
    }
    let command = command
        .arguments(["-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset", "veryfast"])
        .arguments(["-threads", "1", "-c:a", "aac", "-b:a", "160k"])
        .arguments(["-fflags", "+bitexact", "-movflags", "+faststart"])
        .arguments(options)
        .arguments(["film.mp4"]);
    process::succeed(attempt, command).await.unwrap();
    std::fs::read(attempt.folder().join("film.mp4")).unwrap()
}

fn input(attempt: &TestAttempt, content: &[u8], ports: &Json) -> Input {
    let video: File<Media> = attempt.store(content, "video/mp4").named("film.mp4");
    let mut input = json!({ "video": video });
    input.as_object_mut().unwrap().extend(ports.as_object().unwrap().clone());
    serde_json::from_value(input).unwrap()
}

async fn checked(content: &[u8], ports: &Json) -> Output {
    let attempt = TestAttempt::new();
    let input = input(&attempt, content, ports);
    Check.run(&attempt, input).await.unwrap()
}

/// What is found in a film of `sources`, a line each.
async fn found(sources: &[&str], ports: &Json) -> String {
    let attempt = TestAttempt::new();
    let content = film(&attempt, sources, &[]).await;
    lines(&checked(&content, ports).await)
}

fn lines(output: &Output) -> String {
    let mut lines =
        format!("{}, {}\n", if output.passed { "passed" } else { "failed" }, output.score);
    for finding in &output.findings {
        let at = finding.at.map(|at| format!("{at:.1}: ")).unwrap_or_default();
        let (check, severity) = (finding.check.name(), finding.severity);
        writeln!(lines, "{severity:?} {check} {at}{}", finding.message).unwrap();
    }
    lines
}

#[tokio::test]
async fn a_good_film_passes() {
    let attempt = TestAttempt::new();
    let content = film(&attempt, &[MOVING, TONE], &[]).await;
    let output = checked(&content, &json!({ "seconds": 3, "picture": "required" })).await;
    insta::assert_snapshot!(output.report, @r"
    # `film.mp4` passes: 100 of 100

    0:03.0 · 320×180, 25 fps, h264 · aac, stereo, 48000 Hz

    | check | result | measured | allowed |
    |---|---|---|---|
    | decodes | passes | 75 frames, 3.0 s | the whole file |
    | picture | passes | there | required |
    | seconds | passes | 3.0 s | 3.0 ± 0.5 s |
    | sync | passes | 0.00 s | 0.10 s |
    | black | passes | 0.0 s | 0.5 s |
    | frozen | passes | 0.0 s | 2.0 s |
    | blank | passes | 0.0 s | 2.0 s |
    | silence | passes | 0.0 s | 2.0 s |
    | loudness | passes | -16.0 LUFS | -16.0 ± 1.0 LUFS |
    | peak | passes | -15.1 dBTP | -1.0 dBTP |
    | faststart | passes | first | index first |
    ");
    assert!(output.passed);
    assert_eq!((output.score, output.findings.len()), (100, 0));
    assert_eq!(output.video.name.as_deref(), Some("film.mp4"));
    let measured = serde_json::to_value(&output.measured).unwrap();
    assert_eq!(measured["frames"], 75);
    assert_eq!(measured["faststart"], true);
}

#[tokio::test]
async fn faults_of_the_picture_are_found() {
    let black = format!("{MOVING},drawbox=c=black:t=fill:enable='between(t,1,1.99)'");
    insta::assert_snapshot!(found(&[&black, TONE], &json!({})).await, @r"
    failed, 58
    Error black 1.0: the picture is black for 1.0 s
    ");
    let frozen = format!("{MOVING},trim=duration=1,tpad=stop_mode=clone:stop_duration=2");
    insta::assert_snapshot!(found(&[&frozen, TONE], &json!({ "frozen": 0.5 })).await, @r"
    failed, 61
    Error frozen 1.2: the picture does not move for 1.8 s
    ");
    let plain = "color=0x406080:s=320x180:r=25:d=3";
    let ports = json!({ "frozen": null, "blank": 1 });
    insta::assert_snapshot!(found(&[plain, TONE], &ports).await, @r"
    passed, 76
    Warning blank 0.0: the picture shows nothing for 3.0 s
    ");
}

#[tokio::test]
async fn faults_of_the_sound_are_found() {
    let gap = format!("{TONE},volume=0:enable='between(t,0.8,2.2)'");
    insta::assert_snapshot!(found(&[MOVING, &gap], &json!({ "silence": 1 })).await, @r"
    failed, 64
    Error silence 0.8: there is silence for 1.4 s
    ");
    let nothing = "anullsrc=r=48000:cl=stereo:d=3";
    insta::assert_snapshot!(found(&[MOVING, nothing], &json!({})).await, @r"
    failed, 62
    Error silence 0.0: there is silence for 3.0 s
    ");
    let loud = format!("{TONE},volume=18dB");
    insta::assert_snapshot!(found(&[MOVING, &loud], &json!({})).await, @r"
    failed, 41
    Error loudness the sound is 14.7 LU louder than -16.0 LUFS
    Error peak the sound's peaks reach 2.9 dBTP, 3.9 dB too high
    ");
}

#[tokio::test]
async fn faults_of_the_file_are_found() {
    let short = "testsrc2=s=320x180:r=25:d=2";
    insta::assert_snapshot!(found(&[short, TONE], &json!({ "seconds": 2 })).await, @r"
    failed, 44
    Error seconds the film is 1.0 s longer than 2.0 s
    Error sync the picture ends 1.00 s before the sound
    ");

    let attempt = TestAttempt::new();
    let content = film(&attempt, &[MOVING, TONE], &["-movflags", "0"]).await;
    let ports = json!({ "captions": "required", "chapters": "required" });
    insta::assert_snapshot!(lines(&checked(&content, &ports).await), @r"
    failed, 39
    Error captions the film has no caption track
    Error chapters the film has no chapters
    Warning faststart the index stands at the end of the file, so players wait for all of it
    ");
}

#[tokio::test]
async fn a_truncated_film_does_not_pass() {
    let attempt = TestAttempt::new();
    let content = film(&attempt, &[MOVING, TONE], &[]).await;
    let output = checked(&content[..content.len() / 2], &json!({})).await;
    assert!(!output.passed);
    let damage = &output.findings[0];
    assert_eq!(damage.check.name(), "decodes");
    assert!(damage.message.contains("of 3.0 s"), "{}", damage.message);
    // Its index was at the end.
    let content = film(&attempt, &[MOVING, TONE], &["-movflags", "0"]).await;
    let output = checked(&content[..content.len() / 2], &json!({})).await;
    insta::assert_snapshot!(output.report, @r"
    # `film.mp4` does not pass: 0 of 100

    | check | result | measured | allowed |
    |---|---|---|---|
    | decodes | **fails**, 0 | nothing | the whole file |

    ## What was found

    - **decodes**: the file cannot be played as a whole: moov atom not found; Invalid data found when processing input.
      make the file again, or copy it again as a whole.
    ");
}

#[tokio::test]
async fn a_film_that_is_damaged_inside_does_not_pass() {
    let attempt = TestAttempt::new();
    let mut content = film(&attempt, &[MOVING, TONE], &[]).await;
    let middle = content.len() / 2;
    content[middle..middle + 2000].fill(0x55);
    let output = checked(&content, &json!({})).await;
    assert!(!output.passed && output.score < 50, "{}", output.report);
    assert_eq!(output.findings[0].check.name(), "decodes");
}

#[tokio::test]
async fn what_is_no_film_does_not_pass() {
    insta::assert_snapshot!(lines(&checked(b"", &json!({})).await), @r"
    failed, 0
    Error decodes the file cannot be played as a whole: it is empty
    ");
    insta::assert_snapshot!(lines(&checked(b"no film at all", &json!({})).await), @r"
    failed, 0
    Error decodes the file cannot be played as a whole: Invalid data found when processing input
    ");
}

#[tokio::test]
async fn only_what_is_there_is_judged() {
    insta::assert_snapshot!(found(&[TONE], &json!({})).await, @r"
    passed, 100
    Note picture the film has no picture, so none was judged
    ");
    insta::assert_snapshot!(found(&[MOVING], &json!({ "sound": "required" })).await, @r"
    failed, 42
    Error sound the film has no sound
    ");
}

#[tokio::test]
async fn a_strict_check_fails_with_the_film() {
    let attempt = TestAttempt::new();
    let content = film(&attempt, &[MOVING, TONE], &[]).await;
    let ports = json!({ "strict": true, "seconds": 5, "loudness": -23 });
    let failure = Check.run(&attempt, input(&attempt, &content, &ports)).await.unwrap_err();
    assert_eq!(failure.class, Class::Input);
    insta::assert_snapshot!(failure.message, @r"
    `film.mp4` does not pass:
    seconds: the film is 2.0 s shorter than 5.0 s
    loudness: the sound is 7.0 LU louder than -23.0 LUFS
    ");
    let ports = json!({ "strict": true });
    assert!(Check.run(&attempt.next(), input(&attempt, &content, &ports)).await.unwrap().passed);
}

#[test]
fn a_video_stays_a_video_for_the_nodes_that_follow() {
    let schema = Schema::of::<File<super::super::Video>>();
    let port = Port { schema, constant: None };
    let known = Known { ports: [("video".to_owned(), port)].into() };
    assert_eq!(Check.output(&known).as_json()["properties"]["video"][MEDIA], "video/*");
    let open = Check.output(&Known::default());
    assert_eq!(open.as_json()["properties"]["video"][MEDIA], Media::RANGE);
}
