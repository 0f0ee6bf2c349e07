//! Figures of rules in words: what a name of a condition is called, and how its value is written.

use mirante_alerts::{Kind, TERMS, Term, WINDOWS};
use mirante_notify::Language;

/// Name, then Portuguese, English, Spanish.
const NAMES: &[(&str, [&str; 3])] = &[
    ("waiting", ["Na fila", "Waiting", "En espera"]),
    ("longest_wait", ["Maior espera", "Longest wait", "Mayor espera"]),
    ("logged", ["Conectados", "Logged in", "Conectados"]),
    ("free", ["Livres", "Free", "Libres"]),
    ("talking", ["Em atendimento", "Talking", "En atención"]),
    ("wrapup", ["Em pós", "In wrap-up", "En pos"]),
    ("paused", ["Em pausa", "Paused", "En pausa"]),
    ("open", ["Aberta", "Open", "Abierta"]),
    ("operation", ["Operação", "Operation", "Operación"]),
    ("target", ["Meta", "Target", "Meta"]),
    ("offered", ["Recebidas", "Offered", "Recibidas"]),
    ("answered", ["Atendidas", "Answered", "Atendidas"]),
    ("abandoned", ["Abandonadas", "Abandoned", "Abandonadas"]),
    ("sl", ["NS", "SL", "NS"]),
    ("abandonment", ["Abandono", "Abandonment", "Abandono"]),
    ("asa", ["TME", "ASA", "TME"]),
    ("aht", ["TMA", "AHT", "TMO"]),
    ("acw", ["Pós", "Wrap-up", "Pos"]),
    ("occupancy", ["Ocupação", "Occupancy", "Ocupación"]),
    ("rings_missed", ["Toques não atendidos", "Rings not answered", "Timbrado sin respuesta"]),
    ("transfer", ["Transferências", "Transfers", "Transferencias"]),
    ("escalated", ["Escalonadas", "Escalated", "Escaladas"]),
    ("repeated", ["Rechamadas", "Repeated calls", "Rellamadas"]),
    ("attempts", ["Tentativas", "Attempts", "Intentos"]),
    ("drop_rate", ["Abandono do discador", "Drop rate", "Abandono del marcador"]),
    ("short_calls", ["Chamadas curtas", "Short calls", "Llamadas cortas"]),
    ("right_party", ["Contato com a pessoa certa", "Right party contacts", "Contacto con la persona correcta"]),
    ("outside_hours", ["Fora do horário", "Outside hours", "Fuera de horario"]),
    ("hopper", ["Contatos para discar", "Leads to dial", "Contactos por marcar"]),
    ("state_for", ["Neste estado há", "In this state for", "En este estado hace"]),
    ("in_wrapup", ["Em pós", "In wrap-up", "En pos"]),
    ("in_pause", ["Em pausa", "Paused", "En pausa"]),
    ("pause_reason", ["Motivo da pausa", "Reason of the pause", "Motivo de la pausa"]),
    ("unreachable", ["Ramal fora do ar", "Phone unreachable", "Interno sin conexión"]),
    ("asks_help", ["Pede apoio", "Asks for help", "Pide apoyo"]),
    ("heard", ["Conexão", "Connection", "Conexión"]),
    ("late", ["Atraso", "Late", "Atraso"]),
    ("clock_off", ["Diferença de relógio", "Clock difference", "Diferencia de reloj"]),
    ("disk_left", ["Disco livre", "Disk left", "Disco libre"]),
];

/// By the order of [`WINDOWS`].
const STRETCHES: [[&str; 3]; 7] = [
    ["5 min", "5 min", "5 min"],
    ["15 min", "15 min", "15 min"],
    ["30 min", "30 min", "30 min"],
    ["60 min", "60 min", "60 min"],
    ["intervalo", "interval", "intervalo"],
    ["turno", "shift", "turno"],
    ["dia", "day", "día"],
];

/// The term that a name of a condition spells, and of which stretch it is, if of one.
fn find(name: &str) -> Option<(&'static Term, Option<usize>)> {
    TERMS.iter().find_map(|term| {
        let rest = name.strip_prefix(term.name)?;
        match WINDOWS.iter().position(|window| *window == rest) {
            Some(window) if term.windowed => Some((term, Some(window))),
            None if rest.is_empty() && !term.windowed => Some((term, None)),
            _ => None,
        }
    })
}

/// What people call it: "NS (30 min)". The name itself where there is no word for it.
pub(super) fn label(name: &str, language: Language) -> String {
    let Some((term, window)) = find(name) else { return name.to_owned() };
    let word =
        NAMES.iter().find(|(name, _)| *name == term.name).map_or(term.name, |(_, words)| words[language as usize]);
    match window {
        Some(window) => format!("{word} ({})", STRETCHES[window][language as usize]),
        None => word.to_owned(),
    }
}

/// Its value: 71,5%, 03:10, 45 s, 12 min, 12.
pub(super) fn value(name: &str, value: f64, language: Language) -> String {
    let number = |value: f64, places: usize| {
        let text = format!("{value:.places$}");
        let text = if places > 0 { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text };
        if language == Language::English { text } else { text.replace('.', ",") }
    };
    match find(name).map(|(term, _)| term.kind) {
        Some(Kind::Share) => format!("{}%", number(value * 100.0, 1)),
        Some(Kind::Seconds) if value >= 60.0 => {
            let whole = value.round();
            format!("{:02}:{:02}", (whole / 60.0).floor(), whole % 60.0)
        }
        Some(Kind::Seconds) => format!("{} s", number(value, 1)),
        Some(Kind::Minutes) => format!("{} min", number(value, 0)),
        Some(Kind::Flag) => {
            let words = if value > 0.0 { ["sim", "yes", "sí"] } else { ["não", "no", "no"] };
            words[language as usize].to_owned()
        }
        _ => number(value, 2),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_of_a_condition_has_a_word_in_three_languages() {
        for term in TERMS {
            let known = NAMES.iter().filter(|(name, _)| *name == term.name).count();
            assert_eq!(known, 1, "{}", term.name);
        }
        for (name, told) in [("sl_30m", "NS (30 min)"), ("asa_day", "TME (dia)"), ("waiting", "Na fila"), ("x", "x")] {
            assert_eq!(label(name, Language::Portuguese), told);
        }
    }

    #[test]
    fn values_have_their_units() {
        for (name, of, portuguese, english) in [
            ("sl_30m", 0.715, "71,5%", "71.5%"),
            ("sl_30m", 0.8, "80%", "80%"),
            ("longest_wait", 190.0, "03:10", "03:10"),
            ("longest_wait", 45.5, "45,5 s", "45.5 s"),
            ("waiting", 12.0, "12", "12"),
            ("waiting", 10.0, "10", "10"),
            ("hopper", 14.2, "14 min", "14 min"),
            ("asks_help", 1.0, "sim", "yes"),
        ] {
            assert_eq!(value(name, of, Language::Portuguese), portuguese);
            assert_eq!(value(name, of, Language::English), english);
        }
    }
}
