//! Commands over HTTP.

use crate::guard::Entered;
use crate::{Site, actor};
use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Extension, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use mirante_console::wire::{Code, Command, WireError};

/// `POST /api/command`.
pub(crate) async fn command(
    State(site): State<Site>,
    Extension(entered): Extension<Entered>,
    command: Result<Json<Command>, JsonRejection>,
) -> Response {
    let command = match command {
        Ok(Json(command)) => command,
        // Without the body, which may hold a password.
        Err(JsonRejection::JsonDataError(_) | JsonRejection::JsonSyntaxError(_)) => {
            return failed(&WireError::invalid("this is not a command that Mirante knows"));
        }
        Err(rejection) => return failed(&WireError::invalid(rejection.body_text().to_lowercase())),
    };
    match site.console.command(&actor(entered), command).await {
        Ok(reply) => fresh(Json(reply).into_response()),
        Err(error) => failed(&error),
    }
}

fn failed(error: &WireError) -> Response {
    fresh((status(error.code), Json(error)).into_response())
}

fn fresh(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn status(code: Code) -> StatusCode {
    match code {
        Code::Invalid => StatusCode::BAD_REQUEST,
        Code::Forbidden => StatusCode::FORBIDDEN,
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::Conflict => StatusCode::CONFLICT,
        Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Code::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}
