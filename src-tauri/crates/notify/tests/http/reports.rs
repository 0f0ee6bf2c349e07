//! A report by every channel: its figures stay in their columns, and what knows alerts alone refuses it.

use crate::receiver::{Receiver, net, reply};
use crate::{NOW, report};
use mirante_notify::{
    Address, Alertmanager, Auth, Body, Channel, Draft, Event, Notice, PagerDuty, Secret, Slack, Table, Teams, Telegram,
    Veil, Webhook, Weight, WhatsApp, Why,
};
use serde_json::{Value, json};

const LINES: &str =
    "Hora    Rec   Ate NS%\n08h   1.012 1.001 91%\n09h+      5     4   —\n---------------------\nTotal 1.017 1.005 91%";

/// What a channel sent for the report, where the other side answers so.
async fn sent(answer: (u16, &'static str), made: impl Fn(&Receiver) -> Box<dyn Channel>, notice: &Notice) -> Value {
    let receiver = Receiver::start([reply(answer.0, answer.1)]).await;
    made(&receiver).send(notice, NOW).await.unwrap();
    receiver.only().json()
}

fn hook(body: Body) -> impl Fn(&Receiver) -> Box<dyn Channel> {
    move |receiver| Box::new(Webhook::new(net(), receiver.url("/hook"), body, Auth::None, None, "matriz"))
}

#[tokio::test]
async fn a_receiver_gets_rows_and_ready_lines() {
    let own = sent((200, ""), hook(Body::Own), &report()).await;
    assert_eq!(
        (&own["event"], &own["title"], &own["id"]),
        (&json!("report"), &json!("Parcial · SAC"), &json!("partial/sac/2026-11-22T15"))
    );
    assert_eq!(own["table"]["heads"], json!(["Hora", "Rec", "Ate", "NS%"]));
    assert_eq!(own["table"]["rows"][2], json!(["Total", "1.017", "1.005", "91%"]));
    assert_eq!(own["table"]["text"], LINES);
    let event = sent((200, ""), hook(Body::CloudEvents), &report()).await;
    assert_eq!((&event["type"], &event["data"]["table"]["text"]), (&json!("mirante.report"), &json!(LINES)));
}

#[tokio::test]
async fn a_chat_shows_columns_and_no_markup() {
    let slack = |receiver: &Receiver| -> Box<dyn Channel> { Box::new(Slack::new(net(), receiver.url("/s"))) };
    let body = sent((200, "ok"), slack, &report()).await;
    assert_eq!(body["text"], "Parcial · SAC", "no word of an alert");
    let lines = &body["blocks"][2]["elements"][0];
    assert_eq!((&lines["type"], &lines["elements"][0]["text"]), (&json!("rich_text_preformatted"), &json!(LINES)));
    assert_eq!(body["blocks"][3]["elements"][0]["text"], "+ hora em curso");

    let teams = |receiver: &Receiver| -> Box<dyn Channel> { Box::new(Teams::new(net(), receiver.url("/t"))) };
    let card = sent((202, ""), teams, &report()).await["attachments"][0]["content"].clone();
    let table = card["body"].as_array().unwrap().iter().find(|part| part["type"] == "Table").unwrap();
    assert_eq!((&card["version"], table["columns"].as_array().unwrap().len()), (&json!("1.5"), 4));
    let cell = &table["rows"][3]["cells"][1]["items"][0];
    assert_eq!((&cell["type"], &cell["inlines"][0]), (&json!("RichTextBlock"), &json!("1.017")));

    let telegram = |receiver: &Receiver| -> Box<dyn Channel> {
        Box::new(Telegram::new(net(), Secret::new("1:x"), "-100", Some(&receiver.url("/"))))
    };
    let body = sent((200, r#"{"ok":true,"result":{"message_id":7}}"#), telegram, &report()).await;
    let units: Vec<u16> = body["text"].as_str().unwrap().encode_utf16().collect();
    let (at, length) = (&body["entities"][0]["offset"], &body["entities"][0]["length"]);
    let at = usize::try_from(at.as_u64().unwrap()).unwrap();
    let told = &units[at..at + usize::try_from(length.as_u64().unwrap()).unwrap()];
    assert_eq!(String::from_utf16(told).unwrap(), LINES);
    assert_eq!(body["disable_notification"], true, "nobody is woken by it");
}

#[tokio::test]
async fn a_template_gets_the_sum_in_one_line() {
    let made = |receiver: &Receiver| -> Box<dyn Channel> {
        let telephone = Secret::new("5511987654321");
        let base = receiver.url("/v23.0");
        Box::new(WhatsApp::new(net(), Secret::new("t"), "1", telephone, ("parcial", "pt_BR"), Some(&base)))
    };
    let body = sent((200, r#"{"messages":[{"id":"x"}]}"#), made, &report()).await;
    let places = &body["template"]["components"][0]["parameters"];
    assert_eq!(places[0]["text"], "Parcial · SAC");
    assert!(places[1]["text"].as_str().unwrap().contains("Recebidas 1.017"), "{places}");
}

#[tokio::test]
async fn what_knows_alerts_alone_refuses_it_before_anything_is_sent() {
    let base = Address::parse("http://127.0.0.1:1/").unwrap();
    let all: Vec<Box<dyn Channel>> = vec![
        Box::new(PagerDuty::new(net(), Secret::new("k"), Some(&base))),
        Box::new(Alertmanager::new(net(), &base, Auth::None)),
        Box::new(Webhook::new(net(), base.clone(), Body::Alertmanager, Auth::None, None, "m")),
    ];
    for channel in all {
        let error = channel.send(&report(), NOW).await.unwrap_err();
        assert_eq!((error.weight, error.why), (Weight::Message, Why::NoAlert), "{channel:?}");
    }
}

#[tokio::test]
async fn a_table_that_is_too_large_for_teams_keeps_its_sum() {
    let row = |name: &str| (0..12).map(|at| format!("{name} {at}")).collect::<Vec<_>>();
    let rows = (0..60).map(|hour| row(&format!("hora {hour}"))).chain([row("Total")]).collect();
    let table = Table { heads: row("Coluna"), rows, notes: Vec::new() };
    let draft = Draft { event: Event::Report, table: Some(table), ..(*report()).clone() };
    let teams = |receiver: &Receiver| -> Box<dyn Channel> { Box::new(Teams::new(net(), receiver.url("/t"))) };
    let body = sent((202, ""), teams, &Notice::new(draft, &Veil::default())).await;
    let text = body.to_string();
    assert!(text.len() <= 24 << 10 && text.contains("Total 11") && !text.contains("hora 0 "), "{}", text.len());
}

#[test]
fn counts_side_by_side_are_no_telephone_number() {
    let row = |words: [&str; 4]| words.map(str::to_owned).to_vec();
    let rows = vec![row(["12345", "6789", "1234", "567"]), row(["11987654321", "Ana Souza", "1", "2"])];
    let table = Table { heads: row(["a", "b", "c", "d"]), rows, notes: vec!["ligue (11) 98765-4321".into()] };
    let notice = Notice::new(Draft { table: Some(table), ..(*report()).clone() }, &Veil::new(["Ana Souza"]));
    let table = notice.table.clone().unwrap();
    assert_eq!(table.rows[0], row(["12345", "6789", "1234", "567"]));
    assert_eq!((&*table.rows[1][0], &*table.rows[1][1], &*table.notes[0]), ("•••", "•••", "ligue •••"));
}
