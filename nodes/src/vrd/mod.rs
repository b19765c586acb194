//! The planning chain: from requirements to a costed plan, as data and rules.
//!
//! `requirements` (what must this video do?) → `script` (what is told, when, to what effect?) → `shots` (what does the
//! camera see?) → `production` (with which tools, at what price?). Each is a pure function of its input: equal inputs
//! give equal outputs, byte for byte. No kind, no clock, no file.

pub mod camera;
pub mod dollars;
pub mod issue;
pub mod light;
pub mod milli;
pub mod production;
pub mod requirements;
pub mod script;
pub mod seconds;
pub mod shots;
pub mod tools;
pub(crate) mod word;

#[cfg(test)]
mod tests {
    use std::path::Path;

    use flow_engine::schema::Schema;

    use super::production::ProductionPlan;
    use super::production::constraints::Constraints;
    use super::requirements::Vrd;
    use super::script::Script;
    use super::shots::ShotList;
    use super::tools::ToolStack;

    #[test]
    fn the_schemas_that_ship_are_those_of_the_types() {
        let schemas = [
            ("vrd", Schema::of::<Vrd>()),
            ("script", Schema::of::<Script>()),
            ("shot-list", Schema::of::<ShotList>()),
            ("constraints", Schema::of_input::<Constraints>()),
            ("tool-stack", Schema::of_input::<ToolStack>()),
            ("production-plan", Schema::of::<ProductionPlan>()),
        ];
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas/planning");
        for (name, schema) in schemas {
            let file = folder.join(format!("{name}.schema.json"));
            let text = format!("{:#}\n", schema.as_json());
            if std::env::var_os("UPDATE").is_some() {
                std::fs::create_dir_all(&folder).unwrap();
                std::fs::write(&file, &text).unwrap();
            }
            let stands = std::fs::read_to_string(&file).unwrap_or_default();
            assert_eq!(stands, text, "{name}: run the test with UPDATE=1, and read what it wrote");
        }
    }
}
