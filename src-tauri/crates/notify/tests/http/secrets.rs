//! No secret is in any error or print, whatever it is and however the other side repeats it.

use crate::receiver::{Receiver, cutting, net, nobody, reply};
use crate::{NOW, notice};
use mirante_notify::{
    Address, Auth, Body, Channel, Event, Language, Login, Net, PagerDuty, Secret, Security, SigningKey, Slack, Smtp,
    Teams, Telegram, Webhook, WhatsApp,
};
use proptest::prelude::*;

const ECHO: u16 = 418;

/// Every channel with the same secret wherever one goes.
fn all(net: &Net, secret: &str, base: &Address) -> Vec<Box<dyn Channel>> {
    let key = || Secret::new(secret);
    let with = |path: &str| base.join(&[path, secret]);
    vec![
        Box::new(Webhook::new(net.clone(), with("hook"), Body::Own, Auth::Bearer(key()), None, "m")),
        Box::new(Webhook::new(net.clone(), with("hook"), Body::Own, Auth::Basic(secret.to_owned(), key()), None, "m")),
        Box::new(PagerDuty::new(net.clone(), key(), Some(base))),
        Box::new(Slack::new(net.clone(), with("services"))),
        Box::new(Teams::new(net.clone(), with("workflows"))),
        Box::new(Telegram::new(net.clone(), key(), secret, Some(base))),
        Box::new(WhatsApp::new(net.clone(), key(), secret, key(), (secret, "pt_BR"), Some(base))),
    ]
}

fn mail(secret: &str) -> Smtp {
    let login = Login { user: secret.to_owned(), password: Secret::new(secret) };
    let to = [format!("{secret}@example.com")];
    Smtp::new(("127.0.0.1", 1, Security::None), Some(login), None, &to[0], &to).unwrap()
}

/// Everything that a person could be shown of a failure.
async fn shown(channel: &dyn Channel) -> String {
    let error = channel.send(&notice(Event::Firing), NOW).await.unwrap_err();
    let told = Language::ALL.map(|language| error.told(language)).join("\n");
    format!("{channel:?} {error} {error:?} {told} {}", serde_json::to_string(&error).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn no_error_and_no_print_holds_a_secret(secret in "[A-Za-z0-9]{20,40}") {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let net = net();
            let mail = shown(&mail(&secret)).await;
            prop_assert!(!mail.contains(&secret), "{mail}");
            // The other side says the secret back in every place that is read.
            let said = format!(
                r#"{{"ok":false,"error_code":{ECHO},"description":"{secret}","errors":["{secret}"],"error":{{"code":"{secret}","message":"{secret}"}}}}"#
            );
            let echo = Receiver::start([reply(ECHO, said).header("retry-after", &secret)]).await;
            let cut: &'static str = Box::leak(format!("HTTP/1.1 200 {secret}\r\ncontent-length: 9\r\n\r\n{secret}").into_boxed_str());
            for base in [echo.url("/"), nobody().await, cutting(&cut[..cut.len() - secret.len()]).await] {
                for channel in all(&net, &secret, &base) {
                    let shown = shown(channel.as_ref()).await;
                    prop_assert!(!shown.contains(&secret), "{shown}");
                }
            }
            // What cannot even be made.
            let bad = [
                format!("{:?}", Address::parse(&secret)),
                format!("{:?}", SigningKey::parse(&Secret::new(format!("{secret}!")))),
                format!("{:?}", Smtp::new(("x", 1, Security::Tls), None, None, &secret, std::slice::from_ref(&secret))),
                format!("{:?}", Auth::Bearer(Secret::new(secret.clone()))),
            ];
            prop_assert!(bad.iter().all(|bad| !bad.contains(&secret)), "{bad:?}");
            Ok(())
        })?;
    }
}
