//! "Pedir ao TI": the page for whoever runs the PBX.

use crate::wire::WireError;
use mirante_sources::asterisk::{freepbx_block, user_block};
use std::net::{IpAddr, Ipv4Addr};

/// The page in `pt-BR`, `en` or `es`, with this computer's addresses; the block permits the first.
pub(crate) fn text(language: &str, addresses: &[IpAddr]) -> Result<String, WireError> {
    let words = match language {
        "pt-BR" | "pt" => &PT,
        "en" => &EN,
        "es" => &ES,
        _ => return Err(WireError::invalid("this language is not spoken here; ask for pt-BR, en or es")),
    };
    let list: Vec<String> = addresses.iter().map(ToString::to_string).collect();
    let permit = addresses.first().copied().unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
    let list = if list.is_empty() { words.no_address.to_owned() } else { list.join(", ") };
    let Words { title, hello, computer, ports, asterisk, freepbx, secret, reads, changes, others, back, .. } = words;
    let (plain, custom) = (user_block(secret, permit), freepbx_block(secret, permit));
    Ok(format!(
        "{title}\n\n{hello}\n\n{computer} {list}\n{ports}\n\n1. {asterisk}\n\n{plain}\n2. {freepbx}\n\n{custom}\n\
         {others}\n\n{reads}\n\n{changes}\n\n{back}\n"
    ))
}

struct Words {
    title: &'static str,
    hello: &'static str,
    computer: &'static str,
    no_address: &'static str,
    ports: &'static str,
    asterisk: &'static str,
    freepbx: &'static str,
    secret: &'static str,
    others: &'static str,
    reads: &'static str,
    changes: &'static str,
    back: &'static str,
}

const PT: Words = Words {
    title: "Pedido ao TI: acesso de leitura ao PABX para o Mirante",
    hello: "O Mirante mostra ao supervisor, ao vivo, as filas e os operadores. Para isso ele precisa de um usuário AMI \
            (Asterisk Manager Interface) que só lê.",
    computer: "Endereços deste computador:",
    no_address: "(nenhum endereço de rede encontrado; troque o permit abaixo)",
    ports: "Este computador abre a conexão: porta TCP 5038 do PABX (5039 com TLS). O PABX não conecta de volta. Fora da rede \
            local, use TLS ou VPN.",
    asterisk: "Asterisk puro: cole em manager.conf e recarregue.",
    freepbx: "FreePBX ou Issabel: cole em manager_custom.conf e recarregue. Não edite manager.conf, que as telas regravam.",
    secret: "TROQUE-ESTA-SENHA",
    others: "Se o computador mudar de endereço, mude o permit. As linhas eventfilter deixam passar só os eventos usados.",
    reads: "O que é lido: estado das filas, chamadas em espera (número e nome de quem liga), estado e pausas dos operadores, \
            início e fim das chamadas das filas. Nenhum áudio. Números e nomes ficam cifrados neste computador.",
    changes: "O que é mudado no PABX: nada. A linha write fica vazia: o usuário não liga, não desliga, não pausa e não executa \
              comandos.",
    back: "Devolva a quem pediu: endereço do PABX, porta, usuário (mirante) e a senha escolhida.",
};

const EN: Words = Words {
    title: "Request to IT: read access to the PBX for Mirante",
    hello: "Mirante shows the supervisor queues and agents, live. For that it needs an AMI user (Asterisk Manager Interface) \
            that only reads.",
    computer: "Addresses of this computer:",
    no_address: "(no network address found; change the permit below)",
    ports: "This computer opens the connection: TCP port 5038 of the PBX (5039 with TLS). The PBX never connects back. Outside \
            the local network, use TLS or a VPN.",
    asterisk: "Plain Asterisk: paste into manager.conf and reload.",
    freepbx: "FreePBX or Issabel: paste into manager_custom.conf and reload. Leave manager.conf alone: the web pages rewrite it.",
    secret: "CHANGE-THIS-PASSWORD",
    others: "If the computer's address changes, change the permit. The eventfilter lines let only the events in use through.",
    reads: "What is read: state of queues, waiting calls (number and name of the caller), state and pauses of agents, start and \
            end of queue calls. No audio. Numbers and names are kept encrypted on this computer.",
    changes: "What is changed on the PBX: nothing. The write line stays empty: the user cannot call, hang up, pause or run \
              commands.",
    back: "Give back to whoever asked: the PBX's address, the port, the user (mirante) and the password you chose.",
};

const ES: Words = Words {
    title: "Pedido a TI: acceso de lectura a la central para Mirante",
    hello: "Mirante muestra al supervisor, en vivo, las colas y los agentes. Para eso necesita un usuario AMI (Asterisk Manager \
            Interface) que solo lee.",
    computer: "Direcciones de este equipo:",
    no_address: "(no se encontró ninguna dirección de red; cambie el permit de abajo)",
    ports: "Este equipo abre la conexión: puerto TCP 5038 de la central (5039 con TLS). La central nunca se conecta de vuelta. \
            Fuera de la red local, use TLS o VPN.",
    asterisk: "Asterisk puro: pegue en manager.conf y recargue.",
    freepbx: "FreePBX o Issabel: pegue en manager_custom.conf y recargue. No edite manager.conf: las pantallas lo reescriben.",
    secret: "CAMBIE-ESTA-CLAVE",
    others: "Si cambia la dirección del equipo, cambie el permit. Las líneas eventfilter dejan pasar solo los eventos usados.",
    reads: "Qué se lee: estado de las colas, llamadas en espera (número y nombre de quien llama), estado y pausas de los agentes, \
            inicio y fin de las llamadas de las colas. Ningún audio. Números y nombres se guardan cifrados en este equipo.",
    changes: "Qué se cambia en la central: nada. La línea write queda vacía: el usuario no llama, no cuelga, no pausa y no \
              ejecuta comandos.",
    back: "Devuelva a quien lo pidió: la dirección de la central, el puerto, el usuario (mirante) y la clave elegida.",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_both_blocks_and_the_address() {
        let addresses = ["192.168.0.7".parse().unwrap(), "10.1.1.1".parse().unwrap()];
        for language in ["pt-BR", "en", "es"] {
            let text = text(language, &addresses).unwrap();
            assert_eq!(text.matches("[mirante]").count(), 2, "{text}");
            assert_eq!(text.matches("permit = 192.168.0.7/255.255.255.255").count(), 2);
            assert!(text.contains("manager_custom.conf") && text.contains("192.168.0.7, 10.1.1.1"));
            assert!(text.contains("write ="));
        }
        let v6 = text("en", &["fd00::7".parse().unwrap()]).unwrap();
        assert_eq!(v6.matches("permit = fd00::7/128").count(), 2, "{v6}");
        assert!(text("tlh", &addresses).is_err());
        assert!(text("pt-BR", &[]).unwrap().contains("127.0.0.1"));
    }
}
