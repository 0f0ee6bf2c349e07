//! The windows: the main one, the wallboard, and how each is opened without a white flash.

use crate::places::Places;
use std::{path::PathBuf, time::Duration};
use tauri::{
    AppHandle, Manager, Url, WebviewUrl, WebviewWindow, WebviewWindowBuilder,
    webview::{NewWindowResponse, PageLoadEvent},
    window::Color,
};

/// Label of the main window.
pub(crate) const MAIN: &str = "main";
/// Label of the wallboard's window.
pub(crate) const PAINEL: &str = "painel";

/// The page of the wallboard: the interface opens its window with `window.open`, in a browser as here.
const PAINEL_PAGE: &str = "/painel";

/// `--bg` of the night theme, the interface's default.
pub(crate) const NIGHT: Color = Color(0x0b, 0x0f, 0x14, 0xff);

/// How long a window stays hidden for a page that does not finish loading.
const PATIENCE: Duration = Duration::from_secs(3);

/// Opens the main window.
///
/// # Errors
/// When the platform refuses the window.
pub(crate) fn open_main(app: &AppHandle, places: &Places) -> tauri::Result<()> {
    let view = places.view.clone();
    let handle = app.clone();
    let builder = window(app, MAIN, WebviewUrl::App("index.html".into()), view.clone())
        .title("Mirante")
        .inner_size(1440.0, 900.0)
        .min_inner_size(960.0, 600.0)
        .on_new_window(move |url, _| {
            if asks_for_painel(&url) {
                open_painel(handle.clone(), url, view.clone());
            } else {
                tracing::warn!(%url, "refused to open a window");
            }
            NewWindowResponse::Deny
        });
    show_when_drawn(&builder.build()?);
    Ok(())
}

/// Opens the wallboard in a window of its own, or brings it forward. The main window keeps working.
fn open_painel(app: AppHandle, url: Url, view: Option<PathBuf>) {
    // Not from inside the web view's own callback: building a window there would wait for itself.
    tauri::async_runtime::spawn(async move {
        if let Some(window) = app.get_webview_window(PAINEL) {
            return bring_forward(&window);
        }
        let page = format!("index.html#{}", url.fragment().unwrap_or(PAINEL_PAGE));
        let built = window(&app, PAINEL, WebviewUrl::App(page.into()), view)
            .title("Mirante: Painel")
            .inner_size(1280.0, 720.0)
            .on_new_window(|_, _| NewWindowResponse::Deny)
            .build();
        match built {
            Ok(window) => show_when_drawn(&window),
            Err(error) => tracing::error!(%error, "could not open the wallboard's window"),
        }
    });
}

/// Focuses the main window when Mirante is started a second time.
pub(crate) fn bring_main_forward(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(MAIN).or_else(|| app.webview_windows().into_values().next()) {
        bring_forward(&window);
    }
}

/// What all windows of the interface have in common.
fn window<'a>(
    app: &'a AppHandle,
    label: &str,
    url: WebviewUrl,
    view: Option<PathBuf>,
) -> WebviewWindowBuilder<'a, tauri::Wry, AppHandle> {
    let mut builder = WebviewWindowBuilder::new(app, label, url)
        .background_color(NIGHT)
        .visible(false)
        .on_navigation(is_own)
        .on_page_load(|window, page| {
            if page.event() == PageLoadEvent::Finished {
                show(&window);
            }
        });
    if let Some(folder) = view {
        builder = builder.data_directory(folder);
    }
    builder
}

/// Shows a window even if its page never finishes loading.
pub(crate) fn show_when_drawn(window: &WebviewWindow) {
    let window = window.clone();
    tauri::async_runtime::spawn(async move {
        tokio::time::sleep(PATIENCE).await;
        show(&window);
    });
}

fn show(window: &WebviewWindow) {
    if !window.is_visible().unwrap_or(false) {
        bring_forward(window);
    }
}

fn bring_forward(window: &WebviewWindow) {
    for (what, done) in [("unminimise", window.unminimize()), ("show", window.show()), ("focus", window.set_focus())] {
        if let Err(error) = done {
            tracing::warn!(%error, window = window.label(), "could not {what}");
        }
    }
}

/// True for the interface's own pages: a window never leaves them.
fn is_own(url: &Url) -> bool {
    let own = match (url.scheme(), url.host_str()) {
        ("tauri", Some("localhost")) | ("http" | "https", Some("tauri.localhost")) => true,
        // The interface under development, served by Vite.
        ("http", Some("127.0.0.1")) => tauri::is_dev() && url.port() == Some(5173),
        ("about", _) => url.as_str() == "about:blank",
        _ => false,
    };
    if !own {
        tracing::warn!(%url, "refused to leave the interface");
    }
    own
}

fn asks_for_painel(url: &Url) -> bool {
    let rest = url.fragment().and_then(|page| page.strip_prefix(PAINEL_PAGE));
    is_own(url) && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('?'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(url: &str) -> bool {
        is_own(&Url::parse(url).expect("a URL"))
    }

    #[test]
    fn a_window_never_leaves_the_interface() {
        assert!(own("tauri://localhost/index.html"));
        assert!(own("http://tauri.localhost/#/painel"));
        assert!(own("about:blank"));
        assert!(!own("https://example.org/"));
        assert!(!own("http://127.0.0.1:8080/"));
        assert!(!own("file:///etc/passwd"));
        assert!(!own("tauri://elsewhere/"));
        assert!(!own("data:text/html,x"));
    }

    #[test]
    fn only_the_wallboard_opens_a_second_window() {
        let asks = |url: &str| asks_for_painel(&Url::parse(url).expect("a URL"));
        assert!(asks("tauri://localhost/#/painel"));
        assert!(asks("tauri://localhost/index.html#/painel?perfil=operacao"));
        assert!(!asks("tauri://localhost/#/painelzinho"));
        assert!(!asks("tauri://localhost/#/ao-vivo"));
        assert!(!asks("https://example.org/#/painel"));
    }
}
