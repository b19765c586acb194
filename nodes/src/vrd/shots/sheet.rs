//! How does a whole storyboard look on one page?

use std::collections::BTreeMap;
use std::fmt::Write;

use super::board::{self, escape};
use super::{Shot, Sketch, continuity};
use crate::vrd::dollars::Dollars;
use crate::vrd::seconds::Seconds;

/// The contact sheet of `shots` as a page of its own; a plan brings the costs, by shot.
pub fn page(title: &str, shots: &[Shot], costs: &BTreeMap<String, Dollars>) -> String {
    let total: Seconds = shots.iter().map(|shot| shot.duration_seconds).sum();
    let scenes = continuity::scenes(shots).count();
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>{title} · storyboard</title><style>{STYLE}</style></head>\n<body>{}\n<header><h1>{title}</h1><p>{} shots · {scenes} scenes · {total} s{}</p></header>\n",
        board::TIP,
        shots.len(),
        total_cost(costs),
        title = escape(title)
    );
    let upright = shots.first().is_some_and(|shot| {
        let (width, height) = board::size(&shot.storyboard_frame.aspect_ratio);
        height > width
    });
    let _ = writeln!(page, "<main class=\"{}\">", if upright { "upright" } else { "wide" });
    for (number, scene) in continuity::scenes(shots).enumerate() {
        for shot in scene {
            card(&mut page, number + 1, shot, costs.get(&shot.shot_id));
        }
    }
    page.push_str("</main>\n");
    page.push_str("</body></html>\n");
    page
}

fn total_cost(costs: &BTreeMap<String, Dollars>) -> String {
    if costs.is_empty() {
        return String::new();
    }
    let total: flow_engine::money::Usd = costs.values().map(|cost| cost.0).sum();
    format!(" · shots {}", Dollars(total))
}

fn card(page: &mut String, scene: usize, shot: &Shot, cost: Option<&Dollars>) {
    let cost = cost.map(|cost| format!("<span>{cost}</span>")).unwrap_or_default();
    let place = &shot.set_requirements.location_type;
    let frame = &shot.storyboard_frame;
    let _ = write!(
        page,
        "<article><h2><b>{scene}</b> {} · {}</h2>{}<div class=\"bar\"><b>{:02}</b><span>{}–{} s</span><span>beat {}</span>{cost}</div>",
        escape(place),
        shot.lighting.time_of_day.spoken(),
        board::draw(&Sketch::from(shot), board::size(&frame.aspect_ratio), &frame.description),
        shot.shot_number,
        tenths(shot.start_seconds),
        tenths(shot.end_seconds()),
        escape(&shot.beat_ref),
    );
    let _ = write!(
        page,
        "<p class=\"camera\">{}, {}, {} · {}</p><p><b>{}</b> — {}</p>",
        shot.shot_type.spoken(),
        shot.camera_angle.spoken(),
        shot.camera_movement.spoken(),
        crate::vrd::light::setup(shot.lighting.preset).look,
        escape(&shot.subject),
        escape(&shot.action)
    );
    let spoken = [("VO", &shot.audio.voiceover), ("Speech", &shot.audio.dialogue)];
    for (who, text) in spoken.into_iter().filter_map(|(who, text)| Some((who, text.as_ref()?))) {
        let _ = write!(page, "<p class=\"voice\">{who}: “{}”</p>", escape(text));
    }
    page.push_str("</article>\n");
}

/// Seconds to one decimal, as people read them.
fn tenths(seconds: Seconds) -> Seconds {
    Seconds::from_millis((seconds.millis() + 50) / 100 * 100)
}

const STYLE: &str = "\
:root{color-scheme:light dark;--ink:#22262e;--soft:#667;--line:#d8dbe2;--card:#fff;--ground:#f3f4f7}\
@media (prefers-color-scheme:dark){:root{--ink:#e6e8ee;--soft:#9aa1b0;--line:#333944;--card:#1c2027;--ground:#14171c}}\
*{box-sizing:border-box}body{margin:0 auto;padding:24px;max-width:1480px;font:14px/1.45 system-ui,sans-serif;color:var(--ink);background:var(--ground)}\
h1{margin:0;font-size:24px}header p{margin:4px 0 0;color:var(--soft)}\
h2{margin:0;padding:7px 12px;font-size:12px;font-weight:400;color:var(--soft);white-space:nowrap;overflow:hidden;text-overflow:ellipsis;border-bottom:1px solid var(--line)}\
h2 b{color:var(--ink)}\
main{display:grid;gap:16px;margin-top:20px;grid-template-columns:repeat(auto-fill,minmax(270px,1fr))}main.upright{grid-template-columns:repeat(auto-fill,minmax(200px,1fr))}\
article{background:var(--card);border:1px solid var(--line);border-radius:8px;overflow:hidden;break-inside:avoid}\
article svg{display:block;width:100%}\
.bar{display:flex;gap:12px;padding:8px 12px 0;color:var(--soft);font-variant-numeric:tabular-nums}.bar b{color:var(--ink)}.bar span:last-child{margin-left:auto}\
article p{margin:6px 12px}.camera{color:var(--soft);font-size:12.5px}.voice{font-style:italic;border-left:3px solid var(--line);padding-left:8px}\
article p:last-child{margin-bottom:12px}\
@media print{body{background:#fff;padding:0}main,main.upright{grid-template-columns:repeat(3,1fr)}}";
