//! HTML that cannot be injected into: only literals of the program are written as they
//! stand, everything else is escaped.

use std::fmt::{Display, Write};

/// A page being written.
#[derive(Debug, Default)]
pub(super) struct Html(String);

impl Html {
    /// Markup, as it stands in the program.
    pub(super) fn raw(&mut self, markup: &'static str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// Text from anywhere, for an element's content or a quoted attribute.
    pub(super) fn text(&mut self, text: impl Display) -> &mut Self {
        // A String takes everything.
        let _ = write!(Escaping(&mut self.0), "{text}");
        self
    }

    pub(super) fn finish(self) -> String {
        self.0
    }
}

struct Escaping<'a>(&'a mut String);

impl Write for Escaping<'_> {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        for c in text.chars() {
            match c {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                // Neither control characters nor what turns the reading direction round.
                '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => self.0.push('\u{fffd}'),
                c if c.is_control() && c != '\n' => self.0.push('\u{fffd}'),
                c => self.0.push(c),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_stays_text() {
        let mut html = Html::default();
        html.raw("<p title=\"").text("\" onload='x' &").raw("\">");
        html.text("<script>alert(1)</script>\u{202e}\u{0}")
            .raw("</p>");
        assert_eq!(
            html.finish(),
            "<p title=\"&quot; onload=&#39;x&#39; &amp;\">\
             &lt;script&gt;alert(1)&lt;/script&gt;\u{fffd}\u{fffd}</p>"
        );
    }

    proptest::proptest! {
        #[test]
        fn no_text_opens_a_tag_or_leaves_an_attribute(text: String) {
            let mut html = Html::default();
            html.text(&text);
            let out = html.finish();
            proptest::prop_assert!(!out.contains(['<', '>', '"', '\'']));
        }
    }
}
