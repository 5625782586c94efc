//! The day's page, for staff on the city's own machine, and the small pages of residents'
//! phones. Rendered here, no names; the one script is the phone's that brings a code.

mod alarms;
mod attendance;
mod day;
mod html;
mod kiosks;
mod phone;
mod words;

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Router,
    extract::{Query, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use jiff::civil::Date;
use serde::Deserialize;
use tokio::net::TcpListener;

use crate::{
    config::Config,
    db::{Db, DbError},
    exit::{Exit, Failure},
    time::now_ms,
};

pub use phone::Phones;

/// What the page is made from.
#[derive(Debug)]
pub struct Page {
    db: Mutex<Db>,
    setting: day::Setting,
}

impl Page {
    /// A page on the configured database, read only.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn open(config: &Config) -> Result<Self, DbError> {
        Ok(Self {
            db: Mutex::new(Db::reader(&config.database)?),
            setting: day::Setting {
                zone: config.zone.clone(),
                refresh_s: config.web.refresh_s,
                people: attendance::People::of(config),
            },
        })
    }

    /// The page of that day, `None` for today; `now_ms` is the present.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn render(&self, date: Option<Date>, now_ms: i64) -> Result<String, DbError> {
        let db = self.db.lock().unwrap_or_else(PoisonError::into_inner);
        day::render(&db, &self.setting, date, now_ms)
    }

    fn healthy(&self) -> Result<(), DbError> {
        let db = self.db.lock().unwrap_or_else(PoisonError::into_inner);
        db.guarded()
    }
}

/// Takes the page's port.
///
/// # Errors
/// [`Failure`] with [`Exit::Unavailable`] when it is taken.
pub async fn listen(at: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(at)
        .await
        .map_err(|why| Failure::new(Exit::Unavailable, format_args!("web.listen {at}: {why}")))
}

/// Serves the pages until the task is dropped.
pub async fn serve(listener: TcpListener, page: Page, phones: Phones) {
    let router = Router::new()
        .route("/", get(show))
        .route("/healthz", get(health))
        .with_state(Arc::new(page))
        .merge(phone::router(phones));
    if let Err(why) = axum::serve(listener, router).await {
        tracing::error!(%why, "the page stopped");
    }
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    day: Option<String>,
}

async fn show(State(page): State<Arc<Page>>, Query(asked): Query<Asked>) -> Response {
    // A day that is none is today.
    let date = asked.day.and_then(|d| d.parse().ok());
    match tokio::task::spawn_blocking(move || page.render(date, now_ms())).await {
        Ok(Ok(html)) => (
            [
                (header::CONTENT_TYPE, "text/html; charset=utf-8"),
                (header::CACHE_CONTROL, "no-store"),
                (
                    header::CONTENT_SECURITY_POLICY,
                    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
                ),
                (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
                (header::REFERRER_POLICY, "no-referrer"),
            ],
            html,
        )
            .into_response(),
        Ok(Err(why)) => {
            tracing::error!(%why, "no page");
            failed()
        }
        Err(why) => {
            tracing::error!(%why, "no page");
            failed()
        }
    }
}

async fn health(State(page): State<Arc<Page>>) -> Response {
    match tokio::task::spawn_blocking(move || page.healthy()).await {
        Ok(Ok(())) => "ok\n".into_response(),
        _ => failed(),
    }
}

fn failed() -> Response {
    (
        StatusCode::SERVICE_UNAVAILABLE,
        "データベースを読めません。記録を見てください。\n",
    )
        .into_response()
}
