//! Invented people and numbers that cannot ring anywhere.

use super::chance::Dice;
use crate::Caller;
use std::collections::HashSet;

const GIVEN: [&str; 56] = [
    "Ana",
    "Bruno",
    "Carla",
    "Diego",
    "Elaine",
    "Fábio",
    "Gabriela",
    "Hélio",
    "Ingrid",
    "Jorge",
    "Karen",
    "Lucas",
    "Mariana",
    "Nelson",
    "Olívia",
    "Otávio",
    "Patrícia",
    "Rafael",
    "Sandra",
    "Tiago",
    "Úrsula",
    "Vanessa",
    "Wagner",
    "Yasmin",
    "Zilda",
    "André",
    "Beatriz",
    "Caio",
    "Débora",
    "Edson",
    "Fernanda",
    "Gustavo",
    "Helena",
    "Igor",
    "Juliana",
    "Kelly",
    "Leandro",
    "Márcia",
    "Natália",
    "Paulo",
    "Renata",
    "Sérgio",
    "Tatiane",
    "Vinícius",
    "Aline",
    "Cristiano",
    "Daniela",
    "Emerson",
    "Flávia",
    "Gilberto",
    "Iara",
    "José",
    "Larissa",
    "Murilo",
    "Priscila",
    "Rodrigo",
];
const SECOND: [&str; 16] = [
    "Aparecida",
    "Batista",
    "Carlos",
    "Cristina",
    "Eduardo",
    "Fernanda",
    "Henrique",
    "Luiz",
    "Maria",
    "Paula",
    "Regina",
    "Roberto",
    "Augusto",
    "Beatriz",
    "Vitória",
    "César",
];
const FAMILY: [&str; 48] = [
    "Almeida",
    "Araújo",
    "Barbosa",
    "Batista",
    "Borges",
    "Campos",
    "Cardoso",
    "Carvalho",
    "Castro",
    "Correia",
    "Costa",
    "Cunha",
    "Dias",
    "Duarte",
    "Esteves",
    "Farias",
    "Ferreira",
    "Freitas",
    "Gomes",
    "Guimarães",
    "Lima",
    "Lopes",
    "Machado",
    "Marques",
    "Martins",
    "Medeiros",
    "Melo",
    "Mendes",
    "Monteiro",
    "Moraes",
    "Moreira",
    "Nascimento",
    "Nogueira",
    "Nunes",
    "Pacheco",
    "Pinto",
    "Prado",
    "Queiroz",
    "Ramos",
    "Reis",
    "Ribeiro",
    "Rocha",
    "Sampaio",
    "Silveira",
    "Siqueira",
    "Teixeira",
    "Vasconcelos",
    "Xavier",
];
/// The long ones that a screen must bear.
const LONG: [&str; 4] = [
    "João Batista de Albuquerque Cavalcanti",
    "Maria Aparecida Nascimento de Oliveira",
    "Antônio Carlos Guimarães Vasconcelos Filho",
    "Francisca das Chagas Medeiros de Araújo",
];
/// Area codes that Brazil's numbering plan leaves unassigned: a number in them reaches nobody.
const UNASSIGNED: [u32; 12] = [20, 23, 25, 26, 29, 30, 36, 39, 40, 50, 52, 56];

/// Clients (contratantes) of an outsourced centre, all invented.
pub(super) const CLIENTS: [&str; 12] = [
    "Lojas Ipê Amarelo",
    "Serra Azul Energia",
    "Fibra Buriti",
    "Banco Vereda",
    "Clínicas Boa Hora",
    "Viação Mandacaru",
    "Seguros Jequitibá",
    "Editora Sabiá",
    "Móveis Aroeira",
    "Águas do Cerrado",
    "Cartões Jangada",
    "Turismo Arraial",
];

/// `count` different names of people who work here.
pub(super) fn people(count: usize, dice: &mut Dice) -> Vec<String> {
    let mut seen = HashSet::new();
    let mut names = Vec::with_capacity(count);
    while names.len() < count {
        // The long names are spread over the shifts, not gathered at the top of the list.
        let long = (names.len() % 9 == 4).then(|| LONG.get(names.len() / 9)).flatten();
        let name = match long {
            Some(name) => (*name).to_owned(),
            None => person(dice),
        };
        if seen.insert(name.clone()) {
            names.push(name);
        }
    }
    names
}

fn person(dice: &mut Dice) -> String {
    let given = GIVEN[dice.below(GIVEN.len())];
    let family = FAMILY[dice.below(FAMILY.len())];
    match dice.below(10) {
        0 | 1 => format!("{given} {} {family}", SECOND[dice.below(SECOND.len())]),
        2 | 3 => format!("{given} {} {family}", FAMILY[dice.below(FAMILY.len())]),
        4 => format!("{given} {} de {family}", SECOND[dice.below(SECOND.len())]),
        _ => format!("{given} {family}"),
    }
}

/// The customer of this id as their call shows them: always the same, absent if they withhold their number.
pub(super) fn customer(id: u32) -> Option<Caller> {
    // One in thirty withholds the number, and then the name too.
    (!Dice::new(0x00c0_ffee, 2 * u64::from(id)).chance(0.033)).then(|| somebody(id))
}

/// The person of this id in a list to be called: always the same.
pub(super) fn somebody(id: u32) -> Caller {
    let mut dice = Dice::new(0x00c0_ffee, 2 * u64::from(id) + 1);
    let area = UNASSIGNED[dice.below(UNASSIGNED.len())];
    let mobile = dice.chance(0.85);
    let number = if mobile {
        format!("55{area}9{:08}", 60_000_000 + dice.below(40_000_000))
    } else {
        format!("55{area}{:08}", 20_000_000 + dice.below(30_000_000))
    };
    let name = if dice.chance(0.7) { person(&mut dice) } else { String::new() };
    Caller { number: number.into(), name: name.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_differ_and_numbers_reach_nobody() {
        let names = people(2_000, &mut Dice::new(1, 2));
        assert_eq!(names.iter().collect::<HashSet<_>>().len(), 2_000);
        assert!(names.iter().take(40).any(|n| n == "João Batista de Albuquerque Cavalcanti"));
        for id in 0..2_000 {
            let caller = somebody(id);
            assert_eq!(caller, somebody(id));
            assert!(customer(id).is_none_or(|shown| shown == caller));
            let area: u32 = caller.number[2..4].parse().unwrap();
            assert!(caller.number.starts_with("55") && UNASSIGNED.contains(&area), "{}", caller.number);
            assert!(matches!(caller.number.len(), 12 | 13));
        }
        let withheld = (0..2_000).filter(|id| customer(*id).is_none()).count();
        assert!((20..150).contains(&withheld), "{withheld}");
    }
}
