//! The cookie a paired phone holds. Over TLS, which the proxy in front says, it bears the
//! prefix that binds it to this host alone.

use axum::http::{HeaderMap, header};

use crate::phones::{DAYS, Token};

const SAFE: &str = "__Host-machitap";
const PLAIN: &str = "machitap";

fn is_safe(headers: &HeaderMap) -> bool {
    let proto = headers.get("x-forwarded-proto");
    proto.is_some_and(|p| p.as_bytes().eq_ignore_ascii_case(b"https"))
}

/// The token a phone holds, when it holds one.
pub(super) fn held(headers: &HeaderMap) -> Option<Token> {
    let name = if is_safe(headers) { SAFE } else { PLAIN };
    let lines = headers.get_all(header::COOKIE).iter();
    lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name).then(|| value.parse().ok())?)
}

/// What gives a phone its token.
pub(super) fn given(headers: &HeaderMap, token: Token) -> String {
    let told = token.told();
    let age_s = DAYS * 86_400;
    let terms = "HttpOnly; SameSite=Strict; Path=/";
    if is_safe(headers) {
        format!("{SAFE}={told}; Secure; {terms}; Max-Age={age_s}")
    } else {
        format!("{PLAIN}={told}; {terms}; Max-Age={age_s}")
    }
}

/// What takes it away.
pub(super) fn taken(headers: &HeaderMap) -> &'static str {
    if is_safe(headers) {
        "__Host-machitap=; Secure; HttpOnly; SameSite=Strict; Path=/; Max-Age=0"
    } else {
        "machitap=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(proto: Option<&str>, cookies: &[String]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        if let Some(proto) = proto {
            headers.insert("x-forwarded-proto", proto.parse().unwrap());
        }
        for cookie in cookies {
            headers.append(header::COOKIE, cookie.parse().unwrap());
        }
        headers
    }

    #[test]
    fn what_was_given_is_held_and_only_on_the_same_kind_of_way() {
        let token: Token = "ab".repeat(32).parse().unwrap();
        for (proto, other, begins) in [
            (Some("https"), None, "__Host-machitap=abab"),
            (None, Some("https"), "machitap=abab"),
            (Some("http"), Some("HTTPS"), "machitap=abab"),
        ] {
            let given = given(&headers(proto, &[]), token);
            assert!(given.starts_with(begins), "{given}");
            assert_eq!(given.contains("; Secure;"), begins.starts_with("__Host-"));
            assert!(given.ends_with("; HttpOnly; SameSite=Strict; Path=/; Max-Age=15552000"));
            let pair = given.split(';').next().unwrap();
            let sent = [format!("a=b; {pair}"), "x".to_owned()];
            assert_eq!(held(&headers(proto, &sent)), Some(token));
            assert_eq!(held(&headers(other, &sent)), None);
        }
    }

    #[test]
    fn what_is_no_token_is_none() {
        for cookie in ["", "machitap", "machitap=", "machitap=zz", "machitap=abab"] {
            assert_eq!(held(&headers(None, &[cookie.to_owned()])), None, "{cookie}");
        }
    }
}
