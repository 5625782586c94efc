//! Finding what a person would read on the screen, and touching it.

use i_slint_backend_testing::{AccessibleRole, ElementHandle, ElementQuery};
use slint::{
    ComponentHandle as _, LogicalPosition,
    platform::{PointerEventButton, WindowEvent},
};

use crate::display::with_stage;

/// Roles that can be touched.
const TOUCHABLE: [AccessibleRole; 6] = [
    AccessibleRole::Button,
    AccessibleRole::Checkbox,
    AccessibleRole::Switch,
    AccessibleRole::Tab,
    AccessibleRole::ListItem,
    AccessibleRole::RadioButton,
];

fn labelled() -> Option<Vec<(ElementHandle, String)>> {
    with_stage(|stage| {
        ElementQuery::from_root(stage.ui().component())
            .match_predicate(|element| element.accessible_label().is_some())
            .find_all()
            .into_iter()
            .filter_map(|element| {
                let label = one_line(&element.accessible_label()?);
                (!label.is_empty()).then_some((element, label))
            })
            .collect()
    })
}

/// Where a label breaks is the layout's matter.
fn one_line(label: &str) -> String {
    label.replace('\n', " ")
}

/// Every label on the screen, in the order of the tree.
pub(super) fn labels() -> Vec<String> {
    let labelled = labelled().unwrap_or_default();
    labelled.into_iter().map(|(_, label)| label).collect()
}

/// Presses and releases in the middle of the one element of this label that can be touched.
pub(super) fn touch(label: &str) -> Result<(), String> {
    let label = &one_line(label);
    let mut found: Vec<ElementHandle> = labelled()
        .ok_or("there is no screen")?
        .into_iter()
        .filter(|(element, text)| {
            text == label
                && element.accessible_enabled() != Some(false)
                && element
                    .accessible_role()
                    .is_some_and(|role| TOUCHABLE.contains(&role))
        })
        .map(|(element, _)| element)
        .collect();
    let element = match (found.pop(), found.len()) {
        (None, _) => return Err(format!("nothing to touch is labelled {label:?}")),
        (Some(element), 0) => element,
        (Some(_), more) => return Err(format!("{} things are labelled {label:?}", more + 1)),
    };
    let (at, size) = (element.absolute_position(), element.size());
    let position = LogicalPosition::new(at.x + size.width / 2.0, at.y + size.height / 2.0);
    let button = PointerEventButton::Left;
    with_stage(|stage| {
        let window = stage.ui().component().window();
        for event in [
            WindowEvent::PointerMoved { position },
            WindowEvent::PointerPressed { position, button },
            WindowEvent::PointerReleased { position, button },
            WindowEvent::PointerExited,
        ] {
            window
                .dispatch_event_with_result(event)
                .map(|_| ())
                .map_err(|error| error.to_string())?;
        }
        Ok(())
    })
    .unwrap_or_else(|| Err("there is no screen".to_owned()))
}
