//! One figure with everything that it rests on.

mod behind;
mod scope;
mod timeline;

pub(crate) use behind::rows;
pub(crate) use timeline::timeline;

use super::FiguresError;
use super::gather::at_once;
use crate::wire::{Card, CardAsked, CardFigure, CardGap, CardQueue, CardSource, CardTerm};
use jiff::tz::TimeZone;
use mirante_engine::Reason;
use mirante_floor::{Floor, Link, SourceId};
use mirante_history::History;
use mirante_metrics::{Absent, Catalogue, Definition, Figure, Formula, Judged, Measure, Sized, Words, on_target};
use scope::Look;

/// Ways to make what people call by one name, which stand side by side; ids, or what they begin with before a dot.
const FAMILIES: [&[&str]; 11] = [
    &["sl"],
    &["offered", "answered", "abandoned", "short_abandoned", "flow_out"],
    &["asa", "wait"],
    &["waiting", "longest_wait"],
    &["abandonment", "time_to_abandon"],
    &["aht", "acw", "talk"],
    &["occupancy", "utilisation", "availability", "unavailability"],
    &["hit", "machine", "drop"],
    &["right_party"],
    &["conversion", "sales"],
    &["promise", "promises"],
];

/// The card of a figure. Now: Unix ms, and the zone of the operation.
pub(crate) fn of(history: &History, asked: &CardAsked, now: (i64, &TimeZone)) -> Result<Card, FiguresError> {
    let definition = definition(&asked.definition)?;
    // Its rows are counted in the same look as its figure.
    at_once(history, |history, past| within(history, past.floor, asked, definition, now))
}

fn within(
    history: &History,
    floor: Floor,
    asked: &CardAsked,
    definition: &'static Definition,
    now: (i64, &TimeZone),
) -> Result<Card, FiguresError> {
    let family = family(definition);
    let look = Look::of(history, floor, asked, &family, now)?;
    let language = Language::of(&asked.language);
    let told = |definition: &Definition, figure: Figure| language.figure(definition, figure);
    let (top, bottom) = definition.made_of(&look.sums.facts(), look.terms);
    // What would mislead does not stand beside it either; whoever asks for it by name is told why it is not shown elsewhere.
    let variants = family
        .iter()
        .filter(|variant| variant.id != definition.id && look.hidden(&variant.id, &asked.language).is_none());
    let by_limit = definition.measures().any(Measure::is_by_limit);
    let by_short = definition.measures().any(|measure| measure == Measure::ShortAbandoned);
    Ok(Card {
        hidden: look.hidden(&definition.id, &asked.language),
        figure: told(definition, look.figure(definition)),
        help: language.of_words(&definition.help).to_owned(),
        valid_from: format!(
            "{:04}-{:02}-{:02}",
            definition.valid_from.year, definition.valid_from.month, definition.valid_from.day
        ),
        from_ms: look.stretch.from,
        to_ms: look.stretch.to,
        is_now: look.stretch.to > look.stretch.now,
        top: top.into_iter().map(term).collect(),
        bottom: bottom.into_iter().map(term).collect(),
        percent: match definition.formula {
            Formula::Percentile { percent, .. } => Some(percent),
            _ => None,
        },
        seconds: look.terms.seconds.filter(|_| by_limit),
        short_seconds: look.terms.short_seconds.filter(|_| by_short),
        variants: variants.map(|variant| told(variant, look.figure(variant))).collect(),
        queues: queues(&look, definition, language),
        heard: look.gathered.heard(),
        gaps: gaps(history, &look)?,
        sources: sources(&look),
        count: behind::count(history, &look, definition)?,
    })
}

fn definition(id: &str) -> Result<&'static Definition, FiguresError> {
    Catalogue::own().newest(id).ok_or_else(|| FiguresError::NoDefinition(id.to_owned()))
}

/// The definition's own first, then the others of its name.
fn family(definition: &'static Definition) -> Vec<&'static Definition> {
    let is_of = |id: &str, name: &str| id == name || id.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'));
    let names = FAMILIES.iter().find(|names| names.iter().any(|name| is_of(&definition.id, name)));
    let own = definition.id.split('.').next().unwrap_or_default();
    let is_variant = |id: &str| names.map_or(is_of(id, own), |names| names.iter().any(|name| is_of(id, name)));
    let catalogue = Catalogue::own();
    let mut all = vec![definition];
    all.extend(
        catalogue.ids().filter(|id| *id != definition.id && is_variant(id)).filter_map(|id| catalogue.newest(id)),
    );
    // Whoever asks how many queues are on target is shown the service level of each.
    if matches!(definition.formula, Formula::QueuesOnTarget {}) {
        all.extend(catalogue.newest("sl.f4"));
    }
    all
}

fn term(sized: Sized) -> CardTerm {
    let measure = sized.term.measure;
    CardTerm { measure, minus: sized.term.minus, is_time: measure.is_time(), size: sized.size }
}

impl Look {
    fn figure(&self, definition: &Definition) -> Figure {
        match definition.formula {
            Formula::QueuesOnTarget {} => {
                let judged: Option<Vec<Judged<'_>>> = self.judged().map(|(_, judged)| judged).collect();
                let unequal = || Figure::absent(definition, Absent::UnequalTerms);
                judged.map_or_else(unequal, |judged| on_target(definition, &judged, self.looked()))
            }
            _ => self.sums.figure(definition, self.terms, self.looked()),
        }
    }
}

fn queues(look: &Look, definition: &Definition, language: Language) -> Vec<CardQueue> {
    let is_target = matches!(definition.formula, Formula::QueuesOnTarget {});
    if look.queues.len() < 2 || look.is_of_campaigns {
        return Vec::new();
    }
    let one = |(key, judged): (&super::Key, Option<Judged<'_>>)| {
        let sums = look.queues.get(key)?;
        let (definition, figure) = match &judged {
            _ if !is_target => (definition, sums.figure(definition, look.terms_of(key), look.looked())),
            Some(judged) => (judged.level, sums.figure(judged.level, judged.terms, look.looked())),
            None => (definition, Figure::absent(definition, Absent::UnequalTerms)),
        };
        let on_target = judged.filter(|_| is_target).and_then(|judged| reaches(&figure, &judged));
        Some(CardQueue {
            id: crate::rows::row_id(key.0, &key.1),
            label: look.queue_label(key),
            figure: language.figure(definition, figure),
            on_target,
        })
    };
    look.judged().filter_map(one).collect()
}

fn reaches(figure: &Figure, judged: &Judged<'_>) -> Option<bool> {
    figure.value.ok()?;
    let (top, bottom) = (figure.numerator?, figure.denominator?);
    Some(i128::from(top) * 100 >= i128::from(bottom) * i128::from(judged.percent))
}

fn gaps(history: &History, look: &Look) -> Result<Vec<CardGap>, FiguresError> {
    let is_ours = |source| look.sources.contains(&source);
    let mut gaps: Vec<CardGap> = Vec::new();
    for gap in history.gaps(look.stretch.from, look.stretch.to)?.into_iter().filter(|gap| is_ours(gap.source)) {
        gaps.push(CardGap {
            source: look.source_label(gap.source),
            from_ms: gap.from,
            to_ms: Some(gap.to),
            reason: Reason::read(&gap.reason).0,
        });
    }
    for (source, site) in look.floor.sites.iter().filter(|(source, _)| is_ours(**source)) {
        if let Link::Down { since, reason } = &site.link
            && *since < look.stretch.to
        {
            gaps.push(CardGap {
                source: look.source_label(*source),
                from_ms: *since,
                to_ms: None,
                reason: Reason::read(reason).0,
            });
        }
    }
    Ok(gaps)
}

fn sources(look: &Look) -> Vec<CardSource> {
    let site = |source: &SourceId| look.floor.sites.get(source);
    let one = |source: &SourceId| CardSource {
        label: look.source_label(*source),
        is_heard: site(source).is_some_and(|site| matches!(site.link, Link::Up { .. })),
        seen_ms: site(source).map_or(0, |site| site.seen),
    };
    look.sources.iter().map(one).collect()
}

/// In which language words are wanted.
#[derive(Clone, Copy)]
enum Language {
    Pt,
    En,
    Es,
}

impl Language {
    fn of(tag: &str) -> Self {
        match tag {
            "en" => Language::En,
            "es" => Language::Es,
            _ => Language::Pt,
        }
    }

    fn of_words(self, words: &Words) -> &str {
        match self {
            Language::Pt => &words.pt,
            Language::En => &words.en,
            Language::Es => &words.es,
        }
    }

    fn figure(self, definition: &Definition, figure: Figure) -> CardFigure {
        CardFigure {
            id: definition.id.clone(),
            version: definition.version,
            name: self.of_words(&definition.name).to_owned(),
            value: figure.value.ok(),
            absent: figure.value.err().map(|absent| absent.word().to_owned()),
            numerator: figure.numerator,
            denominator: figure.denominator,
            n: figure.n,
            unit: figure.unit,
            few: figure.flags.few,
            provisional: figure.flags.provisional,
            incomplete: figure.flags.incomplete,
        }
    }
}

#[cfg(test)]
mod tests;
