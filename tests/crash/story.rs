//! What happens in these tests: a function of an event's number alone, so that whoever judges knows what must be there.

use mirante_floor::*;
use mirante_history::{Parties, Party};
use std::collections::BTreeSet;

/// When the story begins, Unix ms.
pub(crate) const MORNING: i64 = 1_795_000_020_000;
/// The one platform.
pub(crate) const ONE: SourceId = SourceId(1);
/// Ms from one event to the next.
const STEP_MS: i64 = 97;

/// When event `seq` arrives.
pub(crate) fn seen(seq: u64) -> i64 {
    MORNING + seq as i64 * STEP_MS
}

/// Numbers of the newest events that were stored when the writer began, each time. It then says that it had stopped, and that it
/// hears the platform again.
pub(crate) type Starts = BTreeSet<u64>;

/// Event `seq`, with the caller's number in the place of the caller.
pub(crate) fn told(seq: u64, starts: &Starts) -> (i64, Kind<String>) {
    let after = |back: u64| seq.checked_sub(back).is_some_and(|stored| starts.contains(&stored));
    if after(1) && seq > 1 {
        // As the engine does: down since it was last heard.
        return (seen(seq - 1), Kind::LinkDown { reason: "stopped: Mirante stopped".into() });
    }
    if seq == 1 || (after(2) && seq > 2) {
        return (seen(seq), Kind::LinkUp { platform: "Asterisk 22".into() });
    }
    (seen(seq), scene(seq))
}

/// The same as the event itself: `epoch` is that of the writer's life, or of the one before for what it says of that.
pub(crate) fn event(seq: u64, epoch: u32, starts: &Starts, parties: &Parties) -> Event {
    let (seen, kind) = told(seq, starts);
    let kind = kind.map_party(|number| parties.id_of(&Party { number, name: String::new() }).expect("an id"));
    let epoch = if matches!(kind, Kind::LinkDown { .. }) { epoch - 1 } else { epoch };
    let stamp = Stamp { source: ONE, epoch, seq, seen, at: Some(seen - 7) };
    Event { stamp, origin: Origin::Heard, kind }
}

fn scene(seq: u64) -> Kind<String> {
    let (scene, step) = (seq / 8, seq % 8);
    let queue = || Name::from(["sac", "vendas", "n1"][(scene % 3) as usize]);
    let (call, second) = (format!("c{scene}"), format!("c{scene}-b"));
    let agent = || Name::from(format!("21{:02}", scene % 12));
    let entered = |call: &str| Kind::Entered {
        queue: queue(),
        contact: call.into(),
        call: call.into(),
        caller: Some(number(scene)),
        position: None,
        waited_ms: 0,
    };
    match step {
        0 => Kind::Member {
            queue: queue(),
            agent: agent(),
            interface: format!("PJSIP/{}", agent()).into(),
            name: None,
            device: Device::Idle,
            paused: scene.is_multiple_of(5),
            reason: scene.is_multiple_of(5).then(|| "lanche".into()),
            penalty: 0,
            in_call: None,
            paused_at: None,
        },
        1 => entered(&call),
        2 => Kind::Answered { queue: queue(), call: call.into(), agent: agent(), leg: None },
        3 => entered(&second),
        4 => Kind::Completed {
            queue: queue(),
            call: Some(call.into()),
            leg: None,
            agent: agent(),
            transferred: false,
            talk_ms: None,
        },
        5 => Kind::Left { queue: queue(), call: second.into(), outcome: Outcome::Abandoned, ago_ms: 0 },
        6 => Kind::DeviceChanged { agent: agent(), device: Device::InUse },
        _ => Kind::Tick,
    }
}

/// Who calls: one of many, some of them again and again.
fn number(scene: u64) -> String {
    format!("1198{:07}", scene * 7_919 % 2_003)
}
