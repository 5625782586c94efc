//! The pages of residents' phones: a code is brought to `/pair`, `/me` shows what its resident
//! has. These alone are meant for the world, behind a proxy that speaks TLS.

mod cookie;
mod me;
mod pages;
mod tries;

use std::sync::{Arc, Mutex, PoisonError};

use axum::{
    Router,
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use machitap_domain::pairing::PairingSecret;

use self::{pages::Nonce, tries::Tries};
use crate::{
    db::{Db, DbError},
    phones::{self, NotPaired, Token},
    serve::standing::Shared,
    time::now_ms,
};

/// A form with a code is far shorter.
const BODY_MAX: usize = 1024;

/// What the pages are made from.
#[derive(Debug)]
pub struct Phones {
    inner: Mutex<Inner>,
    kept: Shared,
}

#[derive(Debug)]
struct Inner {
    db: Db,
    tries: Tries,
}

impl Phones {
    /// Pages that keep phones in this database and read what residents have beside the thread
    /// that keeps it.
    pub(crate) fn new(db: Db, kept: Shared) -> Self {
        let inner = Mutex::new(Inner {
            db,
            tries: Tries::default(),
        });
        Self { inner, kept }
    }

    fn with<T>(&self, work: impl FnOnce(&mut Inner) -> T) -> T {
        work(&mut self.inner.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

pub(super) fn router(phones: Phones) -> Router {
    Router::new()
        .route("/pair", get(ask).post(bring))
        .route("/me", get(me))
        .route("/me/unpair", post(unpair))
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .with_state(Arc::new(phones))
}

async fn ask() -> Response {
    page(StatusCode::OK, pages::ask)
}

async fn bring(State(phones): State<Arc<Phones>>, headers: HeaderMap, form: String) -> Response {
    if comes_from_elsewhere(&headers) {
        return page(StatusCode::FORBIDDEN, pages::elsewhere);
    }
    let code = form.strip_prefix("code=").unwrap_or_default();
    let Ok(secret) = code.parse::<PairingSecret>() else {
        return page(StatusCode::BAD_REQUEST, pages::no_code);
    };
    let token = Token::random();
    let paired = blocking(move || {
        phones.with(|inner| {
            let now_ms = now_ms();
            if !inner.tries.admits(now_ms) {
                return None;
            }
            Some(phones::pair(&mut inner.db, secret, token, now_ms))
        })
    });
    match paired.await {
        Some(Some(Ok(()))) => (
            StatusCode::SEE_OTHER,
            [
                (header::LOCATION, "/me".to_owned()),
                (header::CACHE_CONTROL, "no-store".to_owned()),
                (header::SET_COOKIE, cookie::given(&headers, token)),
            ],
        )
            .into_response(),
        Some(None) => {
            let mut answer = page(StatusCode::TOO_MANY_REQUESTS, |html, nonce| {
                pages::too_many(html, nonce, secret);
            });
            let minute = header::HeaderValue::from_static("60");
            answer.headers_mut().insert(header::RETRY_AFTER, minute);
            answer
        }
        Some(Some(Err(NotPaired::Unknown))) => page(StatusCode::NOT_FOUND, |html, nonce| {
            pages::not_yet(html, nonce, secret);
        }),
        Some(Some(Err(NotPaired::Over))) => page(StatusCode::GONE, pages::over),
        Some(Some(Err(NotPaired::Used))) => page(StatusCode::GONE, pages::used),
        Some(Some(Err(NotPaired::Db(why)))) => failed(&why),
        None => page(StatusCode::SERVICE_UNAVAILABLE, pages::failed),
    }
}

async fn me(State(phones): State<Arc<Phones>>, headers: HeaderMap) -> Response {
    let Some(token) = cookie::held(&headers) else {
        return to_pair();
    };
    let nonce = Nonce::random();
    let shown = nonce.clone();
    let read = blocking(move || -> Result<_, DbError> {
        let now_ms = now_ms();
        let Some(who) = phones.with(|inner| phones::whose(&inner.db, token, now_ms))? else {
            return Ok(None);
        };
        let kept = &phones.kept;
        Ok(Some(
            kept.read(|ledger| me::render(&shown, ledger, &who, now_ms)),
        ))
    });
    match read.await {
        Some(Ok(Some(Some(html)))) => answer(StatusCode::OK, &nonce, html),
        Some(Ok(Some(None))) => page(StatusCode::SERVICE_UNAVAILABLE, pages::starting),
        Some(Ok(None)) => {
            let mut answer = to_pair();
            taken_away(&mut answer, &headers);
            answer
        }
        Some(Err(why)) => failed(&why),
        None => page(StatusCode::SERVICE_UNAVAILABLE, pages::failed),
    }
}

async fn unpair(State(phones): State<Arc<Phones>>, headers: HeaderMap) -> Response {
    if comes_from_elsewhere(&headers) {
        return page(StatusCode::FORBIDDEN, pages::elsewhere);
    }
    let Some(token) = cookie::held(&headers) else {
        return to_pair();
    };
    let kept = token.kept();
    match blocking(move || phones.with(|inner| inner.db.forget_phone(kept))).await {
        Some(Ok(_)) => {
            let mut answer = page(StatusCode::OK, pages::unpaired);
            taken_away(&mut answer, &headers);
            answer
        }
        Some(Err(why)) => failed(&why),
        None => page(StatusCode::SERVICE_UNAVAILABLE, pages::failed),
    }
}

/// Tells a phone how to be paired. One that sent no cookie keeps what it may hold: a browser
/// that follows a link from another site holds the cookie back.
fn to_pair() -> Response {
    (
        StatusCode::SEE_OTHER,
        [
            (header::LOCATION, "/pair"),
            (header::CACHE_CONTROL, "no-store"),
        ],
    )
        .into_response()
}

fn taken_away(answer: &mut Response, headers: &HeaderMap) {
    let cookie = header::HeaderValue::from_static(cookie::taken(headers));
    answer.headers_mut().insert(header::SET_COOKIE, cookie);
}

/// True for a form that another site's page sent: nobody is to be paired with a stranger's
/// code. Only newer browsers say where a form comes from; the `Origin` says nothing under
/// `no-referrer`.
fn comes_from_elsewhere(headers: &HeaderMap) -> bool {
    let site = headers.get("sec-fetch-site").map(|v| v.as_bytes());
    matches!(site, Some(site) if site != b"same-origin" && site != b"none")
}

/// Runs what waits for the disk; `None` when it ended in a panic.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.inspect_err(|why| tracing::error!(%why, "no page for a phone"))
        .ok()
}

fn failed(why: &DbError) -> Response {
    tracing::error!(%why, "no page for a phone");
    page(StatusCode::SERVICE_UNAVAILABLE, pages::failed)
}

fn page(status: StatusCode, write: impl FnOnce(&mut super::html::Html, &Nonce)) -> Response {
    let nonce = Nonce::random();
    let mut html = super::html::Html::default();
    write(&mut html, &nonce);
    answer(status, &nonce, html.finish())
}

fn answer(status: StatusCode, nonce: &Nonce, html: String) -> Response {
    (
        status,
        [
            (header::CONTENT_TYPE, "text/html; charset=utf-8".to_owned()),
            (header::CACHE_CONTROL, "no-store".to_owned()),
            (header::CONTENT_SECURITY_POLICY, nonce.policy()),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
            (header::REFERRER_POLICY, "no-referrer".to_owned()),
        ],
        html,
    )
        .into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_sites_own_forms_are_taken() {
        let from = |site: Option<&'static str>| {
            let mut headers = HeaderMap::new();
            if let Some(site) = site {
                headers.insert("sec-fetch-site", site.parse().unwrap());
            }
            comes_from_elsewhere(&headers)
        };
        assert!(!from(None) && !from(Some("same-origin")) && !from(Some("none")));
        assert!(from(Some("cross-site")) && from(Some("same-site")));
    }
}
