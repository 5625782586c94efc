//! A phone as a resident meets it: a code from a kiosk is brought once, and shows a balance.

use std::{fs, time::Instant};

use machitap_domain::{
    FactBody, Pseudonym, PurposeKey,
    credential::CredentialKind,
    pairing::PairingSecret,
    points::{Award, AwardReason},
};

use crate::support::{City, Kiosk, PATIENCE, POINTS, at};

const TLS: &str = "X-Forwarded-Proto: https\r\n";

fn resident(kiosk: &Kiosk) -> Pseudonym {
    let key: &PurposeKey = kiosk.enrolment.purposes.visit.as_ref().unwrap();
    key.pseudonym(&"NGS-000001".parse().unwrap())
}

impl City {
    fn post(&self, path: &str, headers: &str, body: &str) -> String {
        let length = body.len();
        self.ask(&format!(
            "POST {path} HTTP/1.0\r\nHost: x\r\n{headers}\
             Content-Type: application/x-www-form-urlencoded\r\n\
             Content-Length: {length}\r\n\r\n{body}"
        ))
    }

    fn bring(&self, secret: PairingSecret) -> String {
        let body = format!("code={}", secret.digits().reveal());
        self.post("/pair", TLS, &body)
    }

    fn me(&self, cookie: &str) -> String {
        self.ask(&format!(
            "GET /me HTTP/1.0\r\nHost: x\r\n{TLS}Cookie: {cookie}\r\n\r\n"
        ))
    }
}

fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or_default()
}

/// The value of a header; empty when there is none.
fn header<'a>(answer: &'a str, name: &str) -> &'a str {
    let named = |line: &'a str| {
        let (key, value) = line.split_once(": ")?;
        key.eq_ignore_ascii_case(name).then_some(value)
    };
    answer.lines().find_map(named).unwrap_or_default()
}

fn cookie(answer: &str) -> String {
    let given = header(answer, "set-cookie");
    given.split(';').next().unwrap().to_owned()
}

fn shown(kiosk: &mut Kiosk, who: Pseudonym, secret: PairingSecret) {
    let now = machitap_city::time::now_ms();
    let body = FactBody::Paired {
        code: secret.code(),
        until_ms: now + 300_000,
    };
    kiosk.write(Some(who), at(now), None, body);
}

#[tokio::test]
async fn a_code_pairs_a_phone_that_sees_its_residents_balance() {
    let city = City::new();
    let mut kiosk = city.enrol("hall-1", "hall");
    let _broker = city.broker();
    city.done(&["publish"]);
    let config = fs::read_to_string(city.path("city.toml")).unwrap();
    let quick = config.replace("every_s = 5", "every_s = 1");
    fs::write(city.path("city.toml"), quick).unwrap();
    let mut serve = city.serve();

    let [first, second] = [1, 2].map(|n| PairingSecret::new([n; 16]));
    assert_eq!(status(&city.get("/pair")), "200");
    assert_eq!(status(&city.bring(first)), "404");
    assert_eq!(status(&city.post("/pair", TLS, "code=abc")), "400");
    let elsewhere = format!("{TLS}Sec-Fetch-Site: cross-site\r\n");
    assert_eq!(status(&city.post("/pair", &elsewhere, "code=abc")), "403");
    assert_eq!(status(&city.me("__Host-machitap=abc")), "303");

    let (who, now) = (resident(&kiosk), at(machitap_city::time::now_ms()));
    let body = FactBody::visit(CredentialKind::Citizen);
    let visit = kiosk.write(Some(who), now, None, body);
    let award = FactBody::Award(Award {
        points: POINTS,
        reason: AwardReason::Visit,
    });
    kiosk.write(Some(who), now, Some(visit), award);
    shown(&mut kiosk, who, first);
    shown(&mut kiosk, who, second);
    kiosk.drain().await;

    let paired = city.bring(first);
    assert_eq!(
        (status(&paired), header(&paired, "location")),
        ("303", "/me")
    );
    let given = header(&paired, "set-cookie");
    assert!(given.starts_with("__Host-machitap="), "{given}");
    assert!(given.contains("; Secure; HttpOnly; SameSite=Strict; Path=/; Max-Age=15552000"));
    assert_eq!(status(&city.bring(first)), "410");

    let phone = cookie(&paired);
    let balance = format!("<dd class=\"large\">{POINTS}</dd>");
    let patience = Instant::now() + PATIENCE;
    let page = loop {
        let page = city.me(&phone);
        if page.contains(&balance) {
            break page;
        }
        assert!(Instant::now() < patience, "{page}");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    };
    assert_eq!(status(&page), "200");
    assert_eq!(header(&page, "cache-control"), "no-store");
    assert_eq!(header(&page, "referrer-policy"), "no-referrer");
    assert!(header(&page, "content-security-policy").starts_with("default-src 'none';"));
    for secret in [
        "NGS-000001",
        &who.to_string(),
        phone.split('=').nth(1).unwrap(),
    ] {
        assert!(!page.contains(secret), "{page}");
    }

    // The phone leaves by itself; another of the same resident stays until staff take it away.
    let other = cookie(&city.bring(second));
    let cookies = format!("{TLS}Cookie: {phone}\r\n");
    let left = city.post("/me/unpair", &cookies, "");
    assert_eq!(status(&left), "200");
    assert!(header(&left, "set-cookie").ends_with("; Max-Age=0"));
    assert_eq!(status(&city.me(&phone)), "303");
    assert_eq!(status(&city.me(&other)), "200");
    let said = city.done(&["unpair", "NGS-000001"]);
    assert!(said.ends_with(": phones taken away: 1\n"), "{said}");
    assert_eq!(status(&city.me(&other)), "303");

    assert_eq!(serve.terminate(), Some(0));
    let log = fs::read_to_string(city.path("serve.log")).unwrap();
    assert!(!log.contains(first.digits().reveal()));
}

#[tokio::test]
async fn codes_are_not_tried_without_end() {
    let city = City::new();
    let _broker = city.broker();
    city.done(&["publish"]);
    let _serve = city.serve();
    let tried: Vec<String> = (0..=60)
        .map(|n| city.bring(PairingSecret::new([n; 16])))
        .collect();
    let refused = tried.iter().find(|answer| status(answer) == "429").unwrap();
    assert_eq!(header(refused, "retry-after"), "60");
    assert_eq!(status(&tried[0]), "404");
}
