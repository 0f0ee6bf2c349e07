//! Services of others, as their published documents describe what they take and how they refuse.

use crate::receiver::{Came, Receiver, Reply, net, reply};
use crate::{NOW, draft, group, notice};
use mirante_notify::{
    Channel, Draft, Event, Language, Notice, PagerDuty, Secret, SendError, Slack, Teams, Telegram, Veil, Weight,
    WhatsApp, Why,
};
use serde_json::{Value, json};

const ROUTING: &str = "R0123456789ABCDEFGHIJKLMNOPQRSTU";
const TOKEN: &str = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw";

fn all(receiver: &Receiver) -> Vec<Box<dyn Channel>> {
    let base = receiver.url("/");
    vec![
        Box::new(PagerDuty::new(net(), Secret::new(ROUTING), Some(&base))),
        Box::new(Slack::new(net(), receiver.url("/services/T0/B0/xyz"))),
        Box::new(Teams::new(net(), receiver.url("/workflows/1/triggers/manual/paths/invoke?sig=abc"))),
        Box::new(Telegram::new(net(), Secret::new(TOKEN), "-1001234", Some(&base))),
        Box::new(whatsapp(receiver)),
    ]
}

fn whatsapp(receiver: &Receiver) -> WhatsApp {
    let telephone = Secret::new("5511987654321");
    let template = ("mirante_alerta", "pt_BR");
    WhatsApp::new(net(), Secret::new("EAAtoken"), "106540352242922", telephone, template, Some(&receiver.url("/v23.0")))
}

const PAGER_OK: &str = r#"{"status":"success","message":"Event processed","dedup_key":"k"}"#;
const TELEGRAM_OK: &str = r#"{"ok":true,"result":{"message_id":7}}"#;
const WHATSAPP_OK: &str = r#"{"messaging_product":"whatsapp","contacts":[],"messages":[{"id":"wamid.x"}]}"#;

/// How each of [`all`] says yes.
fn yes(place: usize) -> Reply {
    [reply(202, PAGER_OK), reply(200, "ok"), reply(202, ""), reply(200, TELEGRAM_OK), reply(200, WHATSAPP_OK)][place]
        .clone()
}

/// What the channel at `place` sent for a notice.
async fn sent(place: usize, notice: &Notice) -> Vec<Came> {
    let receiver = Receiver::start([yes(place)]).await;
    all(&receiver)[place].send(notice, NOW).await.unwrap();
    receiver.came()
}

/// What the channel at `place` makes of an answer.
async fn told(place: usize, answer: Reply) -> SendError {
    let receiver = Receiver::start([answer]).await;
    all(&receiver)[place].send(&notice(Event::Firing), NOW).await.unwrap_err()
}

#[tokio::test]
async fn pagerduty_opens_updates_and_closes_one_incident() {
    let mut keys = Vec::new();
    for (event, action) in [(Event::Firing, "trigger"), (Event::Escalated, "trigger"), (Event::Resolved, "resolve")] {
        let came = sent(0, &notice(event)).await;
        assert_eq!((came.len(), came[0].path.as_str()), (1, "/v2/enqueue"));
        let body = came[0].json();
        assert_eq!((&body["event_action"], &body["routing_key"]), (&json!(action), &json!(ROUTING)));
        keys.push(body["dedup_key"].clone());
        if action == "trigger" {
            let payload = &body["payload"];
            assert_eq!((&payload["severity"], &payload["source"]), (&json!("critical"), &json!("fila SAC")));
            assert!(payload["summary"].as_str().unwrap().contains("ninguém livre com 12"));
            assert_eq!(payload["custom_details"]["Maior espera"], "03:10");
        }
    }
    assert!(keys.iter().all(|key| *key == keys[0]), "{keys:?}");
    let test: Vec<Value> = sent(0, &Notice::test(Language::English, NOW)).await.iter().map(Came::json).collect();
    let actions: Vec<_> = test.iter().map(|body| &body["event_action"]).collect();
    assert_eq!(actions, ["trigger", "resolve"], "a test leaves no incident open");
}

#[tokio::test]
async fn strangers_words_are_markup_nowhere() {
    let evil = Draft {
        title: "<!channel> *x* [y](http://evil) {{7*7}}\nBcc: z".into(),
        sentence: "<@U1> _a_ <http://evil|b>".into(),
        ..draft(Event::Firing)
    };
    let evil = Notice::new(evil, &Veil::default());
    let slack = sent(1, &evil).await[0].json();
    assert!(slack["text"].as_str().unwrap().contains("&lt;!channel&gt;"));
    let texts = slack["blocks"].to_string();
    assert!(texts.contains("plain_text") && !texts.contains("mrkdwn"), "{texts}");
    let teams = sent(2, &evil).await[0].json();
    let card = &teams["attachments"][0];
    assert_eq!(card["contentType"], "application/vnd.microsoft.card.adaptive");
    for block in card["content"]["body"].as_array().unwrap() {
        assert_eq!(block["type"], "RichTextBlock", "text runs know no markup: {block}");
    }
    let telegram = sent(3, &evil).await[0].json();
    assert!(telegram.get("parse_mode").is_none() && telegram["text"].as_str().unwrap().contains("[y](http://evil)"));
    let whatsapp = sent(4, &evil).await[0].json();
    let places = whatsapp["template"]["components"][0]["parameters"].as_array().unwrap();
    assert!(places.iter().all(|place| !place["text"].as_str().unwrap().contains('\n')));
}

#[tokio::test]
async fn everything_fits_where_it_goes_however_much_there_is() {
    let much = Draft { sentence: "é🙂".repeat(20_000), title: "ç".repeat(5_000), ..(*group(500)).clone() };
    let facts = vec![much.facts[0].clone(); 300];
    let much = Notice::new(Draft { facts, ..much }, &Veil::default());
    let units = |value: &Value| value.as_str().unwrap().encode_utf16().count();
    let pager = sent(0, &much).await[0].json();
    assert!(units(&pager["payload"]["summary"]) <= 1_024);
    let slack = sent(1, &much).await[0].json();
    let blocks = slack["blocks"].as_array().unwrap();
    assert!(
        blocks.len() <= 50 && units(&blocks[0]["text"]["text"]) <= 150 && units(&blocks[1]["text"]["text"]) <= 3_000
    );
    assert!(blocks.iter().all(|block| block["fields"].as_array().is_none_or(|fields| fields.len() <= 10)));
    assert!(sent(2, &much).await[0].body.len() < 28 << 10);
    assert!(units(&sent(3, &much).await[0].json()["text"]) <= 4_096);
    let places = sent(4, &much).await[0].json()["template"]["components"][0]["parameters"].clone();
    assert!(places.as_array().unwrap().iter().map(|place| units(&place["text"])).sum::<usize>() <= 1_024);
}

#[tokio::test]
async fn telegram_and_whatsapp_write_where_they_were_told() {
    let came = sent(3, &notice(Event::Firing)).await;
    assert_eq!(came[0].path, format!("/bot{TOKEN}/sendMessage"));
    let body = came[0].json();
    assert_eq!((&body["chat_id"], &body["disable_notification"]), (&json!("-1001234"), &json!(false)));
    let text = body["text"].as_str().unwrap();
    assert!(text.starts_with("Disparado · crítico: SAC: ninguém livre com 12 na fila\n12 pessoas esperam"), "{text}");
    assert!(text.contains("\nMaior espera: 03:10\n"), "{text}");

    let came = sent(4, &notice(Event::Firing)).await;
    assert_eq!(
        (came[0].path.as_str(), came[0].header("authorization")),
        ("/v23.0/106540352242922/messages", "Bearer EAAtoken")
    );
    let body = came[0].json();
    assert_eq!((&body["to"], &body["type"]), (&json!("5511987654321"), &json!("template")));
    assert_eq!(body["template"]["name"], "mirante_alerta");
    assert_eq!(body["template"]["language"], json!({ "code": "pt_BR" }));
}

#[tokio::test]
async fn each_service_says_no_in_its_own_way() {
    let pager = |errors: &str| {
        format!(r#"{{"status":"invalid event","message":"Event object is invalid","errors":["{errors}"]}}"#)
    };
    let telegram = |code: u16, more: &str| reply(code, format!(r#"{{"ok":false,"error_code":{code},{more}}}"#));
    let whatsapp = |code: u32, status| {
        reply(
            status,
            format!(r#"{{"error":{{"message":"(#{code}) to 5511987654321","code":{code},"fbtrace_id":"A"}}}}"#),
        )
    };
    for (place, answer, weight, why, code) in [
        (0, reply(400, pager("'routing_key' is invalid")), Weight::Channel, Why::Credentials, 400),
        (0, reply(400, pager("'payload.severity' is invalid")), Weight::Message, Why::Refused, 400),
        (1, reply(404, "no_service"), Weight::Channel, Why::Gone, 404),
        (1, reply(410, "channel_is_archived"), Weight::Channel, Why::Gone, 410),
        (1, reply(403, "action_prohibited"), Weight::Channel, Why::Forbidden, 403),
        (1, reply(403, "invalid_token"), Weight::Channel, Why::Credentials, 403),
        (1, reply(400, "invalid_payload"), Weight::Message, Why::Refused, 400),
        (1, reply(200, "<html>welcome"), Weight::Channel, Why::Strange, 200),
        (2, reply(400, r#"{"error":{"code":"WorkflowTriggerIsNotEnabled"}}"#), Weight::Channel, Why::Gone, 400),
        (
            2,
            reply(401, r#"{"error":{"code":"DirectApiAuthorizationRequired"}}"#),
            Weight::Channel,
            Why::Credentials,
            401,
        ),
        (2, reply(413, ""), Weight::Message, Why::Refused, 413),
        (3, telegram(401, r#""description":"Unauthorized""#), Weight::Channel, Why::Credentials, 401),
        (3, telegram(403, r#""description":"Forbidden: bot was kicked""#), Weight::Channel, Why::Forbidden, 403),
        (3, telegram(400, r#""description":"Bad Request: chat not found""#), Weight::Channel, Why::Gone, 400),
        (
            3,
            telegram(400, r#""description":"x","parameters":{"migrate_to_chat_id":-1009}"#),
            Weight::Channel,
            Why::Gone,
            400,
        ),
        (3, telegram(400, r#""description":"Bad Request: message text is empty""#), Weight::Message, Why::Refused, 400),
        (3, telegram(429, r#""parameters":{"retry_after":14}"#), Weight::Transient, Why::TooFast, 429),
        (3, reply(502, "<html>"), Weight::Transient, Why::Server, 502),
        (4, whatsapp(190, 401), Weight::Channel, Why::Credentials, 190),
        (4, whatsapp(131_056, 400), Weight::Transient, Why::TooFast, 131_056),
        (4, whatsapp(130_429, 400), Weight::Transient, Why::TooFast, 130_429),
        (4, whatsapp(132_001, 404), Weight::Channel, Why::Template, 132_001),
        (4, whatsapp(131_026, 400), Weight::Message, Why::Refused, 131_026),
        (4, whatsapp(131_000, 500), Weight::Transient, Why::Server, 131_000),
        (4, reply(200, "{}"), Weight::Channel, Why::Strange, 200),
    ] {
        let words = format!("{place} {answer:?}");
        let error = told(place, answer).await;
        assert_eq!((error.weight, error.why, error.code), (weight, why, Some(code)), "{words}");
    }
    let wait = told(3, telegram(429, r#""parameters":{"retry_after":14}"#)).await.retry_after;
    assert_eq!(wait, Some(14_000));
}

#[tokio::test]
async fn every_service_is_asked_again_after_its_own_time() {
    for place in 0..5 {
        let slow = told(place, reply(429, "").header("retry-after", "17")).await;
        assert_eq!(
            (slow.weight, slow.why, slow.retry_after),
            (Weight::Transient, Why::TooFast, Some(17_000)),
            "{place}"
        );
        let down = told(place, reply(503, "")).await;
        assert_eq!((down.weight, down.why, down.retry_after), (Weight::Transient, Why::Server, None), "{place}");
        let moved = told(place, reply(302, "").header("location", "http://127.0.0.1:1/")).await;
        assert_eq!((moved.weight, moved.why), (Weight::Channel, Why::Gone), "a redirect is not followed: {place}");
    }
}
