//! Why each rule is as it is. What a law says is told only as far as it was looked up; the rest is Mirante's own choice, and said to be.

use mirante_history::Rule;

/// Why a rule is as it is, in one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Basis {
    /// What a law says; absent where none is known to say anything.
    pub law: Option<&'static str>,
    /// False where the law was not found in its own words: whoever relies on it reads it there first.
    pub is_confirmed: bool,
    /// What is Mirante's choice.
    pub choice: &'static str,
}

impl Basis {
    /// All of it, in a line.
    pub fn line(&self, language: &str) -> String {
        let doubt = [" (a confirmar)", " (to be confirmed)", " (por confirmar)"][nth(language)];
        let doubt = if self.is_confirmed { "" } else { doubt };
        let law = self.law.map(|law| format!("{law}{doubt} ")).unwrap_or_default();
        format!("{law}{}", self.choice)
    }
}

/// Why a rule is as it is, in `pt-BR`, `en` or `es` (any other language reads English).
pub fn basis(rule: Rule, language: &str) -> Basis {
    let (law, is_confirmed, choice) = match rule {
        Rule::Numbers => (
            Some([
                "LGPD (Lei 13.709/2018), arts. 15 e 16: dados pessoais são eliminados quando a finalidade acaba. A lei não fixa prazo.",
                "LGPD (Brazilian law 13.709/2018), arts. 15 and 16: personal data are erased once their purpose is over. The law sets no \
                 term.",
                "LGPD (ley brasileña 13.709/2018), arts. 15 y 16: los datos personales se eliminan cuando termina la finalidad. La ley no \
                 fija plazo.",
            ]),
            true,
            ["90 dias é a escolha do Mirante.", "90 days is Mirante's choice.", "90 días es la elección de Mirante."],
        ),
        Rule::Contacts => (
            Some([
                "Decreto 11.034/2022, art. 12: o SAC de serviços regulados pelo governo federal guarda o registro do atendimento por 2 \
                 anos ou mais depois da solução.",
                "Brazilian decree 11.034/2022, art. 12: the SAC of federally regulated services keeps the record of a request for 2 years \
                 or more after it is solved.",
                "Decreto brasileño 11.034/2022, art. 12: el SAC de servicios regulados por el gobierno federal guarda el registro de la \
                 atención 2 años o más después de la solución.",
            ]),
            // Commentaries confirm the article and its other terms; the two years were not found in the decree's own words.
            false,
            [
                "Para os demais, 2 anos é a escolha do Mirante.",
                "For everyone else, 2 years is Mirante's choice.",
                "Para los demás, 2 años es la elección de Mirante.",
            ],
        ),
        Rule::WorkingTime => (
            Some([
                "NR-17, Anexo II: as pausas são registradas e o operador tem acesso a elas. CLT, art. 11: créditos de trabalho podem ser \
                 pedidos por 5 anos, até 2 anos depois do fim do contrato.",
                "NR-17, Annex II (Brazil): breaks are recorded and the operator has access to them. CLT, art. 11: claims from work may be \
                 made for 5 years, until 2 years after the contract's end.",
                "NR-17, Anexo II (Brasil): las pausas se registran y el operador tiene acceso a ellas. CLT, art. 11: los créditos laborales \
                 se pueden reclamar durante 5 años, hasta 2 años después del fin del contrato.",
            ]),
            true,
            [
                "Guardar 5 anos, como prova, é a escolha do Mirante. Depois ficam só somas, sem dizer de quem.",
                "Keeping 5 years, as evidence, is Mirante's choice. After that only sums stay, of nobody in particular.",
                "Guardar 5 años, como prueba, es la elección de Mirante. Después quedan solo sumas, sin decir de quién.",
            ],
        ),
        Rule::Rewind => (
            None,
            true,
            [
                "Não conhecemos lei que peça a volta no tempo. 90 dias, como os números que ela mostra, é a escolha do Mirante.",
                "We know of no law that asks for the rewind. 90 days, like the numbers that it shows, is Mirante's choice.",
                "No conocemos ley que pida la vuelta atrás. 90 días, como los números que muestra, es la elección de Mirante.",
            ],
        ),
    };
    let nth = nth(language);
    Basis { law: law.map(|words| words[nth]), is_confirmed, choice: choice[nth] }
}

fn nth(language: &str) -> usize {
    match language.get(..2) {
        Some("pt") => 0,
        Some("es") => 2,
        _ => 1,
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
