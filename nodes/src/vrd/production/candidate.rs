//! In which ways can a shot be made?
//!
//! Every chain of steps that the tools allow: a clip from words or from a still, speech, effects and size added where
//! the shot needs them. What is not eligible is dropped with its reason.

use std::collections::BTreeSet;

use super::kit::Kit;
use super::matrix::{Facts, Need, Rule};
use crate::vrd::camera::ShotType;
use crate::vrd::milli::Milli;
use crate::vrd::seconds::Seconds;
use crate::vrd::shots::Shot;
use crate::vrd::tools::price::{self, Work};
use crate::vrd::tools::{Category, NativeAudio, Tool, lines};

/// A way to make a shot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    pub steps: Vec<Draft>,
    /// The tool that makes the moving picture, by its place in the stack.
    pub tool: usize,
    /// Whole cents, a started one counted.
    pub cents: i64,
    pub millis: i64,
    pub quality: Milli,
}

/// A step of a workflow, before it is chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    pub tool: usize,
    pub category: Category,
    pub purpose: &'static str,
    pub length: Seconds,
    pub micros: i64,
    pub millis: i64,
    pub is_estimated: bool,
    pub worst_millis: Option<i64>,
    pub clips: u32,
    pub lines: u32,
    pub with_audio: bool,
    /// The steps whose results it takes, from 0.
    pub after: Vec<usize>,
}

/// The ways to make `shot`, and why some tools make none; `grouped` says whether its group has other shots.
pub fn candidates(kit: &Kit, shot: &Shot, grouped: bool) -> (Vec<Candidate>, Vec<(usize, String)>) {
    let mut making = Making::of(kit, shot, grouped);
    if shot.shot_type == ShotType::Graphic {
        making.cards();
    } else {
        making.clips();
        making.avatars();
    }
    let Making { mut found, mut rejected, .. } = making;
    trim(&mut found);
    rejected.dedup();
    (found, rejected)
}

struct Making<'a> {
    kit: &'a Kit<'a>,
    shot: &'a Shot,
    rules: Vec<&'a Rule>,
    needs: BTreeSet<Need>,
    work: Work,
    sides: Sides,
    found: Vec<Candidate>,
    rejected: Vec<(usize, String)>,
}

/// The steps that may stand beside the clip, a few of each.
struct Sides {
    overlay: Option<Draft>,
    stills: Vec<Draft>,
    edits: Vec<Draft>,
    voices: Vec<Draft>,
    lips: Vec<Draft>,
    upscalers: Vec<Draft>,
}

impl Sides {
    fn of(kit: &Kit, shot: &Shot, needs: &BTreeSet<Need>, work: &Work) -> Self {
        let list = |wanted: bool, category, work: &Work, most, purpose| {
            if wanted { kit.shortlist(category, work, most, purpose, |_| true) } else { Vec::new() }
        };
        let (speaks, small) = (needs.contains(&Need::Speech), Work { lines: 0, ..*work });
        let has_text = shot.on_screen_text.is_some() && shot.shot_type != ShotType::Graphic;
        let has_effects = needs.contains(&Need::EffectsStep);
        Self {
            overlay: list(has_text, Category::Assembly, work, 1, "lay the text over the picture")
                .pop(),
            stills: list(true, Category::TextToImage, &small, 3, "draw the first frame"),
            edits: list(has_effects, Category::VideoToVideo, &small, 3, "add the effects"),
            voices: list(speaks, Category::TextToSpeech, work, 2, "speak the dialogue"),
            lips: list(speaks, Category::LipSync, &small, 2, "match the lips to the speech"),
            upscalers: list(
                true,
                Category::VideoUpscale,
                work,
                2,
                "bring it to the size of delivery",
            ),
        }
    }
}

impl<'a> Making<'a> {
    fn of(kit: &'a Kit, shot: &'a Shot, grouped: bool) -> Self {
        let holds = |rule: &&Rule| rule.when.holds(shot, grouped, kit.constraints);
        let rules: Vec<&Rule> = kit.rules.iter().filter(holds).collect();
        let needs: BTreeSet<Need> =
            rules.iter().flat_map(|rule| rule.require.iter().copied()).collect();
        let speech = shot.audio.dialogue.as_deref().unwrap_or_default();
        let work = Work {
            length: shot.duration_seconds,
            lines: lines(&shot.resolution).unwrap_or(1080),
            with_audio: false,
            characters: u32::try_from(speech.chars().count()).unwrap_or(u32::MAX),
            frame_rate: shot.frame_rate,
            takes: u32::from(kit.constraints.takes.unwrap_or(1)),
        };
        let sides = Sides::of(kit, shot, &needs, &work);
        Self { kit, shot, rules, needs, work, sides, found: Vec::new(), rejected: Vec::new() }
    }

    /// Text on a plain ground: drawn here, or over a generated ground.
    fn cards(&mut self) {
        let render =
            self.kit.shortlist(Category::Assembly, &self.work, 1, "draw the card", |_| true);
        let grounds = self.kit.shortlist(
            Category::TextToImage,
            &self.work,
            3,
            "make the ground of the card",
            |tool| tool.has("legible_text"),
        );
        for draw in &render {
            self.add(vec![draw.clone()], draw.tool);
            for ground in &grounds {
                self.add(chain(&[ground, draw]), ground.tool);
            }
        }
    }

    fn clips(&mut self) {
        let stills = self.sides.stills.clone();
        let generators: Vec<(usize, &Tool)> = self
            .kit
            .tools(Category::TextToVideo)
            .chain(
                self.kit
                    .tools(Category::ImageToVideo)
                    .filter(|(_, tool)| !tool.does(Category::TextToVideo)),
            )
            .collect();
        for (index, tool) in generators {
            let before = self.found.len();
            let has_reference = tool.has("references")
                || tool.capabilities.reference_images_max.is_some_and(|most| most > 0);
            for base in self.bases(index, tool) {
                if tool.does(Category::TextToVideo)
                    && (!self.needs.contains(&Need::Reference) || has_reference)
                {
                    let clip = Draft { category: Category::TextToVideo, ..base.clone() };
                    self.finish(vec![clip], index);
                }
                if tool.does(Category::ImageToVideo) {
                    for still in &stills {
                        let clip = Draft {
                            category: Category::ImageToVideo,
                            purpose: "animate the first frame",
                            ..base.clone()
                        };
                        self.finish(chain(&[still, &clip]), index);
                    }
                }
            }
            if self.found.len() == before {
                let reason = if self.needs.contains(&Need::Reference)
                    && !tool.does(Category::ImageToVideo)
                    && !has_reference
                {
                    "the character must look the same, and it takes no picture of one"
                } else {
                    "no price, or no way to the resolution, the speech or the effects that the shot needs"
                };
                self.rejected.push((index, reason.into()));
            }
        }
    }

    /// The clip at the resolution of delivery, and at the best one below it.
    fn bases(&self, index: usize, tool: &Tool) -> Vec<Draft> {
        let speaks = self.needs.contains(&Need::Speech);
        let audio = tool.capabilities.native_audio.unwrap_or(NativeAudio::No);
        let with_audio = speaks && audio != NativeAudio::No;
        let known = price::resolutions(tool);
        let native = known.iter().copied().find(|lines| *lines >= self.work.lines);
        let below = known.iter().copied().rfind(|lines| *lines < self.work.lines && *lines >= 480);
        let draft = |lines: u32| {
            let work = Work { lines, with_audio, ..self.work };
            self.kit.draft(index, Category::TextToVideo, &work, "generate the clip")
        };
        [native, below].into_iter().flatten().filter_map(draft).collect()
    }

    /// Effects, speech, size and text, where the clip needs them.
    fn finish(&mut self, base: Vec<Draft>, generator: usize) {
        let clip = base.len() - 1;
        let speaks = base[clip].with_audio;
        let mut chains = vec![base];
        if self.needs.contains(&Need::EffectsStep) {
            chains = extended(&chains, &self.sides.edits);
        }
        if self.needs.contains(&Need::Speech) && !speaks {
            chains = spoken(&chains, &self.sides.voices, &self.sides.lips);
        }
        for steps in chains {
            let lines = steps[clip].lines;
            if lines >= self.work.lines {
                self.add(steps, generator);
                continue;
            }
            for larger in extended(&[steps], &self.sides.upscalers) {
                self.add(larger, generator);
            }
        }
    }

    /// A person who speaks to the camera, from a still and a voice.
    fn avatars(&mut self) {
        if !self.needs.contains(&Need::Speech)
            || self.shot.continuity.characters.len() != 1
            || self.needs.contains(&Need::EffectsStep)
        {
            return;
        }
        let (stills, voices) = (self.sides.stills.clone(), self.sides.voices.clone());
        for (index, _) in self.kit.tools(Category::TalkingAvatar) {
            let Some(avatar) = self.kit.draft(
                index,
                Category::TalkingAvatar,
                &Work { lines: 0, ..self.work },
                "let the speaker talk",
            ) else {
                continue;
            };
            for still in &stills {
                for voice in &voices {
                    let avatar = Draft { after: vec![0, 1], ..avatar.clone() };
                    let steps = vec![still.clone(), voice.clone(), avatar];
                    for larger in extended(&[steps], &self.sides.upscalers) {
                        self.add(larger, index);
                    }
                }
            }
        }
    }

    fn add(&mut self, mut steps: Vec<Draft>, generator: usize) {
        if let Some(overlay) = &self.sides.overlay {
            steps = extended(&[steps], std::slice::from_ref(overlay)).pop().unwrap_or_default();
        }
        let micros: i64 = steps.iter().map(|step| step.micros).sum();
        let cents = micros.div_euclid(10_000) + i64::from(micros.rem_euclid(10_000) > 0);
        let candidate = Candidate {
            tool: generator,
            cents,
            millis: steps.iter().map(|step| step.millis).sum(),
            quality: self.quality(&steps, generator),
            steps,
        };
        let constraints = self.kit.constraints;
        let too_dear =
            constraints.max_cost_per_shot.is_some_and(|most| cents * 10_000 > most.micros());
        let too_bad =
            constraints.min_quality_per_shot.is_some_and(|least| candidate.quality < least);
        if too_dear {
            self.rejected.push((generator, "it costs more than `max_cost_per_shot`".into()));
        } else if too_bad {
            self.rejected.push((generator, "it is not as good as `min_quality_per_shot`".into()));
        } else {
            self.found.push(candidate);
        }
    }

    /// Four fifths the generator, one fifth the steps beside it, less what is preferred and missing.
    fn quality(&self, steps: &[Draft], generator: usize) -> Milli {
        let of = |step: &Draft, shot_type| {
            self.kit.scale.quality(&self.kit.stack.tools[step.tool], shot_type).0
        };
        let Some(main) = steps.iter().find(|step| step.tool == generator) else {
            return Milli(0);
        };
        let main = of(main, Some(self.shot.shot_type));
        let beside: Vec<i64> = steps
            .iter()
            .filter(|step| {
                step.tool != generator
                    && !matches!(step.category, Category::Assembly | Category::TextToSpeech)
            })
            .map(|step| of(step, None))
            .collect();
        let count = i64::try_from(beside.len()).unwrap_or(1);
        let mixed = if count == 0 {
            main
        } else {
            (main * 4 * count + beside.iter().sum::<i64>()) / (5 * count)
        };
        let effects = steps.iter().find(|step| step.category == Category::VideoToVideo);
        let is_card = self.shot.shot_type == ShotType::Graphic;
        let facts = Facts {
            generator: (!is_card).then(|| &self.kit.stack.tools[generator]),
            from_still: steps.iter().any(|step| step.category == Category::ImageToVideo),
            effects_vendor: effects.map(|step| self.kit.stack.tools[step.tool].vendor.as_str()),
        };
        let penalty: i64 = self.rules.iter().map(|rule| rule.penalty(&facts)).sum();
        Milli((mixed - penalty).clamp(0, 10_000))
    }
}

/// The steps one after the other.
fn chain(steps: &[&Draft]) -> Vec<Draft> {
    let after = |index: usize| index.checked_sub(1).into_iter().collect();
    steps
        .iter()
        .enumerate()
        .map(|(index, step)| Draft { after: after(index), ..(*step).clone() })
        .collect()
}

/// Each chain with each of `steps` after its last one.
fn extended(chains: &[Vec<Draft>], steps: &[Draft]) -> Vec<Vec<Draft>> {
    let add = |chain: &Vec<Draft>, step: &Draft| {
        let mut longer = chain.clone();
        longer.push(Draft {
            after: chain.len().checked_sub(1).into_iter().collect(),
            ..step.clone()
        });
        longer
    };
    chains.iter().flat_map(|chain| steps.iter().map(move |step| add(chain, step))).collect()
}

/// Each chain with a voice beside it, and lips that follow the voice.
fn spoken(chains: &[Vec<Draft>], voices: &[Draft], lips: &[Draft]) -> Vec<Vec<Draft>> {
    let mut spoken = Vec::new();
    for chain in chains {
        for voice in voices {
            for lip in lips {
                let mut longer = chain.clone();
                longer.push(voice.clone());
                longer.push(Draft { after: vec![chain.len() - 1, chain.len()], ..lip.clone() });
                spoken.push(longer);
            }
        }
    }
    spoken
}

/// Drops ways that another one with the same tool beats in cost, time and quality.
fn trim(found: &mut Vec<Candidate>) {
    found.sort_by_key(|one| (one.tool, one.cents, one.millis, std::cmp::Reverse(one.quality)));
    let mut kept: Vec<Candidate> = Vec::with_capacity(found.len());
    for one in found.drain(..) {
        let is_beaten = kept.iter().rev().take_while(|other| other.tool == one.tool).any(|other| {
            other.cents <= one.cents && other.millis <= one.millis && other.quality >= one.quality
        });
        if !is_beaten {
            kept.push(one);
        }
    }
    *found = kept;
}

impl Candidate {
    /// A name for the chain, by what its steps do.
    pub fn name(&self) -> String {
        let words: Vec<&str> = self.steps.iter().map(|step| step.category.word()).collect();
        words.join(" → ")
    }
}
