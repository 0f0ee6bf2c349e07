use super::*;
use crate::Role;
use crate::wire::{BatchKind, Code};

fn actor(role: Role) -> Actor {
    Actor { name: "marina".into(), role }
}

async fn start(data: &Path) -> Console {
    Console::start(Options { config: None, data: data.to_owned(), alone: true }).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_viewer_looks_and_changes_nothing() {
    let data = tempfile::tempdir().unwrap();
    let console = start(data.path()).await;
    let viewer = actor(Role::Viewer);
    for command in [
        Command::UseSample,
        Command::LeaveSample,
        Command::Disconnect { source: 1 },
        Command::Reconnect { source: 1 },
        Command::ConfigureQueues { queues: vec![], from: None },
        Command::Keeping { language: "en".into() },
        Command::PreviewKeeping { keeps: vec![] },
        Command::SetKeeping { keeps: vec![] },
        Command::RemoveNow,
    ] {
        let refused = console.command(&viewer, command).await.unwrap_err();
        assert_eq!(refused.code, Code::Forbidden);
    }
    let Reply::Hello(hello) = console.command(&viewer, Command::Hello).await.unwrap() else { panic!() };
    assert!(hello.first_run && !hello.can_configure && !hello.sample && hello.alone);
    console.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_feed_beats() {
    let data = tempfile::tempdir().unwrap();
    let console = start(data.path()).await;
    let actor = actor(Role::Supervisor);
    let next = |stream, after| console.command(&actor, Command::Next { stream, after });
    let Reply::Batch(first) = next(None, None).await.unwrap() else { panic!() };
    assert_eq!(first.kind, BatchKind::Snapshot);
    let began = std::time::Instant::now();
    let Reply::Batch(second) = next(Some(first.stream.clone()), Some(first.number)).await.unwrap() else { panic!() };
    assert_eq!((second.kind, second.number), (BatchKind::Heartbeat, first.number));
    assert!((1_900..3_000).contains(&began.elapsed().as_millis()), "{:?}", began.elapsed());
    let Reply::Batch(other) = next(Some("another run".into()), Some(first.number)).await.unwrap() else { panic!() };
    assert_eq!(other.kind, BatchKind::Snapshot);
    assert!(console.command(&actor, Command::Reconnect { source: 9 }).await.is_err_and(|e| e.code == Code::NotFound));
    console.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn json_and_typed_batches_agree() {
    let data = tempfile::tempdir().unwrap();
    let console = start(data.path()).await;
    let json = console.next_json(None, None).await.unwrap().json;
    let batch: crate::wire::Batch = serde_json::from_str(&json).unwrap();
    assert_eq!(serde_json::to_string(&batch).unwrap(), json);
    console.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_is_kept_without_its_password() {
    let data = tempfile::tempdir().unwrap();
    let console = start(data.path()).await;
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let connection = Connection {
        label: "Matriz".into(),
        host: "127.0.0.1".into(),
        port,
        tls: false,
        fingerprint: None,
        username: "mirante".into(),
        secret: "muito-secreto".into(),
    };
    let actor = actor(Role::Supervisor);
    console.command(&actor, Command::Connect { connection }).await.unwrap();
    let text = std::fs::read_to_string(data.path().join("mirante.toml")).unwrap();
    assert!(text.contains("name = \"matriz\"") && !text.contains("muito-secreto"), "{text}");
    let Reply::Hello(hello) = console.command(&actor, Command::Hello).await.unwrap() else { panic!() };
    assert!(!hello.first_run);
    // Nobody listens there: the row says so in words.
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
    loop {
        let Reply::Batch(batch) = console.command(&actor, Command::Next { stream: None, after: None }).await.unwrap()
        else {
            panic!()
        };
        let row = batch.rows.sources.get("1").cloned().flatten();
        if row.is_some_and(|row| row.label == "Matriz" && !row.words.is_empty()) {
            break;
        }
        assert!(std::time::Instant::now() < deadline, "the source never said why it is down");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }

    // Removed, it is neither in the file nor on screen, now and after the next start.
    let gone = console.command(&actor, Command::Disconnect { source: 7 }).await.unwrap_err();
    assert_eq!(gone.code, Code::NotFound);
    console.command(&actor, Command::Disconnect { source: 1 }).await.unwrap();
    let text = std::fs::read_to_string(data.path().join("mirante.toml")).unwrap();
    assert!(!text.contains("matriz"), "{text}");
    assert!(!data.path().join("secrets").join("matriz").exists(), "its password is not kept either");
    let Reply::Hello(hello) = console.command(&actor, Command::Hello).await.unwrap() else { panic!() };
    assert!(hello.first_run);
    let sources = async |console: &Console| {
        let batch = console.command(&actor, Command::Next { stream: None, after: None }).await.unwrap();
        let Reply::Batch(batch) = batch else { panic!() };
        batch.rows.sources.len()
    };
    while sources(&console).await > 0 {
        assert!(std::time::Instant::now() < deadline, "a removed source still shows");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    console.shutdown().await;
    let console = start(data.path()).await;
    assert_eq!(sources(&console).await, 0);
    console.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn how_long_things_are_kept_is_shown_changed_undone_and_applied() {
    use crate::wire::{KeepChoice, KeepFor, KeepRule, KeepUnit};
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join("mirante.toml");
    std::fs::write(&file, "# Ours.\n[retention]\nnumbers = \"forever\"\n").unwrap();
    let console = start(data.path()).await;
    let actor = actor(Role::Supervisor);
    let keeping = async || match console.command(&actor, Command::Keeping { language: "pt-BR".into() }).await {
        Ok(Reply::Keeping(keeping)) => keeping,
        other => panic!("{other:?}"),
    };
    let shown = keeping().await;
    assert_eq!((shown.rules.len(), shown.fixed, shown.nightly_minute), (4, false, 210));
    assert_eq!((shown.rules[0].rule, shown.rules[0].keep), (KeepRule::Numbers, None));
    assert_eq!(shown.rules[0].usual, Some(KeepFor { count: 90, unit: KeepUnit::Days }));
    let of_contacts = ["visit", "attempt", "pbx_counter", "pbx_freed", "pbx_under_way"];
    let of_alerts = ["alert", "alert_step", "alert_action", "delivery", "silence"];
    assert_eq!(shown.rules[1].tables, [of_contacts, of_alerts].concat());
    let doubtful: Vec<KeepRule> = shown.rules.iter().filter(|r| !r.law_confirmed).map(|r| r.rule).collect();
    assert_eq!(doubtful, [KeepRule::Contacts], "a law that was not found in its own words says so");
    assert!(shown.rules.iter().all(|r| r.law.is_some() == (r.rule != KeepRule::Rewind)), "no law asks for the rewind");

    let week = KeepChoice { rule: KeepRule::Rewind, keep: Some(KeepFor { count: 1, unit: KeepUnit::Days }) };
    let Ok(Reply::Going(going)) = console.command(&actor, Command::PreviewKeeping { keeps: vec![week] }).await else {
        panic!()
    };
    assert!(going.iter().any(|row| row.table == "segment" && row.before_ms.is_some()));
    assert!(going.iter().any(|row| row.table == "party" && row.rule == KeepRule::Numbers && row.before_ms.is_none()));
    assert!(!std::fs::read_to_string(&file).unwrap().contains("rewind"), "a look changes nothing");

    let Ok(Reply::Rekept(undo)) = console.command(&actor, Command::SetKeeping { keeps: vec![week] }).await else {
        panic!()
    };
    assert_eq!(keeping().await.rules[3].keep, week.keep);
    assert!(std::fs::read_to_string(&file).unwrap().contains("rewind = \"1 day\""));
    console.command(&actor, Command::SetKeeping { keeps: undo }).await.unwrap();
    assert_eq!(keeping().await.rules, shown.rules);
    for count in [0, 37_000] {
        let wrong = KeepChoice { rule: KeepRule::Rewind, keep: Some(KeepFor { count, unit: KeepUnit::Days }) };
        let refused = console.command(&actor, Command::SetKeeping { keeps: vec![wrong] }).await.unwrap_err();
        assert_eq!(refused.code, Code::Invalid);
    }

    assert_eq!((shown.now, shown.last), (None, None));
    console.command(&actor, Command::RemoveNow).await.unwrap();
    let until = std::time::Instant::now() + std::time::Duration::from_secs(30);
    let mut after = keeping().await;
    assert!(after.now.is_some() || after.last.is_some(), "whoever asked sees it begin");
    while after.last.is_none() {
        assert!(std::time::Instant::now() < until);
        after = keeping().await;
    }
    assert_eq!(after.last.map(|last| (last.rows, last.error)), Some((0, None)), "nothing is that old");

    console.command(&actor, Command::UseSample).await.unwrap();
    assert!(keeping().await.fixed, "example data have no rules of their own");
    let refused = console.command(&actor, Command::SetKeeping { keeps: vec![week] }).await.unwrap_err();
    assert_eq!(refused.code, Code::Conflict);
    console.shutdown().await;
}

/// Figures, goals and cards are for everybody who may look; what they are made and judged by is decided by whoever configures, and
/// nobody who may only look sees a telephone number.
#[tokio::test(flavor = "multi_thread")]
async fn a_viewer_sees_every_figure_and_decides_none() {
    use crate::wire::{CardAsked, CardPart, RowOf, RuleRow, ScopeRow, WindowRow};
    let data = tempfile::tempdir().unwrap();
    // Two days: the whole day before is looked at, at whatever hour of today.
    let simulator = SimulatorConfig { days: 2, ..SimulatorConfig::default() };
    let console = Console::start_sample(data.path().to_owned(), simulator).unwrap();
    let (viewer, supervisor) = (actor(Role::Viewer), actor(Role::Supervisor));
    while console.sample_percent().is_some() {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let told = async |actor: &Actor, command: Command| console.command(actor, command).await;
    let language = || "pt-BR".to_owned();
    let Reply::Goals(goals) =
        told(&viewer, Command::Goals { window: WindowRow::Day, language: language() }).await.unwrap()
    else {
        panic!()
    };
    assert_eq!(goals.queues.len(), 6);
    let Reply::Levels(levels) = told(&viewer, Command::Levels { window: WindowRow::Rolling(30) }).await.unwrap() else {
        panic!()
    };
    assert_eq!(levels.queues.len(), 6);
    let Reply::Judging(judging) = told(&viewer, Command::Judging { language: language() }).await.unwrap() else {
        panic!()
    };
    assert!(judging.changes.is_empty());
    let Reply::Partial(_) = told(&viewer, Command::Partial { day_ms: None }).await.unwrap() else { panic!() };
    // A card of the whole day before, with the story of one of its contacts.
    let Reply::Hello(_) = told(&viewer, Command::Hello).await.unwrap() else { panic!() };
    let to = goals.span.0;
    let asked = CardAsked {
        definition: "offered".into(),
        queues: vec![],
        campaigns: vec![],
        from_ms: Some(to - 24 * 3_600_000),
        to_ms: Some(to),
        language: language(),
    };
    let Reply::Card(card) = told(&viewer, Command::Card { asked: asked.clone() }).await.unwrap() else { panic!() };
    assert!(card.figure.numerator.is_some_and(|n| n > 100), "{card:?}");
    let rows = Command::CardRows { asked, part: CardPart::Top, skip: 0 };
    let Reply::CardRows(rows) = told(&viewer, rows).await.unwrap() else { panic!() };
    let id = rows.rows.first().unwrap().id.clone();
    let story = |id: String| Command::Timeline { of: RowOf::Visit, id };
    let Reply::Timeline(masked) = told(&viewer, story(id.clone())).await.unwrap() else { panic!() };
    let Reply::Timeline(whole) = told(&supervisor, story(id)).await.unwrap() else { panic!() };
    let (masked, whole) = (serde_json::to_string(&masked).unwrap(), serde_json::to_string(&whole).unwrap());
    assert!(masked.contains("****") && !whole.contains("****"), "{masked} {whole}");

    let rule = RuleRow {
        scope: ScopeRow::Queue(goals.queues[0].queue.clone()),
        from: Some("2026-01-01".into()),
        percent: Some(95),
        seconds: Some(15),
        short_seconds: None,
        formulas: vec![],
    };
    let judge = || Command::Judge { changes: vec![crate::wire::JudgedRow::Rule(rule.clone())] };
    for command in [
        judge(),
        Command::Reconcile { queue: None, hours: 24 },
        Command::Arrivals { queue: goals.queues[0].queue.clone(), since_ms: 0 },
        Command::CompleteDay { source: "x".into() },
        Command::Imports,
        Command::UndoImport { source: "x".into() },
    ] {
        assert_eq!(told(&viewer, command.clone()).await.unwrap_err().code, Code::Forbidden, "{command:?}");
    }

    // Whoever may, does; the next who looks is told by the new target, and by whom it was set.
    told(&supervisor, judge()).await.unwrap();
    let Reply::Goals(goals) =
        told(&viewer, Command::Goals { window: WindowRow::Day, language: language() }).await.unwrap()
    else {
        panic!()
    };
    assert_eq!(
        goals.queues.iter().find(|queue| ScopeRow::Queue(queue.queue.clone()) == rule.scope).unwrap().goal,
        (95, 15)
    );
    let Reply::Judging(judging) = told(&viewer, Command::Judging { language: language() }).await.unwrap() else {
        panic!()
    };
    let [change] = judging.changes.as_slice() else { panic!("{:?}", judging.changes) };
    assert_eq!((change.by.as_str(), &change.change), ("marina", &crate::wire::JudgedRow::Rule(rule)));
    assert!(change.at_ms >= to);
    console.shutdown().await;
}
