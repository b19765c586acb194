//! How do chosen sentences become a script?

use flow_engine::name::Digest;

use super::choose::{Picked, Room, choose};
use super::ear::{self, Opening};
use super::gather::{Gathered, gather};
use super::{Method, Output, Scene, phrases};
use crate::document::content::Content;

/// How fast a narrator speaks.
const WORDS_PER_SECOND: f64 = 155.0 / 60.0;
/// Between sentences, and after a scene.
const PAUSE: f64 = 0.25;
const SCENE_PAUSE: f64 = 0.6;
/// How long a picture holds the eye.
const SCENE_SECONDS: f64 = 12.0;
const FEWEST_SCENES: usize = 3;
const LONGEST_TITLE: usize = 64;
const LONGEST_KICKER: usize = 40;

/// Words that are not the document's. They say nothing of its matter.
const ONWARD: [&str; 5] = [
    "There is more.",
    "Here is the point.",
    "Look closer.",
    "That is not all.",
    "Now, the next part.",
];
const FINALLY: [&str; 4] = ["One last point.", "And finally.", "To end with.", "One more thing."];
const OPENING: &str = "Here is a short film.";
const THE_END: &str = "That is all.";

/// What the script should be like.
pub(super) struct Wanted {
    pub seconds: f64,
    pub hosts: u8,
    pub style: Option<String>,
    pub seed: u64,
}

/// One scene before it is dressed.
struct Draft {
    /// None for a scene of added words alone.
    section: Option<usize>,
    opens_section: bool,
    lines: Vec<String>,
}

/// The script of `content`; none, if it has nothing to say.
pub(super) fn write(
    content: &Content,
    language: Option<String>,
    wanted: &Wanted,
) -> Option<Output> {
    let code =
        language.as_deref().map_or("", |tag| tag.split('-').next().unwrap_or(tag)).to_owned();
    let gathered = gather(content, &code);
    if gathered.sentences.is_empty() {
        return None;
    }
    let picked = choose(&gathered, room(wanted.seconds));
    let title = title(content, &gathered, &code);
    let summary = summary(&gathered, &picked);
    let mut drafts = drafts(&gathered, &picked);
    let english = matches!(code.as_str(), "en" | "");
    let own = own_title(content).is_some();
    if own {
        speak_title(&mut drafts, &title);
    }
    if english {
        connect(&mut drafts, content, &title, wanted.seed);
    }
    round_out(&mut drafts, own.then_some(title.as_str()), english);
    let scenes = dress(drafts, content, &title, &code, wanted);
    let seconds = tenths(scenes.iter().map(|scene| scene.duration).sum());
    let words = scenes.iter().map(|scene| ear::word_count(&scene.narration_text)).sum();
    Some(Output { title, summary, method: Method::Extractive, language, seconds, words, scenes })
}

fn room(seconds: f64) -> Room {
    let scenes = (seconds / SCENE_SECONDS).round().clamp(3.0, 400.0);
    // Two sentences a scene, on the average.
    // The title and the connectives take their time too.
    let spoken = (seconds - scenes * (SCENE_PAUSE + PAUSE) - 2.5).max(seconds / 2.0);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "both are small and not negative"
    )]
    let room = Room { words: (spoken * WORDS_PER_SECOND) as usize, scenes: scenes as usize };
    room
}

fn drafts(gathered: &Gathered, picked: &[Picked]) -> Vec<Draft> {
    let sentences = &gathered.sentences;
    let draft = |scene: &Picked| {
        let mut lines: Vec<String> = Vec::new();
        for (at, index) in scene.sentences.iter().enumerate() {
            let sentence = &sentences[*index];
            let follows = at > 0 && scene.sentences[at - 1] + 1 == *index;
            let untied = (sentence.opening == Opening::Leaning && !follows)
                .then(|| ear::untied(&sentence.text))
                .flatten();
            lines.push(untied.unwrap_or_else(|| sentence.text.clone()));
        }
        Draft { section: Some(scene.section), opens_section: scene.opens_section, lines }
    };
    picked.iter().map(draft).collect()
}

/// Lets the film open with its title, unless the first sentence says the same.
fn speak_title(drafts: &mut [Draft], title: &str) {
    let Some(first) = drafts.first_mut() else {
        return;
    };
    let opening = first.lines.first().map(|line| line.to_lowercase()).unwrap_or_default();
    let words: Vec<String> = title.split_whitespace().map(str::to_lowercase).collect();
    let known = words
        .iter()
        .filter(|word| opening.contains(word.trim_matches(|c: char| !c.is_alphanumeric())))
        .count();
    let fits = (2..=12).contains(&words.len()) && known * 5 < words.len() * 3;
    if let Some(spoken) = ear::spoken(title).into_iter().next().filter(|_| fits) {
        first.lines.insert(0, spoken);
    }
}

/// Puts a few connectives where a new part begins, and before the end.
fn connect(drafts: &mut [Draft], content: &Content, title: &str, seed: u64) {
    let headed = content.sections.iter().filter(|section| section.heading.is_some()).count();
    if headed < 2 || drafts.len() < 4 {
        return;
    }
    let hash = Digest::of(format!("{seed} {title}").as_bytes());
    let mut onward = ONWARD.iter().cycle().skip(usize::from(hash.as_bytes()[0]) % ONWARD.len());
    let last = drafts.len() - 1;
    for (index, draft) in drafts.iter_mut().enumerate() {
        if index == last {
            let line = FINALLY[usize::from(hash.as_bytes()[1]) % FINALLY.len()];
            draft.lines.insert(0, line.to_owned());
        } else if index > 1 && index % 3 == 2 && draft.opens_section {
            draft.lines.insert(0, (*onward.next().expect("it cycles")).to_owned());
        }
    }
}

/// A film has a beginning, a middle and an end, however short its text.
fn round_out(drafts: &mut Vec<Draft>, title: Option<&str>, english: bool) {
    while drafts.len() < FEWEST_SCENES
        && let Some(at) = drafts.iter().position(|draft| draft.lines.len() > 1)
    {
        let lines = drafts[at].lines.split_off(1);
        let section = drafts[at].section;
        drafts.insert(at + 1, Draft { section, opens_section: false, lines });
    }
    let extra =
        |line: &str| Draft { section: None, opens_section: false, lines: vec![line.to_owned()] };
    if drafts.len() < FEWEST_SCENES && english {
        let unsaid = title.filter(|title| !drafts[0].lines[0].contains(title));
        let spoken = unsaid.map(|title| {
            ear::spoken(title).into_iter().next().unwrap_or_else(|| format!("{}.", capital(title)))
        });
        drafts.insert(0, extra(spoken.as_deref().unwrap_or(OPENING)));
    }
    if drafts.len() < FEWEST_SCENES && english {
        drafts.push(extra(THE_END));
    }
}

fn dress(
    drafts: Vec<Draft>,
    content: &Content,
    title: &str,
    code: &str,
    wanted: &Wanted,
) -> Vec<Scene> {
    let mut titles: Vec<String> = Vec::new();
    let mut scenes = Vec::new();
    let total = drafts.len();
    for (index, draft) in drafts.into_iter().enumerate() {
        let order = u32::try_from(index + 1).unwrap_or(u32::MAX);
        let narration_text = draft.lines.join(" ");
        let matter: Vec<&str> =
            draft.lines.iter().map(String::as_str).filter(|line| !is_added(line)).collect();
        let matter = matter.join(" ");
        let phrases = phrases::key(&matter, code);
        let heading = draft.section.and_then(|section| heading(content, section));
        let own = if index == 0 {
            Some(title.to_owned())
        } else {
            heading.clone().filter(|_| draft.opens_section)
        };
        let scene_title = name(own, &phrases, heading.as_ref(), title, &titles);
        titles.push(scene_title.clone());
        let above =
            heading.filter(|heading| *heading != scene_title).or_else(|| Some(title.to_owned()));
        let kicker =
            above.filter(|line| *line != scene_title && line.chars().count() <= LONGEST_KICKER);
        let kicker = kicker.unwrap_or_else(|| format!("{order} / {total}"));
        scenes.push(Scene {
            scene_id: format!("s{order:02}"),
            order,
            video_prompt: prompt(&scene_title, &phrases, &matter),
            duration: duration(&draft.lines),
            number: phrases::number(&matter),
            key_phrase: phrases.into_iter().next(),
            kicker: (index > 0).then_some(kicker),
            title: scene_title,
            narration_text,
            style: wanted.style.clone(),
            host: u8::try_from(index % usize::from(wanted.hosts)).unwrap_or(0) + 1,
        });
    }
    scenes
}

pub(super) fn is_added(line: &str) -> bool {
    ONWARD.contains(&line) || FINALLY.contains(&line) || line == OPENING || line == THE_END
}

fn duration(lines: &[String]) -> f64 {
    let words: usize = lines.iter().map(|line| ear::word_count(line)).sum();
    let pauses = lines.len().saturating_sub(1);
    let count = |n: usize| f64::from(u32::try_from(n).unwrap_or(u32::MAX));
    tenths(count(words) / WORDS_PER_SECOND + count(pauses) * PAUSE + SCENE_PAUSE)
}

fn tenths(seconds: f64) -> f64 {
    (seconds * 10.0).round() / 10.0
}

/// The first of these that no scene has yet: its own title, a key phrase, the heading, the film's title.
fn name(
    own: Option<String>,
    phrases: &[String],
    heading: Option<&String>,
    title: &str,
    used: &[String],
) -> String {
    let phrases =
        phrases.iter().filter(|phrase| phrase.chars().count() <= 32).map(|phrase| capital(phrase));
    let mut names = own.into_iter().chain(phrases).chain(heading.cloned());
    let fresh = |name: &String| !used.iter().any(|known| known.eq_ignore_ascii_case(name));
    names.find(fresh).unwrap_or_else(|| title.to_owned())
}

/// A heading in capitals as other headings are written.
fn calm(text: &str) -> String {
    if text.contains(char::is_lowercase) || text.split_whitespace().count() < 2 {
        return text.to_owned();
    }
    let small = |word: &str| {
        matches!(
            word,
            "a" | "an" | "the" | "of" | "and" | "to" | "in" | "for" | "with" | "on" | "at"
        )
    };
    let words = text.split_whitespace().enumerate().map(|(at, word)| {
        let word = word.to_lowercase();
        if at > 0 && small(&word) { word } else { capital(&word) }
    });
    words.collect::<Vec<_>>().join(" ")
}

fn capital(phrase: &str) -> String {
    let mut letters = phrase.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn heading(content: &Content, section: usize) -> Option<String> {
    let heading = content.sections.get(section)?.heading.as_deref()?;
    // A number in front of a heading is the layout's.
    let bare =
        heading.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | ')' | ' '));
    let bare = if bare.is_empty() { heading } else { bare };
    // Signatures and formulas are no titles.
    if ear::word_count(bare) > 1 && ear::spoken(bare).is_empty() {
        return None;
    }
    Some(calm(&shortened(bare.trim_end_matches(['.', ':', '#', ' ']))))
}

/// `text` cut at a colon or a word's end, if it is too long for a card.
fn shortened(text: &str) -> String {
    if text.chars().count() <= LONGEST_TITLE {
        return text.to_owned();
    }
    if let Some((head, _)) = text.split_once([':', '—', '–', '|'])
        && (8..=LONGEST_TITLE).contains(&head.trim().chars().count())
    {
        return head.trim().to_owned();
    }
    let mut short = String::new();
    for word in text.split_whitespace() {
        if short.chars().count() + word.chars().count() + 1 > LONGEST_TITLE {
            break;
        }
        if !short.is_empty() {
            short.push(' ');
        }
        short.push_str(word);
    }
    let dangling = |word: &str| {
        matches!(
            word,
            "a" | "an" | "the" | "of" | "and" | "to" | "in" | "for" | "with" | "on" | "is"
        )
    };
    while let Some((head, last)) = short.rsplit_once(' ')
        && dangling(last)
    {
        short.truncate(head.len());
    }
    if short.is_empty() { text.chars().take(LONGEST_TITLE).collect() } else { short }
}

fn own_title(content: &Content) -> Option<String> {
    content.title.clone().or_else(|| content.sections.iter().find_map(|s| s.heading.clone()))
}

fn title(content: &Content, gathered: &Gathered, code: &str) -> String {
    let own = own_title(content);

    let all = || {
        let texts: Vec<&str> =
            gathered.sentences.iter().take(40).map(|s| s.text.as_str()).collect();
        phrases::key(&texts.join(" "), code).first().map(|phrase| capital(phrase))
    };
    let first = || gathered.sentences.first().map(|sentence| sentence.text.clone());
    calm(&shortened(own.or_else(all).or_else(first).unwrap_or_default().trim()))
}

fn summary(gathered: &Gathered, picked: &[Picked]) -> String {
    let sentences = &gathered.sentences;
    let said = || picked.iter().flat_map(|scene| &scene.sentences).copied();
    let Some(first) = said().next() else {
        return String::new();
    };
    let best = said()
        .filter(|i| *i != first && sentences[*i].opening == Opening::Free)
        .max_by(|a, b| sentences[*a].score.total_cmp(&sentences[*b].score).then(b.cmp(a)));
    let texts = std::iter::once(first).chain(best).map(|i| sentences[i].text.as_str());
    texts.collect::<Vec<_>>().join(" ")
}

/// What the scene's picture could show: its subjects, then its first sentence.
fn prompt(title: &str, phrases: &[String], matter: &str) -> String {
    let subjects = phrases.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
    let first = super::sentences::split(matter).into_iter().find(|line| ear::word_count(line) > 3);
    let first = first.unwrap_or_default().replace(['"', '“', '”', '«', '»'], "");
    let subjects = if subjects.is_empty() { title.to_owned() } else { subjects };
    format!("{subjects}. {first}").trim().to_owned()
}
