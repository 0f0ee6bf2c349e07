//! The HTTP face of the console: the same commands and the same feed as the desktop window, for browsers and scripts.
//!
//! * `POST /api/command`: a JSON `Command`, answered by a `Reply`, or by a `WireError` with a fitting status.
//! * `GET /api/feed`: a WebSocket. The server sends a `Batch`, the face answers `{"number":N}`; at most one batch is
//!   unacknowledged, and newer changes merge behind it.
//! * Everything else: the interface, embedded.
//!
//! Every request is looked at first: `guard` checks Host and Origin, on loopback too, and beyond loopback the token.

mod api;
mod feed;
mod guard;
mod interface;

pub use guard::{Token, TokenError, TokenPlace};

use axum::Router;
use axum::routing::{get, post};
use guard::Guard;
use mirante_console::{Actor, Console, Role};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// How to serve.
#[derive(Debug, Clone)]
pub struct Options {
    /// Address and port; port 0 is any free one.
    pub listen: SocketAddr,
    /// What a face must show; needed beyond loopback.
    pub token: Option<Token>,
    /// Names under which this host is reached besides its addresses, such as `mirante.example.com`.
    pub hosts: Vec<String>,
}

/// Why serving does not begin.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Beyond loopback without a token.
    #[error("{0} can be reached from other computers: give a token (--token file:PATH or env:NAME)")]
    TokenNeeded(SocketAddr),
    /// The address cannot be used.
    #[error("cannot listen on {address}: {error}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        error: std::io::Error,
    },
}

/// What every handler needs.
#[derive(Clone)]
pub(crate) struct Site {
    pub(crate) console: Console,
    pub(crate) stop: watch::Receiver<bool>,
}

/// A server that listens.
pub struct Server {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    task: tokio::task::JoinHandle<()>,
}

impl Server {
    /// Begins to listen and to answer. Call within a tokio runtime.
    pub async fn start(console: Console, options: Options) -> Result<Server, ServeError> {
        if !options.listen.ip().is_loopback() && options.token.is_none() {
            return Err(ServeError::TokenNeeded(options.listen));
        }
        let failed = |error| ServeError::Listen { address: options.listen, error };
        let listener = TcpListener::bind(options.listen).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let (stop, stopped) = watch::channel(false);
        let guard = Arc::new(Guard::new(address, &options));
        let app = router(Site { console, stop: stopped.clone() }, guard);
        let task = tokio::spawn(async move {
            let mut stopped = stopped;
            let ended = async move {
                let _ = stopped.wait_for(|stop| *stop).await;
            };
            if let Err(error) = axum::serve(listener, app).with_graceful_shutdown(ended).await {
                tracing::error!("the server ended: {error}");
            }
        });
        Ok(Server { address, stop, task })
    }

    /// The address it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Ends feeds and stops listening; requests that are being answered have 3 s to finish.
    pub async fn shutdown(mut self) {
        let _ = self.stop.send(true);
        if tokio::time::timeout(std::time::Duration::from_secs(3), &mut self.task).await.is_err() {
            self.task.abort();
        }
    }
}

/// Largest command, bytes: a file of names in Base64.
const LARGEST_COMMAND: usize = 12 * 1024 * 1024;

fn router(site: Site, guard: Arc<Guard>) -> Router {
    Router::new()
        .route("/api/command", post(api::command).layer(axum::extract::DefaultBodyLimit::max(LARGEST_COMMAND)))
        .route("/api/feed", get(feed::feed))
        .fallback(get(interface::file))
        .layer(axum::extract::DefaultBodyLimit::max(256 * 1024))
        .layer(axum::middleware::from_fn_with_state(guard, guard::check))
        .with_state(site)
}

/// Whoever enters by this server: on loopback the system's user, beyond it the token's holder.
pub(crate) fn actor(entered: guard::Entered) -> Actor {
    match entered {
        guard::Entered::Loopback => Actor::system_user(),
        guard::Entered::Token => Actor { name: "token".into(), role: Role::Supervisor },
    }
}
