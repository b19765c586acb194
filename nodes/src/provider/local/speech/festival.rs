//! How does festival speak, and when does it say which word?
//!
//! `text2wave` synthesises utterance by utterance; a hook notes, after each, the tokens with the times of their
//! words. Notes count from the utterance's start, so what came before is added.

use std::path::Path;

use flow_engine::kind::{Attempt, Class, Failure};

use crate::process::{self, Command};

/// A token as festival wrote it back, and when it is spoken.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    pub text: String,
    pub start: f64,
    pub end: f64,
}

/// Speaks `text.txt` in the attempt's folder to `raw.wav`.
pub(super) async fn speak(attempt: &dyn Attempt, voice: &str) -> Result<Vec<Token>, Failure> {
    let folder = attempt.folder();
    let notes = folder.join("words.tsv");
    let hook = folder.join("hook.scm");
    // Another engine's try may have left some.
    let _ = tokio::fs::remove_file(&notes).await;
    tokio::fs::write(&hook, scheme(voice, &notes)).await.map_err(|error| super::storage(&error))?;
    let command = Command::new("text2wave")
        .arguments(["-o".as_ref(), folder.join("raw.wav").as_os_str()])
        .arguments(["-eval".as_ref(), hook.as_os_str()])
        .arguments([folder.join("text.txt").as_os_str()])
        .folder(folder);
    let finished = process::succeed(attempt, command).await?;
    // An error inside Scheme ends with status 0 and without a note.
    let notes = tokio::fs::read(&notes).await.unwrap_or_default();
    let tokens = tokens(&String::from_utf8_lossy(&notes));
    if tokens.is_empty() {
        return Err(Failure::new(
            Class::Command,
            format!("festival said nothing: {}", finished.stderr.trim()),
        ));
    }
    Ok(tokens)
}

/// What festival evaluates before it speaks. Words of punctuation have no sound and end at 0: they are passed over.
fn scheme(voice: &str, notes: &Path) -> String {
    let notes = notes.to_string_lossy().replace('\\', "\\\\").replace('"', "\\\"");
    format!(
        r#"(define flow_before 0)
(define (flow_sounding words)
  (cond
    ((null? words) nil)
    ((> (item.feat (car words) "word_end") 0) (cons (car words) (flow_sounding (cdr words))))
    (t (flow_sounding (cdr words)))))
(define (flow_mark token name)
  (let ((mark (item.feat token name)))
    (if (string-equal mark "0") "" mark)))
(define (flow_note out token)
  (let ((words (flow_sounding (item.daughters token))))
    (if words
      (format out "%s%s%s\t%f\t%f\n"
        (flow_mark token "prepunctuation") (item.name token) (flow_mark token "punc")
        (+ flow_before (item.feat (car words) "R:SylStructure.daughter1.daughter1.segment_start"))
        (+ flow_before (item.feat (car (last words)) "word_end"))))))
(define (flow_after utt)
  (let ((out (fopen "{notes}" "a")))
    (mapcar (lambda (token) (flow_note out token)) (utt.relation.items utt 'Token))
    (fclose out)
    (if (utt.relation.last utt 'Segment)
      (set! flow_before (+ flow_before (item.feat (utt.relation.last utt 'Segment) "end"))))
    utt))
({voice})
(set! after_synth_hooks (append after_synth_hooks (list flow_after)))
"#
    )
}

fn tokens(notes: &str) -> Vec<Token> {
    let line = |line: &str| {
        let mut fields = line.rsplitn(3, '\t');
        let end = fields.next()?.trim().parse().ok()?;
        let start = fields.next()?.trim().parse().ok()?;
        Some(Token { text: fields.next()?.to_owned(), start, end })
    };
    notes.lines().filter_map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_are_read_and_broken_lines_passed_over() {
        let expect = Token { text: "$4.50,".into(), start: 0.25, end: 1.5 };
        assert_eq!(tokens("$4.50,\t0.250000\t1.500000\nbroken\t\n"), [expect]);
    }

    #[test]
    fn the_path_of_the_notes_is_escaped() {
        assert!(
            scheme("v", Path::new("/a \"b\\c/w.tsv")).contains(r#"(fopen "/a \"b\\c/w.tsv" "a")"#)
        );
    }
}
