//! From a fresh connection to a platform that lists its queues.

use super::AsteriskConfig;
use super::link::{Link, STEP};
use super::message::{Kept, Message};
use crate::{Phase, SourceError};
use md5::{Digest, Md5};
use std::fmt::Write;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};

/// How long a platform that just restarted may go on saying that it does not know QueueStatus.
const WARM_UP: Duration = Duration::from_secs(30);
/// Pause between two tries meanwhile.
const WARM_UP_PAUSE: Duration = Duration::from_millis(500);

/// Waits for the greeting; gives the AMI's own version, empty if it tells none.
pub(crate) async fn greeting(link: &mut Link) -> Result<String, SourceError> {
    let banner = async {
        loop {
            if let Some(message) = link.pop() {
                return Ok(message.banner().map(str::to_owned));
            }
            // A connection that ends before a word was said: a firewall or the permit list let it in only to close it.
            link.step().await.map_err(|error| {
                let why =
                    format!("{error} before a word was said: its permit list or firewall may not hold this computer");
                SourceError::passing(Phase::Permit, why)
            })?;
        }
    };
    let silent = || SourceError::passing(Phase::Protocol, "the host accepted the connection and does not answer");
    let banner: Option<String> = timeout(STEP, banner).await.unwrap_or_else(|_| Err(silent()))?;
    match banner {
        Some(banner) if banner.contains("Call Manager") => Ok(banner
            .rsplit('/')
            .next()
            .filter(|v| v.starts_with(|c: char| c.is_ascii_digit()))
            .unwrap_or("")
            .to_owned()),
        _ => Err(SourceError::passing(Phase::Protocol, "what answers at this port is not an Asterisk manager (AMI)")),
    }
}

/// Logs in with an MD5 challenge, so that the secret itself never travels.
pub(crate) async fn login(link: &mut Link, config: &AsteriskConfig, early: &mut Vec<Kept>) -> Result<(), SourceError> {
    link.send(&[("Action", "Challenge"), ("ActionID", "challenge"), ("AuthType", "MD5")]);
    let challenge = response(link, "challenge", early).await?;
    let Some(challenge) = challenge.get("Challenge").filter(|_| challenge.is_success()) else {
        // A platform that is stopping refuses too, so trying again may help.
        let why = challenge.said("Message").unwrap_or("no reason given");
        return Err(SourceError::passing(Phase::Login, format!("the PBX refuses an MD5 challenge ({why})")));
    };
    let mut key = String::with_capacity(32);
    for byte in Md5::new().chain_update(challenge).chain_update(config.secret.expose()).finalize() {
        _ = write!(key, "{byte:02x}");
    }
    link.send(&[
        ("Action", "Login"),
        ("ActionID", "login"),
        ("AuthType", "MD5"),
        ("Username", &config.username),
        ("Key", &key),
        ("Events", "on"),
    ]);
    let answer = response(link, "login", early).await?;
    if answer.is_success() {
        return Ok(());
    }
    let why = answer.said("Message").unwrap_or("no reason given");
    if !["authentication", "denied", "incorrect"].iter().any(|word| why.to_ascii_lowercase().contains(word)) {
        return Err(SourceError::passing(Phase::Login, format!("login refused ({why})")));
    }
    // Tried again, this would only fill the PBX's logs and get this computer banned: a person must act.
    // The platform answers the same to an unknown user, a wrong secret and an address outside the user's permit line.
    let words = "check user, secret and the user's permit line (the PBX gives one answer for the three)";
    Err(SourceError::lasting(Phase::Login, format!("login refused ({why}): {words}")))
}

/// The platform's words for what it is. Its exact version needs a right that Mirante does not want; the greeting tells the rest.
pub(crate) async fn platform(link: &mut Link, ami: &str, early: &mut Vec<Kept>) -> Result<String, SourceError> {
    link.send(&[("Action", "CoreSettings"), ("ActionID", "settings")]);
    let settings = response(link, "settings", early).await?;
    if let Some(version) = settings.said("AsteriskVersion") {
        // Packagers append their own marks: 22.10.1+dfsg.
        let version = version.split(['+', '~']).next().unwrap_or(version);
        return Ok(format!("Asterisk {version}"));
    }
    Ok(match (ami, major(ami)) {
        ("", _) => "Asterisk".to_owned(),
        (ami, Some(major)) => format!("Asterisk {major} (AMI {ami})"),
        (ami, None) => format!("Asterisk (AMI {ami})"),
    })
}

/// The platform's clock, Unix ms, which it tells with every answer to a ping.
pub(crate) async fn clock(link: &mut Link, early: &mut Vec<Kept>) -> Result<Option<i64>, SourceError> {
    link.send(&[("Action", "Ping"), ("ActionID", "clock")]);
    Ok(response(link, "clock", early).await?.at())
}

/// The Asterisk of an AMI version: each major release since 16 raised it by one.
fn major(ami: &str) -> Option<u32> {
    let version: u32 = ami.split('.').next()?.parse().ok()?;
    (5..=12).contains(&version).then_some(version + 11)
}

/// Asks for the list of queues until the platform accepts: after a restart it lets users in before it has loaded its queues.
pub(crate) async fn accepted(link: &mut Link, action_id: &str, early: &mut Vec<Kept>) -> Result<(), SourceError> {
    let until = Instant::now() + WARM_UP;
    loop {
        link.send(&[("Action", "QueueStatus"), ("ActionID", action_id)]);
        let answer = response(link, action_id, early).await?;
        if answer.is_success() {
            return Ok(());
        }
        let error = unlisted(&answer);
        if error.phase == Phase::Rights || Instant::now() >= until {
            return Err(error);
        }
        sleep(WARM_UP_PAUSE).await;
    }
}

/// Why a platform refused to list its queues. Passing: rights and modules change there without a word to us.
pub(crate) fn unlisted(answer: &Message<'_>) -> SourceError {
    let why = answer.said("Message").unwrap_or("no reason given");
    if why.to_ascii_lowercase().contains("unknown command") {
        let words = "the PBX does not know QueueStatus: its queue module is not loaded";
        return SourceError::passing(Phase::Protocol, words);
    }
    SourceError::passing(Phase::Rights, format!("the PBX does not let this user list its queues ({why})"))
}

/// Waits for the response to an action; events that come first are kept in `early`.
pub(crate) async fn response<'a>(
    link: &'a mut Link,
    action_id: &str,
    early: &mut Vec<Kept>,
) -> Result<Message<'a>, SourceError> {
    let until = Instant::now() + STEP;
    loop {
        let message = link.message().await?;
        if message.get("Response").is_some() && message.get("ActionID").is_none_or(|id| id == action_id) {
            break;
        }
        early.push(message.keep());
        if Instant::now() >= until || early.len() > 100_000 {
            return Err(SourceError::passing(Phase::Protocol, "the PBX sends events but does not answer"));
        }
    }
    Ok(link.last())
}

#[cfg(test)]
mod tests {
    #[test]
    fn known_releases() {
        assert_eq!(super::major("5.0.4"), Some(16));
        assert_eq!(super::major("11.0.0"), Some(22));
        assert_eq!(super::major("1.1"), None);
        assert_eq!(super::major(""), None);
    }
}
