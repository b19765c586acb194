//! How does a shot become a picture of its board?

use flow_engine::kind::{Attempt, Failure, File, Kind, Nature, Registry};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::media::Image;
use crate::media::frame::{Aspect, Resolution};
use crate::provider::local::image;
use crate::vrd::shots::Sketch;
use crate::vrd::shots::panel::draw_panel;

pub(crate) fn register(registry: &mut Registry) {
    registry.add(Draw);
}

/// `storyboard/draw`.
struct Draw;

#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    /// What a plan keeps of the shot: its `sketch`.
    shot: Sketch,
    #[serde(default)]
    aspect: Aspect,
    /// The shorter side of the film that the picture is for; the picture is larger, so that a camera can move over it.
    #[serde(default)]
    resolution: Resolution,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Output {
    image: File<Image>,
    width: u32,
    height: u32,
}

impl Kind for Draw {
    type Input = Input;
    type Output = Output;

    const NAME: &'static str = "storyboard/draw";
    const VERSION: u32 = 1;
    const NATURE: Nature = Nature::Pure;
    const DOCS: &'static str = "\
Draws a shot as a storyboard does, as a picture.

Figures stand at the shot's size, arrows show the way of the camera and rays where the light comes from, beside the action
in words. `flow new --plan` puts it where nothing else can make a shot's picture, so that a plan can be seen
as a film before anything is paid.

```yaml
board:
  use: storyboard/draw
  with:
    shot: ${{ plan.plan.shot_plans[0].sketch }}
    aspect: '16:9'
```

`image` is 1.25 times as large as the film, for `media/ken-burns`.";

    fn revision(&self) -> String {
        image::revision()
    }

    async fn run(&self, attempt: &dyn Attempt, input: Input) -> Result<Output, Failure> {
        let (width, height) = image::size(input.aspect, input.resolution)?;
        let drawing = draw_panel(&input.shot, (width, height));
        let image = image::trace(attempt, drawing, (width, height)).await?;
        Ok(Output { image, width, height })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::testing::TestAttempt;

    async fn drawn(attempt: &TestAttempt, change: Json) -> Output {
        let mut shot = json!({
            "shot_id": "shot_001", "shot_type": "medium", "camera_angle": "eye_level", "camera_movement": "push_in",
            "light": "golden_hour", "subject": "a baker", "action": "A baker lifts a loaf & <smiles>.", "people": 1,
        });
        for (name, value) in change.as_object().unwrap() {
            shot[name] = value.clone();
        }
        let input = json!({ "shot": shot, "resolution": 180 });
        Draw.run(attempt, serde_json::from_value(input).unwrap()).await.unwrap()
    }

    #[tokio::test]
    async fn what_a_board_says_and_shows_is_in_the_picture() {
        let attempt = TestAttempt::new();
        let first = drawn(&attempt, json!({})).await;
        assert_eq!((first.width, first.height), (400, 226));
        assert_eq!(first.image.digest, drawn(&attempt.next(), json!({})).await.image.digest);
        for change in [
            json!({ "action": "A baker waves." }),
            json!({ "people": 2 }),
            json!({ "camera_movement": "pan" }),
            json!({ "light": "low_key" }),
            json!({ "shot_id": "shot_002" }),
        ] {
            let other = drawn(&attempt.next(), change.clone()).await;
            assert_ne!(first.image.digest, other.image.digest, "{change}");
        }
    }
}
