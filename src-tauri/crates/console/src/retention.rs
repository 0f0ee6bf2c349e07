//! How long what is kept is kept, why, and what would go: for faces and for the terminal.

use mirante_engine::config::{Config, ConfigError};
use mirante_history::{Going, History, HistoryError, OpenOptions, Removal, Rule};
use std::path::{Path, PathBuf};

/// Why nothing can be said or removed.
#[derive(Debug, thiserror::Error)]
pub enum RetentionError {
    /// The configuration cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// History cannot be read, or not be written while a hub runs.
    #[error(transparent)]
    History(#[from] HistoryError),
}

/// What one rule takes from one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetentionLine {
    /// The rule's word in the configuration.
    pub rule: &'static str,
    /// How long it keeps, as the configuration says it.
    pub keep: String,
    /// What goes.
    pub going: Going,
}

/// The rules of a data folder, nobody need be running for it.
pub struct Retention {
    data: PathBuf,
    config: Config,
}

impl Retention {
    /// Reads the rules: from `config`, else from `mirante.toml` in the data folder, else the usual ones.
    ///
    /// # Errors
    /// When the file cannot be understood.
    pub fn read(data: &Path, config: Option<&Path>) -> Result<Retention, RetentionError> {
        let config = match config {
            Some(path) => Config::read(path)?,
            None => Config::read_or_empty(&data.join("mirante.toml"))?,
        };
        Ok(Retention { data: data.to_owned(), config })
    }

    /// What would go at `now_ms`, Unix ms, a line a table. Changes nothing; a hub may be running.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn preview(&self, now_ms: i64) -> Result<Vec<RetentionLine>, RetentionError> {
        let history = History::open(&self.data, &OpenOptions::reader())?;
        let limits = self.config.retention.limits(now_ms, &self.config.zone);
        let line = |going: Going| RetentionLine {
            rule: going.rule.word(),
            keep: self.config.retention.of(going.rule).to_string(),
            going,
        };
        Ok(history.going(&limits)?.into_iter().map(line).collect())
    }

    /// Removes it, and gives the receipts of what has gone now. `progress` hears of rows as they go.
    ///
    /// # Errors
    /// [`HistoryError::Busy`] while a hub runs, which does it by itself; when history cannot be written.
    pub fn apply(&self, now_ms: i64, progress: impl FnMut(u64)) -> Result<Vec<Removal>, RetentionError> {
        let mut history = History::open(&self.data, &OpenOptions::writer())?;
        let limits = self.config.retention.limits(now_ms, &self.config.zone);
        mirante_engine::remove_too_old(&mut history, limits, now_ms, progress)?;
        Ok(history.removals()?.into_iter().filter(|removal| removal.removed_ms == now_ms).collect())
    }
}

/// Why a rule is as it is, in `pt-BR`, `en` or `es` (any other language reads English). What a law says is told only as far as it is
/// known; the rest is said to be Mirante's own choice.
pub fn basis(rule: Rule, language: &str) -> &'static str {
    let words = match rule {
        Rule::Numbers => [
            "LGPD (Lei 13.709/2018): número e nome de cliente são dados pessoais e ficam só enquanto servem a uma finalidade. A lei não \
             fixa prazo; 90 dias é a escolha do Mirante.",
            "LGPD (Brazilian law 13.709/2018): a customer's number and name are personal data and are kept only while they serve a \
             purpose. The law sets no term; 90 days is Mirante's choice.",
            "LGPD (ley brasileña 13.709/2018): el número y el nombre del cliente son datos personales y se guardan solo mientras sirven \
             a una finalidad. La ley no fija plazo; 90 días es la elección de Mirante.",
        ],
        Rule::Contacts => [
            "Decreto 11.034/2022, art. 12: o SAC de serviços regulados pelo governo federal guarda o registro do atendimento por 2 anos \
             ou mais depois da solução. Para os demais, 2 anos é a escolha do Mirante.",
            "Brazilian decree 11.034/2022, art. 12: the SAC of federally regulated services keeps the record of a request for 2 years or \
             more after it is solved. For everyone else, 2 years is Mirante's choice.",
            "Decreto brasileño 11.034/2022, art. 12: el SAC de servicios regulados por el gobierno federal guarda el registro de la \
             atención 2 años o más después de la solución. Para los demás, 2 años es la elección de Mirante.",
        ],
        Rule::WorkingTime => [
            "NR-17, Anexo II: as pausas são registradas e o operador pode consultá-las. 5 anos, como prova em questões de trabalho, é a \
             escolha do Mirante. Depois ficam só somas, sem dizer de quem.",
            "NR-17, Annex II (Brazil): breaks are recorded and the operator may consult them. 5 years, as evidence in labour matters, is \
             Mirante's choice. After that only sums stay, of nobody in particular.",
            "NR-17, Anexo II (Brasil): las pausas se registran y el operador puede consultarlas. 5 años, como prueba en asuntos laborales, \
             es la elección de Mirante. Después quedan solo sumas, sin decir de quién.",
        ],
        Rule::Rewind => [
            "Nenhuma lei pede a volta no tempo. 90 dias, como os números que ela mostra, é a escolha do Mirante; o SAC regulado também \
             guarda as gravações por 90 dias ou mais (Decreto 11.034/2022, art. 12).",
            "No law asks for the rewind. 90 days, like the numbers that it shows, is Mirante's choice; a regulated SAC also keeps \
             recordings for 90 days or more (Brazilian decree 11.034/2022, art. 12).",
            "Ninguna ley pide la vuelta atrás. 90 días, como los números que muestra, es la elección de Mirante; el SAC regulado también \
             guarda las grabaciones 90 días o más (decreto brasileño 11.034/2022, art. 12).",
        ],
    };
    match language.get(..2) {
        Some("pt") => words[0],
        Some("es") => words[2],
        _ => words[1],
    }
}

/// What stays, whatever goes; and that nobody here is a lawyer.
pub fn closing(language: &str) -> &'static str {
    match language.get(..2) {
        Some("pt") => {
            "As somas por fila e por campanha ficam. Os prazos são sugestões, não parecer jurídico: confira com quem responde por isso."
        }
        Some("es") => {
            "Las sumas por cola y por campaña quedan. Los plazos son sugerencias, no un dictamen jurídico: confírmelos con quien responde por ello."
        }
        _ => {
            "Sums by queue and campaign stay. The terms are suggestions, not legal advice: check them with whoever answers for it."
        }
    }
}
