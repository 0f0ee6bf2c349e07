//! The webhook's three bodies, and its signature as a library of others verifies it.

use crate::receiver::{Receiver, net, reply};
use crate::{NOW, group, notice};
use mirante_notify::{Auth, Body, Channel, Event, Kind, Language, Notice, Secret, SigningKey, Webhook};
use serde_json::json;
use std::time::{SystemTime, UNIX_EPOCH};

const KEY: &str = "whsec_qqWSvKpzt6GUYFDDEk6lZqJGoPo7J7gLkG2nBCgnHjw=";

fn webhook(receiver: &Receiver, body: Body) -> Webhook {
    let key = SigningKey::parse(&Secret::new(KEY)).unwrap();
    let auth = Auth::Bearer(Secret::new("t0ken-of-the-receiver"));
    Webhook::new(net(), receiver.url("/hook?team=n1"), body, auth, Some(key), "matriz")
}

#[tokio::test]
async fn mirantes_own_body_says_everything_and_a_stranger_verifies_it() {
    let receiver = Receiver::start([reply(204, "")]).await;
    // Libraries refuse what is more than five minutes old.
    let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap();
    webhook(&receiver, Body::Own).send(&notice(Event::Firing), now).await.unwrap();
    let came = receiver.only();
    assert_eq!((came.method.as_str(), came.path.as_str()), ("POST", "/hook?team=n1"));
    assert_eq!(came.header("authorization"), "Bearer t0ken-of-the-receiver");
    assert_eq!(came.header("idempotency-key"), "queue-starved/1/sac@7/firing");

    let verifier = standardwebhooks::Webhook::new(KEY).unwrap();
    verifier.verify(&came.body, &came.headers).unwrap();
    let mut other = came.body.clone();
    let last = other.len() - 2;
    other[last] ^= 1;
    assert!(verifier.verify(&other, &came.headers).is_err(), "a changed body passes");
    let mut later = came.headers.clone();
    later.insert("webhook-timestamp", (now / 1_000 + 1).to_string().parse().unwrap());
    assert!(verifier.verify(&came.body, &later).is_err(), "a changed time passes");

    assert_eq!(
        came.json(),
        json!({
            "version": 1,
            "id": "queue-starved/1/sac@7/firing",
            "fingerprint": "queue-starved/1/sac",
            "event": "firing",
            "test": false,
            "severity": "critical",
            "title": "SAC: ninguém livre com 12 na fila",
            "sentence": "12 pessoas esperam há até 03:10 e ninguém está livre; chame de volta quem está em pausa.",
            "facts": [{ "label": "Na fila", "value": "12" }, { "label": "Maior espera", "value": "03:10" }],
            "rule": "queue-starved",
            "subject": "fila SAC",
            "started_at": "2026-11-22T19:56:31.25Z",
            "ended_at": null,
            "members": [],
            "link": "https://mirante.example/#/alertas/7",
            "language": "pt-BR",
        })
    );
}

#[tokio::test]
async fn a_repeat_has_the_same_key_and_another_transition_another() {
    let receiver = Receiver::start([reply(500, ""), reply(200, "")]).await;
    let webhook = webhook(&receiver, Body::Own);
    assert!(webhook.send(&notice(Event::Firing), NOW).await.is_err());
    webhook.send(&notice(Event::Firing), NOW + 60_000).await.unwrap();
    webhook.send(&notice(Event::Resolved), NOW + 90_000).await.unwrap();
    let keys: Vec<_> = receiver.came().iter().map(|came| came.header("idempotency-key").to_owned()).collect();
    assert!(keys[0] == keys[1] && keys[1] != keys[2], "{keys:?}");
}

#[tokio::test]
async fn a_cloud_event_is_one_by_its_specification() {
    let receiver = Receiver::start([reply(202, "")]).await;
    webhook(&receiver, Body::CloudEvents).send(&notice(Event::Resolved), NOW).await.unwrap();
    let came = receiver.only();
    assert_eq!(came.header("content-type"), "application/cloudevents+json; charset=utf-8");
    let event = came.json();
    for required in ["id", "source", "specversion", "type"] {
        assert!(event[required].as_str().is_some_and(|text| !text.is_empty()), "{required}: {event}");
    }
    assert_eq!(
        (&event["specversion"], &event["type"], &event["source"], &event["time"]),
        (
            &json!("1.0"),
            &json!("mirante.alert.resolved"),
            &json!("urn:mirante:matriz"),
            &json!("2026-11-22T19:57:00.25Z")
        )
    );
    // Names of attributes are small letters and digits alone.
    let mut names = event.as_object().unwrap().keys();
    assert!(names.all(|name| name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())));
    assert_eq!(
        (&event["data"]["event"], &event["data"]["ended_at"]),
        (&json!("resolved"), &json!("2026-11-22T19:57:00.25Z"))
    );
}

#[tokio::test]
async fn alertmanagers_body_tells_a_group_alert_by_alert() {
    let receiver = Receiver::start([reply(200, "")]).await;
    webhook(&receiver, Body::Alertmanager).send(&group(3), NOW).await.unwrap();
    let body = receiver.only().json();
    assert_eq!(
        (&body["version"], &body["status"], &body["truncatedAlerts"]),
        (&json!("4"), &json!("firing"), &json!(0))
    );
    assert_eq!(body["groupLabels"], json!({ "alertname": "queue-starved" }));
    let common = json!({ "alertname": "queue-starved", "severity": "critical", "source": "mirante" });
    assert_eq!(body["commonLabels"], common, "and neither fingerprint nor subject, which differ");
    let alerts = body["alerts"].as_array().unwrap();
    let told: Vec<_> =
        alerts.iter().map(|alert| (alert["status"].as_str().unwrap(), alert["endsAt"].as_str().unwrap())).collect();
    let open = ("firing", "0001-01-01T00:00:00Z");
    assert_eq!(told, [open, ("resolved", "2026-11-22T19:57:00.25Z"), open]);
    assert_eq!(alerts[1]["labels"]["subject"], "fila 1");
    assert_eq!(alerts[1]["annotations"]["summary"], "Fila 1: ninguém livre");
}

#[tokio::test]
async fn a_test_is_marked_in_every_language_and_body() {
    for language in Language::ALL {
        for body in [Body::Own, Body::CloudEvents, Body::Alertmanager] {
            let receiver = Receiver::start([reply(200, "")]).await;
            let channel = webhook(&receiver, body);
            assert_eq!(channel.kind(), Kind::Webhook);
            channel.send(&Notice::test(language, NOW), NOW).await.unwrap();
            let told = receiver.only().json().to_string();
            let word = ["só um teste", "only a test", "solo una prueba"][language as usize];
            assert!(told.contains(word), "{told}");
        }
    }
}
