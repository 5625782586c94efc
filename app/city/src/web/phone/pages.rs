//! What a phone is told, Japanese first and English below. Each page has one heading and works
//! at 320 pixels.

use machitap_domain::pairing::PairingSecret;

use crate::web::html::Html;

/// Names the styles and the script of one answer; nothing else runs on its page.
#[derive(Debug, Clone)]
pub(super) struct Nonce(String);

impl Nonce {
    pub(super) fn random() -> Self {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).expect("the operating system gives randomness");
        Self(hex::encode(bytes))
    }

    /// What the page may do, for the browser.
    pub(super) fn policy(&self) -> String {
        let nonce = &self.0;
        format!(
            "default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; \
             form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        )
    }
}

/// A page up to its heading.
pub(super) fn begin(html: &mut Html, nonce: &Nonce, ja: &'static str, en: &'static str) {
    html.raw("<!doctype html><html lang=\"ja\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>")
        .raw(ja)
        .raw("</title><style nonce=\"")
        .text(&nonce.0)
        .raw("\">")
        .raw(include_str!("style.css"))
        .raw("</style></head><body><main><h1>");
    both(html, ja, en);
    html.raw("</h1>");
}

pub(super) fn end(html: &mut Html) {
    html.raw("</main></body></html>");
}

/// Japanese, and below it English.
pub(super) fn both(html: &mut Html, ja: &'static str, en: &'static str) {
    html.raw(ja)
        .raw("<span lang=\"en\">")
        .raw(en)
        .raw("</span>");
}

fn paragraph(html: &mut Html, ja: &'static str, en: &'static str) {
    html.raw("<p>");
    both(html, ja, en);
    html.raw("</p>");
}

fn one(
    html: &mut Html,
    nonce: &Nonce,
    title: (&'static str, &'static str),
    said: (&'static str, &'static str),
) {
    begin(html, nonce, title.0, title.1);
    paragraph(html, said.0, said.1);
    end(html);
}

/// Brings the code that stands behind the address; without one it says how to get there.
pub(super) fn ask(html: &mut Html, nonce: &Nonce) {
    begin(html, nonce, "スマホ連携", "Pair this phone");
    html.raw("<p id=\"sending\" role=\"status\" hidden>");
    both(html, "つないでいます…", "Pairing…");
    html.raw("</p><section>");
    paragraph(
        html,
        "このスマホはまだつながっていません。",
        "This phone is not paired.",
    );
    html.raw("<ol><li>");
    both(
        html,
        "まちの端末にカードをかざします。",
        "Hold your card to a terminal of the town.",
    );
    html.raw("</li><li>");
    both(
        html,
        "マイページで「スマホ」を選びます。",
        "On your own page choose the phone.",
    );
    html.raw("</li><li>");
    both(
        html,
        "画面のQRコードをこのスマホのカメラで読み取ります。",
        "Scan the QR code with this phone.",
    );
    html.raw("</li></ol></section><noscript><section>");
    paragraph(
        html,
        "QRコードを読み取ってもこの画面のときは、ブラウザーの設定でJavaScriptを有効にして、もう一度読み取ってください。できないときは職員におたずねください。",
        "If you scanned the code and see this, turn JavaScript on in your browser and scan it again, or ask the staff.",
    );
    html.raw("</section></noscript><form id=\"pair\" method=\"post\" action=\"/pair\"><input type=\"hidden\" name=\"code\"></form><script nonce=\"")
        .text(&nonce.0)
        .raw("\">")
        .raw(include_str!("bring.js"))
        .raw("</script>");
    end(html);
}

/// Brings the same code once more, by a touch.
fn again(html: &mut Html, secret: PairingSecret) {
    html.raw(
        "<form method=\"post\" action=\"/pair\"><input type=\"hidden\" name=\"code\" value=\"",
    )
    .text(secret.digits().reveal())
    .raw("\"><button>");
    both(html, "もう一度ためす", "Try again");
    html.raw("</button></form>");
}

pub(super) fn not_yet(html: &mut Html, nonce: &Nonce, secret: PairingSecret) {
    begin(html, nonce, "まだ確かめられません", "Not yet known");
    paragraph(
        html,
        "このコードは、まだまちに届いていません。少し待ってから、もう一度ためしてください。続くときは、端末でコードを出しなおしてください。",
        "The town has not heard of this code yet. Wait a moment and try again. If it goes on, make a new code at the terminal.",
    );
    again(html, secret);
    end(html);
}

pub(super) fn too_many(html: &mut Html, nonce: &Nonce, secret: PairingSecret) {
    begin(html, nonce, "混み合っています", "Too many at once");
    paragraph(
        html,
        "1分ほど待ってから、もう一度ためしてください。",
        "Wait a minute and try again.",
    );
    again(html, secret);
    end(html);
}

pub(super) fn over(html: &mut Html, nonce: &Nonce) {
    one(
        html,
        nonce,
        ("コードの期限が切れました", "This code is over"),
        (
            "端末でコードを出しなおして、読み取ってください。",
            "Make a new code at the terminal and scan it.",
        ),
    );
}

pub(super) fn used(html: &mut Html, nonce: &Nonce) {
    one(
        html,
        nonce,
        ("使われたコードです", "This code was used"),
        (
            "1つのコードでつながるのは1台だけです。つないだ覚えがないときは、職員にお知らせください。",
            "A code pairs one phone. If it was not you, tell the staff.",
        ),
    );
}

pub(super) fn no_code(html: &mut Html, nonce: &Nonce) {
    one(
        html,
        nonce,
        ("コードを読み取れません", "This is no code"),
        (
            "端末の画面のQRコードを、もう一度読み取ってください。",
            "Scan the QR code on the terminal once more.",
        ),
    );
}

pub(super) fn elsewhere(html: &mut Html, nonce: &Nonce) {
    one(
        html,
        nonce,
        ("受け付けられません", "Not taken"),
        (
            "ほかのサイトから送られたものです。端末のQRコードから開いてください。",
            "This was sent by another site. Open it from the terminal’s QR code.",
        ),
    );
}

pub(super) fn unpaired(html: &mut Html, nonce: &Nonce) {
    one(
        html,
        nonce,
        ("連携をやめました", "This phone is unpaired"),
        (
            "またつなぐときは、端末でコードを出してください。",
            "To pair it again, make a code at a terminal.",
        ),
    );
}

pub(super) fn starting(html: &mut Html, nonce: &Nonce) {
    one(
        html,
        nonce,
        ("準備しています", "One moment"),
        (
            "少し待ってから、開きなおしてください。",
            "Wait a moment and open this page again.",
        ),
    );
}

pub(super) fn failed(html: &mut Html, nonce: &Nonce) {
    one(
        html,
        nonce,
        ("いまは表示できません", "Not available now"),
        (
            "しばらくしてから、開きなおしてください。",
            "Open this page again later.",
        ),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut Html, &Nonce)) -> (String, String) {
        let nonce = Nonce::random();
        let mut html = Html::default();
        write(&mut html, &nonce);
        (html.finish(), nonce.policy())
    }

    #[test]
    fn each_page_has_one_heading_and_both_languages() {
        let secret: PairingSecret = "ab".repeat(16).parse().unwrap();
        for (page, _) in [
            written(ask),
            written(|html, nonce| not_yet(html, nonce, secret)),
            written(|html, nonce| too_many(html, nonce, secret)),
            written(over),
            written(used),
            written(no_code),
            written(elsewhere),
            written(unpaired),
            written(starting),
            written(failed),
        ] {
            assert_eq!(page.matches("<h1>").count(), 1, "{page}");
            assert!(page.contains("<html lang=\"ja\">") && page.contains("<span lang=\"en\">"));
            assert!(page.contains("width=device-width"));
        }
    }

    #[test]
    fn nothing_runs_but_what_the_policy_names() {
        let (page, policy) = written(ask);
        let nonce = policy.split("script-src 'nonce-").nth(1).unwrap();
        let nonce = nonce.split('\'').next().unwrap();
        assert_eq!(
            page.matches(&format!("<script nonce=\"{nonce}\">")).count(),
            1
        );
        assert_eq!(page.matches("<script").count(), 1);
        assert!(!page.contains("style=\"") && !page.contains("onload"));
        assert!(policy.starts_with("default-src 'none';"));
        let (_, other) = written(ask);
        assert_ne!(policy, other);
    }

    #[test]
    fn whoever_comes_too_early_can_try_the_same_code_again() {
        let secret: PairingSecret = "ab".repeat(16).parse().unwrap();
        let (page, _) = written(|html, nonce| not_yet(html, nonce, secret));
        assert!(page.contains(&format!("name=\"code\" value=\"{}\"", "ab".repeat(16))));
    }
}
