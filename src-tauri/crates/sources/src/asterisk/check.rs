//! A connection test: which layer between here and the PBX fails, and what is behind it. Changes nothing there.

use super::link::Link;
use super::message::{Kept, Message};
use super::queue_log::LogAt;
use super::translate::Translator;
use super::{AsteriskConfig, Fingerprint, Trust, login};
use crate::{Phase, Report, SourceError};
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// How long the platform may take to say that it is booted, which only users who read the class `system` hear.
const BOOTED: Duration = Duration::from_millis(1500);
/// Longest a list may take.
const LIST: Duration = Duration::from_secs(15);

/// A layer between here and the PBX's queues, outermost first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// The host's name.
    Name,
    /// The port.
    Port,
    /// TLS, or the refusal to go without it.
    Tls,
    /// The PBX lets this computer speak.
    Permit,
    /// User and secret. Asterisk gives the same answer when the user's own permit line does not hold this computer.
    Password,
    /// The user reads what is needed.
    Read,
    /// The queue_log can be read. Looked at where one is configured, whatever the others say: it is another way to the PBX.
    QueueLog,
}

impl Layer {
    /// Every layer of AMI, outermost first.
    pub const ALL: [Layer; 6] = [Layer::Name, Layer::Port, Layer::Tls, Layer::Permit, Layer::Password, Layer::Read];

    /// Its stable word: `name`, `port`, `tls`, `permit`, `password`, `read`, `queue_log`.
    pub fn word(self) -> &'static str {
        match self {
            Layer::Name => "name",
            Layer::Port => "port",
            Layer::Tls => "tls",
            Layer::Permit => "permit",
            Layer::Password => "password",
            Layer::Read => "read",
            Layer::QueueLog => "queue_log",
        }
    }
}

/// How a layer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LayerState {
    /// Works.
    Ok,
    /// Failed: look here.
    Failed,
    /// Not reached, because an earlier one failed, or not told.
    NotReached,
    /// Not used.
    NotUsed,
}

/// What was found about one layer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerCheck {
    /// Which.
    pub layer: Layer,
    /// How it is.
    pub state: LayerState,
    /// What happened, in English.
    pub detail: String,
}

/// What a connection test found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnosis {
    /// True if everything needed works.
    pub ok: bool,
    /// All layers, outermost first.
    pub layers: Vec<LayerCheck>,
    /// The certificate that the PBX showed, if it was not believed: for a person to compare with the PBX's own, and to pin.
    pub certificate: Option<Fingerprint>,
    /// The platform's words for what it is, once logged in.
    pub platform: Option<String>,
    /// True if the host looks like a VICIdial. AMI does not say so: told by the login names and by the channels that only VICIdial
    /// makes, while the test lasts, so an idle one may go unseen.
    pub vicidial: bool,
    /// Queues seen.
    pub queues: u32,
    /// Agents seen, each counted once however many queues they serve.
    pub members: u32,
    /// Rights to act that the user has and Mirante does not want, such as `originate`.
    pub too_many_rights: Vec<String>,
}

impl Diagnosis {
    fn set(&mut self, layer: Layer, state: LayerState, detail: impl Into<String>) {
        if let Some(check) = self.layers.iter_mut().find(|check| check.layer == layer) {
            (check.state, check.detail) = (state, detail.into());
        }
    }
}

/// Looks at each layer between here and the PBX of `config`, outermost first, and stops at the first that fails.
pub async fn check(config: &AsteriskConfig) -> Diagnosis {
    let layers =
        Layer::ALL.map(|layer| LayerCheck { layer, state: LayerState::NotReached, detail: String::new() }).to_vec();
    let mut found = Diagnosis {
        ok: false,
        layers,
        certificate: None,
        platform: None,
        vicidial: false,
        queues: 0,
        members: 0,
        too_many_rights: Vec::new(),
    };
    if let Err((layer, error)) = look(config, &mut found).await {
        found.set(layer, LayerState::Failed, error.message);
    }
    if let Some(at) = &config.queue_log {
        found.layers.push(queue_log(at.clone()).await);
    }
    found.ok = found.layers.iter().all(|check| matches!(check.state, LayerState::Ok | LayerState::NotUsed));
    found
}

/// Asks the place of the queue_log for its size and its first byte.
async fn queue_log(at: LogAt) -> LayerCheck {
    let looked = tokio::task::spawn_blocking(move || {
        let mut place = at.open();
        let size = place.size().and_then(|size| match size {
            Some(size) => place.read(None, 0, 1, &mut Vec::new()).map(|()| Some(size)),
            None => Ok(None),
        });
        (place.words(), size)
    });
    let (state, detail) = match looked.await {
        Ok((words, Ok(Some(size)))) => (LayerState::Ok, format!("{words}: {size} bytes")),
        Ok((words, Ok(None))) => (LayerState::Failed, format!("{words}: there is no such file")),
        Ok((words, Err(error))) => (LayerState::Failed, format!("{words}: {error}")),
        Err(error) => (LayerState::Failed, error.to_string()),
    };
    LayerCheck { layer: Layer::QueueLog, state, detail }
}

async fn look(config: &AsteriskConfig, found: &mut Diagnosis) -> Result<(), (Layer, SourceError)> {
    let at = |layer: Layer| move |error: SourceError| (layer, error);
    let addresses = match Link::resolve(config).await {
        Err(error) if error.phase == Phase::Config && config.tls.is_none() && !config.host.trim().is_empty() => {
            found.set(Layer::Name, LayerState::Ok, "has an address");
            return Err((Layer::Tls, error));
        }
        resolved => resolved.map_err(at(Layer::Name))?,
    };
    let words = addresses.iter().map(|address| address.ip().to_string()).collect::<Vec<_>>().join(", ");
    found.set(Layer::Name, LayerState::Ok, words);
    let tcp = Link::dial(&addresses).await.map_err(at(Layer::Port))?;
    found.set(Layer::Port, LayerState::Ok, format!("port {} accepts connections", config.port));
    let mut link = match Link::wrap(config, tcp).await {
        Ok(link) => link,
        Err(refused) => {
            found.certificate = refused.shown;
            return Err((Layer::Tls, refused.error));
        }
    };
    match config.tls {
        Some(Trust::Pinned(_)) => found.set(Layer::Tls, LayerState::Ok, "the certificate is the pinned one"),
        Some(Trust::Authorities(_)) => found.set(Layer::Tls, LayerState::Ok, "the certificate is trusted"),
        None => found.set(Layer::Tls, LayerState::NotUsed, "plain AMI on a private network"),
    }
    link.hear_all();
    let ami = login::greeting(&mut link).await.map_err(|error| match error.phase {
        Phase::Permit => (Layer::Permit, error),
        // Something is there, but not a manager that speaks.
        _ => (Layer::Port, error),
    })?;
    let mut early = Vec::new();
    // The manager speaks; whether it lets this computer in, only the login tells.
    login::login(&mut link, config, &mut early).await.map_err(|error| match error.phase {
        Phase::Login => (Layer::Password, error),
        _ => (Layer::Permit, error),
    })?;
    found.set(Layer::Permit, LayerState::Ok, "the PBX lets this computer in");
    found.set(Layer::Password, LayerState::Ok, "user and secret accepted");
    let platform = login::platform(&mut link, &ami, &mut early).await.map_err(at(Layer::Read))?;
    found.platform = Some(platform);
    list(&mut link, found, &mut early).await.map_err(at(Layer::Read))?;
    link.send(&[("Action", "ListCommands"), ("ActionID", "commands")]);
    let commands = login::response(&mut link, "commands", &mut early).await.map_err(at(Layer::Read))?;
    found.too_many_rights = rights(&commands);
    // A host without queues may be one whose calls go elsewhere: only what passes tells.
    let booted = listen(&mut link, &mut early, found.queues == 0).await;
    found.vicidial = is_vicidial(&config.username, &early);
    if is_freepbx(&early) {
        found.platform = found.platform.take().map(|platform| format!("{platform}, FreePBX or Issabel"));
    }
    match booted {
        true => found.set(Layer::Read, LayerState::Ok, "queues are listed and events of the class system arrive"),
        false => {
            let words = "queues are listed, but the event FullyBooted did not come: `read` lacks the class system, or an eventfilter \
                         line hides it; compare the user with the documented block";
            found.set(Layer::Read, LayerState::Failed, words);
        }
    }
    Ok(())
}

/// Takes one list of queues and counts.
async fn list(link: &mut Link, found: &mut Diagnosis, early: &mut Vec<Kept>) -> Result<(), SourceError> {
    let mut translator = Translator::default();
    translator.asked("check".to_owned());
    login::accepted(link, "check", early).await?;
    let until = Instant::now() + LIST;
    let mut reports = Vec::new();
    while translator.is_listing() {
        let message = link.message().await?;
        translator.take(&message, 0, &mut reports);
        early.push(message.keep());
        if Instant::now() >= until {
            return Err(SourceError::passing(Phase::Protocol, "the PBX began its list of queues and did not end it"));
        }
    }
    for report in reports {
        if let Report::Picture(picture) = report {
            let agents: BTreeSet<_> = picture.members.iter().map(|member| &member.agent).collect();
            found.queues = u32::try_from(picture.queues.len()).unwrap_or(u32::MAX);
            found.members = u32::try_from(agents.len()).unwrap_or(u32::MAX);
        }
    }
    Ok(())
}

/// Hears the platform for a moment, a whole one if so wanted; true if it said that it is booted.
async fn listen(link: &mut Link, early: &mut Vec<Kept>, whole: bool) -> bool {
    let until = Instant::now() + BOOTED;
    let is_booted = |early: &[Kept]| early.iter().any(|message| message.message().event() == Some("FullyBooted"));
    let mut booted = is_booted(early);
    while whole || !booted {
        match timeout_at(until, link.message()).await {
            Ok(Ok(message)) => early.push(message.keep()),
            _ => break,
        }
        booted = booted || is_booted(&early[early.len() - 1..]);
    }
    booted
}

/// The classes of actions that the user may send. The platform lists only what the user may do, with the classes that open each
/// action; an action opened by one class alone proves that class.
fn rights(commands: &Message<'_>) -> Vec<String> {
    let mut found = BTreeSet::new();
    for (_, description) in commands.fields() {
        let Some((_, classes)) = description.rsplit_once("(Priv: ") else { continue };
        let mut classes = classes.trim_end_matches(')').split(',').map(str::trim).filter(|class| *class != "all");
        if let (Some(class), None) = (classes.next(), classes.next())
            && !class.starts_with('<')
        {
            found.insert(class.to_owned());
        }
    }
    found.into_iter().collect()
}

/// FreePBX and Issabel write the members of queues like nobody else: through `from-queue`, or watching the hints of `ext-local`.
fn is_freepbx(heard: &[Kept]) -> bool {
    heard.iter().map(Kept::message).filter(|message| message.event() == Some("QueueMember")).any(|message| {
        let location = message.get("Location").unwrap_or_default();
        let watched = message.get("StateInterface").unwrap_or_default();
        (location.starts_with("Local/") && location.contains("@from-queue/"))
            || (watched.starts_with("hint:") && watched.ends_with("@ext-local"))
    })
}

/// VICIdial's own AMI users.
const VICIDIAL_USERS: [&str; 4] = ["cron", "sendcron", "updatecron", "listencron"];

fn is_vicidial(username: &str, heard: &[Kept]) -> bool {
    // Agents of a VICIdial sit in conference rooms 8600xxx, reached as Local/[5678]8600xxx@default.
    let is_room = |channel: &str| {
        let room = channel.strip_prefix("Local/").and_then(|rest| rest.split_once("@default")).map(|(room, _)| room);
        room.is_some_and(|room| {
            let room = if room.len() == 8 { room.get(1..).unwrap_or("") } else { room };
            room.len() == 7 && room.starts_with("8600") && room.bytes().all(|b| b.is_ascii_digit())
        })
    };
    let shows = |kept: &Kept| ["Channel", "DestChannel"].iter().filter_map(|key| kept.message().get(key)).any(is_room);
    VICIDIAL_USERS.contains(&username) || heard.iter().any(shows)
}

#[cfg(test)]
mod tests {
    use super::super::decoder::Decoder;
    use super::*;

    fn messages(text: &str) -> Vec<Kept> {
        let mut all = Vec::new();
        Decoder::default().push(text.as_bytes(), |message| all.push(message.keep()));
        all
    }

    #[test]
    fn rights_come_from_actions_that_one_class_opens() {
        let commands = messages(
            "Response: Success\nPing: Keepalive command.  (Priv: <none>)\nOriginate: Originate a call.  (Priv: originate,all)\n\
             Status: List channel status.  (Priv: system,call,reporting,all)\nQueuePause: Pauses.  (Priv: agent,all)\n\n",
        );
        assert_eq!(rights(&commands[0].message()), ["agent", "originate"]);
    }

    #[test]
    fn a_freepbx_shows_by_how_it_writes_members() {
        let member = |location, watched| {
            messages(&format!("Event: QueueMember\nQueue: 600\nLocation: {location}\nStateInterface: {watched}\n\n"))
        };
        assert!(is_freepbx(&member("Local/2101@from-queue/n", "hint:2101@ext-local")));
        assert!(is_freepbx(&member("PJSIP/2101", "hint:2101@ext-local")));
        assert!(is_freepbx(&member("Local/2101@from-queue/n", "")));
        assert!(!is_freepbx(&member("Local/2101@agents/n", "Custom:agent2101")));
        assert!(!is_freepbx(&messages("Event: QueueParams\nQueue: from-queue/\n\n")));
    }

    #[test]
    fn a_vicidial_shows_by_its_rooms_and_users() {
        assert!(is_vicidial("sendcron", &[]));
        assert!(is_vicidial("mirante", &messages("Event: Hangup\nChannel: Local/58600051@default-00000001;1\n\n")));
        assert!(is_vicidial("mirante", &messages("Event: Hangup\nChannel: Local/8600051@default-0001;1\n\n")));
        assert!(!is_vicidial("mirante", &messages("Event: Hangup\nChannel: Local/2101@from-queue-00000001;1\n\n")));
    }
}
