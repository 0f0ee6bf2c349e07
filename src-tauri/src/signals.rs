//! Leaving when the system asks: a session that ends or `kill` closes Mirante as its window would.

use tauri::AppHandle;

/// Turns SIGTERM, SIGINT and SIGHUP into an orderly exit.
#[cfg(unix)]
pub(crate) fn leave_on_request(app: &AppHandle) {
    use tokio::signal::unix::{SignalKind, signal};
    for kind in [SignalKind::terminate(), SignalKind::interrupt(), SignalKind::hangup()] {
        let app = app.clone();
        tauri::async_runtime::spawn(async move {
            match signal(kind) {
                Ok(mut asked) => {
                    asked.recv().await;
                    app.exit(0);
                }
                Err(error) => tracing::warn!(%error, "could not listen for a signal"),
            }
        });
    }
}

/// Windows ends a program by closing its windows.
#[cfg(not(unix))]
pub(crate) fn leave_on_request(_: &AppHandle) {}
