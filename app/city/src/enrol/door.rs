//! The port terminals bring their codes to, and fetch their updates from: `enrolment.listen` of
//! the configuration.
//!
//! Plain HTTP: what goes over it says nothing to whoever listens ([`machitap_wire::enrol`]), and a
//! bundle is what the order said or it is not taken ([`machitap_wire::update`]).

use std::{
    net::SocketAddr,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use machitap_wire::{
    enrol::{BODY_MAX, HELLO, REQUEST, Refused},
    update::BUNDLES,
};
use serde::{Serialize, de::DeserializeOwned};
use tokio::net::TcpListener;
use tower_http::services::ServeDir;

use super::office::Office;
use crate::{
    exit::{Exit, Failure},
    time::now_ms,
};

type Shared = Arc<Mutex<Office>>;

/// Takes the port.
///
/// # Errors
/// [`Failure`] with [`Exit::Unavailable`] when it is taken.
pub async fn listen(at: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(at).await.map_err(|why| {
        Failure::new(
            Exit::Unavailable,
            format_args!("enrolment.listen {at}: {why}"),
        )
    })
}

/// Serves until the task is dropped.
pub async fn serve(listener: TcpListener, office: Office, bundles: PathBuf) {
    let router = Router::new()
        .route(HELLO, post(hello))
        .route(REQUEST, post(request))
        .layer(DefaultBodyLimit::max(BODY_MAX))
        // Whole bundles and parts of them; a half-made one has a name that nobody asks for.
        .nest_service(BUNDLES, ServeDir::new(bundles))
        .with_state(Arc::new(Mutex::new(office)));
    if let Err(why) = axum::serve(listener, router).await {
        tracing::error!(%why, "terminals can bring no codes any more");
    }
}

async fn hello(State(office): State<Shared>, body: Bytes) -> Response {
    answer(office, body, |office, hello| office.hello(&hello, now_ms())).await
}

async fn request(State(office): State<Shared>, body: Bytes) -> Response {
    answer(office, body, |office, request| {
        office.request(&request, now_ms())
    })
    .await
}

async fn answer<Q, A>(
    office: Shared,
    body: Bytes,
    work: impl FnOnce(&mut Office, Q) -> Result<A, Refused> + Send + 'static,
) -> Response
where
    Q: DeserializeOwned,
    A: Serialize + Send + 'static,
{
    let done = tokio::task::spawn_blocking(move || {
        let asked = serde_json::from_slice(&body).map_err(|_| Refused::Unreadable)?;
        work(
            &mut office.lock().unwrap_or_else(PoisonError::into_inner),
            asked,
        )
    });
    match done.await.unwrap_or(Err(Refused::Unable)) {
        Ok(answer) => json(StatusCode::OK, &answer),
        Err(refused) => json(status(&refused), &refused),
    }
}

fn json<T: Serialize>(status: StatusCode, body: &T) -> Response {
    let text = serde_json::to_vec(body).expect("the messages have a JSON form");
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (status, headers, text).into_response()
}

const fn status(refused: &Refused) -> StatusCode {
    match refused {
        Refused::Unknown => StatusCode::NOT_FOUND,
        Refused::Wrong { .. } => StatusCode::FORBIDDEN,
        Refused::Spent | Refused::Used | Refused::Over => StatusCode::GONE,
        Refused::OtherJournal { .. } => StatusCode::CONFLICT,
        Refused::Unreadable => StatusCode::BAD_REQUEST,
        Refused::Unable => StatusCode::SERVICE_UNAVAILABLE,
    }
}
