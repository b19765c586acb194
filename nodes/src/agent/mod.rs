//! Which agents are there?
//!
//! Each is a thin kind over rules that stand elsewhere: what it asks for, what it gives, how a failure reads.

mod paper;
mod script_smith;
mod shot_master;
mod video_solver;
mod vrd;
mod words;

use std::sync::Arc;

use flow_engine::kind::Registry;

use crate::provider::llm::Models;
use crate::vrd::tools::Stacks;

/// The capability whose providers word what agents write.
const LLM: &str = "llm";

/// Adds every agent, with the models that may word what it writes and the tools that are planned with.
pub(crate) fn register(registry: &mut Registry, models: &Models, stacks: &Arc<dyn Stacks>) {
    registry.add(vrd::Requirements { models: models.clone() });
    registry.add(script_smith::ScriptSmith { models: models.clone() });
    registry.add(shot_master::ShotMaster { models: models.clone() });
    registry.add(video_solver::VideoSolver { models: models.clone(), stacks: Arc::clone(stacks) });
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use crate::vrd::shots::library;

    /// The names that a template reads, those that it binds itself left out.
    fn read(template: &'static str) -> BTreeSet<&'static str> {
        let head =
            |rest: &'static str| rest.split(|c: char| !c.is_alphanumeric() && c != '_').next();
        let loops = || template.split("{% for ").skip(1).filter_map(|rest| rest.split_once(" in "));
        let own: BTreeSet<&str> = loops().map(|(name, _)| name).collect();
        let shown = template.split("{{ ").skip(1).filter_map(head);
        shown
            .chain(loops().filter_map(|(_, rest)| head(rest)))
            .filter(|name| !own.contains(name))
            .collect()
    }

    #[test]
    fn the_prompts_that_ship_read_what_their_agents_have() {
        let names = |template| read(template).into_iter().collect::<Vec<_>>();
        assert_eq!(
            names(include_str!("../../../templates/prompts/requirements.md")),
            ["brief", "vrd"]
        );
        assert_eq!(names(include_str!("../../../templates/prompts/beats.md")), ["beats", "vrd"]);
        assert_eq!(names(include_str!("../../../templates/prompts/frames.md")), ["shots", "style"]);
        assert_eq!(names(include_str!("../../../templates/prompts/plan.md")), ["plan"]);
    }

    #[test]
    fn the_shot_library_that_ships_can_be_copied_and_edited() {
        let copied: Vec<library::Template> =
            serde_json::from_str(include_str!("../../../templates/shots/library.json")).unwrap();
        assert_eq!(copied, library::shipped());
    }
}
