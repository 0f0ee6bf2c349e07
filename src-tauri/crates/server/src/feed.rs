//! The live feed over a WebSocket.

use crate::Site;
use axum::extract::State;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::response::Response;
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// A face that has not acknowledged a batch after this long is gone: it heard a heartbeat every 2 s.
const ACKNOWLEDGE_WITHIN: Duration = Duration::from_secs(30);

#[derive(Deserialize)]
struct Acknowledgement {
    number: u64,
}

/// `GET /api/feed`.
pub(crate) async fn feed(State(site): State<Site>, upgrade: WebSocketUpgrade) -> Response {
    // A face that shows its token as a subprotocol offers `mirante` beside it, and must be answered with one of them.
    upgrade
        .protocols(["mirante"])
        .max_message_size(1024)
        .max_frame_size(1024)
        .on_upgrade(move |socket| serve(site, socket))
}

async fn serve(mut site: Site, mut socket: WebSocket) {
    let mut stop = site.stop.clone();
    let code = tokio::select! {
        code = follow(&mut site, &mut socket) => code,
        _ = stop.wait_for(|stop| *stop) => Some(close_code::AWAY),
    };
    if let Some(code) = code {
        let _ = socket.send(Message::Close(Some(CloseFrame { code, reason: "".into() }))).await;
    }
}

/// Sends and waits for the acknowledgement, again and again; gives a code to close with, if the face is still there.
async fn follow(site: &mut Site, socket: &mut WebSocket) -> Option<u16> {
    let mut known: Option<(u64, Arc<str>)> = None;
    loop {
        let (after, stream) = known.as_ref().map(|(number, stream)| (*number, &**stream)).unzip();
        let Ok(batch) = site.console.next_json(stream, after).await else { return Some(close_code::ERROR) };
        if socket.send(Message::Text(batch.json.into())).await.is_err() {
            return None;
        }
        match timeout(ACKNOWLEDGE_WITHIN, acknowledged(socket)).await {
            Ok(Ok(number)) if number == batch.number => known = Some((number, batch.stream)),
            Ok(Ok(_)) => return Some(close_code::POLICY),
            Ok(Err(code)) => return code,
            Err(_) => return Some(close_code::POLICY),
        }
    }
}

/// The number of the next acknowledgement, or the code to close with (none: the face is gone).
async fn acknowledged(socket: &mut WebSocket) -> Result<u64, Option<u16>> {
    loop {
        match socket.recv().await {
            Some(Ok(Message::Text(text))) => {
                let acknowledgement: Acknowledgement =
                    serde_json::from_str(&text).map_err(|_| Some(close_code::PROTOCOL))?;
                return Ok(acknowledgement.number);
            }
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
            Some(Ok(Message::Binary(_))) => return Err(Some(close_code::UNSUPPORTED)),
            Some(Ok(Message::Close(_)) | Err(_)) | None => return Err(None),
        }
    }
}
