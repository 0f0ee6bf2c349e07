//! The interface's files, embedded when it was built before the program.

use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "../../../ui/dist"]
#[allow_missing = true]
struct Files;

/// What shows when there is no interface to embed.
const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Mirante</title>\
    <h1>Mirante</h1><p>The hub runs, but this build holds no interface. Build it and then the program again:</p>\
    <pre>npm --prefix ui ci\nnpm --prefix ui run build\ncargo build --release --bin mirantectl</pre>";

/// Any path that is not the API's. Paths without a file are the interface's own pages.
pub(crate) async fn file(uri: Uri) -> Response {
    let path = uri.path().trim_start_matches('/');
    let page =
        |path: &str| !path.starts_with("api/") && !path.rsplit('/').next().is_some_and(|name| name.contains('.'));
    match Files::get(path).map(|file| (path, file)) {
        Some((path, file)) => answer(path, file.data.into_owned()),
        None if page(path) => match Files::get("index.html") {
            Some(file) => answer("index.html", file.data.into_owned()),
            None => (StatusCode::OK, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], NOT_BUILT).into_response(),
        },
        None => (StatusCode::NOT_FOUND, "not found").into_response(),
    }
}

fn answer(path: &str, data: Vec<u8>) -> Response {
    // Built assets carry their hash in the name; the page that names them must be asked for each time.
    let cache = if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    let mut response = data.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type(path)));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    response
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("json" | "map" | "webmanifest") => "application/json",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
