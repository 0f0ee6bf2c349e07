//! Errors of the parts as they cross to a face.

use crate::wire::{Code, WireError};
use mirante_engine::EngineError;
use mirante_engine::config::{ConfigError, SecretError};
use mirante_history::HistoryError;

impl WireError {
    /// What was asked makes no sense.
    pub fn invalid(message: impl Into<String>) -> Self {
        WireError { code: Code::Invalid, message: message.into(), retryable: false }
    }

    /// The actor may not.
    pub fn forbidden(message: impl Into<String>) -> Self {
        WireError { code: Code::Forbidden, message: message.into(), retryable: false }
    }

    /// Not there.
    pub fn not_found(message: impl Into<String>) -> Self {
        WireError { code: Code::NotFound, message: message.into(), retryable: false }
    }

    /// The state does not allow it.
    pub fn conflict(message: impl Into<String>) -> Self {
        WireError { code: Code::Conflict, message: message.into(), retryable: false }
    }

    /// A disk, key or network failed.
    pub fn unavailable(message: impl Into<String>) -> Self {
        WireError { code: Code::Unavailable, message: message.into(), retryable: true }
    }

    /// A fault of Mirante's own.
    pub fn internal(message: impl Into<String>) -> Self {
        WireError { code: Code::Internal, message: message.into(), retryable: false }
    }
}

impl From<EngineError> for WireError {
    fn from(error: EngineError) -> Self {
        match &error {
            EngineError::History(HistoryError::Busy { .. }) => {
                WireError { code: Code::Conflict, message: error.to_string(), retryable: true }
            }
            EngineError::History(_) | EngineError::Thread(_) => WireError::unavailable(error.to_string()),
            EngineError::Sample(_) => WireError::invalid(error.to_string()),
            EngineError::Rules(_) => WireError::internal(error.to_string()),
            EngineError::Ended => WireError::unavailable(error.to_string()),
        }
    }
}

impl From<ConfigError> for WireError {
    fn from(error: ConfigError) -> Self {
        WireError::invalid(error.to_string())
    }
}

impl From<SecretError> for WireError {
    fn from(error: SecretError) -> Self {
        WireError::unavailable(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Faces choose words by code: a change here changes what people read.
    #[test]
    fn codes_of_errors() {
        let busy = HistoryError::Busy { folder: "/d".into(), pid: Some(7) };
        let cases: [(WireError, Code, bool); 5] = [
            (EngineError::History(busy).into(), Code::Conflict, true),
            (EngineError::History(HistoryError::DiskFull).into(), Code::Unavailable, true),
            (EngineError::Ended.into(), Code::Unavailable, true),
            (EngineError::Sample("x".into()).into(), Code::Invalid, false),
            (WireError::forbidden("x"), Code::Forbidden, false),
        ];
        for (error, code, retryable) in cases {
            assert_eq!((error.code, error.retryable), (code, retryable), "{error}");
        }
    }

    #[test]
    fn the_shape_on_the_wire() {
        let text = serde_json::to_string(&WireError::not_found("no source 9")).unwrap();
        assert_eq!(text, r#"{"code":"not_found","message":"no source 9","retryable":false}"#);
    }
}
