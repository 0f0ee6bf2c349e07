//! The desktop shell: one window over the console. It starts things and shows them; it decides nothing.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod arguments;
mod host;
mod locale;
mod logs;
mod places;
mod problem;
mod signals;
mod windows;

use arguments::Arguments;
use clap::Parser;
use host::Host;
use places::Places;
use tauri::{App, AppHandle, Manager, RunEvent};
use tauri_plugin_window_state::StateFlags;

fn main() -> anyhow::Result<()> {
    locale::settle();
    let arguments = Arguments::parse();
    let app = build(arguments)?;
    app.run(|app, event| {
        if let RunEvent::Exit = event {
            stop(app);
        }
    });
    Ok(())
}

/// Puts the shell together. A second start of the same Mirante ends here, after the first came forward.
fn build(arguments: Arguments) -> tauri::Result<App> {
    let mut state = tauri_plugin_window_state::Builder::new()
        // Windows are shown by the shell, once drawn.
        .with_state_flags(StateFlags::all() - StateFlags::VISIBLE - StateFlags::DECORATIONS)
        .with_denylist(&[problem::LABEL]);
    if let Some(file) = places::window_state(&arguments) {
        state = state.with_filename(file.to_string_lossy());
    }
    let mut builder = tauri::Builder::default();
    // Only D-Bus tells instances with different folders apart; elsewhere the folder's own lock does.
    if arguments.data.is_none() || cfg!(target_os = "linux") {
        let mut single = tauri_plugin_single_instance::Builder::new()
            .callback(|app, _arguments, _folder| windows::bring_main_forward(app));
        if let Some(folder) = &arguments.data {
            single = single.dbus_id(places::instance(folder));
        }
        builder = builder.plugin(single.build());
    }
    builder
        .plugin(state.build())
        .register_uri_scheme_protocol(problem::SCHEME, problem::serve)
        .invoke_handler(tauri::generate_handler![host::command])
        .setup(move |app| Ok(start(app.handle(), &arguments)?))
        .build(tauri::generate_context!())
}

/// Opens the main window over a running console, or the window that says why there is none.
fn start(app: &AppHandle, arguments: &Arguments) -> tauri::Result<()> {
    signals::leave_on_request(app);
    let places = match Places::find(app, arguments) {
        Ok(places) => places,
        Err(error) => return problem::open(app, problem::Problem::Folders { detail: error.to_string() }),
    };
    match logs::start(&places.logs) {
        Ok(guard) => _ = app.manage(guard),
        // A full disk must not keep the live screen away; the console judges its own folder.
        Err(error) => tracing::warn!(%error, "could not start the logs"),
    }
    tracing::info!(version = env!("CARGO_PKG_VERSION"), data = %places.data.display(), "starting");
    match Host::start(&places, arguments) {
        Ok(host) => {
            app.manage(host);
            windows::open_main(app, &places)
        }
        Err(problem) => problem::open(app, problem),
    }
}

/// Commits what is not yet committed, when the last window closed or the system asked us to leave.
fn stop(app: &AppHandle) {
    if let Some(host) = app.try_state::<Host>() {
        host.stop();
    }
    tracing::info!("stopped");
}
