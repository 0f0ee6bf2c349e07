//! The words of a sheet in three languages, as the interface has them.

use super::Column;
use jiff::tz::TimeZone;
use mirante_floor::{CampaignKind, Operation};

/// What stands where there is nothing to divide by.
pub(super) const NONE: &str = "—";

/// A language, with its way to write numbers and times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tongue {
    /// Portuguese of Brazil.
    Pt,
    /// English.
    En,
    /// Spanish.
    Es,
}

/// Words; those with a place for a value have it in braces.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) sample: &'static str,
    pub(super) short: &'static str,
    pub(super) no_operation: &'static str,
    pub(super) target: &'static str,
    pub(super) total: &'static str,
    pub(super) hour: &'static str,
    pub(super) offered: &'static str,
    pub(super) answered: &'static str,
    pub(super) abandonment: &'static str,
    pub(super) level: &'static str,
    pub(super) asa: &'static str,
    pub(super) aht: &'static str,
    pub(super) attempts: &'static str,
    pub(super) humans: &'static str,
    pub(super) right_party: &'static str,
    pub(super) offered_s: &'static str,
    pub(super) answered_s: &'static str,
    pub(super) abandonment_s: &'static str,
    pub(super) level_s: &'static str,
    pub(super) attempts_s: &'static str,
    pub(super) humans_s: &'static str,
    pub(super) right_party_s: &'static str,
    pub(super) results_s: &'static str,
    pub(super) projected: &'static str,
    pub(super) goal: &'static str,
    pub(super) no_goal: &'static str,
    pub(super) no_level: &'static str,
    pub(super) unequal: &'static str,
    pub(super) complete: &'static str,
    pub(super) part: &'static str,
    pub(super) unheard: &'static str,
    pub(super) going: &'static str,
    pub(super) incomplete: &'static str,
    pub(super) few: &'static str,
    pub(super) active: &'static str,
    pub(super) until: &'static str,
    operations: [&'static str; 8],
    kinds: [&'static str; 10],
    /// Promises, sales, surveys, contacts, results.
    results: [&'static str; 5],
    weekdays: [&'static str; 7],
    months: [&'static str; 12],
}

static PT: Said = Said {
    sample: "dados de exemplo",
    short: "Parcial",
    no_operation: "Sem operação",
    target: "meta {percent}% em até {seconds} s",
    total: "Total",
    hour: "Hora",
    offered: "Recebidas",
    answered: "Atendidas",
    abandonment: "Abandono",
    level: "NS",
    asa: "TME",
    aht: "TMA",
    attempts: "Tentativas",
    humans: "Alô",
    right_party: "CPC",
    offered_s: "Rec",
    answered_s: "Ate",
    abandonment_s: "Ab%",
    level_s: "NS%",
    attempts_s: "Tent",
    humans_s: "Alô",
    right_party_s: "CPC",
    results_s: "Res",
    projected: "projeção {n}",
    goal: "Meta do dia: {done} de {goal} ({percent})",
    no_goal: "Sem meta do dia para todas as campanhas",
    no_level: "NS em segundos não diz nada de uma fila que trabalha por chamados, por isso não aparece.",
    unequal: "As filas têm prazos diferentes: juntas não há um NS. Na tela, “filas na meta” diz quantas alcançam a sua.",
    complete: "dados completos",
    part: "dados de {percent}% do período",
    unheard: "sem dados",
    going: "+ hora em curso",
    incomplete: "* nem tudo foi ouvido",
    few: "° menos de 10 casos",
    active: "{kind} (ativo)",
    until: "{day}, até {time}",
    operations: [
        "SAC",
        "Televendas",
        "Suporte N1",
        "Help desk N2",
        "Service desk N3",
        "Cobrança receptiva",
        "Retenção",
        "Outra operação",
    ],
    kinds: [
        "Vendas",
        "Prospecção",
        "Cobrança",
        "Pesquisa",
        "Retenção",
        "Pós-venda",
        "Relacionamento",
        "Agendamento",
        "Suporte ativo",
        "Outras campanhas",
    ],
    results: ["Acordos", "Vendas", "Pesquisas concluídas", "Contatos concluídos", "Resultados"],
    weekdays: ["segunda-feira", "terça-feira", "quarta-feira", "quinta-feira", "sexta-feira", "sábado", "domingo"],
    months: [
        "janeiro",
        "fevereiro",
        "março",
        "abril",
        "maio",
        "junho",
        "julho",
        "agosto",
        "setembro",
        "outubro",
        "novembro",
        "dezembro",
    ],
};

static EN: Said = Said {
    sample: "sample data",
    short: "Partial",
    no_operation: "No operation",
    target: "target {percent}% within {seconds} s",
    total: "Total",
    hour: "Hour",
    offered: "Offered",
    answered: "Answered",
    abandonment: "Abandonment",
    level: "SL",
    asa: "ASA",
    aht: "AHT",
    attempts: "Attempts",
    humans: "Live",
    right_party: "RPC",
    offered_s: "Off",
    answered_s: "Ans",
    abandonment_s: "Ab%",
    level_s: "SL%",
    attempts_s: "Att",
    humans_s: "Live",
    right_party_s: "RPC",
    results_s: "Res",
    projected: "projected {n}",
    goal: "Target of the day: {done} of {goal} ({percent})",
    no_goal: "Not every campaign has a target for the day",
    no_level: "An SL in seconds says nothing of a queue that works on tickets, so it is not shown.",
    unequal: "The queues have different limits: together there is no SL. On screen, “queues on target” tells how many reach their own.",
    complete: "complete data",
    part: "data for {percent}% of the period",
    unheard: "no data",
    going: "+ hour under way",
    incomplete: "* not everything was heard",
    few: "° fewer than 10 cases",
    active: "{kind} (outbound)",
    until: "{day}, until {time}",
    operations: [
        "Customer care",
        "Sales",
        "Support N1",
        "Help desk N2",
        "Service desk N3",
        "Inbound collections",
        "Retention",
        "Other operation",
    ],
    kinds: [
        "Sales",
        "Prospecting",
        "Collections",
        "Survey",
        "Retention",
        "After sales",
        "Relationship",
        "Scheduling",
        "Active support",
        "Other campaigns",
    ],
    results: ["Promises", "Sales", "Surveys finished", "Contacts finished", "Results"],
    weekdays: ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    months: [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
};

static ES: Said = Said {
    sample: "datos de ejemplo",
    short: "Parcial",
    no_operation: "Sin operación",
    target: "meta {percent}% en hasta {seconds} s",
    total: "Total",
    hour: "Hora",
    offered: "Recibidas",
    answered: "Atendidas",
    abandonment: "Abandono",
    level: "NS",
    asa: "TME",
    aht: "TMO",
    attempts: "Intentos",
    humans: "Contacto",
    right_party: "Titular",
    offered_s: "Rec",
    answered_s: "Ate",
    abandonment_s: "Ab%",
    level_s: "NS%",
    attempts_s: "Int",
    humans_s: "Cont",
    right_party_s: "Tit",
    results_s: "Res",
    projected: "proyección {n}",
    goal: "Meta del día: {done} de {goal} ({percent})",
    no_goal: "No todas las campañas tienen meta del día",
    no_level: "Un NS en segundos no dice nada de una cola que trabaja por tickets, por eso no aparece.",
    unequal: "Las colas tienen plazos diferentes: juntas no hay un NS. En pantalla, “colas en meta” dice cuántas alcanzan la suya.",
    complete: "datos completos",
    part: "datos del {percent}% del período",
    unheard: "sin datos",
    going: "+ hora en curso",
    incomplete: "* no se oyó todo",
    few: "° menos de 10 casos",
    active: "{kind} (saliente)",
    until: "{day}, hasta {time}",
    operations: [
        "Atención al cliente",
        "Televentas",
        "Soporte N1",
        "Mesa de ayuda N2",
        "Mesa de servicio N3",
        "Cobranza entrante",
        "Retención",
        "Otra operación",
    ],
    kinds: [
        "Ventas",
        "Prospección",
        "Cobranza",
        "Encuesta",
        "Retención",
        "Posventa",
        "Relacionamiento",
        "Agendamiento",
        "Soporte activo",
        "Otras campañas",
    ],
    results: ["Acuerdos", "Ventas", "Encuestas terminadas", "Contactos terminados", "Resultados"],
    weekdays: ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"],
    months: [
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ],
};

/// A text with values in their places.
fn filled(text: &str, values: &[(&str, &str)]) -> String {
    values.iter().fold(text.to_owned(), |text, (place, value)| text.replace(&format!("{{{place}}}"), value))
}

impl Said {
    pub(super) fn column(&self, words: &str, short: &'static str) -> Column {
        Column { words: words.to_owned(), short }
    }

    pub(super) fn percent(&self, words: &str, short: &'static str) -> Column {
        Column { words: format!("{words} %"), short }
    }

    pub(super) fn target(&self, percent: u8, seconds: u32) -> String {
        filled(self.target, &[("percent", &percent.to_string()), ("seconds", &seconds.to_string())])
    }

    pub(super) fn goal(&self, done: &str, goal: &str, percent: &str) -> String {
        filled(self.goal, &[("done", done), ("goal", goal), ("percent", percent)])
    }

    pub(super) fn projected(&self, n: &str) -> String {
        filled(self.projected, &[("n", n)])
    }

    pub(super) fn active(&self, kind: &str) -> String {
        filled(self.active, &[("kind", kind)])
    }

    pub(super) fn until(&self, day: &str, time: &str) -> String {
        filled(self.until, &[("day", day), ("time", time)])
    }

    pub(super) fn part(&self, percent: u32) -> String {
        filled(self.part, &[("percent", &percent.to_string())])
    }
}

impl Tongue {
    pub(crate) fn of(tag: &str) -> Tongue {
        match tag {
            "en" => Tongue::En,
            "es" => Tongue::Es,
            _ => Tongue::Pt,
        }
    }

    pub(super) fn said(self) -> &'static Said {
        match self {
            Tongue::Pt => &PT,
            Tongue::En => &EN,
            Tongue::Es => &ES,
        }
    }

    pub(super) fn operation(self, operation: Operation) -> &'static str {
        let place = match operation {
            Operation::Sac => 0,
            Operation::Sales => 1,
            Operation::SupportN1 => 2,
            Operation::HelpDeskN2 => 3,
            Operation::ServiceDeskN3 => 4,
            Operation::Collections => 5,
            Operation::Retention => 6,
            Operation::Other => 7,
        };
        self.said().operations[place]
    }

    pub(super) fn kind(self, kind: CampaignKind) -> &'static str {
        let place = match kind {
            CampaignKind::Sales => 0,
            CampaignKind::Prospecting => 1,
            CampaignKind::Collections => 2,
            CampaignKind::Survey => 3,
            CampaignKind::Retention => 4,
            CampaignKind::AfterSales => 5,
            CampaignKind::Relationship => 6,
            CampaignKind::Scheduling => 7,
            CampaignKind::ActiveSupport => 8,
            CampaignKind::Other => 9,
        };
        self.said().kinds[place]
    }

    /// What a campaign of a kind counts as its result.
    pub(super) fn results(self, kind: CampaignKind) -> &'static str {
        let place = match kind {
            CampaignKind::Collections => 0,
            CampaignKind::Sales => 1,
            CampaignKind::Survey => 2,
            CampaignKind::Prospecting
            | CampaignKind::AfterSales
            | CampaignKind::Relationship
            | CampaignKind::Scheduling
            | CampaignKind::ActiveSupport => 3,
            CampaignKind::Retention | CampaignKind::Other => 4,
        };
        self.said().results[place]
    }

    fn marks(self) -> (char, char) {
        if self == Tongue::En { (',', '.') } else { ('.', ',') }
    }

    /// Grouped: `1.120`.
    pub(super) fn number(self, n: u64) -> String {
        let digits = n.to_string();
        let mut grouped = String::new();
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                grouped.push(self.marks().0);
            }
            grouped.push(digit);
        }
        grouped
    }

    /// A share's digits without its sign: 0.784 is `78,4`. Truncated, not rounded: 79,96 % is not yet the 80 % of a target.
    pub(super) fn share(self, value: Option<f64>) -> String {
        let Some(value) = value else { return NONE.to_owned() };
        let tenths = (value * 1000.0 + 1e-9).floor().max(0.0) as u64;
        let whole = tenths / 10;
        // Spanish groups from five digits on.
        let whole = if self == Tongue::Es && whole < 10_000 { whole.to_string() } else { self.number(whole) };
        format!("{whole}{}{}", self.marks().1, tenths % 10)
    }

    /// The same with its sign.
    pub(super) fn percent(self, value: Option<f64>) -> String {
        let digits = self.share(value);
        if digits == NONE { digits } else { format!("{digits}%") }
    }

    /// `18:40` under an hour, then `3 h 12`.
    pub(super) fn duration(self, ms: i64) -> String {
        let seconds = ms.max(0) / 1000;
        if seconds < 3600 {
            return format!("{:02}:{:02}", seconds / 60, seconds % 60);
        }
        format!("{} h {:02}", seconds / 3600, seconds / 60 % 60)
    }

    /// `14h50`, and `14:50` elsewhere.
    pub(super) fn clock(self, ms: i64, zone: &TimeZone) -> String {
        let at = zoned(ms, zone);
        let mark = if self == Tongue::Pt { 'h' } else { ':' };
        format!("{:02}{mark}{:02}", at.hour(), at.minute())
    }

    /// A whole hour is `14h`, and `14:00` elsewhere.
    pub(super) fn hour(self, ms: i64, zone: &TimeZone) -> String {
        let words = self.clock(ms, zone);
        match words.strip_suffix("00") {
            Some(short) if self == Tongue::Pt => short.to_owned(),
            _ => words,
        }
    }

    /// `domingo, 22 de novembro`.
    pub(super) fn day(self, ms: i64, zone: &TimeZone) -> String {
        let at = zoned(ms, zone);
        let said = self.said();
        let weekday = said.weekdays[usize::from(at.weekday().to_monday_zero_offset().unsigned_abs()) % 7];
        let month = said.months[usize::from(at.month().unsigned_abs()).saturating_sub(1) % 12];
        if self == Tongue::En {
            format!("{weekday}, {month} {}", at.day())
        } else {
            format!("{weekday}, {} de {month}", at.day())
        }
    }
}

fn zoned(ms: i64, zone: &TimeZone) -> jiff::Zoned {
    jiff::Timestamp::from_millisecond(ms).unwrap_or(jiff::Timestamp::UNIX_EPOCH).to_zoned(zone.clone())
}
