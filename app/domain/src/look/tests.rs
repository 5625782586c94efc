use super::*;

const LEAF: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 30">
<defs><linearGradient id="a"><stop offset="0" stop-color="#fff"/></linearGradient></defs>
<path fill="url(#a)" d="M2 2h20v26z"/></svg>"##;

fn colours(written: &str) -> Colours {
    serde_json::from_str(written).unwrap()
}

fn said(written: &str) -> String {
    let look = Look {
        colours: colours(written),
        ..Look::default()
    };
    look.check().unwrap_err().to_string()
}

#[test]
fn nothing_set_is_the_house_and_holds() {
    let look: Look = serde_json::from_str("{}").unwrap();
    assert_eq!(look.check(), Ok(()));
    assert!(look.is_default());
    assert_eq!(look.colours.paints(), Paints::HOUSE);
    assert_eq!(serde_json::to_string(&look).unwrap(), "{}");
}

#[test]
fn a_city_of_the_sea_holds_and_what_follows_is_of_its_colours() {
    let sea = colours(r##"{"paper": "#EDF5FA", "primary": "#134B7A"}"##);
    let look = Look {
        colours: sea,
        ..Look::default()
    };
    assert_eq!(look.check(), Ok(()));
    let paints = sea.paints();
    assert_eq!(paints.paper.to_string(), "#EDF5FA");
    assert_eq!(paints.primary_pressed.to_string(), "#0E385B");
    assert_eq!(paints.on_primary_tint, paints.primary_pressed);
}

#[test]
fn what_could_not_be_read_is_named_with_what_to_do() {
    assert_eq!(
        said(r##"{"primary": "#7FB3D5"}"##),
        "#7FB3D5: white against it has a contrast of 2.2:1, and must have 7.0:1; \
         take a darker one"
    );
    assert_eq!(
        said(r##"{"paper": "#B8A88F"}"##),
        "#B8A88F: ink against it has a contrast of 6.7:1, and must have 7.0:1; \
         take a lighter one"
    );
    // Dark enough on white, but not on a paper that is itself a little dark.
    let both = said(r##"{"paper": "#F0EAD8", "primary": "#4B5D2A"}"##);
    assert!(both.starts_with("#4B5D2A: paper"), "{both}");
}

#[test]
fn colours_are_written_one_way() {
    let read = |s: &str| s.parse::<Colour>();
    assert_eq!(read("#0a5A4c"), Ok(Colour::new(0x0A_5A_4C)));
    for slip in [
        "0A5A4C",
        "#0A5",
        "#0A5A4",
        "#0A5A4G",
        "green",
        "",
        "#0A5A4C80",
        "あいう",
    ] {
        assert_eq!(read(slip), Err(NotAColour), "{slip}");
    }
    assert_eq!(Colour::BLACK.contrast(Colour::WHITE), Contrast(2_100));
    assert_eq!(Contrast(705).to_string(), "7.0:1");
}

#[test]
fn a_drawing_needs_nothing_but_itself() {
    let why = |svg: &str| Drawing::new(svg).check().unwrap_err();
    assert_eq!(Drawing::new(LEAF).check(), Ok(()));
    assert!(matches!(why("not at all"), InvalidDrawing::Xml(_)));
    assert!(matches!(
        why("<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>"),
        InvalidDrawing::Xml(_)
    ));
    assert_eq!(why("<html/>"), InvalidDrawing::NotSvg);
    assert_eq!(why("<svg viewBox=\"0 0 1 1\"/>"), InvalidDrawing::NotSvg);
    let with = |view_box: &str, inside: &str| {
        format!(
            "<svg xmlns=\"{SVG}\" {view_box}>{inside}</svg>",
            SVG = "http://www.w3.org/2000/svg"
        )
    };
    for none in [
        "",
        "viewBox=\"0 0 1\"",
        "viewBox=\"0 0 0 1\"",
        "viewBox=\"0 0 a 1\"",
        "viewBox=\"0 0 NaN 1\"",
    ] {
        assert_eq!(why(&with(none, "")), InvalidDrawing::ViewBox, "{none}");
    }
    assert_eq!(
        why(&with("viewBox=\"0 0 30 10\"", "")),
        InvalidDrawing::Narrow
    );
    let inside = |s: &str| why(&with("viewBox=\"0,0 10,10\"", s));
    for element in [
        "text",
        "image",
        "script",
        "foreignObject",
        "style",
        "use",
        "mask",
        "clipPath",
        "filter",
    ] {
        let found = inside(&format!("<g><{element}/></g>"));
        assert_eq!(found, InvalidDrawing::Element(element.into()));
    }
    for leaving in [
        "<linearGradient href=\"other.svg#a\"/>",
        "<linearGradient xmlns:xlink=\"http://www.w3.org/1999/xlink\" xlink:href=\"file:///etc/passwd\"/>",
        "<path fill=\"url(http://town.invalid/a.svg#b)\"/>",
        "<path style=\"fill: URL( 'b.svg#c')\"/>",
    ] {
        assert!(
            matches!(inside(leaving), InvalidDrawing::Reference(_)),
            "{leaving}"
        );
    }
    assert_eq!(
        inside(&"<g/>".repeat(MAX_ELEMENTS)),
        InvalidDrawing::Crowded(MAX_ELEMENTS + 1)
    );
    let large = with("viewBox=\"0 0 1 1\"", &" ".repeat(MAX_BYTES));
    assert_eq!(why(&large), InvalidDrawing::Large(large.len()));
}

#[test]
fn a_slip_says_which_drawing() {
    let look = Look {
        mascot: Some(Drawing::new("<html/>")),
        ..Look::default()
    };
    let slip = look.check().unwrap_err();
    assert_eq!(slip.key(), "mascot");
    assert!(slip.to_string().starts_with("the drawing must be an SVG"));
}
