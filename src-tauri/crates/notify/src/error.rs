//! Why something was not sent, and what that means for what comes after it.

use crate::Language;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What a failure means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    /// It passes: the same is tried again later. What was sent may have arrived.
    Transient,
    /// This message will never be taken; others may.
    Message,
    /// Nothing will be taken until somebody mends the channel's settings.
    Channel,
}

/// What went wrong. Numbers and fixed words alone, so that nothing secret can be in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// No connection to the other side.
    Unreachable,
    /// The connection broke before the answer was whole.
    Cut,
    /// No answer in time.
    Slow,
    /// TLS did not come about.
    Tls,
    /// The other side asks to wait.
    TooFast,
    /// A fault of the other side's own.
    Server,
    /// An answer that is none: too long, or not what this kind of service says.
    Strange,
    /// The message itself was refused.
    Refused,
    /// Key, token, user or password are not accepted.
    Credentials,
    /// What the channel sends to is not there any more: an address, a chat, a workflow.
    Gone,
    /// It is there, and forbids what is sent.
    Forbidden,
    /// The approved template is not there, paused, or of another shape.
    Template,
    /// Settings that cannot work, such as a sender that is no address.
    Settings,
    /// A report, by a channel that knows alerts alone.
    NoAlert,
}

/// Something was not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error, Serialize, Deserialize)]
#[error("{}", self.told(Language::English))]
pub struct SendError {
    /// What it means.
    pub weight: Weight,
    /// What went wrong.
    pub why: Why,
    /// How long the other side asks to wait, ms.
    pub retry_after: Option<i64>,
    /// The number by which the other side names it: an HTTP status, an SMTP reply, a vendor's code.
    pub code: Option<u32>,
}

impl SendError {
    /// Something that passes.
    pub fn transient(why: Why) -> SendError {
        SendError { weight: Weight::Transient, why, retry_after: None, code: None }
    }

    /// This message will never be taken.
    pub fn message(why: Why) -> SendError {
        SendError { weight: Weight::Message, ..SendError::transient(why) }
    }

    /// Nothing will be taken until somebody mends the channel.
    pub fn channel(why: Why) -> SendError {
        SendError { weight: Weight::Channel, ..SendError::transient(why) }
    }

    /// With the other side's number for it.
    #[must_use]
    pub fn code(self, code: impl Into<u32>) -> SendError {
        SendError { code: Some(code.into()), ..self }
    }

    /// In words: what happened and what to do.
    pub fn told(&self, language: Language) -> String {
        let words = self.why.words()[language as usize];
        self.code.map_or_else(|| words.to_owned(), |code| format!("{words} ({code})"))
    }
}

impl Why {
    /// Portuguese, English, Spanish.
    fn words(self) -> [&'static str; 3] {
        match self {
            Why::Unreachable => [
                "sem conexão com o serviço; o Mirante tenta de novo",
                "no connection to the service; Mirante tries again",
                "sin conexión con el servicio; Mirante lo intenta de nuevo",
            ],
            Why::Cut => [
                "a conexão caiu antes da resposta; o Mirante tenta de novo",
                "the connection broke before the answer; Mirante tries again",
                "la conexión se cortó antes de la respuesta; Mirante lo intenta de nuevo",
            ],
            Why::Slow => [
                "sem resposta a tempo; o Mirante tenta de novo",
                "no answer in time; Mirante tries again",
                "sin respuesta a tiempo; Mirante lo intenta de nuevo",
            ],
            Why::Tls => [
                "a conexão segura não se formou; confira o certificado, a porta e `ca_file`",
                "the secure connection did not come about; check the certificate, the port and `ca_file`",
                "la conexión segura no se formó; revise el certificado, el puerto y `ca_file`",
            ],
            Why::TooFast => [
                "o serviço pede para esperar; o Mirante tenta de novo depois",
                "the service asks to wait; Mirante tries again later",
                "el servicio pide esperar; Mirante lo intenta más tarde",
            ],
            Why::Server => [
                "falha do serviço; o Mirante tenta de novo",
                "a fault of the service; Mirante tries again",
                "falla del servicio; Mirante lo intenta de nuevo",
            ],
            Why::Strange => [
                "a resposta não é a deste tipo de serviço; confira o endereço",
                "the answer is not that of this kind of service; check the address",
                "la respuesta no es la de este tipo de servicio; revise la dirección",
            ],
            Why::Refused => [
                "o serviço recusou esta mensagem",
                "the service refused this message",
                "el servicio rechazó este mensaje",
            ],
            Why::Credentials => [
                "chave, usuário ou senha não aceitos; corrija o canal e teste",
                "key, user or password are not accepted; correct the channel and test it",
                "clave, usuario o contraseña no aceptados; corrija el canal y pruébelo",
            ],
            Why::Gone => [
                "o destino não existe mais; corrija o endereço do canal e teste",
                "what it sends to is not there any more; correct the channel's address and test it",
                "el destino ya no existe; corrija la dirección del canal y pruébelo",
            ],
            Why::Forbidden => [
                "o serviço não permite enviar para este destino; peça a permissão lá e teste",
                "the service does not allow sending there; ask for permission on its side and test it",
                "el servicio no permite enviar a este destino; pida el permiso allí y pruébelo",
            ],
            Why::Template => [
                "o modelo de mensagem não existe, está pausado ou tem outra forma; confira o modelo aprovado e teste",
                "the message template is not there, is paused or has another shape; check the approved template and test it",
                "la plantilla no existe, está en pausa o tiene otra forma; revise la plantilla aprobada y pruébela",
            ],
            Why::Settings => [
                "as configurações do canal não servem; corrija-as e teste",
                "the channel's settings cannot work; correct them and test it",
                "la configuración del canal no sirve; corríjala y pruébela",
            ],
            Why::NoAlert => [
                "este canal só conhece alertas e não recebe a parcial; escolha outro em [partial]",
                "this channel knows alerts alone and takes no partial; choose another in [partial]",
                "este canal solo conoce alertas y no recibe la parcial; elija otro en [partial]",
            ],
        }
    }
}
