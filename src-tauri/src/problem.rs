//! A start that failed, said in a window.
//!
//! The page is made here, without the interface: it must show when nothing else works. It has no script and may ask
//! nothing; its one link, "try again", is a navigation that the shell catches.

use crate::windows::{NIGHT, show_when_drawn};
use std::{env, fmt::Write, path::PathBuf};
use tauri::{
    AppHandle, Manager, Runtime, UriSchemeContext, Url, WebviewUrl, WebviewWindowBuilder,
    http::{Request, Response, header},
};

/// Scheme that the page is served under.
pub(crate) const SCHEME: &str = "problem";
/// Label of its window; no capability names it.
pub(crate) const LABEL: &str = "problem";
/// Where "try again" leads.
const RETRY: &str = "/retry";

/// Why Mirante could not start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Problem {
    /// Another Mirante writes in this data folder.
    Held {
        /// The folder.
        folder: PathBuf,
        /// Which process, if known.
        detail: String,
    },
    /// A newer Mirante wrote the data folder.
    Newer {
        /// The folder.
        folder: PathBuf,
        /// Which layout was found, and which is known.
        detail: String,
    },
    /// The configuration file makes no sense.
    Config {
        /// The file.
        file: PathBuf,
        /// What is wrong and on which line.
        detail: String,
    },
    /// Anything else: a disk, a key, a fault.
    Other {
        /// The data folder.
        folder: PathBuf,
        /// The system's words.
        detail: String,
    },
    /// The system names no folder for this user.
    Folders {
        /// The system's words.
        detail: String,
    },
}

/// Opens the window that says what went wrong.
///
/// # Errors
/// When the platform refuses even this window.
pub(crate) fn open(app: &AppHandle, problem: Problem) -> tauri::Result<()> {
    tracing::error!(?problem, "could not start");
    app.manage(problem);
    let address = Url::parse(&format!("{SCHEME}://localhost/")).map_err(|e| tauri::Error::Anyhow(e.into()))?;
    let handle = app.clone();
    let window = WebviewWindowBuilder::new(app, LABEL, WebviewUrl::CustomProtocol(address))
        .title("Mirante")
        .inner_size(720.0, 520.0)
        .background_color(NIGHT)
        .incognito(true)
        .on_navigation(move |url| {
            if url.path() == RETRY {
                handle.request_restart();
            }
            url.path() == "/"
        })
        .build()?;
    show_when_drawn(&window);
    Ok(())
}

/// Answers the problem window with its page.
pub(crate) fn serve<R: Runtime>(context: UriSchemeContext<'_, R>, _: Request<Vec<u8>>) -> Response<Vec<u8>> {
    let page = context.app_handle().try_state::<Problem>().map(|problem| page(&problem, Words::of_the_system()));
    let mut response = Response::new(page.unwrap_or_default().into_bytes());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        header::HeaderValue::from_static(
            "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
        ),
    );
    response
}

/// The page's words in one language.
struct Words {
    language: &'static str,
    title: &'static str,
    held: &'static str,
    held_hint: &'static str,
    newer: &'static str,
    newer_hint: &'static str,
    config: &'static str,
    config_hint: &'static str,
    other: &'static str,
    other_hint: &'static str,
    folder: &'static str,
    file: &'static str,
    detail: &'static str,
    safe: &'static str,
    retry: &'static str,
}

const PT: Words = Words {
    language: "pt-BR",
    title: "O Mirante não pôde abrir",
    held: "Outro Mirante está usando esta pasta de dados.",
    held_hint: "Feche a outra janela, ou pare o \u{201c}mirantectl serve\u{201d} que usa a mesma pasta, e tente de novo.",
    newer: "Um Mirante mais novo gravou esta pasta de dados.",
    newer_hint: "Instale a versão mais nova neste computador, ou restaure uma cópia feita antes da atualização. Esta versão não muda nada na pasta.",
    config: "O arquivo de configuração não pode ser usado.",
    config_hint: "Corrija o que está indicado abaixo e tente de novo.",
    other: "Não foi possível usar a pasta de dados.",
    other_hint: "Veja se o disco tem espaço e se você pode gravar nesta pasta, e tente de novo.",
    folder: "Pasta",
    file: "Arquivo",
    detail: "Detalhe para o suporte",
    safe: "Nada foi apagado: o histórico continua onde estava.",
    retry: "Tentar de novo",
};

const EN: Words = Words {
    language: "en",
    title: "Mirante could not open",
    held: "Another Mirante is using this data folder.",
    held_hint: "Close the other window, or stop the \u{201c}mirantectl serve\u{201d} that uses the same folder, and try again.",
    newer: "A newer Mirante wrote this data folder.",
    newer_hint: "Install the newer version on this computer, or restore a backup made before the update. This version changes nothing in the folder.",
    config: "The configuration file cannot be used.",
    config_hint: "Correct what is shown below and try again.",
    other: "The data folder could not be used.",
    other_hint: "Check that the disk has space and that you may write in this folder, and try again.",
    folder: "Folder",
    file: "File",
    detail: "Detail for support",
    safe: "Nothing was deleted: the history is where it was.",
    retry: "Try again",
};

const ES: Words = Words {
    language: "es",
    title: "Mirante no pudo abrirse",
    held: "Otro Mirante está usando esta carpeta de datos.",
    held_hint: "Cierre la otra ventana, o detenga el \u{201c}mirantectl serve\u{201d} que usa la misma carpeta, e intente de nuevo.",
    newer: "Un Mirante más nuevo grabó esta carpeta de datos.",
    newer_hint: "Instale la versión más nueva en este equipo, o restaure una copia hecha antes de la actualización. Esta versión no cambia nada en la carpeta.",
    config: "El archivo de configuración no puede usarse.",
    config_hint: "Corrija lo que se indica abajo e intente de nuevo.",
    other: "No fue posible usar la carpeta de datos.",
    other_hint: "Verifique que el disco tenga espacio y que usted pueda escribir en esta carpeta, e intente de nuevo.",
    folder: "Carpeta",
    file: "Archivo",
    detail: "Detalle para soporte",
    safe: "Nada se borró: el historial sigue donde estaba.",
    retry: "Intentar de nuevo",
};

impl Words {
    /// The language of the environment, Portuguese if it names none of ours.
    fn of_the_system() -> &'static Self {
        let language = ["LC_ALL", "LC_MESSAGES", "LANG"]
            .into_iter()
            .find_map(|name| env::var(name).ok().filter(|value| !value.is_empty()))
            .unwrap_or_default();
        match language.get(..2) {
            Some("en") => &EN,
            Some("es") => &ES,
            _ => &PT,
        }
    }
}

fn page(problem: &Problem, words: &Words) -> String {
    let (what, hint, place, detail) = match problem {
        Problem::Held { folder, detail } => (words.held, words.held_hint, Some((words.folder, folder)), detail),
        Problem::Newer { folder, detail } => (words.newer, words.newer_hint, Some((words.folder, folder)), detail),
        Problem::Config { file, detail } => (words.config, words.config_hint, Some((words.file, file)), detail),
        Problem::Other { folder, detail } => (words.other, words.other_hint, Some((words.folder, folder)), detail),
        Problem::Folders { detail } => (words.other, words.other_hint, None, detail),
    };
    let place = place.map(|(name, path)| (name, path.display().to_string()));
    let facts = place.into_iter().chain([(words.detail, detail.clone())]);
    let mut list = String::new();
    for (name, value) in facts {
        // Writing into a String cannot fail.
        let _ = write!(list, "<dt>{name}</dt><dd>{}</dd>", escaped(&value));
    }
    let Words { language, title, safe, retry, .. } = words;
    format!(
        "<!doctype html><html lang=\"{language}\"><head><meta charset=\"utf-8\"><title>Mirante</title>\
         <style>{STYLE}</style></head><body><main><h1>{title}</h1><p class=\"what\">{what}</p><p>{hint}</p>\
         <dl>{list}</dl><p>{safe}</p><a href=\"{RETRY}\">{retry}</a></main></body></html>"
    )
}

/// The interface's look, by hand: its style sheets may be what is missing.
const STYLE: &str = "\
    :root{color-scheme:dark}\
    body{background:#0b0f14;color:#a8b4c5;font:15px/1.55 system-ui,sans-serif;margin:0;min-height:100vh;\
    display:grid;place-items:center}\
    main{max-width:36rem;padding:32px}h1{color:#e9eef5;font-size:22px;margin:0 0 12px}\
    .what{color:#e9eef5;font-size:16px;font-weight:600}\
    dl{background:#121821;border:1px solid #243042;border-radius:8px;padding:12px 16px;margin:20px 0}\
    dt{font-size:12.5px}dd{margin:0 0 8px;color:#e9eef5;overflow-wrap:anywhere;white-space:pre-wrap}\
    a{display:inline-block;background:#63b3ed;color:#06121f;font-weight:600;text-decoration:none;\
    padding:8px 16px;border-radius:8px;margin-top:8px}a:focus-visible{outline:2px solid #e9eef5;outline-offset:2px}";

/// Text that stays text: a path or a driver's message may hold anything.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_details_stay_text() {
        let problem = Problem::Other {
            folder: PathBuf::from("/tmp/<script>"),
            detail: "disk \"a&b\" <img onerror=x>".to_owned(),
        };
        let page = page(&problem, &PT);
        assert!(page.contains("/tmp/&lt;script&gt;"), "{page}");
        assert!(page.contains("disk &quot;a&amp;b&quot; &lt;img onerror=x&gt;"), "{page}");
        assert!(!page.contains("<script>") && !page.contains("<img"), "{page}");
    }

    #[test]
    fn each_problem_says_what_to_do_in_each_language() {
        let folder = PathBuf::from("/data");
        for words in [&PT, &EN, &ES] {
            let held = page(&Problem::Held { folder: folder.clone(), detail: "process 7".to_owned() }, words);
            assert!(held.contains(words.held) && held.contains(words.held_hint) && held.contains("/data"), "{held}");
            let newer = page(&Problem::Newer { folder: folder.clone(), detail: "layout 7".to_owned() }, words);
            assert!(
                newer.contains(words.newer) && newer.contains(words.newer_hint) && newer.contains("layout 7"),
                "{newer}"
            );
            let config = page(&Problem::Config { file: folder.clone(), detail: "line 3: port".to_owned() }, words);
            assert!(config.contains(words.config) && config.contains("line 3: port"), "{config}");
            assert!(held.contains(words.retry) && held.contains(&format!("lang=\"{}\"", words.language)), "{held}");
        }
    }
}
